"""Competency frameworks: ``<competency_framework>`` with domains, competencies, levels and posts."""

import re

from lxml import etree

from xblocks.competency.framework import (
    Basis,
    Competency,
    CompetencyFramework,
    CompetencyLevel,
    Domain,
    Indicator,
    Post,
    Texts,
)
from xblocks.competency.items import COMPETENCY_ID, MAX_ID
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _

from .banks import report_duplicates
from .xml import MalformedXmlError, Problem, Reading, parse, pretty

__all__ = ["LANGUAGES", "read_framework", "write_framework"]

LANGUAGES = ("id", "en")
# As long as the database's columns.
MAX_VERSION = 50
MAX_HR_CODE = 100


def read_framework(source: bytes | str) -> tuple[CompetencyFramework | None, list[Problem]]:
    """Return the framework and every problem; no framework where there is a problem."""
    try:
        root = parse(source, where="competency_framework")
    except MalformedXmlError as error:
        return None, [error.problem]
    reading = Reading(where=f"competency_framework {root.get('id', '?')}")
    if root.tag != "competency_framework":
        reading.report(
            root,
            Message(_("<{tag}> is not a competency framework."), {"tag": str(root.tag)}),
            Message(_("The root must be <{tag}>."), {"tag": "competency_framework"}),
        )
        return None, reading.problems
    reading.attributes(root, ("id", "version"))
    children = list(reading.children(root, ("source", "domain", "post")))
    _report_ids(reading, root)
    competencies = {str(element.get("id")) for element in root.iter("competency")}
    framework = CompetencyFramework(
        id=_id(reading, root),
        version=_short(reading, root, "version", reading.required(root, "version"), MAX_VERSION),
        domains=tuple(_domain(reading, child) for child in children if child.tag == "domain"),
        posts=tuple(_post(reading, child, competencies) for child in children if child.tag == "post"),
        sources=_sources(reading, children),
    )
    return (None, reading.problems) if reading.problems else (framework, [])


def _report_ids(reading: Reading, root: etree._Element) -> None:
    for tag in ("domain", "competency", "indicator", "post"):
        report_duplicates(reading, root.iter(tag), "id")


def _id(reading: Reading, element: etree._Element) -> str:
    text = reading.required(element, "id")
    if text and (not COMPETENCY_ID.fullmatch(text) or len(text) > MAX_ID):
        reading.value(element, "id", Message(_("small letters, digits, - . and _")))
    return text


def _short(reading: Reading, element: etree._Element, name: str, text: str, most: int) -> str:
    if len(text) > most:
        reading.value(element, name, Message(_("text of up to {n} characters"), {"n": most}))
    return text


def _domain(reading: Reading, element: etree._Element) -> Domain:
    reading.attributes(element, ("id",))
    children = list(reading.children(element, ("name", "source", "competency")))
    return Domain(
        id=_id(reading, element),
        names=_texts(reading, element, children, "name"),
        competencies=tuple(_competency(reading, child) for child in children if child.tag == "competency"),
        sources=_sources(reading, children),
    )


def _competency(reading: Reading, element: etree._Element) -> Competency:
    reading.attributes(element, ("id", "hr_code"))
    children = list(reading.children(element, ("name", "description", "source", "level")))
    levels = tuple(_level(reading, child) for child in children if child.tag == "level")
    numbers = [level.number for level in levels if level.number]
    if numbers != sorted(set(numbers)):
        reading.report(
            element,
            Message(_("The levels of {id} are not in order, or repeat."), {"id": element.get("id")}),
            Message(_("Write each level once, lowest first.")),
        )
    return Competency(
        id=_id(reading, element),
        names=_texts(reading, element, children, "name"),
        hr_code=_short(reading, element, "hr_code", str(element.get("hr_code", "")), MAX_HR_CODE),
        levels=levels,
        descriptions=_texts(reading, element, children, "description", required=False),
        sources=_sources(reading, children),
    )


def _level(reading: Reading, element: etree._Element) -> CompetencyLevel:
    reading.attributes(element, ("n",))
    children = list(reading.children(element, ("description", "source", "indicator")))
    return CompetencyLevel(
        number=reading.whole(element, "n"),
        descriptions=_texts(reading, element, children, "description"),
        indicators=tuple(_indicator(reading, child) for child in children if child.tag == "indicator"),
        sources=_sources(reading, children),
    )


def _indicator(reading: Reading, element: etree._Element) -> Indicator:
    reading.attributes(element, ("id",))
    children = list(reading.children(element, ("description",)))
    level = element.getparent()
    competency = None if level is None else level.getparent()
    if level is not None and competency is not None and element.get("id") is not None:
        start = f"{competency.get('id')}.{level.get('n')}."
        if not re.fullmatch(re.escape(start) + "[1-9][0-9]?", str(element.get("id"))):
            expected = Message(
                _("{start} and a number, such as {example}"), {"start": start, "example": f"{start}1"}
            )
            reading.value(element, "id", expected)
    return Indicator(
        id=_id(reading, element),
        descriptions=_texts(reading, element, children, "description"),
    )


def _post(reading: Reading, element: etree._Element, competencies: set[str]) -> Post:
    reading.attributes(element, ("id", "eselon", "basis"))
    children = list(reading.children(element, ("name", "source", "requires")))
    eselon = element.get("eselon")
    if eselon is not None and not re.fullmatch("[0-9]{2}", eselon):
        reading.value(element, "eselon", Message(_("the two digits of the eselon, such as 31")))
    requires: dict[str, int] = {}
    for child in children:
        if child.tag != "requires":
            continue
        reading.attributes(child, ("competency", "level"))
        list(reading.children(child, ()))
        competency = reading.required(child, "competency")
        if competency and (competency not in competencies or competency in requires):
            reading.value(child, "competency", Message(_("a competency of this framework, once")))
        requires[competency] = reading.whole(child, "level")
    return Post(
        id=_id(reading, element),
        names=_texts(reading, element, children, "name"),
        eselon=str(eselon or ""),
        basis=reading.choice(element, "basis", Basis) or Basis.PROPOSAL,
        requires=requires,
        sources=_sources(reading, children),
    )


def _texts(
    reading: Reading,
    parent: etree._Element,
    children: list[etree._Element],
    tag: str,
    *,
    required: bool = True,
) -> Texts:
    texts: dict[str, str] = {}
    for child in children:
        if child.tag != tag:
            continue
        language = reading.required(child, "lang")
        if language and (language not in LANGUAGES or language in texts):
            reading.value(child, "lang", Message(_("one of {names}, once"), {"names": ", ".join(LANGUAGES)}))
        texts[language] = reading.plain(child, ("lang",)).strip()
    if required and LANGUAGES[0] not in texts:
        reading.report(
            parent,
            Message(
                _("<{tag}> {id} has no <{part}> in the language {lang}."),
                {
                    "tag": str(parent.tag),
                    "id": parent.get("id") or parent.get("n"),
                    "part": tag,
                    "lang": LANGUAGES[0],
                },
            ),
            Message(_("Add it.")),
        )
    return texts


def _sources(reading: Reading, children: list[etree._Element]) -> tuple[str, ...]:
    return tuple(reading.plain(child).strip() for child in children if child.tag == "source")


def write_framework(framework: CompetencyFramework) -> str:
    """Return the framework as an indented document, which ``read_framework`` reads to an equal value."""
    root = etree.Element("competency_framework", {"id": framework.id, "version": framework.version})
    _write_sources(root, framework.sources)
    for domain in framework.domains:
        element = etree.SubElement(root, "domain", {"id": domain.id})
        _write_texts(element, "name", domain.names)
        _write_sources(element, domain.sources)
        for competency in domain.competencies:
            _write_competency(element, competency)
    for post in framework.posts:
        _write_post(root, post)
    pretty(root)
    return etree.tostring(root, encoding="unicode") + "\n"


def _write_competency(parent: etree._Element, competency: Competency) -> None:
    element = etree.SubElement(parent, "competency", {"id": competency.id})
    if competency.hr_code:
        element.set("hr_code", competency.hr_code)
    _write_texts(element, "name", competency.names)
    _write_texts(element, "description", competency.descriptions)
    _write_sources(element, competency.sources)
    for level in competency.levels:
        one = etree.SubElement(element, "level", {"n": str(level.number)})
        _write_texts(one, "description", level.descriptions)
        _write_sources(one, level.sources)
        for indicator in level.indicators:
            inner = etree.SubElement(one, "indicator", {"id": indicator.id})
            _write_texts(inner, "description", indicator.descriptions)


def _write_post(parent: etree._Element, post: Post) -> None:
    element = etree.SubElement(parent, "post", {"id": post.id})
    if post.eselon:
        element.set("eselon", post.eselon)
    element.set("basis", post.basis)
    _write_texts(element, "name", post.names)
    _write_sources(element, post.sources)
    for competency, level in post.requires.items():
        etree.SubElement(element, "requires", {"competency": competency, "level": str(level)})


def _write_texts(parent: etree._Element, tag: str, texts: Texts) -> None:
    for language, text in texts.items():
        etree.SubElement(parent, tag, {"lang": language}).text = text


def _write_sources(parent: etree._Element, sources: tuple[str, ...]) -> None:
    for source in sources:
        etree.SubElement(parent, "source").text = source

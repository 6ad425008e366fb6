"""Competency frameworks: ``<competency_framework>`` with domains, competencies, levels and posts."""

import re

from lxml import etree

from xblocks.competency.framework import Competency, CompetencyFramework, CompetencyLevel, Domain, Post, Texts
from xblocks.competency.items import COMPETENCY_ID, MAX_ID
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _

from .banks import report_duplicates
from .xml import MalformedXmlError, Problem, Reading, parse

__all__ = ["LANGUAGES", "read_framework"]

LANGUAGES = ("id", "en")


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
        version=reading.required(root, "version"),
        domains=tuple(_domain(reading, child) for child in children if child.tag == "domain"),
        posts=tuple(_post(reading, child, competencies) for child in children if child.tag == "post"),
        sources=_sources(reading, children),
    )
    return (None, reading.problems) if reading.problems else (framework, [])


def _report_ids(reading: Reading, root: etree._Element) -> None:
    for tag in ("domain", "competency", "post"):
        report_duplicates(reading, root.iter(tag), "id")


def _id(reading: Reading, element: etree._Element) -> str:
    text = reading.required(element, "id")
    if text and (not COMPETENCY_ID.fullmatch(text) or len(text) > MAX_ID):
        reading.value(element, "id", Message(_("small letters, digits, - . and _")))
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
        hr_code=str(element.get("hr_code", "")),
        levels=levels,
        descriptions=_texts(reading, element, children, "description", required=False),
        sources=_sources(reading, children),
    )


def _level(reading: Reading, element: etree._Element) -> CompetencyLevel:
    reading.attributes(element, ("n",))
    children = list(reading.children(element, ("description", "source")))
    return CompetencyLevel(
        number=reading.whole(element, "n"),
        descriptions=_texts(reading, element, children, "description"),
        sources=_sources(reading, children),
    )


def _post(reading: Reading, element: etree._Element, competencies: set[str]) -> Post:
    reading.attributes(element, ("id", "eselon"))
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

"""The block's content as an author's source text, and read again with every problem by its line."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from xblocks.competency.assessment import Form, resolved
from xblocks.competency.blueprint import check
from xblocks.competency.errors import UnknownReferenceError
from xblocks.competency.items import Item
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.host import records
from xblocks.host.studio import Editor, Source
from xblocks.olx.assessments import (
    ATTRIBUTES,
    PLATFORM_ATTRIBUTES,
    AssessmentDefinition,
    read_assessment,
    settings_problems,
)
from xblocks.olx.xml import MalformedXmlError, Problem, canonical, parse, pretty, syntax_problems

from .content import drafts, unknown_competencies
from .olx import EMPTY, TAG, bank_missing

__all__ = ["EDITOR"]


def source_of(definition: str) -> str:
    """Return the definition, indented, or as it is where it cannot be parsed."""
    try:
        root = parse(definition or EMPTY, where=TAG)
    except MalformedXmlError:
        return definition
    pretty(root)
    if not len(root) and not root.text:
        root.text = "\n"
    return etree.tostring(root, encoding="unicode")


def read(source: str, settings: Mapping[str, Any]) -> Source:
    """Return what the source holds, with what is wrong in it and in the settings."""
    wrong = settings_problems({name: _written(value) for name, value in settings.items() if value})
    try:
        root = parse(source, where=TAG)
    except MalformedXmlError as error:
        problems = syntax_problems(source) or [error.problem]
        return Source(definition=source, problems=tuple(problems), settings=wrong)
    problems = list(_misplaced(root))
    if settings["bank"]:
        root.set("bank", "named@elsewhere")
    root.set("form", settings.get("form") or Form.FIXED)
    _settings, found, read_problems = read_assessment(root)
    for name in ("bank", "form"):
        root.attrib.pop(name, None)
    in_bank, warnings = _bank(settings["bank"] if "bank" not in wrong else "")
    items, missing = resolved(found.entries, in_bank)
    if in_bank and missing:
        problems += _missing(root, settings["bank"], missing)
    problems += read_problems
    problems += _not_askable(root, items, found, in_bank)
    return Source(
        definition=canonical(root),
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
        settings=wrong,
        warnings=(*warnings, *unknown_competencies(items)),
    )


def _written(value: object) -> str:
    """Return a setting as the attribute has it."""
    return "true" if value is True else str(value)


def _misplaced(root: etree._Element) -> Iterator[Problem]:
    """Take from the root what is not content: the platform's attributes, and settings, which are told."""
    for name in PLATFORM_ATTRIBUTES:
        root.attrib.pop(name, None)
    if root.get("schema") == "1":
        del root.attrib["schema"]
    for name in [name for name in ATTRIBUTES if name in root.attrib and name != "schema"]:
        del root.attrib[name]
        yield Problem(
            line=int(root.sourceline or 0),
            where="",
            message=Message(_("The attribute {name} of <{tag}> is a setting."), {"name": name, "tag": TAG}),
            remedy=Message(_("Set it in the form and remove it here.")),
        )


def _bank(reference: str) -> tuple[Mapping[str, Item], tuple[Message, ...]]:
    if not reference:
        return {}, ()
    try:
        return records.bank_items(reference), ()
    except UnknownReferenceError as error:
        return {}, (error.message,)


def _missing(root: etree._Element, bank: str, missing: tuple[str, ...]) -> Iterator[Problem]:
    for element in root.iter("item"):
        if element.get("ref") in missing:
            yield Problem(
                line=int(element.sourceline or 0),
                where="",
                message=bank_missing(bank, [str(element.get("ref"))]),
                remedy=Message(_("Correct the id, or name the bank that has it.")),
            )


def _not_askable(
    root: etree._Element, items: Iterable[Item], found: AssessmentDefinition, in_bank: Mapping[str, Item]
) -> Iterator[Problem]:
    """Yield which items are drafts, and why no form can be drawn."""
    by_id = {item.id: item for item in items}
    for element in root.iter("item"):
        item = by_id.get(str(element.get("ref") or element.get("id")))
        for draft in drafts([item] if item else ()):
            yield Problem(
                line=int(element.sourceline or 0),
                where="",
                message=draft,
                remedy=Message(_("Set its status to live or pilot, or take it out.")),
            )
    if found.blueprint is None or not in_bank:
        return
    line = next((int(element.sourceline or 0) for element in root.iter("blueprint")), 0)
    for fault in check(in_bank.values(), found.blueprint, found.adaptive):
        yield Problem(
            line=line,
            where="",
            message=fault,
            remedy=Message(_("Draw fewer items, or name a bank that has more.")),
        )


# One item of the simplest type, complete, for an author's first.
EXAMPLE = """\
<item id="dana-kelurahan" type="single_choice" competencies="gov.pendanaan" level="1">
  <prompt><p>Di dalam anggaran mana anggaran kelurahan berada?</p></prompt>
  <option id="a" correct="true">anggaran kecamatan</option>
  <option id="b">anggaran desa</option>
  <source>UU 23/2014 Pasal 230 ayat (2)</source>
  <feedback><p>Pasal itu memasukkannya ke dalam anggaran kecamatan, bagian kelurahan.</p></feedback>
</item>"""
EDITOR = Editor(field="definition", show=source_of, read=read, example=EXAMPLE)

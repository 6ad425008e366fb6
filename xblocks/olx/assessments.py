"""``<competency_assessment>``: its settings, an introduction, and items written inline or named in a bank."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from xblocks.competency.assessment import FeedbackPolicy, ItemRef
from xblocks.competency.items import Item
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _

from .banks import BANK_REFERENCE, report_duplicates
from .items import read_item, write_item
from .markup import markup
from .xml import MalformedXmlError, Problem, Reading, element_of, parse

__all__ = [
    "ATTRIBUTES",
    "AssessmentDefinition",
    "AssessmentSettings",
    "read_assessment",
    "read_definition",
    "write_definition",
]

ROOT = "competency_assessment"
SCHEMA = "1"
ATTRIBUTES = ("display_name", "schema", "bank", "attempts", "feedback", "weight")
# Said by the platform about any block, not by ours.
PLATFORM_ATTRIBUTES = ("url_name", "xblock-family", "slug", "filename")


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentSettings:
    """The attributes that were given and are good; None where absent."""

    display_name: str | None = None
    bank: str | None = None
    attempts: int | None = None
    feedback: FeedbackPolicy | None = None
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentDefinition:
    """The children of the element. ``intro`` is canonical XHTML, empty where there is none."""

    intro: str = ""
    entries: tuple[Item | ItemRef, ...] = ()


def read_assessment(
    root: etree._Element, *, where: str = "", offset: int = 0, also: Collection[str] = ()
) -> tuple[AssessmentSettings, AssessmentDefinition, list[Problem]]:
    """Read a whole element, settings and children, and every problem.

    ``also`` names attributes that the host knows beside ours. That a bank exists and holds the items
    named is the caller's to check.
    """
    reading = Reading(where=where, offset=offset)
    if root.tag != ROOT:
        reading.report(
            root,
            Message(_("<{tag}> is not an assessment."), {"tag": str(root.tag)}),
            Message(_("The root must be <{tag}>."), {"tag": ROOT}),
        )
        return AssessmentSettings(), AssessmentDefinition(), reading.problems
    reading.attributes(root, (*ATTRIBUTES, *PLATFORM_ATTRIBUTES, *also))
    settings = _settings(reading, root)
    definition, problems = read_children(root, reading, bank=root.get("bank") is not None)
    return settings, definition, problems


def _settings(reading: Reading, root: etree._Element) -> AssessmentSettings:
    if root.get("schema", SCHEMA) != SCHEMA:
        reading.value(root, "schema", Message(_("the version {n}, which is the only one"), {"n": SCHEMA}))
    bank = root.get("bank")
    if bank is not None and not BANK_REFERENCE.fullmatch(bank):
        reading.value(root, "bank", Message(_("id@version of an item bank")))
        bank = None
    attempts = root.get("attempts")
    if attempts is not None and not re.fullmatch("[1-9][0-9]{0,3}", attempts):
        reading.value(root, "attempts", Message(_("a whole number from 1, or leave it out for no limit")))
        attempts = None
    weight = reading.decimal(root, "weight")
    if weight is not None and weight < 0:
        reading.value(root, "weight", Message(_("a number that is not negative")))
        weight = None
    name = root.get("display_name")
    return AssessmentSettings(
        display_name=None if name is None else str(name),
        bank=None if bank is None else str(bank),
        attempts=None if attempts is None else int(attempts),
        feedback=reading.choice(root, "feedback", FeedbackPolicy),
        weight=weight,
    )


def read_definition(
    source: bytes | str, *, where: str = "", offset: int = 0, bank: bool = True
) -> tuple[AssessmentDefinition, list[Problem]]:
    """Return what could be read, and every problem. ``bank`` False makes references a problem."""
    try:
        root = parse(source, where=where or ROOT)
    except MalformedXmlError as error:
        return AssessmentDefinition(), [error.problem]
    return read_children(root, Reading(where=where, offset=offset), bank=bank)


def read_children(
    root: etree._Element, reading: Reading, *, bank: bool
) -> tuple[AssessmentDefinition, list[Problem]]:
    """Read the children of an assessment's element; its attributes are the caller's."""
    intro = ""
    entries: list[Item | ItemRef | None] = []
    children = list(reading.children(root, ("intro", "item")))
    report_duplicates(reading, children, "id", "ref")
    for number, child in enumerate(children):
        if child.tag == "intro":
            if number:
                reading.report(
                    child,
                    Message(_("<intro> must stand once, before the items.")),
                    Message(_("Move it to the top.")),
                )
            reading.attributes(child, ())
            intro = markup(reading, child)
        elif child.get("ref") is not None:
            entries.append(_reference(reading, child, bank=bank))
        else:
            entries.append(read_item(reading, child))
    if not any(child.tag == "item" for child in children):
        reading.report(
            root, Message(_("The assessment has no items.")), Message(_("Add at least one <item>."))
        )
    return AssessmentDefinition(intro=intro, entries=tuple(filter(None, entries))), reading.problems


def _reference(reading: Reading, element: etree._Element, *, bank: bool) -> ItemRef:
    reading.attributes(element, ("ref",))
    list(reading.children(element, ()))
    if not bank:
        reading.report(
            element,
            Message(_("Item {item} refers to a bank, but none is named."), {"item": element.get("ref")}),
            Message(_('Name it on the assessment: bank="id@version".')),
        )
    return ItemRef(str(element.get("ref")))


def write_definition(definition: AssessmentDefinition, tag: str = ROOT) -> etree._Element:
    """Return the element that ``read_definition`` reads as this definition."""
    root = etree.Element(tag)
    if definition.intro:
        root.append(element_of("intro", definition.intro))
    for entry in definition.entries:
        if isinstance(entry, ItemRef):
            etree.SubElement(root, "item", {"ref": entry.ref})
        else:
            root.append(write_item(entry))
    return root

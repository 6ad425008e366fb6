"""What an assessment element holds: an introduction and its entries, written inline or named in the bank."""

from dataclasses import dataclass

from lxml import etree

from xblocks.competency.assessment import ItemRef
from xblocks.competency.items import Item
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _

from .banks import report_duplicates
from .items import read_item, write_item
from .markup import markup
from .xml import MalformedXmlError, Problem, Reading, element_of, parse

__all__ = ["AssessmentDefinition", "read_definition", "write_definition"]

ROOT = "competency_assessment"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentDefinition:
    """The children of the element. ``intro`` is canonical XHTML, empty where there is none."""

    intro: str = ""
    entries: tuple[Item | ItemRef, ...] = ()


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

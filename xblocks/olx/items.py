"""Item elements ⇄ items: what all types have in common. The rest is in ``codecs``."""

from typing import Any, cast

from lxml import etree

from xblocks.competency.errors import DefinitionError
from xblocks.competency.items import SECONDS, Item, ItemStatus
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _

from .codecs import CODECS, Codec, Parts, read_feedback, set_decimal
from .markup import markup
from .xml import Reading, element_of

__all__ = ["read_item", "write_item"]

ATTRIBUTES = {"id", "type", "competencies", "level", "points", "seconds", "status", "enemies"}
COMMON = ("prompt", "source", "feedback")
# In the place of what is missing or bad, and was reported: the rest is to be checked all the same.
STAND_IN = "item"


def read_item(reading: Reading, element: etree._Element) -> Item | None:
    """Return the item; None, with the problems reported, where there is no telling what was meant."""
    outer = reading.where
    reading.where = f"{outer} > {element.get('id', '?')}" if outer else f"item {element.get('id', '?')}"
    try:
        return _read(reading, element)
    finally:
        reading.where = outer


def _read(reading: Reading, element: etree._Element) -> Item | None:
    before = len(reading.problems)
    name = reading.required(element, "type")
    codec = CODECS.get(name)
    if codec is None:
        if name:
            reading.value(element, "type", Message(_("one of {names}"), {"names": ", ".join(CODECS)}))
        for attribute in ("id", "competencies"):
            reading.required(element, attribute)
        reading.whole(element, "level")
        return None
    reading.attributes(element, ATTRIBUTES | codec.attributes)
    children = list(reading.children(element, (*COMMON, *codec.elements)))
    _check_order(reading, element, children, codec)
    values: Parts = {
        "id": reading.required(element, "id") or STAND_IN,
        "competencies": tuple(reading.required(element, "competencies").split()) or (STAND_IN,),
        "level": reading.whole(element, "level") or 1,
        "points": reading.decimal(element, "points"),
        "seconds": reading.integer(element, "seconds", SECONDS),
        "status": reading.choice(element, "status", ItemStatus) or ItemStatus.LIVE,
        "enemies": tuple((element.get("enemies") or "").split()),
        "prompt": "",
    }
    for child in children:
        if child.tag == "prompt":
            reading.attributes(child, ())
            values["prompt"] = markup(reading, child)
        elif child.tag == "source":
            values["source"] = reading.plain(child)
        elif child.tag == "feedback":
            values["feedback"] = read_feedback(reading, child)
    before_parts = len(reading.problems)
    values |= codec.read(reading, element, [child for child in children if child.tag not in COMMON])
    try:
        item = codec.item(**cast(Any, values))
    except DefinitionError as error:
        # What was reported of the parts, the item would only repeat.
        if len(reading.problems) == before_parts:
            for fault in error.faults:
                reading.report(element, fault, Message(_("Mend the item.")))
        return None
    return item if len(reading.problems) == before else None


def _check_order(
    reading: Reading, element: etree._Element, children: list[etree._Element], codec: Codec
) -> None:
    """Report repeated common elements, and elements out of the order in which they are written."""
    tags = [str(child.tag) for child in children]
    place = {"prompt": 0, "source": 2, "feedback": 3}
    places = [place.get(tag, 1 if tag != "distractor" else 1.5) for tag in tags]
    for tag in COMMON:
        if tags.count(tag) > 1:
            reading.report(
                element,
                Message(_("<{tag}> stands more than once in <item>."), {"tag": tag}),
                Message(_("Keep one.")),
            )
    if places != sorted(places):
        reading.report(
            element,
            Message(_("The elements of this item are out of order.")),
            Message(
                _("Write them in this order: {names}."),
                {"names": ", ".join(f"<{tag}>" for tag in ("prompt", *codec.elements, "source", "feedback"))},
            ),
        )


def write_item(item: Item) -> etree._Element:
    """Return the element that ``read_item`` reads as this item."""
    element = etree.Element("item", {"id": item.id, "type": item.type})
    element.set("competencies", " ".join(item.competencies))
    element.set("level", str(item.level))
    set_decimal(element, "points", item.points)
    if item.seconds is not None:
        element.set("seconds", str(item.seconds))
    if item.status is not ItemStatus.LIVE:
        element.set("status", item.status.value)
    if item.enemies:
        element.set("enemies", " ".join(item.enemies))
    element.append(element_of("prompt", item.prompt))
    CODECS[item.type].write(item, element)
    if item.source:
        etree.SubElement(element, "source").text = item.source
    if item.feedback:
        element.append(element_of("feedback", item.feedback))
    return element

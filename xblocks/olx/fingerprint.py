"""What tells whether an item still is the item that people answered."""

import hashlib

from lxml import etree

from xblocks.competency.items import Item

from .items import write_item
from .xml import canonical

__all__ = ["fingerprint"]

# What may change without the item working otherwise: its name, its place in framework, bank and law, what it
# counts, and what is read only after answering.
ATTRIBUTES = ("id", "competencies", "level", "points", "seconds", "status", "enemies")
ELEMENTS = ("source", "feedback")


def fingerprint(item: Item) -> str:
    """Return the SHA-256, in hexadecimal, of what decides how the item works: what is asked, and the key.

    Equal fingerprints mean that answers to the one tell about the other: an item that a new version of its
    bank left alone keeps its parameters.
    """
    element = write_item(item)
    for name in ATTRIBUTES:
        element.attrib.pop(name, None)
    for feedback in [*element.findall("*/feedback"), *map(element.find, ELEMENTS)]:
        _remove(feedback)
    return hashlib.sha256(canonical(element).encode()).hexdigest()


def _remove(element: etree._Element | None) -> None:
    parent = None if element is None else element.getparent()
    if element is not None and parent is not None:
        parent.remove(element)

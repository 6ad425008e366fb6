"""Item banks: ``<item_bank id version title lang>`` with items, each with its source and its reason."""

import hashlib
import re
from collections.abc import Iterable, Mapping

from lxml import etree

from xblocks.competency.items import Item
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.values import dataclass

from .items import read_item, write_item
from .xml import MalformedXmlError, Problem, Reading, canonical, parse, pretty

__all__ = ["BANK_REFERENCE", "ItemBank", "read_bank", "report_duplicates", "report_enemies", "write_bank"]

BANK_REFERENCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}@[0-9A-Za-z][0-9A-Za-z._-]{0,49}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemBank:
    """One version of a bank. ``content_hash`` is the SHA-256 of ``xml``, its canonical form."""

    id: str
    version: str
    title: str
    language: str
    items: Mapping[str, Item]
    xml: str

    @property
    def reference(self) -> str:
        """``id@version``, as assessments name it."""
        return f"{self.id}@{self.version}"

    @property
    def content_hash(self) -> str:
        """Hexadecimal SHA-256 of the canonical XML."""
        return hashlib.sha256(self.xml.encode()).hexdigest()


def read_bank(source: bytes | str) -> tuple[ItemBank | None, list[Problem]]:
    """Return the bank and every problem; no bank where there is a problem."""
    try:
        root = parse(source, where="item_bank")
    except MalformedXmlError as error:
        return None, [error.problem]
    reading = Reading(where=f"item_bank {root.get('id', '?')}")
    if root.tag != "item_bank":
        reading.report(
            root,
            Message(_("<{tag}> is not an item bank."), {"tag": str(root.tag)}),
            Message(_("The root must be <{tag}>."), {"tag": "item_bank"}),
        )
        return None, reading.problems
    reading.attributes(root, ("id", "version", "title", "lang"))
    names = {name: reading.required(root, name) for name in ("id", "version", "title", "lang")}
    if names["id"] and names["version"] and not BANK_REFERENCE.fullmatch(f"{names['id']}@{names['version']}"):
        reading.value(root, "id", Message(_("small letters, digits, - and _ as id and version")))
    items: dict[str, Item] = {}
    elements = list(reading.children(root, ("item",)))
    report_duplicates(reading, elements, "id")
    report_enemies(reading, elements, "id")
    for element in elements:
        item = read_item(reading, element)
        if item is not None:
            items[item.id] = item
        for tag in ("source", "feedback"):
            if element.find(tag) is None:
                reading.report(
                    element,
                    Message(
                        _("Item {item} of the bank has no <{tag}>."), {"item": element.get("id"), "tag": tag}
                    ),
                    Message(_("Add it: items of a bank name their source and say why the key is right.")),
                )
    if reading.problems:
        return None, reading.problems
    bank = ItemBank(
        id=names["id"],
        version=names["version"],
        title=names["title"],
        language=names["lang"],
        items=items,
        xml=canonical(root),
    )
    return bank, []


def report_duplicates(reading: Reading, elements: Iterable[etree._Element], *names: str) -> None:
    """Report elements that repeat an id of an earlier one, in any of the attributes named."""
    seen: dict[str, int] = {}
    for element in elements:
        for id_ in filter(None, map(element.get, names)):
            if id_ in seen:
                reading.report(
                    element,
                    Message(
                        _("The id {id} is used twice; first in line {line}."), {"id": id_, "line": seen[id_]}
                    ),
                    Message(_("Give each its own.")),
                )
            seen.setdefault(str(id_), int(element.sourceline or 0) + reading.offset)


def report_enemies(reading: Reading, elements: Iterable[etree._Element], *names: str) -> None:
    """Report enemies that none of the elements is, by any of the attributes named."""
    elements = list(elements)
    known = {element.get(name) for element in elements for name in names}
    for element in elements:
        for enemy in (element.get("enemies") or "").split():
            if enemy not in known:
                reading.report(
                    element,
                    Message(_("The enemy {id} of this item is not here."), {"id": enemy}),
                    Message(_("Name an item of the same document, or remove it.")),
                )


def write_bank(bank: ItemBank) -> str:
    """Return the bank as an indented document."""
    root = etree.Element("item_bank", {"id": bank.id, "version": bank.version})
    root.set("title", bank.title)
    root.set("lang", bank.language)
    root.extend(map(write_item, bank.items.values()))
    pretty(root)
    return etree.tostring(root, encoding="unicode") + "\n"

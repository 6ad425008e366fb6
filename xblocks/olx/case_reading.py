"""Reading CASE 1.1 packages from strangers into competency frameworks; every problem is told, none raised."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

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
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _

from .case import CHILD_OF, EXTENSION, KINDS, LANGUAGE, REQUIRES
from .frameworks import LANGUAGES, read_framework, write_framework
from .xml import MAX_BYTES, Problem

__all__ = ["read_case"]

MAX_ITEMS = 20_000
MAX_TEXT = 10_000
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# Which type of item may be the child of which; the document is the root.
PARENTS = {
    "Domain": "Document",
    "Competency": "Domain",
    "Level": "Competency",
    "Indicator": "Level",
    "Post": "Document",
}
# The problem says how it must be.
CORRECT = Message(_("Correct it in the file, then read it again."))
# Nothing in XML can hold these.
CONTROL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

type Json = Mapping[str, Any]


def read_case(source: bytes) -> tuple[CompetencyFramework | None, list[Problem]]:
    """Return the framework of a package, flat or under ``CFPackage``, and every problem.

    No framework where there is a problem. Items must be of the types that ``write_case`` gives; ids come
    from ``humanCodingScheme``. ``where`` of a problem is the place in the JSON; it has no lines.
    """
    reading = _Reading()
    package = reading.package(source)
    if package is None:
        return None, reading.problems
    framework = reading.framework(package)
    if framework is None or reading.problems:
        return None, reading.problems
    # What our own files may hold is decided in one place.
    checked, problems = read_framework(write_framework(framework))
    return checked, [
        Problem(line=0, where=one.where, message=one.message, remedy=one.remedy) for one in problems
    ]


class _Reading:
    """One package being read. Values that are missing or bad are told, and read as empty."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.items: dict[str, Json] = {}
        self.places: dict[str, str] = {}
        self.children: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
        self.parents: dict[str, str] = {}
        self.requires: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self.document = ""

    def tell(self, where: str, message: Message, remedy: Message) -> None:
        self.problems.append(Problem(line=0, where=where, message=message, remedy=remedy))

    def package(self, source: bytes) -> Json | None:
        if len(source) > MAX_BYTES:
            message = Message(_("The document is larger than {n} bytes."), {"n": MAX_BYTES})
            self.tell("JSON", message, Message(_("Split it into several.")))
            return None
        try:
            found = json.loads(source, parse_constant=_refuse)
        except (ValueError, RecursionError):
            self.tell("JSON", Message(_("This is not JSON.")), Message(_("Give a CASE 1.1 package.")))
            return None
        found = found.get("CFPackage", found) if isinstance(found, dict) else found
        if not isinstance(found, dict) or not isinstance(found.get("CFDocument"), dict):
            message = Message(_("There is no {name} in it."), {"name": "CFDocument"})
            self.tell("CFPackage", message, Message(_("Give a CASE 1.1 package.")))
            return None
        return found

    def framework(self, package: Json) -> CompetencyFramework | None:
        document = package["CFDocument"]
        self.document = self.identifier(document, "CFDocument")
        for number, item in enumerate(self.entries(package, "CFItems")):
            self.take_item(item, f"CFItems[{number}]")
        for number, association in enumerate(self.entries(package, "CFAssociations")):
            self.take_association(association, f"CFAssociations[{number}]")
        for id_, place in self.places.items():
            if id_ not in self.parents:
                message = Message(_("The item is no child of any other."))
                self.tell(place, message, Message(_("Add an association isChildOf.")))
        title = self.text(document, "title", "CFDocument")
        version = self.text(document, "version", "CFDocument")
        if self.problems:
            return None
        return CompetencyFramework(
            id=title,
            version=version,
            domains=tuple(map(self.domain, self.of_kind(self.document, "Domain"))),
            posts=tuple(map(self.post, self.of_kind(self.document, "Post"))),
            sources=self.sources(document, "CFDocument"),
        )

    def entries(self, package: Json, name: str) -> list[Json]:
        found = package.get(name)
        if not isinstance(found, list) or len(found) > MAX_ITEMS:
            message = Message(_("{name} must be a list of at most {n}."), {"name": name, "n": MAX_ITEMS})
            self.tell(name, message, CORRECT)
            return []
        good: list[Json] = [one for one in found if isinstance(one, dict)]
        if len(good) < len(found):
            message = Message(_("{name} holds something that is no object."), {"name": name})
            self.tell(name, message, CORRECT)
        return good

    def take_item(self, item: Json, place: str) -> None:
        id_ = self.identifier(item, place)
        if id_ in self.items:
            self.tell(
                place, Message(_("The id {id} is used twice."), {"id": id_}), Message(_("Give each its own."))
            )
            return
        if item.get("CFItemType") not in KINDS:
            message = Message(
                _("The type {type} of the item is not known."), {"type": str(item.get("CFItemType"))[:60]}
            )
            self.tell(place, message, Message(_("Use one of: {names}."), {"names": ", ".join(KINDS)}))
        self.text(item, "fullStatement", place)
        self.text(item, "humanCodingScheme", place)
        self.items[id_], self.places[id_] = item, place

    def take_association(self, association: Json, place: str) -> None:
        ends = [self.end(association, name, place) for name in ("originNodeURI", "destinationNodeURI")]
        origin, destination = ends
        kind = association.get("associationType")
        if not origin or not destination:
            return
        if kind == CHILD_OF:
            self.take_child(origin, destination, association, place)
        elif kind == REQUIRES:
            self.take_requirement(origin, destination, association, place)
        else:
            message = Message(_("The association {type} is not known."), {"type": str(kind)[:60]})
            self.tell(
                place, message, Message(_("Use one of: {names}."), {"names": f"{CHILD_OF}, {REQUIRES}"})
            )

    def end(self, association: Json, name: str, place: str) -> str:
        link = association.get(name)
        found = str(link.get("identifier", "")).lower() if isinstance(link, dict) else ""
        if found in self.items or (found and found == self.document):
            return found
        message = Message(_("{name} names no item of this package."), {"name": name})
        self.tell(place, message, Message(_("Name the identifier of an item.")))
        return ""

    def take_child(self, origin: str, destination: str, association: Json, place: str) -> None:
        if origin not in self.items:
            message = Message(_("The document is no child of anything."))
            self.tell(place, message, Message(_("Remove it.")))
            return
        kind = str(self.items[origin].get("CFItemType"))
        above = "Document" if destination == self.document else str(self.items[destination].get("CFItemType"))
        if PARENTS.get(kind, above) != above:
            message = Message(
                _("A {child} cannot be the child of a {parent}."), {"child": kind, "parent": above}
            )
            self.tell(
                place, message, Message(_("Make it the child of a {parent}."), {"parent": PARENTS[kind]})
            )
        if self.parents.setdefault(origin, destination) != destination:
            message = Message(_("The item is the child of two others."))
            self.tell(place, message, Message(_("Keep one of the associations.")))
            return
        number = association.get("sequenceNumber")
        order = number if isinstance(number, int) else MAX_ITEMS
        self.children[destination].append((order, len(self.children[destination]), origin))

    def take_requirement(self, origin: str, destination: str, association: Json, place: str) -> None:
        kinds = [str(self.items.get(one, {}).get("CFItemType")) for one in (origin, destination)]
        level = _ours(association).get("level")
        if kinds != ["Post", "Competency"] or isinstance(level, bool) or not isinstance(level, int):
            message = Message(
                _("{name} leads from a Post to a Competency and says a level."), {"name": REQUIRES}
            )
            self.tell(place, message, CORRECT)
            return
        self.requires[origin][str(self.items[destination].get("humanCodingScheme"))] = level

    def identifier(self, entity: Json, place: str) -> str:
        found = entity.get("identifier")
        if isinstance(found, str) and UUID.fullmatch(found):
            return found.lower()
        self.tell(place, Message(_("The identifier is no UUID.")), Message(_("Give each its own.")))
        return ""

    def text(self, entity: Json, name: str, place: str) -> str:
        found = entity.get(name)
        if isinstance(found, str) and found.strip() and len(found) <= MAX_TEXT and not CONTROL.search(found):
            return found.strip()
        message = Message(_("{name} must be a text of 1 to {n} characters."), {"name": name, "n": MAX_TEXT})
        self.tell(place, message, CORRECT)
        return ""

    def texts(self, item: Json, name: str, *, first: bool) -> Texts:
        """Return the texts by language; with ``first``, that of ``fullStatement`` before the others."""
        place = f"{self.place(item)}.extensions.{EXTENSION}.{name}"
        given = _ours(item).get(name, {})
        if not isinstance(given, dict) or not set(given) <= set(LANGUAGES):
            message = Message(_("{name} must hold texts by language."), {"name": name})
            self.tell(place, message, Message(_("Use one of: {names}."), {"names": ", ".join(LANGUAGES)}))
            given = {}
        others = {language: self.text(given, language, place) for language in given}
        return {LANGUAGE: str(item.get("fullStatement")).strip(), **others} if first else others

    def sources(self, item: Json, place: str) -> tuple[str, ...]:
        given = _ours(item).get("sources", [])
        if not isinstance(given, list):
            given = [None]
        return tuple(self.text({"sources": one}, "sources", place) for one in given)

    def of_kind(self, parent: str, kind: str) -> list[Json]:
        ordered = [self.items[id_] for _number, _place, id_ in sorted(self.children[parent])]
        return [item for item in ordered if item.get("CFItemType") == kind]

    def place(self, item: Json) -> str:
        return self.places.get(str(item.get("identifier")).lower(), "CFItems")

    def below(self, item: Json, kind: str) -> list[Json]:
        return self.of_kind(str(item.get("identifier")).lower(), kind)

    def domain(self, item: Json) -> Domain:
        return Domain(
            id=_code(item),
            names=self.texts(item, "names", first=True),
            competencies=tuple(map(self.competency, self.below(item, "Competency"))),
            sources=self.sources(item, self.place(item)),
        )

    def competency(self, item: Json) -> Competency:
        return Competency(
            id=_code(item),
            names=self.texts(item, "names", first=True),
            hr_code=self.optional(item, "hrCode"),
            levels=tuple(map(self.level, self.below(item, "Level"))),
            descriptions=self.texts(item, "descriptions", first=False),
            sources=self.sources(item, self.place(item)),
        )

    def level(self, item: Json) -> CompetencyLevel:
        number = _ours(item).get("level")
        if isinstance(number, bool) or not isinstance(number, int):
            message = Message(_("{name} must be a whole number from 1 to 5."), {"name": "level"})
            self.tell(self.place(item), message, CORRECT)
            number = 1
        return CompetencyLevel(
            number=number,
            descriptions=self.texts(item, "descriptions", first=True),
            indicators=tuple(
                Indicator(id=_code(one), descriptions=self.texts(one, "descriptions", first=True))
                for one in self.below(item, "Indicator")
            ),
            sources=self.sources(item, self.place(item)),
        )

    def post(self, item: Json) -> Post:
        basis = _ours(item).get("basis", str(Basis.PROPOSAL))
        if basis not in list(Basis):
            message = Message(_("{name} is not known."), {"name": "basis"})
            self.tell(
                self.place(item), message, Message(_("Use one of: {names}."), {"names": ", ".join(Basis)})
            )
            basis = Basis.PROPOSAL
        return Post(
            id=_code(item),
            names=self.texts(item, "names", first=True),
            eselon=self.optional(item, "eselon"),
            basis=Basis(basis),
            requires=self.requires[str(item.get("identifier")).lower()],
            sources=self.sources(item, self.place(item)),
        )

    def optional(self, item: Json, name: str) -> str:
        return self.text(_ours(item), name, self.place(item)) if name in _ours(item) else ""


def _ours(entity: Json) -> Json:
    extensions = entity.get("extensions")
    found = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    return found if isinstance(found, dict) else {}


def _code(item: Json) -> str:
    return str(item.get("humanCodingScheme")).strip()


def _refuse(constant: str) -> None:
    raise ValueError(constant)

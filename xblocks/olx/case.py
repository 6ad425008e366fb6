"""Competency frameworks as 1EdTech CASE 1.1 packages (CFPackage): written here, read by ``case_reading``.

CASE knows documents, items in a tree and associations. A framework is a document; its domains, competencies,
levels, indicators and posts are items of those types, children of one another; that a post requires a level
is an association ``ext:requires``. ``humanCodingScheme`` is our own id, ``fullStatement`` the Indonesian
text. What CASE has no word for stands under ``extensions.kapasitas``.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from xblocks.competency.framework import (
    Competency,
    CompetencyFramework,
    CompetencyLevel,
    Domain,
    Indicator,
    Post,
    Texts,
)

__all__ = ["CHILD_OF", "EXTENSION", "KINDS", "LANGUAGE", "REQUIRES", "identifier", "write_case"]

CASE_VERSION = "1.1"
LANGUAGE = "id"
EXTENSION = "kapasitas"
CHILD_OF, REQUIRES = "isChildOf", "ext:requires"
KINDS = ("Domain", "Competency", "Level", "Indicator", "Post")

type Json = dict[str, Any]


def write_case(framework: CompetencyFramework, *, creator: str, changed: datetime) -> Json:
    """Return the package as JSON values; the same for the same arguments on every machine.

    ``changed``, an aware time, is when the framework was last changed: CASE dates every entity.
    """
    return _Writer(framework, creator, changed).package()


def identifier(framework_id: str, kind: str, id_: str) -> str:
    """Return the UUIDv5 of a part of a framework; it stays the same from version to version."""
    namespace = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:kapasitas:framework:{framework_id}")
    return str(uuid.uuid5(namespace, f"{kind}:{id_}"))


class _Writer:
    """One package in the making."""

    def __init__(self, framework: CompetencyFramework, creator: str, changed: datetime) -> None:
        self.framework, self.creator = framework, creator
        self.changed = changed.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self.items: list[Json] = []
        self.associations: list[Json] = []
        self.document = self._link("Document", framework.id, framework.id)

    def package(self) -> Json:
        for number, domain in enumerate(self.framework.domains, 1):
            self._domain(domain, number)
        for number, post in enumerate(self.framework.posts, len(self.framework.domains) + 1):
            self._post(post, number)
        return {
            "CFDocument": {
                "identifier": self.document["identifier"],
                "uri": self.document["uri"],
                "creator": self.creator,
                "title": self.framework.id,
                "lastChangeDateTime": self.changed,
                "caseVersion": CASE_VERSION,
                "version": self.framework.version,
                "language": LANGUAGE,
                "adoptionStatus": "Draft",
                **_extended({"sources": list(self.framework.sources)}),
            },
            "CFItems": self.items,
            "CFAssociations": self.associations,
        }

    def _domain(self, domain: Domain, number: int) -> None:
        extra = {"names": _others(domain.names), "sources": list(domain.sources)}
        link = self._item("Domain", domain.id, domain.names, extra, self.document, number)
        for place, competency in enumerate(domain.competencies, 1):
            self._competency(competency, link, place)

    def _competency(self, competency: Competency, parent: Json, number: int) -> None:
        extra = {
            "names": _others(competency.names),
            "descriptions": dict(competency.descriptions),
            "hrCode": competency.hr_code,
            "sources": list(competency.sources),
        }
        link = self._item("Competency", competency.id, competency.names, extra, parent, number)
        for place, level in enumerate(competency.levels, 1):
            self._level(competency, level, link, place)

    def _level(self, competency: Competency, level: CompetencyLevel, parent: Json, number: int) -> None:
        extra = {
            "level": level.number,
            "descriptions": _others(level.descriptions),
            "sources": list(level.sources),
        }
        id_ = f"{competency.id}.{level.number}"
        link = self._item("Level", id_, level.descriptions, extra, parent, number)
        for place, indicator in enumerate(level.indicators, 1):
            self._indicator(indicator, link, place)

    def _indicator(self, indicator: Indicator, parent: Json, number: int) -> None:
        extra = {"descriptions": _others(indicator.descriptions)}
        self._item("Indicator", indicator.id, indicator.descriptions, extra, parent, number)

    def _post(self, post: Post, number: int) -> None:
        extra = {
            "names": _others(post.names),
            "eselon": post.eselon,
            "basis": str(post.basis),
            "sources": list(post.sources),
        }
        link = self._item("Post", post.id, post.names, extra, self.document, number)
        names = {one.id: one.names[LANGUAGE] for one in self.framework.competencies()}
        for place, (competency, level) in enumerate(post.requires.items(), 1):
            required = self._link("Competency", competency, names.get(competency, competency))
            self._associate(REQUIRES, link, required, place, {"level": level})

    def _item(self, kind: str, id_: str, texts: Texts, extra: Json, parent: Json, number: int) -> Json:
        link = self._link(kind, id_, texts[LANGUAGE])
        self.items.append(
            {
                "identifier": link["identifier"],
                "uri": link["uri"],
                "fullStatement": texts[LANGUAGE],
                "humanCodingScheme": id_,
                "CFItemType": kind,
                "language": LANGUAGE,
                "lastChangeDateTime": self.changed,
                **_extended(extra),
            }
        )
        self._associate(CHILD_OF, link, parent, number, {})
        return link

    def _associate(self, kind: str, origin: Json, destination: Json, number: int, extra: Json) -> None:
        ends = f"{kind}:{origin['identifier']}:{destination['identifier']}"
        id_ = identifier(self.framework.id, "Association", ends)
        self.associations.append(
            {
                "identifier": id_,
                "uri": f"urn:uuid:{id_}",
                "associationType": kind,
                "sequenceNumber": number,
                "originNodeURI": origin,
                "destinationNodeURI": destination,
                "lastChangeDateTime": self.changed,
                **_extended(extra),
            }
        )

    def _link(self, kind: str, id_: str, title: str) -> Json:
        found = identifier(self.framework.id, kind, id_)
        return {"title": title, "identifier": found, "uri": f"urn:uuid:{found}"}


def _others(texts: Texts) -> Mapping[str, str]:
    """Return the texts in the languages other than that of ``fullStatement``."""
    return {language: text for language, text in texts.items() if language != LANGUAGE}


def _extended(extra: Mapping[str, Any]) -> Json:
    said = dict(_said(extra.items()))
    return {"extensions": {EXTENSION: said}} if said else {}


def _said(pairs: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in pairs if value not in ("", [], {}, None))

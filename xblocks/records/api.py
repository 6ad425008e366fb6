"""The public interface of records: plain values in, plain values out; no model escapes.

Callers check permission themselves. Every function that writes joins the caller's transaction.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from xblocks.competency.errors import UnknownReferenceError
from xblocks.competency.items import Item
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.olx.banks import read_bank
from xblocks.olx.frameworks import read_framework
from xblocks.olx.xml import Problem, canonical, parse

from .models import Competency, Framework, ItemBank, Official, Response
from .values import ResponseRecord

__all__ = [
    "ChangedContentError",
    "InvalidContentError",
    "OfficialIdentity",
    "ResponseRecord",
    "bank_items",
    "competency_names",
    "known_competencies",
    "load_bank",
    "load_framework",
    "official_of",
    "record_official",
    "record_responses",
]

MILLIONTH = Decimal("0.000001")


class InvalidContentError(ValueError):
    """A bank or framework has problems and was not loaded; ``problems`` holds every one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class ChangedContentError(ValueError):
    """A version that is loaded would change; versions never do: give the new content a new version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialIdentity:
    """Personal data of an official; keep it out of logs, URLs and events.

    ``office_code`` is the Kemendagri code of the kecamatan (``PP.KK.CC``) or kelurahan
    (``PP.KK.CC.DDDD``). Unknown parts are empty strings.
    """

    nip: str = ""
    full_name: str = ""
    office_code: str = ""
    office_name: str = ""
    post: str = ""


def record_official(user_id: int, identity: OfficialIdentity) -> None:
    """Set what is known of the official behind ``user_id``; replaces what was known before."""
    Official.objects.update_or_create(
        user_id=user_id,
        defaults={
            "nip": identity.nip,
            "full_name": identity.full_name,
            "office_code": identity.office_code,
            "office_name": identity.office_name,
            "post": identity.post,
        },
    )


def official_of(user_id: int) -> OfficialIdentity | None:
    """Return the official behind ``user_id``, or None where no HR system has named one."""
    row = Official.objects.filter(user_id=user_id).first()
    if row is None:
        return None
    return OfficialIdentity(
        nip=row.nip,
        full_name=row.full_name,
        office_code=row.office_code,
        office_name=row.office_name,
        post=row.post,
    )


def record_responses(user_id: int, usage_key: str, attempt: int, records: Iterable[ResponseRecord]) -> None:
    """Append the answers of one learner; those recorded already are left as they are. Idempotent."""
    Response.objects.bulk_create(
        [
            Response(
                user_id=user_id,
                usage_key=usage_key,
                attempt=attempt,
                item_id=one.item_id,
                client_uuid=one.client_uuid,
                response=dict(one.response),
                fraction=one.fraction.quantize(MILLIONTH),
                points=one.points.quantize(MILLIONTH),
                answered_at=one.answered_at,
            )
            for one in records
        ],
        ignore_conflicts=True,
    )


def load_bank(source: bytes | str) -> str:
    """Load a bank and return ``id@version``. The same content again changes nothing.

    Raises InvalidContentError, and ChangedContentError where this version holds something else.
    """
    bank, problems = read_bank(source)
    if bank is None:
        raise InvalidContentError(problems)
    row, _created = ItemBank.objects.get_or_create(
        bank_id=bank.id,
        version=bank.version,
        defaults={"content_hash": bank.content_hash, "xml": bank.xml},
    )
    _refuse_change("bank", bank.reference, row.content_hash, bank.content_hash)
    return bank.reference


def load_framework(source: bytes | str) -> str:
    """Load a competency framework and return ``id@version``; as ``load_bank`` in everything else."""
    framework, problems = read_framework(source)
    if framework is None:
        raise InvalidContentError(problems)
    content_hash = hashlib.sha256(canonical(parse(source)).encode()).hexdigest()
    row, created = Framework.objects.get_or_create(
        framework_id=framework.id, version=framework.version, defaults={"content_hash": content_hash}
    )
    reference = f"{framework.id}@{framework.version}"
    _refuse_change("framework", reference, row.content_hash, content_hash)
    if created:
        found = [(domain, one) for domain in framework.domains for one in domain.competencies]
        Competency.objects.bulk_create(
            Competency(
                framework=row,
                competency_id=one.id,
                domain_id=domain.id,
                position=position,
                hr_code=one.hr_code,
                names=dict(one.names),
                levels={str(level.number): dict(level.descriptions) for level in one.levels},
            )
            for position, (domain, one) in enumerate(found)
        )
    return reference


def _refuse_change(kind: str, reference: str, loaded: str, given: str) -> None:
    if loaded != given:
        raise ChangedContentError(
            f"{kind} {reference} is loaded with other content, and a version never changes: "
            "raise its version attribute and the assessments that name it"
        )


def bank_items(reference: str) -> Mapping[str, Item]:
    """Return the items of the bank ``id@version`` by id; raises UnknownReferenceError."""
    bank_id, _at, version = reference.partition("@")
    row = ItemBank.objects.filter(bank_id=bank_id, version=version).values("pk", "content_hash").first()
    if row is None:
        raise UnknownReferenceError(
            Message(_("The item bank {bank} is not loaded."), {"bank": reference or "-"})
        )
    return _items(row["pk"], row["content_hash"])


# Banks never change, so their items may be kept; the hash guards against a database that was replaced.
@lru_cache(maxsize=32)
def _items(pk: int, content_hash: str) -> Mapping[str, Item]:
    bank, problems = read_bank(ItemBank.objects.get(pk=pk, content_hash=content_hash).xml)
    if bank is None:
        raise InvalidContentError(problems)
    return bank.items


def known_competencies(ids: Iterable[str]) -> frozenset[str]:
    """Return which of the ids any loaded framework defines."""
    rows = Competency.objects.filter(competency_id__in=list(ids))
    return frozenset(rows.values_list("competency_id", flat=True))


def competency_names(ids: Iterable[str], language: str) -> Mapping[str, str]:
    """Return names by id, of the framework loaded last; an id that none defines is its own name.

    Falls back to Indonesian where there is no name in ``language``.
    """
    wanted = list(ids)
    names = {id_: id_ for id_ in wanted}
    rows = Competency.objects.filter(competency_id__in=wanted).order_by(
        "framework__loaded_at", "framework_id"
    )
    for row in rows:
        names[row.competency_id] = row.names.get(language) or row.names.get("id") or row.competency_id
    return names

"""The records app as a block sees it; where the host has not installed it, nothing crosses learners."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.apps import apps

from xblocks.competency.blueprint import AdaptiveRules, Blueprint
from xblocks.competency.errors import UnknownReferenceError
from xblocks.competency.evidence import Evidence
from xblocks.competency.items import Item
from xblocks.competency.mastery import Mastery
from xblocks.competency.measuring import cut_scores
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.measurement.models import ItemModel
from xblocks.records.values import BankPool, LevelWords, Requirement, ResponseRecord

__all__ = [
    "bank_items",
    "bank_models",
    "bank_pool",
    "blueprint_problems",
    "competency_levels",
    "competency_names",
    "installed",
    "last_attempt",
    "level_cuts",
    "mastery_of",
    "met_items",
    "over_exposed",
    "record_evidence",
    "record_presentations",
    "record_responses",
    "requirement_of",
    "unknown_competencies",
]


def installed() -> bool:
    """Tell whether the host keeps records."""
    return apps.is_installed("xblocks.records")


def bank_items(reference: str) -> Mapping[str, Item]:
    """Return the bank's items by id; raises UnknownReferenceError."""
    if not installed():
        raise UnknownReferenceError(Message(_("This host keeps no item banks.")))
    from xblocks.records import api

    return api.bank_items(reference)


def blueprint_problems(
    reference: str, blueprint: Blueprint, adaptive: AdaptiveRules | None
) -> tuple[Message, ...]:
    """Return why no form can be drawn from the bank; raises UnknownReferenceError."""
    if not installed():
        raise UnknownReferenceError(Message(_("This host keeps no item banks.")))
    from xblocks.records import api

    return api.blueprint_problems(reference, blueprint, adaptive)


def competency_names(ids: Iterable[str], language: str) -> Mapping[str, str]:
    """Return names by id; ids themselves where there are no frameworks."""
    if not installed():
        return {id_: id_ for id_ in ids}
    from xblocks.records import api

    return api.competency_names(ids, language)


def competency_levels(ids: Iterable[str], language: str) -> Mapping[str, Mapping[int, LevelWords]]:
    """Return what a person at each level does, by competency; nothing where there are no frameworks."""
    if not installed():
        return {}
    from xblocks.records import api

    return api.competency_levels(ids, language)


def unknown_competencies(ids: Iterable[str]) -> frozenset[str]:
    """Return the ids that no loaded framework defines; none where the host keeps no records."""
    wanted = frozenset(ids)
    if not installed():
        return frozenset()
    from xblocks.records import api

    return wanted - api.known_competencies(wanted)


def record_responses(
    user_id: int | None, usage_key: str, attempt: int, records: Iterable[ResponseRecord]
) -> None:
    """Append answers, where there is an account and a place to keep them."""
    if user_id is None or not installed():
        return
    from xblocks.records import api

    api.record_responses(user_id, usage_key, attempt, records)


def last_attempt(user_id: int | None, usage_key: str) -> int:
    """Return the highest number of an attempt of which anything is on record; 0 where there is none."""
    if user_id is None or not installed():
        return 0
    from xblocks.records import api

    return api.last_attempt(user_id, usage_key)


def bank_pool(reference: str, calibration: str | None = None) -> BankPool | None:
    """Return the bank with a calibration, by default the one in use; None without one.

    Raises UnknownReferenceError.
    """
    if not installed():
        return None
    from xblocks.records import api

    return api.bank_pool(reference, calibration)


def bank_models(reference: str, calibration: str | None) -> Mapping[str, ItemModel]:
    """Return the model of every item of the bank by a calibration; raises UnknownReferenceError."""
    if not installed():
        raise UnknownReferenceError(Message(_("This host keeps no item banks.")))
    from xblocks.records import api

    return api.bank_models(reference, calibration)


def level_cuts(bank_id: str) -> tuple[float, ...]:
    """Return where levels 1 to 5 begin on the bank's scale; as experts expect it where nothing is adopted."""
    if not installed():
        return cut_scores({})
    from xblocks.records import api

    return api.level_cuts(bank_id)


def record_presentations(
    user_id: int | None,
    usage_key: str,
    attempt: int,
    bank: str,
    item_ids: Iterable[str],
    *,
    pilots: Collection[str] = (),
    at: datetime,
) -> None:
    """Append which items of the bank ``id@version`` an attempt showed, where that can be kept."""
    if user_id is None or not installed():
        return
    from xblocks.records import api

    api.record_presentations(user_id, usage_key, attempt, bank, item_ids, pilots=pilots, at=at)


def met_items(
    user_id: int | None, bank_id: str, *, except_attempt: tuple[str, int] | None = None
) -> frozenset[str]:
    """Return the items of the bank that the learner was shown before; none where nothing is kept."""
    if user_id is None or not installed():
        return frozenset()
    from xblocks.records import api

    return api.met_items(user_id, bank_id, except_attempt=except_attempt)


def over_exposed(bank_id: str) -> frozenset[str]:
    """Return the items of the bank that too many attempts have shown; none where nothing is kept."""
    if not installed():
        return frozenset()
    from xblocks.records import api

    return api.over_exposed(bank_id)


def record_evidence(user_id: int | None, usage_key: str, attempt: int, evidence: Iterable[Evidence]) -> None:
    """Record all that an attempt says, or says now, where there is an account and a place to keep it."""
    if user_id is None or not installed():
        return
    from xblocks.records import api

    api.record_evidence(user_id, usage_key, attempt, evidence)


def mastery_of(user_id: int | None, competencies: Iterable[str], *, at: datetime) -> Mapping[str, Mastery]:
    """Return what is found of the learner by competency; nothing where nothing is kept."""
    if user_id is None or not installed():
        return {}
    from xblocks.records import api

    return api.mastery_of(user_id, competencies, at=at)


def requirement_of(user_id: int | None) -> Requirement:
    """Return what the learner's post requires; nothing where that is not known."""
    if user_id is None or not installed():
        return Requirement()
    from xblocks.records import api

    return api.requirement_of(user_id)

"""The records app as a block sees it; where the host has not installed it, nothing crosses learners."""

from collections.abc import Iterable, Mapping

from django.apps import apps

from xblocks.competency.errors import UnknownReferenceError
from xblocks.competency.items import Item
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.records.values import ResponseRecord

__all__ = ["bank_items", "competency_names", "installed", "record_responses", "unknown_competencies"]


def installed() -> bool:
    """Tell whether the host keeps records."""
    return apps.is_installed("xblocks.records")


def bank_items(reference: str) -> Mapping[str, Item]:
    """Return the bank's items by id; raises UnknownReferenceError."""
    if not installed():
        raise UnknownReferenceError(Message(_("This host keeps no item banks.")))
    from xblocks.records import api

    return api.bank_items(reference)


def competency_names(ids: Iterable[str], language: str) -> Mapping[str, str]:
    """Return names by id; ids themselves where there are no frameworks."""
    if not installed():
        return {id_: id_ for id_ in ids}
    from xblocks.records import api

    return api.competency_names(ids, language)


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

"""What learners answered to the items of a bank, across its versions."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from django.db.models import OuterRef, Subquery

from xblocks.competency.errors import ResponseError
from xblocks.competency.items import Item, ItemStatus
from xblocks.competency.measuring import category
from xblocks.competency.responses import Chosen
from xblocks.competency.responses import Response as Answer
from xblocks.competency.types import read_response
from xblocks.competency.values import dataclass
from xblocks.olx.fingerprint import fingerprint

from .api.content import items_of
from .models import ItemBank, Presentation, Response

__all__ = ["Answered", "first_answers", "items_that_count"]


@dataclass(frozen=True, slots=True)
class Answered:
    """The category that somebody reached on an item; ``chosen`` are the options, where it has options."""

    user_id: int
    item_id: str
    category: int
    chosen: tuple[str, ...]
    at: datetime


def items_that_count(bank: ItemBank) -> Mapping[str, Item]:
    """Return the items of this version that are no drafts."""
    items = items_of(bank.pk, bank.content_hash)
    return {id_: item for id_, item in items.items() if item.status is not ItemStatus.DRAFT}


def first_answers(bank: ItemBank, user_ids: Collection[int] | None = None) -> Iterator[Answered]:
    """Yield the first complete answer of each learner, or of those named, to each item of this version.

    Answers to an earlier version count where the item was the same, under whatever id.
    """
    seen: defaultdict[int, set[str]] = defaultdict(set)
    for one in _answers(bank, user_ids):
        if one.item_id not in seen[one.user_id]:
            seen[one.user_id].add(one.item_id)
            yield one


def _answers(bank: ItemBank, user_ids: Collection[int] | None) -> Iterator[Answered]:
    items = items_that_count(bank)
    now_called = _names(bank.bank_id, items)
    shown = Presentation.objects.filter(
        user_id=OuterRef("user_id"),
        usage_key=OuterRef("usage_key"),
        attempt=OuterRef("attempt"),
        item_id=OuterRef("item_id"),
        bank_id=bank.bank_id,
    )
    rows = Response.objects.filter(item_id__in={item_id for _version, item_id in now_called})
    if user_ids is not None:
        rows = rows.filter(user_id__in=user_ids)
    found = (
        rows.annotate(version=Subquery(shown.values("bank_version")[:1]))
        .exclude(version=None)
        .order_by("pk")
        .values_list("user_id", "version", "item_id", "fraction", "response", "received_at")
    )
    for user_id, version, item_id, fraction, response, at in found.iterator():
        item = items.get(now_called.get((version, item_id), ""))
        answer = None if item is None else _complete(item, response)
        if item is not None and answer is not None:
            chosen = answer.ids if isinstance(answer, Chosen) else ()
            yield Answered(user_id, item.id, category(item, fraction), chosen, at)


def _names(bank_id: str, items: Mapping[str, Item]) -> Mapping[tuple[str, str], str]:
    """Return the item's id in this version by the version and the id that it was answered under."""
    by_fingerprint = {fingerprint(item): id_ for id_, item in items.items()}
    found: dict[tuple[str, str], str] = {}
    rows = ItemBank.objects.filter(bank_id=bank_id).values_list("pk", "content_hash", "version")
    for pk, content_hash, version in rows:
        for id_, item in items_of(pk, content_hash).items():
            called = by_fingerprint.get(fingerprint(item))
            if called is not None:
                found[version, id_] = called
    return found


def _complete(item: Item, data: object) -> Answer | None:
    """Return the answer where it is complete; one that the item no longer takes tells nothing."""
    try:
        answer = read_response(item, data)
    except ResponseError:
        return None
    return answer if answer.complete else None

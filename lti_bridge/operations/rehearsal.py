"""The dry run: all that a send does, but the sending; nothing is made or changed at the HR system.

Deliveries are looked at a few at a time, so that a page answers soon and one knows how far it got.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from lti_bridge.adapters.looking import Sight, look
from lti_bridge.delivery.errors import DeliveryError
from lti_bridge.delivery.report import Report
from lti_bridge.models import Delivery, Enrolment

from .standing import condition

__all__ = ["STEP", "Rehearsed", "rehearse"]

# As many at once, and not longer than this.
STEP = 10
SECONDS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What would be sent, and what would become of it.

    ``verdict`` is ``would_send``, ``already_there`` (the same value stands there), ``superseded``,
    ``ended`` (nothing is reported about this person there any more), ``left_alone`` or ``off`` (the platform
    is not sent to now), or ``fails``, with the error in ``problem``.
    """

    delivery: Delivery
    verdict: str
    at: datetime
    line_item: str = ""
    present: tuple[Decimal, Decimal] | None = None
    readable: bool = True
    problem: DeliveryError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """The deliveries looked at in this step, and the number after which the next step begins (0: none)."""

    looked: list[Rehearsed]
    following: int


def rehearse(deliveries: QuerySet[Delivery], now: datetime, *, after: int = 0) -> Rehearsal:
    """Look at the next few deliveries by number. Not inside a transaction: platforms are asked."""
    newer = Delivery.objects.filter(
        target_id=OuterRef("target_id"),
        account_id=OuterRef("account_id"),
        kind=OuterRef("kind"),
        sequence__gt=OuterRef("sequence"),
    )
    reported = Enrolment.objects.filter(
        target_id=OuterRef("target_id"), account_id=OuterRef("account_id"), reports=True
    )
    rows = list(
        deliveries.filter(pk__gt=after)
        .select_related("target__deployment__platform", "account")
        .annotate(outdated=Exists(newer), reported=Exists(reported))
        .order_by("pk")[: STEP + 1]
    )
    end = time.monotonic() + SECONDS
    looked: list[Rehearsed] = []
    for row in rows[:STEP]:
        if looked and time.monotonic() > end:
            break
        looked.append(_one(row, now))
    following = looked[-1].delivery.pk if len(rows) > len(looked) > 0 else 0
    return Rehearsal(looked=looked, following=following)


def _one(row: Delivery, now: datetime) -> Rehearsed:
    at = row.wire_timestamp or row.event_time
    verdict = _without_asking(row, now)
    if verdict:
        return Rehearsed(delivery=row, verdict=verdict, at=at)
    report = Report(
        kind=row.kind,
        recipient=row.account.sub,
        value=row.value,
        maximum=row.maximum,
        completed=row.completed,
        wire_timestamp=at,
    )
    try:
        sight: Sight = look(row.target, report)
    except DeliveryError as error:
        return Rehearsed(delivery=row, verdict="fails", at=at, problem=error)
    return Rehearsed(
        delivery=row,
        verdict="already_there" if sight.same else "would_send",
        at=at,
        line_item=sight.line_item,
        present=sight.present,
        readable=sight.same is not None,
    )


def _without_asking(row: Delivery, now: datetime) -> str:
    if row.outdated:  # type: ignore[attr-defined]
        return "superseded"
    if not row.reported:  # type: ignore[attr-defined]
        return "ended"
    state = condition(row.target.deployment.platform, now)
    return "" if state == "healthy" else state

"""Failures grouped by their cause: what one person mends once, not what failed a thousand times."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from lti_bridge.models import Delivery, DeliveryAttempt, DeliveryState
from lti_bridge.models.digests import digest

__all__ = ["FAILED", "Cause", "causes", "normalised", "with_cause"]

FAILED = (DeliveryState.DEAD, DeliveryState.BLOCKED, DeliveryState.HELD)
# Raw messages read at most; ours are few, since they name statuses and fields only.
MOST_MESSAGES = 2000
EXAMPLES = 3
_ADDRESS = re.compile(r"https?://\S+")
_NUMBER = re.compile(r"(?<![A-Za-z])\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{20,}")


def normalised(message: str, http_status: int | None = None) -> str:
    """Return the message without what differs from row to row: addresses, and numbers but the status.

    >>> normalised("posting to https://simpeg.example/items/12, item 7, answered 404", 404)
    'posting to … item …, answered 404'
    """
    kept = str(http_status)
    shown = _ADDRESS.sub("…", message)
    return _NUMBER.sub(lambda found: kept if found.group() == kept else "…", shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Raw:
    """What one raw message stands for: an attempt's end, or why a target is blocked."""

    state: str
    error_class: str
    http_status: int | None
    message: str


@dataclass(slots=True, kw_only=True)
class Cause:
    """One cause: the state it left the deliveries in, the error, and the deliveries that it concerns."""

    key: str
    state: str
    error_class: str
    http_status: int | None
    message: str
    count: int = 0
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    raw: list[_Raw] = field(default_factory=list)
    examples: list[int] = field(default_factory=list)

    def add(self, raw: _Raw, row: dict[str, object]) -> None:
        """Take one group of rows in."""
        self.count += int(str(row["n"]))
        first, last = row["first"], row["last"]
        if isinstance(first, datetime) and isinstance(last, datetime):
            self.first_seen = min(first, self.first_seen or first)
            self.last_seen = max(last, self.last_seen or last)
        self.raw.append(raw)
        examples = {int(str(row["oldest"])), int(str(row["newest"])), *self.examples}
        self.examples = sorted(examples, reverse=True)[:EXAMPLES]


def causes(deliveries: QuerySet[Delivery]) -> list[Cause]:
    """Return the causes of the failed deliveries among these, most frequent first.

    A blocked one is there because of its target, the others because of how their last attempt ended.
    """
    found: dict[str, Cause] = {}
    for raw, row in _groups(deliveries):
        message = normalised(raw.message, raw.http_status)
        key = digest(raw.state, raw.error_class, str(raw.http_status), message)[:16]
        cause = found.setdefault(
            key,
            Cause(
                key=key,
                state=raw.state,
                error_class=raw.error_class,
                http_status=raw.http_status,
                message=message,
            ),
        )
        cause.add(raw, row)
    return sorted(found.values(), key=lambda cause: (-cause.count, cause.key))


def with_cause(deliveries: QuerySet[Delivery], key: str) -> QuerySet[Delivery]:
    """Return those of the deliveries that failed for this cause; none where there is no such cause (now)."""
    cause = next((one for one in causes(deliveries) if one.key == key), None)
    if cause is None:
        return deliveries.none()
    deliveries = deliveries.filter(state=cause.state)
    messages = [raw.message for raw in cause.raw]
    if cause.state == DeliveryState.BLOCKED:
        return deliveries.filter(target__blocked_reason__in=messages)
    if not cause.error_class and not any(messages):
        return deliveries.filter(~Exists(_finished()) | Exists(_last().filter(error_class="")))
    same = Q(error_class=cause.error_class, http_status=cause.http_status, message__in=messages)
    return deliveries.filter(Exists(_last().filter(same)))


def _finished() -> QuerySet[DeliveryAttempt]:
    return DeliveryAttempt.objects.filter(delivery=OuterRef("pk"), finished_at__isnull=False)


def _last() -> QuerySet[DeliveryAttempt]:
    """Return the last finished attempt of the outer delivery."""
    later = DeliveryAttempt.objects.filter(
        delivery=OuterRef("delivery"), pk__gt=OuterRef("pk"), finished_at__isnull=False
    )
    return _finished().filter(~Exists(later))


def _groups(deliveries: QuerySet[Delivery]) -> Iterator[tuple[_Raw, dict[str, object]]]:
    yield from _blocked(deliveries.filter(state=DeliveryState.BLOCKED).order_by())
    others = deliveries.exclude(state=DeliveryState.BLOCKED).order_by()
    yield from _tried(others)
    yield from _untried(others)


def _blocked(deliveries: QuerySet[Delivery]) -> Iterator[tuple[_Raw, dict[str, object]]]:
    grouped = deliveries.values("target__blocked_reason").annotate(
        n=Count("pk"), first=Min("event_time"), last=Max("event_time"), oldest=Min("pk"), newest=Max("pk")
    )
    for row in grouped[:MOST_MESSAGES]:
        message = row["target__blocked_reason"]
        raw = _Raw(state=DeliveryState.BLOCKED, error_class="BlockedError", http_status=None, message=message)
        yield raw, dict(row)


def _tried(deliveries: QuerySet[Delivery]) -> Iterator[tuple[_Raw, dict[str, object]]]:
    later = DeliveryAttempt.objects.filter(
        delivery=OuterRef("delivery"), pk__gt=OuterRef("pk"), finished_at__isnull=False
    )
    last = DeliveryAttempt.objects.filter(
        ~Exists(later), delivery__in=deliveries.values("pk"), finished_at__isnull=False
    )
    grouped = last.values("delivery__state", "error_class", "http_status", "message").annotate(
        n=Count("pk"),
        first=Min("started_at"),
        last=Max("started_at"),
        oldest=Min("delivery_id"),
        newest=Max("delivery_id"),
    )
    for row in grouped.order_by("-n")[:MOST_MESSAGES]:
        raw = _Raw(
            state=row["delivery__state"],
            error_class=row["error_class"],
            http_status=row["http_status"],
            message=row["message"],
        )
        yield raw, dict(row)


def _untried(deliveries: QuerySet[Delivery]) -> Iterator[tuple[_Raw, dict[str, object]]]:
    """Given up before anything was tried: an account that was retired."""
    grouped = deliveries.filter(~Exists(_finished())).values("state")
    for row in grouped.annotate(
        n=Count("pk"), first=Min("event_time"), last=Max("event_time"), oldest=Min("pk"), newest=Max("pk")
    ):
        yield _Raw(state=row["state"], error_class="", http_status=None, message=""), dict(row)

"""How things stand: what is open per HR system and per target, and what was tried lately.

Every query goes by an index, and none counts what is delivered: that may be millions of rows.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, QuerySet

from lti_bridge.models import Delivery, DeliveryAttempt, DeliveryState, Platform, ReportTarget

__all__ = ["OPEN", "Standing", "attempts_since", "by_platform", "by_target", "condition", "delivered_lately"]

# What is neither delivered nor given up for good.
OPEN = (
    DeliveryState.PENDING,
    DeliveryState.IN_FLIGHT,
    DeliveryState.DEAD,
    DeliveryState.BLOCKED,
    DeliveryState.HELD,
)
# As many attempts are looked at, at most, to say what happened lately.
MOST_ATTEMPTS_READ = 50_000
SMALLEST_STEP = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many deliveries are in each open state; since when the oldest of those that wait is there."""

    counts: dict[str, int] = field(default_factory=dict)
    oldest_waiting: datetime | None = None

    def count(self, state: DeliveryState) -> int:
        """Return how many are in the state."""
        return self.counts.get(state, 0)

    @property
    def waiting(self) -> int:
        """Waiting to be sent."""
        return self.count(DeliveryState.PENDING)

    @property
    def being_sent(self) -> int:
        """In the hands of a worker."""
        return self.count(DeliveryState.IN_FLIGHT)

    @property
    def dead(self) -> int:
        """Given up."""
        return self.count(DeliveryState.DEAD)

    @property
    def blocked(self) -> int:
        """Blocked with their target."""
        return self.count(DeliveryState.BLOCKED)

    @property
    def held(self) -> int:
        """Waiting for somebody's decision."""
        return self.count(DeliveryState.HELD)


def by_platform(platform_ids: Collection[int]) -> dict[int, Standing]:
    """Return the standing of each platform; one query, by the index (platform, state)."""
    rows = Delivery.objects.filter(platform_id__in=platform_ids, state__in=OPEN)
    return _grouped(rows.values_list("platform_id", "state"), platform_ids)


def by_target(targets: Iterable[ReportTarget]) -> dict[int, Standing]:
    """Return the standing of each target; its deployment is loaded already."""
    platforms = {target.pk: target.deployment.platform_id for target in targets}
    # With the platforms, the index (platform, state) leads to the open rows only.
    rows = Delivery.objects.filter(
        platform_id__in=set(platforms.values()), state__in=OPEN, target_id__in=platforms
    )
    return _grouped(rows.values_list("target_id", "state"), platforms)


def _grouped(rows, keys: Collection[int]) -> dict[int, Standing]:  # type: ignore[no-untyped-def]
    counts: dict[int, dict[str, int]] = {key: {} for key in keys}
    oldest: dict[int, datetime] = {}
    for key, state, number, first in rows.annotate(n=Count("pk"), first=Min("event_time")).order_by():
        counts[key][state] = number
        if state == DeliveryState.PENDING:
            oldest[key] = first
    return {key: Standing(counts=counts[key], oldest_waiting=oldest.get(key)) for key in keys}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """From which attempt on; ``complete`` is False where there were too many to read them all."""

    after: int
    since: datetime
    complete: bool

    def attempts(self) -> QuerySet[DeliveryAttempt]:
        """Return the attempts."""
        return DeliveryAttempt.objects.filter(pk__gt=self.after, started_at__gte=self.since)


def attempts_since(since: datetime) -> Recent:
    """Find where the attempts since a moment begin.

    Attempts are numbered as they begin, so that steps back from the newest, each four times as long, lead
    there by the primary key.
    """
    newest: int = DeliveryAttempt.objects.aggregate(newest=Max("pk"))["newest"] or 0
    step = SMALLEST_STEP
    while step < MOST_ATTEMPTS_READ and step < newest:
        before = DeliveryAttempt.objects.filter(pk__lte=newest - step).order_by("-pk")
        started = before.values_list("started_at", flat=True).first()
        if started is None or started < since:
            return Recent(after=newest - step, since=since, complete=True)
        step *= 4
    after = max(newest - MOST_ATTEMPTS_READ, 0)
    return Recent(after=after, since=since, complete=after == 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredLately:
    """Deliveries by platform; ``at_least`` where there were too many to count them all."""

    counts: dict[int, int]
    at_least: bool


def delivered_lately(now: datetime, span: timedelta = timedelta(hours=24)) -> DeliveredLately:
    """Return how many deliveries each platform took within the span."""
    recent = attempts_since(now - span)
    taken = recent.attempts().filter(outcome__in=("delivered", "confirmed"))
    counts = dict(taken.values_list("delivery__platform_id").annotate(n=Count("pk")).order_by())
    return DeliveredLately(counts=counts, at_least=not recent.complete)


def condition(platform: Platform, now: datetime) -> str:
    """Return the code of a platform's condition: ``off``, ``left_alone`` or ``healthy``."""
    if not platform.enabled:
        return "off"
    if platform.circuit_open_until is not None and platform.circuit_open_until > now:
        return "left_alone"
    return "healthy"

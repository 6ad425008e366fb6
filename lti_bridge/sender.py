"""The sender: claims due rows of the outbox, sends them, records every attempt, settles the rows.

At least once on the wire, exactly once in effect: a row is leased to one worker, an attempt is
written before it starts, and what may have arrived is read back before it is sent again.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connections, router, transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from .adapters.ags import AgsService
from .delivery.decisions import Decision, Outcome, decide
from .delivery.errors import ConflictError, DeliveryError
from .delivery.report import Report, ResultsService
from .delivery.timestamps import first_wire_timestamp, restamped
from .models import Delivery, DeliveryAttempt, DeliveryState, ReportTarget

__all__ = ["LEASE", "Claim", "claim", "deliver_next", "send_claimed"]

# Longer than the longest exchange: token, line items and score, each with its time-outs.
LEASE = timedelta(minutes=5)
CANDIDATES = 20

type ServiceFor = Callable[[ReportTarget], ResultsService]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A row that is ours until its lease ends, with the attempt that was opened for it."""

    delivery_id: int
    attempt_id: int
    attempt_count: int
    target_id: int
    report: Report
    ambiguous: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    decision: Decision
    error: DeliveryError | None = None
    wire_timestamp: datetime | None = None


def deliver_next(
    *,
    service_for: ServiceFor = AgsService,
    jitter: Callable[[], float] = random.random,
    lease: timedelta = LEASE,
) -> bool:
    """Claim, send and settle one delivery; False where none is due. Not inside a transaction."""
    claimed = claim(timezone.now(), lease)
    if claimed is None:
        return False
    target = ReportTarget.objects.select_related("deployment__platform").get(pk=claimed.target_id)
    ending = send_claimed(claimed, service_for(target), jitter())
    _settle(claimed, ending, timezone.now())
    return True


def claim(now: datetime, lease: timedelta = LEASE) -> Claim | None:
    """Lease the next due row and open an attempt for it; commits. None where nothing is due.

    On MariaDB, MySQL and PostgreSQL workers skip the rows that others hold; everywhere a conditional
    UPDATE makes sure of the claim. Rows that are no longer the newest are superseded on the way.
    """
    while True:
        with transaction.atomic():
            rows = list(_due(now))
            for row in rows:
                claimed = _claim_row(row, now, lease)
                if claimed is not None:
                    return claimed
        # A row that was not claimed is no longer due: superseded, put off, or another worker's.
        if len(rows) < CANDIDATES:
            return None


def _due(now: datetime) -> QuerySet[Delivery]:
    same = {name: OuterRef(name) for name in ("target_id", "account_id", "kind")}
    busy = Delivery.objects.filter(**same, state=DeliveryState.IN_FLIGHT, lease_until__gte=now)
    waiting = Q(state=DeliveryState.PENDING, not_before__lte=now)
    abandoned = Q(state=DeliveryState.IN_FLIGHT, lease_until__lt=now)
    rows = Delivery.objects.filter(waiting | abandoned).filter(~Exists(busy)).order_by("not_before", "pk")
    features = connections[router.db_for_write(Delivery)].features
    if features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows[:CANDIDATES]


def _claim_row(row: Delivery, now: datetime, lease: timedelta) -> Claim | None:
    siblings = Delivery.objects.filter(target_id=row.target_id, account_id=row.account_id, kind=row.kind)
    unchanged = Delivery.objects.filter(pk=row.pk, state=row.state, attempt_count=row.attempt_count)
    if siblings.filter(sequence__gt=row.sequence).exists():
        unchanged.update(state=DeliveryState.SUPERSEDED, settled_at=now, lease_until=None)
        return None
    wire = row.wire_timestamp
    if wire is None:
        last_sent: datetime | None = siblings.aggregate(last=Max("wire_timestamp"))["last"]
        wire = first_wire_timestamp(row.event_time, last_sent)
    if wire > now:
        unchanged.update(not_before=wire)
        return None
    is_abandoned = row.state == DeliveryState.IN_FLIGHT
    taken = unchanged.update(
        state=DeliveryState.IN_FLIGHT,
        lease_until=now + lease,
        attempt_count=row.attempt_count + 1,
        wire_timestamp=wire,
        ambiguous=row.ambiguous or is_abandoned,
    )
    if not taken:
        return None
    attempt = DeliveryAttempt.objects.create(delivery_id=row.pk, started_at=now)
    return Claim(
        delivery_id=row.pk,
        attempt_id=attempt.pk,
        attempt_count=row.attempt_count + 1,
        target_id=row.target_id,
        report=Report(
            kind=row.kind,
            recipient=row.account.sub,
            value=row.value,
            maximum=row.maximum,
            completed=row.completed,
            wire_timestamp=wire,
        ),
        ambiguous=row.ambiguous or is_abandoned,
    )


def send_claimed(claimed: Claim, service: ResultsService, jitter: float) -> _Ending:
    """Send (or read back what may have arrived), and return how it ended; touches no row of the outbox."""
    try:
        if claimed.ambiguous and service.holds(claimed.report):
            return _Ending(decision=Decision(outcome=Outcome.CONFIRMED))
        service.send(claimed.report)
    except ConflictError as error:
        return _after_conflict(claimed, service, error, jitter)
    except DeliveryError as error:
        return _failed(claimed, error, jitter)
    return _Ending(decision=Decision(outcome=Outcome.DELIVERED))


def _after_conflict(
    claimed: Claim, service: ResultsService, conflict: ConflictError, jitter: float
) -> _Ending:
    """An equal timestamp may be our own earlier send: look. If it is not, try again with a newer one."""
    try:
        if service.holds(claimed.report):
            return _Ending(decision=Decision(outcome=Outcome.CONFIRMED), error=conflict)
    except DeliveryError as error:
        return _failed(claimed, error, jitter)
    decision = decide(conflict, attempts=claimed.attempt_count, jitter=jitter)
    newer = restamped(claimed.report.wire_timestamp, timezone.now())
    return _Ending(decision=decision, error=conflict, wire_timestamp=newer)


def _failed(claimed: Claim, error: DeliveryError, jitter: float) -> _Ending:
    return _Ending(decision=decide(error, attempts=claimed.attempt_count, jitter=jitter), error=error)


def _settle(claimed: Claim, ending: _Ending, now: datetime) -> None:
    error, outcome = ending.error, ending.decision.outcome
    with transaction.atomic():
        DeliveryAttempt.objects.filter(pk=claimed.attempt_id, finished_at__isnull=True).update(
            finished_at=now,
            outcome=outcome,
            http_status=error.http_status if error else None,
            error_class=type(error).__name__ if error else "",
            message=error.message[:500] if error else "",
        )
        # Only while the lease is still ours: a worker that was slow must not overrule its successor.
        ours = Delivery.objects.filter(
            pk=claimed.delivery_id, state=DeliveryState.IN_FLIGHT, attempt_count=claimed.attempt_count
        )
        ours.update(lease_until=None, **_row_changes(claimed, ending, now))
        if outcome == Outcome.BLOCKED and error is not None:
            _block(claimed.target_id, error.message)


def _row_changes(claimed: Claim, ending: _Ending, now: datetime) -> dict[str, object]:
    outcome = ending.decision.outcome
    if outcome in (Outcome.DELIVERED, Outcome.CONFIRMED):
        return {"state": DeliveryState.DELIVERED, "settled_at": now, "ambiguous": False}
    if outcome == Outcome.DEAD:
        return {"state": DeliveryState.DEAD, "settled_at": now}
    if outcome == Outcome.BLOCKED:
        return {"state": DeliveryState.BLOCKED, "settled_at": now}
    changes: dict[str, object] = {
        "state": DeliveryState.PENDING,
        "not_before": now + ending.decision.delay,
    }
    if outcome == Outcome.AMBIGUOUS:
        changes["ambiguous"] = True
    if ending.wire_timestamp is not None:
        changes["wire_timestamp"] = ending.wire_timestamp
        # It was read back just now, and is not there.
        changes["ambiguous"] = False
    return changes


def _block(target_id: int, reason: str) -> None:
    ReportTarget.objects.filter(pk=target_id).update(blocked_reason=reason[:500])
    Delivery.objects.filter(target_id=target_id, state=DeliveryState.PENDING).update(
        state=DeliveryState.BLOCKED
    )

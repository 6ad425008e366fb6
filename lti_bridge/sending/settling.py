"""Settling: what became of the claims is written, many at once, as long as they are still ours."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from lti_bridge.delivery.circuit import Circuit
from lti_bridge.delivery.decisions import Outcome
from lti_bridge.logs import log_event
from lti_bridge.models import Delivery, DeliveryAttempt, DeliveryState, ReportTarget

from .circuits import note
from .claims import Ending
from .holding import open_discrepancy

__all__ = ["settle"]

STATES = {
    Outcome.DELIVERED: DeliveryState.DELIVERED,
    Outcome.CONFIRMED: DeliveryState.DELIVERED,
    Outcome.DEAD: DeliveryState.DEAD,
    Outcome.BLOCKED: DeliveryState.BLOCKED,
    Outcome.HELD: DeliveryState.HELD,
}


def settle(endings: Sequence[Ending], now: datetime, jitter: Callable[[], float]) -> dict[int, Circuit]:
    """Write how the claims ended, in one transaction; return the circuits that are not at rest, by platform.

    A row is changed only while the claim is ours: a worker that was slow must not overrule its
    successor. Its attempt is finished all the same. A claim of which nothing was sent is given back: the
    row waits as before, the attempt is removed, and the claim does not count as one.
    """
    attempted = [ending for ending in endings if ending.decision is not None]
    with transaction.atomic():
        # First, as a launch locks: its platform, then what is to be sent there.
        circuits = note(attempted, now, jitter)
        _give_back([ending for ending in endings if ending.decision is None])
        for alike in _grouped(attempted, _attempt_changes):
            DeliveryAttempt.objects.filter(
                pk__in=[ending.claim.attempt_id for ending in alike], finished_at__isnull=True
            ).update(finished_at=now, **dict(_attempt_changes(alike[0])))
        for alike in _grouped(attempted, lambda ending: (ending.claim.attempt_count, *_changes(ending, now))):
            _ours(alike).update(lease_until=None, **dict(_changes(alike[0], now)))
        for ending in attempted:
            if ending.decision is not None and ending.decision.outcome == Outcome.HELD:
                open_discrepancy(ending, now)
        _block(attempted)
    for ending in attempted:
        _log(ending)
    return circuits


def _log(ending: Ending) -> None:
    claim, error = ending.claim, ending.error
    log_event(
        "delivery_settled",
        delivery=claim.delivery_id,
        attempt=claim.attempt_count,
        target=claim.target_id,
        platform=claim.platform_id,
        outcome=ending.decision.outcome.value if ending.decision else None,
        error=type(error).__name__ if error else None,
        status=error.http_status if error else None,
    )


def _grouped(endings: Sequence[Ending], likeness: Callable[[Ending], object]) -> list[list[Ending]]:
    groups: dict[object, list[Ending]] = {}
    for ending in endings:
        groups.setdefault(likeness(ending), []).append(ending)
    return list(groups.values())


def _ours(alike: Sequence[Ending]):  # type: ignore[no-untyped-def]
    """Return the rows that the claims still hold; all of them were claimed equally often."""
    return Delivery.objects.filter(
        pk__in=[ending.claim.delivery_id for ending in alike],
        state=DeliveryState.IN_FLIGHT,
        attempt_count=alike[0].claim.attempt_count,
    )


def _give_back(unsent: Sequence[Ending]) -> None:
    for alike in _grouped(unsent, lambda ending: ending.claim.attempt_count):
        _ours(alike).update(
            state=DeliveryState.PENDING, lease_until=None, attempt_count=F("attempt_count") - 1
        )
    DeliveryAttempt.objects.filter(
        pk__in=[ending.claim.attempt_id for ending in unsent], finished_at__isnull=True
    ).delete()


def _attempt_changes(ending: Ending) -> tuple[tuple[str, object], ...]:
    error, decision = ending.error, ending.decision
    return (
        ("outcome", decision.outcome if decision else ""),
        ("http_status", error.http_status if error else None),
        ("error_class", type(error).__name__ if error else ""),
        ("message", error.message[:500] if error else ""),
    )


def _changes(ending: Ending, now: datetime) -> tuple[tuple[str, object], ...]:
    """Return the columns of the row that the ending changes."""
    decision = ending.decision
    if decision is None:
        raise ValueError("nothing was sent")
    outcome = decision.outcome
    if outcome in (Outcome.DELIVERED, Outcome.CONFIRMED):
        return (("state", STATES[outcome]), ("settled_at", now), ("ambiguous", False))
    if outcome == Outcome.HELD:
        # It was read back just now: what is there is not ours. It is settled when somebody has decided.
        return (("state", STATES[outcome]), ("ambiguous", False))
    if outcome in STATES:
        return (("state", STATES[outcome]), ("settled_at", now))
    changes: list[tuple[str, object]] = [
        ("state", DeliveryState.PENDING),
        ("not_before", now + decision.delay),
    ]
    if ending.wire_timestamp is not None:
        # It was read back just now, and is not there.
        changes += [("wire_timestamp", ending.wire_timestamp), ("ambiguous", False)]
    elif outcome == Outcome.AMBIGUOUS:
        changes.append(("ambiguous", True))
    return tuple(changes)


def _block(endings: Sequence[Ending]) -> None:
    reasons = {
        ending.claim.target_id: ending.error.message[:500]
        for ending in endings
        if ending.error and ending.decision and ending.decision.outcome == Outcome.BLOCKED
    }
    for target_id, reason in reasons.items():
        ReportTarget.objects.filter(pk=target_id).update(blocked_reason=reason)
        Delivery.objects.filter(target_id=target_id, state=DeliveryState.PENDING).update(
            state=DeliveryState.BLOCKED
        )

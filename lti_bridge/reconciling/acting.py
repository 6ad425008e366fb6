"""What a reconciliation does by itself: sends again, holds back, lets go."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from lti_bridge.delivery.reconciliation import Finding, Standing
from lti_bridge.models import Delivery, DeliveryState, ReportKind, ReportTarget
from lti_bridge.outbox import send_again
from lti_bridge.queue import enqueue

from .ledger import Noted
from .ours import Known

__all__ = ["act", "wake_sender"]

REPAIRED = (Finding.MISSING, Finding.OUTDATED)


def act(
    target: ReportTarget,
    kind: ReportKind,
    noted: Sequence[Noted],
    known: Mapping[int, Known],
    found_at: Mapping[int, datetime],
) -> int:
    """Do what needs nobody's decision; return how many states were sent again. Repeating it changes nothing.

    What is sent again and is not there at the next reading either stays open, for somebody to look at.
    """
    overwrites = target.deployment.platform.overwrites_changes
    again: dict[int, int] = {}
    hold: list[int] = []
    release: list[int] = []
    for one in noted:
        ours, newest = known[one.account_id].ours, known[one.account_id].newest
        if newest is None:
            continue
        is_change = one.finding == Finding.CHANGED
        repairs = one.finding in REPAIRED or (is_change and overwrites)
        if ours.standing == Standing.HELD and not (is_change and not overwrites):
            release.append(newest.pk)
        elif ours.standing == Standing.WAITING and is_change and not overwrites:
            hold.append(newest.pk)
        # Once for each discrepancy: a state that arose after it was found has been sent since.
        elif (
            repairs and ours.standing == Standing.DELIVERED and newest.event_time <= found_at[one.account_id]
        ):
            again[one.account_id] = newest.sequence
    _hold(hold)
    _release(release)
    return len(send_again(target, kind, again)) if again else 0


def wake_sender() -> None:
    """Let the sender look at what may go now."""
    enqueue("deliver")


def _hold(deliveries: Sequence[int]) -> None:
    if deliveries:
        waiting = (DeliveryState.PENDING, DeliveryState.BLOCKED)
        Delivery.objects.filter(pk__in=deliveries, state__in=waiting).update(state=DeliveryState.HELD)


def _release(deliveries: Sequence[int]) -> None:
    if deliveries:
        Delivery.objects.filter(pk__in=deliveries, state=DeliveryState.HELD).update(
            state=DeliveryState.PENDING, not_before=timezone.now()
        )
        wake_sender()

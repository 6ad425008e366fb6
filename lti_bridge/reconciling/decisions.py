"""What a person decides where the platform holds what we did not send: ours goes out, or theirs stays.

Each decision is one transaction with its entry in the operators' audit trail, and needs a reason. The caller
checks permissions.
"""

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from lti_bridge.models import (
    Delivery,
    DeliveryState,
    Discrepancy,
    Enrolment,
    OperatorAction,
    OperatorActionKind,
    ReportKind,
)
from lti_bridge.outbox import send_again
from lti_bridge.queue import enqueue

from .decided import keep

__all__ = [
    "AlreadyDecidedError",
    "ChangedMeanwhileError",
    "DecisionError",
    "NothingToSendError",
    "ReasonMissingError",
    "keep_theirs",
    "send_ours",
]

LONGEST_REASON = 500
GOING_OUT = (DeliveryState.PENDING, DeliveryState.BLOCKED, DeliveryState.IN_FLIGHT)


class DecisionError(Exception):
    """A decision cannot be carried out; nothing was changed."""


class AlreadyDecidedError(DecisionError):
    """The discrepancy is gone, or somebody else has decided."""


class ChangedMeanwhileError(DecisionError):
    """Our value is no longer the one that was shown."""


class NothingToSendError(DecisionError):
    """We hold no value for the person, or nothing is reported on them any more."""


class ReasonMissingError(DecisionError):
    """A decision needs a reason."""


def send_ours(discrepancy: Discrepancy, by: Any, reason: str) -> OperatorAction:
    """Let our newest state go out over what the platform holds; raises DecisionError.

    One that is held goes on waiting for the sender; else the state is written once more. ``by`` is the
    user, None for a command of the shell. The sender lets this one delivery pass
    (``decided.sent_by_decision``); a value that is changed again later is a new discrepancy.
    """
    with transaction.atomic():
        row, newest = _locked(discrepancy, reason)
        is_reported = Enrolment.objects.filter(
            target_id=row.target_id, account_id=row.account_id, reports=True
        ).exists()
        if newest is None or not is_reported:
            raise NothingToSendError(f"discrepancy {row.pk}")
        delivery = _let_go(row, newest)
        Discrepancy.objects.filter(pk=row.pk).update(resolved_at=timezone.now())
        enqueue("deliver")
        return _record(OperatorActionKind.SENT_OURS, row, delivery, by, reason)


def keep_theirs(discrepancy: Discrepancy, by: Any, reason: str) -> OperatorAction:
    """Let the platform's value stand; raises DecisionError.

    A state that was held because of it is waived. The same value is not brought up again while ours stays as
    it is; a later state of ours is sent, and the value then counts as one that we know.
    """
    with transaction.atomic():
        row, newest = _locked(discrepancy, reason)
        if newest is not None and newest.value != row.ours:
            raise ChangedMeanwhileError(f"discrepancy {row.pk}")
        now = timezone.now()
        if newest is not None:
            # Not one that is in flight: it may have arrived, and the next reading tells.
            waiting = (DeliveryState.HELD, DeliveryState.PENDING, DeliveryState.BLOCKED)
            Delivery.objects.filter(pk=newest.pk, state__in=waiting).update(
                state=DeliveryState.WAIVED, settled_at=now
            )
        keep(row, now)
        return _record(OperatorActionKind.KEPT_THEIRS, row, newest, by, reason)


def _locked(discrepancy: Discrepancy, reason: str) -> tuple[Discrepancy, Delivery | None]:
    """Return the open discrepancy and our newest state, locked as the outbox locks when it numbers."""
    if not reason.strip():
        raise ReasonMissingError(f"discrepancy {discrepancy.pk}")
    key = {"target_id": discrepancy.target_id, "account_id": discrepancy.account_id}
    # Enrolment before delivery, as the outbox has it.
    list(Enrolment.objects.select_for_update().filter(**key))
    row = Discrepancy.objects.select_for_update().filter(pk=discrepancy.pk, resolved_at__isnull=True).first()
    if row is None:
        raise AlreadyDecidedError(f"discrepancy {discrepancy.pk}")
    deliveries = Delivery.objects.select_for_update().filter(**key, kind=row.report_kind)
    return row, deliveries.order_by("-sequence").first()


def _let_go(row: Discrepancy, newest: Delivery) -> Delivery:
    if newest.state in GOING_OUT:
        return newest
    held = Delivery.objects.filter(pk=newest.pk, state=DeliveryState.HELD)
    if held.update(state=DeliveryState.PENDING, not_before=timezone.now()):
        return newest
    account = newest.account_id
    written = send_again(row.target, ReportKind(newest.kind), {account: newest.sequence})
    if not written:
        raise NothingToSendError(f"discrepancy {row.pk}")
    return written[0]


def _record(
    kind: OperatorActionKind, row: Discrepancy, delivery: Delivery | None, by: Any, reason: str
) -> OperatorAction:
    return OperatorAction.objects.create(
        by=by,
        kind=kind,
        reason=reason.strip()[:LONGEST_REASON],
        group=uuid.uuid4(),
        platform=row.target.deployment.platform,
        target=row.target,
        delivery=delivery,
    )

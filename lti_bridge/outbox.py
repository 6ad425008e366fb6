"""Writing the outbox: what changed becomes rows, in the transaction that changed it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from .delivery.policy import GRADE_MAXIMUM, grade_to_report, is_completed
from .host import course_host
from .models import CompletionRecord, Delivery, DeliveryState, Enrolment, ReportKind, ReportTarget
from .records.keeping import record_completion

__all__ = ["note_progress", "unblock"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    kind: ReportKind
    value: Decimal
    maximum: Decimal
    completed: bool


def note_progress(user_id: int, course_key: str) -> None:
    """Record what the learner's progress means for HR; see ``lti_bridge.api.note_progress``."""
    now = timezone.now()
    with transaction.atomic():
        # Locked before the progress is read: of two transactions that each complete a block, the
        # second then sees the first's, and numbers are given one after the other.
        enrolments = _locked_enrolments(user_id, course_key)
        progress = course_host().progress(user_id, course_key)
        completed = CompletionRecord.objects.filter(user_id=user_id, course_key=course_key).exists()
        if not completed and is_completed(
            required_blocks=progress.required_blocks,
            completed_blocks=progress.completed_blocks,
            grade=progress.grade,
            passing_grade=progress.passing_grade,
        ):
            record_completion(user_id, progress, now)
            completed = True
        for enrolment in enrolments:
            _enqueue_changes(enrolment, progress.grade, completed=completed, now=now)


def _locked_enrolments(user_id: int, course_key: str) -> list[Enrolment]:
    # Ids first: a locking read over joins would lock targets and accounts as well.
    ids = list(
        Enrolment.objects.filter(
            account__user_id=user_id, target__course_key=course_key, reports=True
        ).values_list("pk", flat=True)
    )
    locked = list(Enrolment.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    targets = ReportTarget.objects.in_bulk([enrolment.target_id for enrolment in locked])
    for enrolment in locked:
        enrolment.target = targets[enrolment.target_id]
    return [
        enrolment for enrolment in locked if enrolment.target.lineitems_url or enrolment.target.lineitem_url
    ]


def _enqueue_changes(enrolment: Enrolment, grade: Decimal, *, completed: bool, now: datetime) -> None:
    newest = {kind: _newest(enrolment, kind) for kind in ReportKind}
    reported = newest[ReportKind.GRADE]
    points = grade_to_report(grade, last_reported=reported.value if reported else None, completed=completed)
    if completed and newest[ReportKind.COMPLETION] is None:
        one = Decimal(1)
        state = _State(kind=ReportKind.COMPLETION, value=one, maximum=one, completed=True)
        _enqueue(enrolment, state, None, now)
    if points is not None:
        state = _State(kind=ReportKind.GRADE, value=points, maximum=GRADE_MAXIMUM, completed=completed)
        _enqueue(enrolment, state, reported, now)


def _newest(enrolment: Enrolment, kind: ReportKind) -> Delivery | None:
    return (
        Delivery.objects.select_for_update()
        .filter(target_id=enrolment.target_id, account_id=enrolment.account_id, kind=kind)
        .order_by("-sequence")
        .first()
    )


def _enqueue(enrolment: Enrolment, state: _State, former: Delivery | None, now: datetime) -> None:
    key = {"target_id": enrolment.target_id, "account_id": enrolment.account_id, "kind": state.kind}
    # One that is in flight stays: its worker finds the newer one when it settles.
    Delivery.objects.filter(**key, state__in=(DeliveryState.PENDING, DeliveryState.BLOCKED)).update(
        state=DeliveryState.SUPERSEDED, settled_at=now
    )
    blocked = bool(enrolment.target.blocked_reason)
    Delivery.objects.create(
        **key,
        sequence=former.sequence + 1 if former else 1,
        value=state.value,
        maximum=state.maximum,
        completed=state.completed,
        event_time=now,
        not_before=now,
        state=DeliveryState.BLOCKED if blocked else DeliveryState.PENDING,
    )


def unblock(target: ReportTarget, now: datetime) -> None:
    """Let a target's blocked deliveries go again; joins the caller's transaction."""
    ReportTarget.objects.filter(pk=target.pk).update(blocked_reason="")
    Delivery.objects.filter(target=target, state=DeliveryState.BLOCKED).update(
        state=DeliveryState.PENDING, not_before=now
    )

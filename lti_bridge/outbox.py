"""Writing the outbox: what changed becomes rows, in the transaction that changed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from .delivery.policy import GRADE_MAXIMUM, grade_to_report, is_completed
from .host import course_host
from .kinds import kinds_of
from .models import CompletionRecord, Delivery, DeliveryState, Enrolment, ReportKind, ReportTarget
from .queue import enqueue
from .records.keeping import record_completion

__all__ = ["note_progress", "send_again", "unblock"]

# A newer state stands in for these: HELD too, whose value nobody needs to decide about any more.
REPLACEABLE = (DeliveryState.PENDING, DeliveryState.BLOCKED, DeliveryState.HELD)


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
            _award(user_id, course_key)
        changed = [
            _enqueue_changes(enrolment, progress.grade, completed=completed, now=now)
            for enrolment in enrolments
        ]
        if any(changed):
            enqueue("deliver")


def _award(user_id: int, course_key: str) -> None:
    """Let the host award what it awards once the record is committed, which stands whatever becomes of it."""

    # A function with a name: Django cannot log the failure of a partial.
    def award() -> None:
        course_host().completed(user_id, course_key)

    transaction.on_commit(award, robust=True)


def _locked_enrolments(user_id: int, course_key: str) -> list[Enrolment]:
    # Ids first: a locking read over joins would lock targets and accounts as well.
    ids = list(
        Enrolment.objects.filter(
            account__user_id=user_id, target__course_key=course_key, reports=True
        ).values_list("pk", flat=True)
    )
    locked = list(Enrolment.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    targets = ReportTarget.objects.select_related("deployment").in_bulk(
        [enrolment.target_id for enrolment in locked]
    )
    for enrolment in locked:
        enrolment.target = targets[enrolment.target_id]
    return [enrolment for enrolment in locked if kinds_of(enrolment.target)]


def _enqueue_changes(enrolment: Enrolment, grade: Decimal, *, completed: bool, now: datetime) -> bool:
    """Write what the target does not know yet; False where it knows everything."""
    newest = {kind: _newest(enrolment, kind) for kind in ReportKind}
    reported = newest[ReportKind.GRADE]
    points = grade_to_report(grade, last_reported=reported.value if reported else None, completed=completed)
    takes_completion = ReportKind.COMPLETION in kinds_of(enrolment.target)
    is_news = completed and takes_completion and newest[ReportKind.COMPLETION] is None
    if is_news:
        one = Decimal(1)
        state = _State(kind=ReportKind.COMPLETION, value=one, maximum=one, completed=True)
        _enqueue(enrolment, state, None, now)
    if points is not None:
        state = _State(kind=ReportKind.GRADE, value=points, maximum=GRADE_MAXIMUM, completed=completed)
        _enqueue(enrolment, state, reported, now)
    return is_news or points is not None


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
    Delivery.objects.filter(**key, state__in=REPLACEABLE).update(
        state=DeliveryState.SUPERSEDED, settled_at=now
    )
    blocked = bool(enrolment.target.blocked_reason) and _is_blocked(enrolment.target_id)
    Delivery.objects.create(
        **key,
        platform_id=enrolment.target.deployment.platform_id,
        sequence=former.sequence + 1 if former else 1,
        value=state.value,
        maximum=state.maximum,
        completed=state.completed,
        event_time=now,
        not_before=now,
        state=DeliveryState.BLOCKED if blocked else DeliveryState.PENDING,
    )


def _is_blocked(target_id: int) -> bool:
    """Tell whether nothing goes to the target now.

    A blocked one is locked: whoever unblocks it lets those rows go that are there by then, and ours is one.
    """
    blocked = ReportTarget.objects.filter(pk=target_id).exclude(blocked_reason="")
    return blocked.exists() and blocked.select_for_update().first() is not None


def send_again(target: ReportTarget, kind: ReportKind, seen: Mapping[int, int]) -> list[Delivery]:
    """Write newest states once more as new ones, so that they go out with a newer timestamp.

    ``seen`` says for each account which sequence the caller took for the newest: where there is a newer one,
    or the person is reported on no longer, nothing is written. The state counts as having arisen now.
    Returns what was written. Joins the caller's transaction, else has one of its own; the target's
    deployment is loaded already.
    """
    now = timezone.now()
    with transaction.atomic():
        reporting = Enrolment.objects.filter(target=target, account_id__in=list(seen), reports=True)
        ids = list(reporting.values_list("pk", flat=True))
        locked = Enrolment.objects.select_for_update().filter(pk__in=ids, reports=True).order_by("pk")
        accounts = [enrolment.account_id for enrolment in locked]
        rows = Delivery.objects.filter(target=target, kind=kind, account_id__in=accounts).order_by("sequence")
        newest = {row.account_id: row for row in rows}
        blocked = _is_blocked(target.pk)
        again = [
            Delivery(
                platform_id=target.deployment.platform_id,
                target=target,
                account_id=account,
                kind=kind,
                sequence=row.sequence + 1,
                value=row.value,
                maximum=row.maximum,
                completed=row.completed,
                event_time=now,
                not_before=now,
                state=DeliveryState.BLOCKED if blocked else DeliveryState.PENDING,
            )
            for account, row in newest.items()
            if row.sequence == seen[account]
        ]
        written = Delivery.objects.bulk_create(again)
        if written:
            enqueue("deliver")
        return written


def unblock(target: ReportTarget, now: datetime) -> None:
    """Let a target's blocked deliveries go again; joins the caller's transaction."""
    ReportTarget.objects.filter(pk=target.pk).update(blocked_reason="")
    Delivery.objects.filter(target=target, state=DeliveryState.BLOCKED).update(
        state=DeliveryState.PENDING, not_before=now
    )

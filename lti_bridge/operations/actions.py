"""What operators do to deliveries, targets and platforms; each with its line in the audit trail.

Every action is one transaction and may be asked for twice: the second time finds its ``group`` in the trail
and does nothing. A row that changed meanwhile is left alone, and counted with the reason. Who may act is
checked by the caller (``pages``; a command's user is trusted).
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched

from django.db import transaction
from django.db.models import Exists, OuterRef

from lti_bridge import outbox
from lti_bridge.logs import log_event
from lti_bridge.models import (
    Delivery,
    DeliveryState,
    Enrolment,
    OperatorAction,
    OperatorActionKind,
    Platform,
    ReportTarget,
)
from lti_bridge.patience import patiently
from lti_bridge.queue import enqueue

from .selection import MOST

__all__ = [
    "REPLAYABLE",
    "WAIVABLE",
    "AlreadyDoneError",
    "Done",
    "Order",
    "close_circuit",
    "note_action",
    "replay",
    "unblock_target",
    "waive",
]

REPLAYABLE = frozenset({DeliveryState.DEAD, DeliveryState.BLOCKED})
WAIVABLE = frozenset({DeliveryState.DEAD, DeliveryState.BLOCKED, DeliveryState.HELD, DeliveryState.PENDING})
CHUNK = 500

type Change = Callable[[list[Delivery], "Done"], list[int]]


class AlreadyDoneError(Exception):
    """The action of this group is in the audit trail already."""


@dataclass(slots=True, kw_only=True)
class Done:
    """How many were changed, how many were superseded instead, and how many were left alone, by reason.

    Reasons are codes: ``changed`` (no longer in a state in which it could be done), ``ended`` (nothing is
    reported about this person there any more). ``left`` says that there were more than are done at once.
    """

    group: uuid.UUID
    changed: int = 0
    superseded: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who wants something done, why, and under which number; ``by`` is None for a command of the shell."""

    by: int | None
    reason: str
    group: uuid.UUID


def replay(ids: list[int], order: Order, now: datetime) -> Done:
    """Let failed deliveries go again, each with its number and its timestamp; raises AlreadyDoneError.

    Only the newest of a report goes; an outdated one is superseded, as the sender would do.
    """

    def change(rows: list[Delivery], done: Done) -> list[int]:
        reported = _reported(rows)
        newest, outdated = [], []
        for row in rows:
            if (row.target_id, row.account_id) not in reported:
                done.skipped["ended"] += 1
            elif row.outdated:  # type: ignore[attr-defined]
                outdated.append(row.pk)
            else:
                newest.append(row.pk)
        mine = Delivery.objects.filter(state__in=REPLAYABLE)
        done.superseded += mine.filter(pk__in=outdated).update(
            state=DeliveryState.SUPERSEDED, settled_at=now, lease_until=None
        )
        done.changed += mine.filter(pk__in=newest).update(
            state=DeliveryState.PENDING, not_before=now, settled_at=None, lease_until=None
        )
        return newest

    done = _in_chunks(ids, REPLAYABLE, OperatorActionKind.REPLAYED, order, change)
    if done.changed:
        enqueue("deliver")
    return done


def waive(ids: list[int], order: Order, now: datetime) -> Done:
    """End deliveries that nobody will send; raises AlreadyDoneError, and ValueError without a reason."""
    if not order.reason.strip():
        raise ValueError("waiving needs a reason")

    def change(rows: list[Delivery], done: Done) -> list[int]:
        pks = [row.pk for row in rows]
        done.changed += Delivery.objects.filter(pk__in=pks, state__in=WAIVABLE).update(
            state=DeliveryState.WAIVED, settled_at=now, lease_until=None
        )
        return pks

    return _in_chunks(ids, WAIVABLE, OperatorActionKind.WAIVED, order, change)


def unblock_target(target_id: int, order: Order, now: datetime) -> Done:
    """Let a target's blocked deliveries go again; raises AlreadyDoneError, ReportTarget.DoesNotExist."""
    done = Done(group=order.group)
    with transaction.atomic():
        _once(order)
        target = ReportTarget.objects.select_for_update().get(pk=target_id)
        blocked = Delivery.objects.filter(target=target, state=DeliveryState.BLOCKED).count()
        if not target.blocked_reason and not blocked:
            done.skipped["changed"] += 1
            return done
        outbox.unblock(target, now)
        done.changed = blocked
        note_action(OperatorActionKind.UNBLOCKED, order, target_id=target_id)
        enqueue("deliver")
    _log(OperatorActionKind.UNBLOCKED, order, done, target=target_id)
    return done


def close_circuit(platform_id: int, order: Order) -> Done:
    """Send to a platform again at once, although it failed; raises AlreadyDoneError."""
    done = Done(group=order.group)
    with transaction.atomic():
        _once(order)
        is_open = Platform.objects.filter(pk=platform_id, circuit_open_until__isnull=False)
        done.changed = is_open.update(circuit_open_until=None, circuit_reason="", failures_in_row=0)
        if not done.changed:
            done.skipped["changed"] += 1
            return done
        note_action(OperatorActionKind.CIRCUIT_CLOSED, order, platform_id=platform_id)
        enqueue("deliver")
    _log(OperatorActionKind.CIRCUIT_CLOSED, order, done, platform=platform_id)
    return done


def note_action(kind: OperatorActionKind, order: Order, **about: int) -> None:
    """Write one line of the audit trail; joins the caller's transaction."""
    OperatorAction.objects.create(
        by_id=order.by, kind=kind, reason=order.reason[:500], group=order.group, **about
    )


def _in_chunks(
    ids: list[int], states: frozenset[DeliveryState], kind: OperatorActionKind, order: Order, change: Change
) -> Done:
    def whole() -> Done:
        done = Done(group=order.group, left=len(ids) > MOST)
        with transaction.atomic():
            _once(order)
            for chunk in batched(sorted(ids)[:MOST], CHUNK):
                rows = _locked(chunk, states)
                done.skipped["changed"] += len(chunk) - len(rows)
                _note_all(kind, order, rows, set(change(rows, done)))
        return done

    done = patiently(whole)
    done.skipped += Counter()  # drops zeros
    _log(kind, order, done)
    return done


def _locked(ids: tuple[int, ...], states: frozenset[DeliveryState]) -> list[Delivery]:
    """Lock the enrolments, then the rows: the order in which the outbox locks them."""
    rows = Delivery.objects.filter(pk__in=ids, state__in=states)
    pairs = set(rows.values_list("target_id", "account_id"))
    enrolments = Enrolment.objects.filter(
        target_id__in={target for target, _account in pairs},
        account_id__in={account for _target, account in pairs},
    )
    keys = [
        pk
        for pk, target, account in enrolments.values_list("pk", "target_id", "account_id")
        if (target, account) in pairs
    ]
    list(Enrolment.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    newer = Delivery.objects.filter(
        target_id=OuterRef("target_id"),
        account_id=OuterRef("account_id"),
        kind=OuterRef("kind"),
        sequence__gt=OuterRef("sequence"),
    )
    return list(rows.select_for_update().annotate(outdated=Exists(newer)).order_by("pk"))


def _reported(rows: list[Delivery]) -> set[tuple[int, int]]:
    """Return (target, account) of those whose results are still reported: not of retired people."""
    enrolments = Enrolment.objects.filter(
        target_id__in={row.target_id for row in rows},
        account_id__in={row.account_id for row in rows},
        reports=True,
    )
    return set(enrolments.values_list("target_id", "account_id"))


def _once(order: Order) -> None:
    if OperatorAction.objects.filter(group=order.group).exists():
        raise AlreadyDoneError


def _note_all(kind: OperatorActionKind, order: Order, rows: list[Delivery], pks: set[int]) -> None:
    OperatorAction.objects.bulk_create(
        OperatorAction(
            by_id=order.by,
            kind=kind,
            reason=order.reason[:500],
            group=order.group,
            platform_id=row.platform_id,
            target_id=row.target_id,
            delivery_id=row.pk,
        )
        for row in _those(rows, pks)
    )


def _those(rows: list[Delivery], pks: set[int]) -> Iterator[Delivery]:
    return (row for row in rows if row.pk in pks)


def _log(kind: OperatorActionKind, order: Order, done: Done, **about: int) -> None:
    log_event(
        "operator_action",
        action=str(kind),
        user=order.by,
        group=str(order.group),
        done=done.changed,
        skipped=sum(done.skipped.values()),
        **about,
    )

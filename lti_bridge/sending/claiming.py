"""Claiming: which platforms have something due, and the next rows of one of them, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connections, router, transaction
from django.db.models import DateTimeField, Exists, Expression, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from lti_bridge.delivery.circuit import Standing, standing
from lti_bridge.delivery.report import Report, Result
from lti_bridge.delivery.timestamps import first_wire_timestamp
from lti_bridge.models import Delivery, DeliveryAttempt, DeliveryState, Platform, ReportTarget
from lti_bridge.reconciling.decided import sent_by_decision

from .circuits import begin_probe, circuit_of
from .claims import Claim
from .holding import disputed
from .pacing import left, take

__all__ = ["CANDIDATES", "Batch", "claim_batch", "due_platforms"]

# How many rows are looked at for one claim: the first ones may be outdated.
CANDIDATES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What was claimed. ``is_paced``: more is due, and has to wait for the next second."""

    claims: Sequence[Claim] = ()
    is_paced: bool = False


class _LostError(Exception):
    """Somebody changed a row between our look and our claim: only where nothing can be locked."""


def due_platforms(now: datetime) -> list[Platform]:
    """Return the platforms to which something may be sent now, by their ids.

    Each is asked for its first due row by the index; how many rows wait does not matter.
    """
    rows = Delivery.objects.filter(platform_id=OuterRef("pk"))
    # The orders are those of the index: without them a server may read the table instead.
    pending = rows.filter(state=DeliveryState.PENDING, not_before__lte=now).order_by("not_before")
    abandoned = rows.filter(state=DeliveryState.IN_FLIGHT, lease_until__lt=now).order_by("not_before")
    sendable = ReportTarget.objects.filter(deployment__platform_id=OuterRef("pk"), reconcile_first=False)
    return list(
        Platform.objects.filter(
            Q(circuit_open_until__isnull=True) | Q(circuit_open_until__lte=now), enabled=True
        )
        .alias(first=Coalesce(Subquery(pending.values("pk")[:1]), Subquery(abandoned.values("pk")[:1])))
        .filter(Exists(sendable), first__isnull=False)
        .order_by("pk")
    )


def claim_batch(platform: Platform, now: datetime, lease: timedelta, most: int) -> Batch:
    """Lease up to ``most`` due rows of the platform and open an attempt for each; commits.

    The platform is as it was read a moment ago. Half-open, it gets one row. On MariaDB, MySQL and
    PostgreSQL workers skip the rows that others hold; everywhere a conditional UPDATE makes sure of the
    claim. Rows that are no longer the newest are superseded on the way, and those about whose
    predecessor somebody has to decide are held.
    """
    is_probe = standing(circuit_of(platform), now) == Standing.HALF_OPEN
    most = left(platform, now, 1 if is_probe else most)
    if not most:
        return Batch(is_paced=True)
    look = max(most, CANDIDATES)
    while True:
        try:
            with transaction.atomic():
                rows = _looked_at(_locked(platform, now, look))
                ready = _sorted_out(platform, rows, now)
                granted = take(platform, now, min(most, len(ready)))
                if is_probe and granted and not begin_probe(platform, now, lease):
                    return Batch()
                chosen = ready[:granted]
                claims = _taken(platform, chosen, now, lease, is_probe=is_probe)
        except _LostError:
            return Batch()
        if claims or len(rows) < look or granted < min(most, len(ready)):
            return Batch(claims=claims, is_paced=granted < min(most, len(ready)))


def _locked(platform: Platform, now: datetime, most: int) -> list[int]:
    """Return the ids of due rows, those of dead workers first; locked where the database can."""
    same = {name: OuterRef(name) for name in ("target_id", "account_id", "kind")}
    # Without the platform: servers then look siblings up by their key, and compare no row with all in flight.
    busy = Delivery.objects.filter(**same, state=DeliveryState.IN_FLIGHT, lease_until__gte=now)
    rows = Delivery.objects.filter(~Exists(busy), platform_id=platform.pk)
    closed = list(
        ReportTarget.objects.filter(deployment__platform_id=platform.pk, reconcile_first=True).values_list(
            "pk", flat=True
        )
    )
    if closed:
        rows = rows.exclude(target_id__in=closed)
    abandoned = rows.filter(state=DeliveryState.IN_FLIGHT, lease_until__lt=now).order_by("not_before")
    found = list(_for_update(abandoned).values_list("pk", flat=True)[:most])
    if len(found) < most:
        pending = rows.filter(state=DeliveryState.PENDING, not_before__lte=now).order_by("not_before")
        found += _for_update(pending).values_list("pk", flat=True)[: most - len(found)]
    return found


def _for_update(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    features = connections[router.db_for_write(Delivery)].features
    if features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True)
    return rows.select_for_update() if features.has_select_for_update else rows


def _looked_at(ids: Sequence[int]) -> list[Delivery]:
    """Return the rows in the order of the ids, each with what its siblings say.

    A statement of its own, after the locks: a state that was enqueued meanwhile is seen.
    """
    siblings = Delivery.objects.filter(
        target_id=OuterRef("target_id"), account_id=OuterRef("account_id"), kind=OuterRef("kind")
    )
    stamped = siblings.filter(wire_timestamp__isnull=False).order_by("-wire_timestamp")
    former = siblings.filter(state=DeliveryState.DELIVERED, sequence__lt=OuterRef("sequence"))
    rows = Delivery.objects.filter(pk__in=ids).annotate(
        recipient=F("account__sub"),
        newest=Subquery(siblings.order_by("-sequence").values("sequence")[:1]),
        last_wire=Subquery(stamped.values("wire_timestamp")[:1]),
        former_value=Subquery(former.order_by("-sequence").values("value")[:1]),
        former_maximum=Subquery(former.order_by("-sequence").values("maximum")[:1]),
    )
    place = {key: number for number, key in enumerate(ids)}
    return sorted(rows, key=lambda row: place[row.pk])


def _sorted_out(platform: Platform, rows: Sequence[Any], now: datetime) -> list[Any]:
    """Return the rows that may be sent now, stamped; settle or put off the others."""
    outdated = [row for row in rows if row.sequence < row.newest]
    _update(outdated, state=DeliveryState.SUPERSEDED, settled_at=now, lease_until=None)
    current = [row for row in rows if row.sequence == row.newest]
    if not platform.overwrites_changes:
        held = _held(current)
        _update(held, state=DeliveryState.HELD, lease_until=None)
        waiting = {row.pk for row in held}
        current = [row for row in current if row.pk not in waiting]
    ready = []
    for row in current:
        if row.wire_timestamp is None:
            row.wire_timestamp = first_wire_timestamp(row.event_time, row.last_wire)
        if row.wire_timestamp > now:
            _update([row], not_before=row.wire_timestamp)
        else:
            ready.append(row)
    return ready


def _held(rows: Sequence[Any]) -> list[Any]:
    later = [row for row in rows if row.former_value is not None]
    keys = disputed(later)
    found = [row for row in later if (row.target_id, row.account_id, row.kind) in keys]
    decided = sent_by_decision([row.pk for row in found]) if found else frozenset()
    return [row for row in found if row.pk not in decided]


def _update(rows: Sequence[Delivery], **changes: object) -> None:
    if rows:
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(**changes)


def _taken(
    platform: Platform, rows: Sequence[Any], now: datetime, lease: timedelta, *, is_probe: bool
) -> list[Claim]:
    """Put the rows in flight, each with an attempt of its own; raises _LostError."""
    _lease(rows, now + lease)
    attempts = _opened(rows, now)
    return [_claim_of(platform, row, attempts[row.pk], is_probe=is_probe) for row in rows]


def _lease(rows: Sequence[Any], until: datetime) -> None:
    """Lease the rows, one UPDATE for all that stand alike; raises _LostError."""
    for (state, attempts), alike in groupby(sorted(rows, key=_standing_of), key=_standing_of):
        wires = {row.pk: row.wire_timestamp for row in alike}
        unchanged = Delivery.objects.filter(pk__in=list(wires), state=state, attempt_count=attempts)
        changes = {"ambiguous": True} if state == DeliveryState.IN_FLIGHT else {}
        taken = unchanged.update(
            state=DeliveryState.IN_FLIGHT,
            lease_until=until,
            attempt_count=attempts + 1,
            wire_timestamp=_ByKey(wires),
            **changes,
        )
        if taken != len(wires):
            raise _LostError


def _claim_of(platform: Platform, row: Any, attempt_id: int, *, is_probe: bool) -> Claim:
    """Return the claim on a row, which is as it was before it was leased."""
    return Claim(
        delivery_id=row.pk,
        attempt_id=attempt_id,
        attempt_count=row.attempt_count + 1,
        platform_id=platform.pk,
        target_id=row.target_id,
        account_id=row.account_id,
        report=Report(
            kind=row.kind,
            recipient=row.recipient,
            value=row.value,
            maximum=row.maximum,
            completed=row.completed,
            wire_timestamp=row.wire_timestamp,
        ),
        ambiguous=row.ambiguous or row.state == DeliveryState.IN_FLIGHT,
        former=None if platform.overwrites_changes else _former(row),
        is_probe=is_probe,
    )


def _standing_of(row: Delivery) -> tuple[str, int]:
    return row.state, row.attempt_count


def _former(row: Any) -> Result | None:
    if row.former_value is None:
        return None
    return Result(score=row.former_value, maximum=row.former_maximum)


def _opened(rows: Sequence[Delivery], now: datetime) -> Mapping[int, int]:
    """Open an attempt for each row and return {delivery: attempt}."""
    made: Iterable[DeliveryAttempt] = DeliveryAttempt.objects.bulk_create(
        [DeliveryAttempt(delivery_id=row.pk, started_at=now) for row in rows]
    )
    if not connections[router.db_for_write(DeliveryAttempt)].features.can_return_rows_from_bulk_insert:
        # MySQL does not say which ids it gave: the newest open one of each row is ours.
        made = DeliveryAttempt.objects.filter(
            delivery_id__in=[row.pk for row in rows], finished_at__isnull=True
        ).order_by("pk")
    return {attempt.delivery_id: attempt.pk for attempt in made}


class _ByKey(Expression):
    """A time for each row of an UPDATE, by primary key: ``CASE id WHEN … THEN … END``.

    Django's own Case resolves each arm by itself, which takes longer than sending.
    """

    def __init__(self, times: Mapping[int, datetime]) -> None:
        super().__init__(output_field=DateTimeField())
        self._times = times

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL and its parameters."""
        key = connection.ops.quote_name(Delivery._meta.pk.column)
        parameters: list[Any] = []
        for primary, time in self._times.items():
            parameters += [primary, connection.ops.adapt_datetimefield_value(time)]
        return f"CASE {key} {'WHEN %s THEN %s ' * len(self._times)}END", tuple(parameters)

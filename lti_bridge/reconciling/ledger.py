"""The ledger of discrepancies: one open row for each person and kind of report, in short transactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from lti_bridge.delivery.reconciliation import Finding
from lti_bridge.models import Discrepancy, DiscrepancyKind, Enrolment, ReportKind, ReportTarget

from .decided import unknown_is_kept
from .ours import MAXIMUM

__all__ = ["Noted", "Outcome", "close_without_learner", "note", "note_unknown", "open_rows"]

KINDS = {
    Finding.MISSING: DiscrepancyKind.MISSING,
    Finding.OUTDATED: DiscrepancyKind.OUTDATED,
    Finding.CHANGED: DiscrepancyKind.CHANGED,
}
ENDED = (Finding.AGREES, Finding.CLEARED)
_CHANGING = ("kind", "ours", "sent", "theirs", "maximum", "seen_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What was found about one person; values are points of ``maximum``."""

    account_id: int
    finding: Finding
    ours: Decimal | None
    sent: Decimal | None
    theirs: Decimal | None
    maximum: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How many discrepancies ended, and since when each account's open one is there."""

    resolved: int
    found_at: dict[int, datetime]


def open_rows(target_id: int, kind: ReportKind) -> QuerySet[Discrepancy]:
    """Return the open discrepancies of a target and kind of report."""
    return Discrepancy.objects.filter(target_id=target_id, report_kind=kind, resolved_at__isnull=True)


def note(target_id: int, kind: ReportKind, noted: Sequence[Noted], now: datetime) -> Outcome:
    """Open, refresh and resolve discrepancies as found; two at once do not open two for one person."""
    accounts = [one.account_id for one in noted]
    parted = {one.account_id: one for one in noted if one.finding in KINDS}
    agreeing = {one.account_id for one in noted if one.finding in ENDED}
    rows = open_rows(target_id, kind).filter(account_id__in=accounts)
    if not parted and not rows.exists():
        return Outcome(resolved=0, found_at={})
    with transaction.atomic():
        # The lock under which a target's discrepancies are opened.
        ReportTarget.objects.select_for_update().get(pk=target_id)
        there = {row.account_id: row for row in rows.order_by("-pk")}
        known = [(row, parted[row.account_id]) for row in there.values() if row.account_id in parted]
        for row, one in known:
            _refresh(row, one, now)
        Discrepancy.objects.bulk_update([row for row, _one in known], _CHANGING)
        new = [_opened(target_id, kind, one, now) for account, one in parted.items() if account not in there]
        Discrepancy.objects.bulk_create(new)
        resolved = rows.filter(account_id__in=agreeing).update(resolved_at=now)
    found_at = {one.account_id: row.found_at for row, one in known}
    return Outcome(resolved=resolved, found_at=dict.fromkeys(parted, now) | found_at)


def _refresh(row: Discrepancy, one: Noted, now: datetime) -> None:
    row.kind = KINDS[one.finding]
    row.ours, row.sent, row.theirs, row.maximum = one.ours, one.sent, one.theirs, one.maximum
    row.seen_at = now


def _opened(target_id: int, kind: ReportKind, one: Noted, now: datetime) -> Discrepancy:
    row = Discrepancy(target_id=target_id, account_id=one.account_id, report_kind=kind, found_at=now)
    _refresh(row, one, now)
    return row


def note_unknown(target_id: int, kind: ReportKind, *, there_are: bool, now: datetime) -> int:
    """Keep one row, without a person, for results of people whom we do not know; return how many ended."""
    rows = open_rows(target_id, kind).filter(account__isnull=True)
    if not there_are:
        return rows.update(resolved_at=now)
    if unknown_is_kept(target_id, kind):
        return 0
    with transaction.atomic():
        ReportTarget.objects.select_for_update().get(pk=target_id)
        if not rows.update(seen_at=now):
            Discrepancy.objects.create(
                target_id=target_id,
                report_kind=kind,
                kind=DiscrepancyKind.UNKNOWN,
                maximum=MAXIMUM[kind],
                found_at=now,
                seen_at=now,
            )
    return 0


def close_without_learner(target_id: int, kind: ReportKind, now: datetime) -> int:
    """Resolve what is open about people on whom nothing is reported any more; return how many."""
    reporting = Enrolment.objects.filter(target_id=target_id, account_id=OuterRef("account_id"), reports=True)
    rows = open_rows(target_id, kind).filter(account__isnull=False).exclude(Exists(reporting))
    # Ids first: MySQL updates no table that it reads in the same statement.
    return Discrepancy.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(resolved_at=now)

"""What people have decided about values that parted: read by reconciliations and by the sender.

A discrepancy that ended by itself was seen for the last time *before* it was resolved. One that somebody
let stand was still there: it is the one whose ``seen_at`` is its ``resolved_at``.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from lti_bridge.delivery.reconciliation import Kept
from lti_bridge.models import Discrepancy, DiscrepancyKind, OperatorAction, OperatorActionKind, ReportKind

__all__ = ["keep", "kept_values", "sent_by_decision", "unknown_is_kept"]

_KEPT = {"resolved_at": F("seen_at")}


def kept_values(target_id: int, kind: ReportKind, accounts: Collection[int]) -> dict[int, tuple[Kept, ...]]:
    """Return, by account, the values of theirs that somebody let stand; they count as known."""
    found: dict[int, tuple[Kept, ...]] = {}
    rows = Discrepancy.objects.filter(
        **_KEPT, target_id=target_id, report_kind=kind, account_id__in=accounts
    ).values_list("account_id", "ours", "theirs")
    for account, ours, theirs in rows:
        if account is not None:
            found[account] = (*found.get(account, ()), Kept(ours=ours, theirs=theirs))
    return found


def sent_by_decision(deliveries: Collection[int]) -> frozenset[int]:
    """Return those deliveries that somebody decided to send over what the platform holds."""
    rows = OperatorAction.objects.filter(delivery_id__in=deliveries, kind=OperatorActionKind.SENT_OURS)
    return frozenset(rows.values_list("delivery_id", flat=True))


def unknown_is_kept(target_id: int, kind: ReportKind) -> bool:
    """Tell whether somebody said that results of people whom we do not know are in order there."""
    rows = Discrepancy.objects.filter(**_KEPT, target_id=target_id, report_kind=kind)
    return rows.filter(kind=DiscrepancyKind.UNKNOWN).exists()


def keep(discrepancy: Discrepancy, now: datetime) -> None:
    """Resolve it as one that is let stand; joins the caller's transaction."""
    Discrepancy.objects.filter(pk=discrepancy.pk).update(seen_at=now, resolved_at=now)

"""Values that a platform changed after we sent ours: the next one waits until somebody has decided."""

from collections.abc import Iterable
from datetime import datetime

from lti_bridge.delivery.reconciliation import points_of
from lti_bridge.delivery.report import Result, is_known
from lti_bridge.models import Delivery, Discrepancy, DiscrepancyKind, ReportKind, ReportTarget
from lti_bridge.reconciling.decided import kept_values, sent_by_decision

from .claims import Claim, Ending

__all__ = ["Key", "disputed", "has_no_other_author", "open_discrepancy"]

# (target, account, kind)
type Key = tuple[int, int, str]


def disputed(rows: Iterable[Delivery]) -> set[Key]:
    """Return the rows' keys about which a discrepancy is open: nobody has decided yet."""
    accounts = {row.account_id for row in rows}
    if not accounts:
        return set()
    return set(
        Discrepancy.objects.filter(
            account_id__in=accounts, kind=DiscrepancyKind.CHANGED, resolved_at__isnull=True
        ).values_list("target_id", "account_id", "report_kind")
    )


def has_no_other_author(claim: Claim, read: Result) -> bool:
    """Whether what was read is a value that we ever sent for the key or that somebody let stand, or may be
    overwritten.
    """
    sent = Delivery.objects.filter(
        target_id=claim.target_id,
        account_id=claim.account_id,
        kind=claim.report.kind,
        wire_timestamp__isnull=False,
        attempt_count__gt=0,
    ).values_list("value", "maximum")
    ours = (Result(score=value, maximum=maximum) for value, maximum in sent.distinct())
    if is_known(read, ours) or sent_by_decision([claim.delivery_id]):
        return True
    kept = kept_values(claim.target_id, ReportKind(claim.report.kind), [claim.account_id])
    maximum = claim.report.maximum
    stand = [one.theirs for one in kept.get(claim.account_id, ()) if one.theirs is not None]
    return is_known(read, [Result(score=theirs, maximum=maximum) for theirs in stand])


def open_discrepancy(ending: Ending, now: datetime) -> None:
    """Write down that the platform's value is not ours, or that it was seen once more.

    Joins the caller's transaction.
    """
    claim, read = ending.claim, ending.read
    if read is None or claim.former is None:
        raise ValueError("only what was read and differs from a former value is a discrepancy")
    # The lock under which a target's discrepancies are opened: a reconciliation may be finding the same.
    ReportTarget.objects.select_for_update().get(pk=claim.target_id)
    maximum = claim.report.maximum
    seen = {
        "ours": claim.report.value,
        "sent": claim.former.score,
        "theirs": points_of(read, maximum),
        "maximum": maximum,
        "seen_at": now,
    }
    key = {
        "target_id": claim.target_id,
        "account_id": claim.account_id,
        "report_kind": claim.report.kind,
        "kind": DiscrepancyKind.CHANGED,
    }
    if not Discrepancy.objects.filter(**key, resolved_at__isnull=True).update(**seen):
        Discrepancy.objects.create(**key, **seen, found_at=now)

"""What we know of many people at once, as ``delivery.reconciliation`` takes it; three queries a batch."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from lti_bridge.delivery.policy import GRADE_MAXIMUM
from lti_bridge.delivery.reconciliation import Kept, Ours, Standing
from lti_bridge.models import Delivery, DeliveryState, ReportKind

from .decided import kept_values

__all__ = ["MAXIMUM", "Known", "known_of"]

MAXIMUM = {ReportKind.COMPLETION: Decimal(1), ReportKind.GRADE: GRADE_MAXIMUM}
# A platform may take a moment between accepting a score and showing it.
SETTLING = timedelta(minutes=1)
STANDINGS = {
    DeliveryState.PENDING: Standing.WAITING,
    DeliveryState.BLOCKED: Standing.WAITING,
    DeliveryState.IN_FLIGHT: Standing.MOVING,
    DeliveryState.DELIVERED: Standing.DELIVERED,
    DeliveryState.HELD: Standing.HELD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What we know of one person, with the newest delivery's row; ``newest`` is None where there is none."""

    ours: Ours
    newest: Delivery | None


def known_of(
    target_id: int, kind: ReportKind, accounts: Collection[int], read_at: datetime
) -> Mapping[int, Known]:
    """Return what we know of each account; ``read_at`` is when the reading of theirs began."""
    rows: dict[int, list[Delivery]] = {account: [] for account in accounts}
    # Only what is asked for: a batch may have many states.
    wanted = Delivery.objects.filter(target_id=target_id, kind=kind, account_id__in=accounts).order_by(
        "sequence"
    )
    for row in wanted:
        rows[row.account_id].append(row)
    kept = kept_values(target_id, kind, accounts)
    return {account: _known(rows[account], kind, kept.get(account, ()), read_at) for account in accounts}


def _known(rows: list[Delivery], kind: ReportKind, kept: tuple[Kept, ...], read_at: datetime) -> Known:
    newest = rows[-1] if rows else None
    delivered = [row.value for row in rows if row.state == DeliveryState.DELIVERED]
    ours = Ours(
        newest=newest.value if newest else None,
        maximum=newest.maximum if newest else MAXIMUM[kind],
        standing=_standing(newest, read_at) if newest else Standing.ENDED,
        sent=delivered[-1] if delivered else None,
        # Every one that was claimed may have arrived, whatever became of it.
        ever_sent=frozenset(row.value for row in rows if row.wire_timestamp is not None),
        kept=kept,
    )
    return Known(ours=ours, newest=newest)


def _standing(newest: Delivery, read_at: datetime) -> Standing:
    standing = STANDINGS.get(DeliveryState(newest.state), Standing.ENDED)
    if standing == Standing.DELIVERED and newest.settled_at and newest.settled_at > read_at - SETTLING:
        return Standing.MOVING
    return standing

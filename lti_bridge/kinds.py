"""What a target can be told: not every HR system lets us have two columns."""

from .models import ReportKind, ReportTarget
from .scopes import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ

__all__ = ["kinds_of"]

BOTH = frozenset(ReportKind)
GRADE_ONLY = frozenset({ReportKind.GRADE})


def kinds_of(target: ReportTarget) -> frozenset[ReportKind]:
    """Return the kinds of reports that the target has a place for.

    AGS with permission to list or create line items: both. Only a coupled line item, or LTI 1.1: one
    column, which is the grade's. A list of line items without any permission: both, and they wait
    blocked, so that somebody sees what the launch does not grant.
    """
    may_look = not {SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ}.isdisjoint(target.scopes)
    if target.lineitems_url and may_look:
        return BOTH
    if target.lineitem_url or target.outcome_url:
        return GRADE_ONLY
    return BOTH if target.lineitems_url else frozenset()

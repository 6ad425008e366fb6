"""Looking at a target without changing anything there: what a send would meet."""

from dataclasses import dataclass
from decimal import Decimal

from lti_bridge.delivery.errors import BlockedError, RejectedError
from lti_bridge.delivery.report import Report, holds, same_result
from lti_bridge.models import LtiVersion, ReportKind, ReportTarget
from lti_bridge.scopes import SCOPE_RESULT, SCOPE_SCORE

from .ags import read_result
from .exchange import exchange_for
from .line_items import found_line_item, may_create
from .services import results_service

__all__ = ["Sight", "look"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a send would meet.

    ``line_item``: ``found``, ``would_be_made`` or ``not_needed`` (LTI 1.1). ``present``: points and maximum
    that stand there now. ``same``: whether these are the report's; None where results cannot be read.
    """

    line_item: str
    present: tuple[Decimal, Decimal] | None = None
    same: bool | None = None


def look(target: ReportTarget, report: Report) -> Sight:
    """Do everything that a send does, but send and make line items; raises DeliveryError.

    The target's deployment and platform are loaded already. Not inside a transaction.
    """
    if target.deployment.platform.lti_version != LtiVersion.V1_3:
        return Sight(line_item="not_needed", same=holds(results_service(target), report))
    if SCOPE_SCORE not in target.scopes:
        raise BlockedError("the launch grants no permission to post scores")
    exchange = exchange_for(target)
    url = found_line_item(target, ReportKind(report.kind), exchange)
    if not url:
        if not may_create(target):
            raise BlockedError("the launch grants no line item for this kind of report")
        return Sight(line_item="would_be_made", same=False if SCOPE_RESULT in target.scopes else None)
    if SCOPE_RESULT not in target.scopes:
        return Sight(line_item="found")
    reading = read_result(exchange, url, report.recipient)
    if reading is None:
        raise RejectedError("the platform no longer has the line item", http_status=404)
    if not reading.is_readable:
        return Sight(line_item="found")
    there = reading.result
    return Sight(
        line_item="found",
        present=(there.score, there.maximum) if there else None,
        same=there is not None and same_result(report, there),
    )

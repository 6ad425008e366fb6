"""What is due and not sent, because its platform is left alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lti_bridge.models import Delivery, DeliveryState, Platform, ReportTarget

__all__ = ["StandingBack", "standing_back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingBack:
    """A platform that is left alone: how many deliveries are due there, and why they wait."""

    platform: str
    waiting: int
    reason: str


def standing_back(now: datetime) -> Iterator[StandingBack]:
    """Yield the platforms that have something due and are sent nothing, by their ids."""
    unread = set(
        ReportTarget.objects.filter(reconcile_first=True).values_list("deployment__platform_id", flat=True)
    )
    for platform in Platform.objects.order_by("pk"):
        reason = _reason(platform, now, is_unread=platform.pk in unread)
        due = Delivery.objects.filter(platform=platform, state=DeliveryState.PENDING, not_before__lte=now)
        if reason and (waiting := due.count()):
            yield StandingBack(platform=platform.name, waiting=waiting, reason=reason)


def _reason(platform: Platform, now: datetime, *, is_unread: bool) -> str:
    if not platform.enabled:
        return "it is not in use"
    if platform.circuit_open_until is not None and platform.circuit_open_until > now:
        return f"left alone until {platform.circuit_open_until.isoformat()}: {platform.circuit_reason}"
    return "its results are read first" if is_unread else ""

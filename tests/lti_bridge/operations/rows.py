"""Rows as the sender leaves them, for the operators' tests."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lti_bridge.models import Delivery, DeliveryAttempt, DeliveryState, Enrolment


def delivery(enrolment: Enrolment, state: str = DeliveryState.DEAD, **changes: Any) -> Delivery:
    """Return a delivery of the enrolment, numbered after the last of its kind."""
    kind = changes.pop("kind", "grade")
    same = Delivery.objects.filter(target=enrolment.target, account=enrolment.account, kind=kind)
    now = timezone.now()
    values: dict[str, Any] = {
        "sequence": same.count() + 1,
        "value": Decimal("85.50"),
        "maximum": Decimal(100),
        "completed": True,
        "event_time": now - timedelta(hours=3),
        "not_before": now - timedelta(hours=3),
        "lease_until": now + timedelta(minutes=5) if state == DeliveryState.IN_FLIGHT else None,
        **changes,
    }
    return Delivery.objects.create(
        target=enrolment.target, account=enrolment.account, kind=kind, state=state, **values
    )


def attempt(row: Delivery, message: str = "", **changes: Any) -> DeliveryAttempt:
    """Return a finished attempt of the delivery; with a message it was refused for good."""
    started: datetime = changes.pop("started_at", timezone.now())
    values = {
        "outcome": "dead" if message else "delivered",
        "error_class": "RejectedError" if message else "",
        "http_status": 404 if message else None,
        **changes,
    }
    return DeliveryAttempt.objects.create(
        delivery=row, started_at=started, finished_at=started, message=message, **values
    )

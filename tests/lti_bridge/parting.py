"""Helpers: a learner of whom something was told, and a platform whose values part from ours."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from lti_bridge.api import note_progress
from lti_bridge.delivery.timestamps import wire_text
from lti_bridge.models import Delivery, DeliveryState, Discrepancy
from lti_bridge.reconciling import reconcile_target
from lti_bridge.sender import deliver_next

from .fakes import COURSE


def learn(host, enrolment, grade: str) -> None:
    host.set_progress(enrolment.account.user_id, completed_blocks=4, grade=Decimal(grade))
    note_progress(enrolment.account.user_id, COURSE)


def deliver_all(ags) -> int:
    """Send everything that waits, as if it had been due for a while, and was taken an hour ago."""
    long_ago = timezone.now() - timedelta(hours=2)
    count = 0
    while True:
        Delivery.objects.filter(state=DeliveryState.PENDING).update(not_before=long_ago)
        if not deliver_next(jitter=lambda: 0.0):
            break
        count += 1
        assert count < 100
    settle(ags)
    return count


def settle(ags) -> None:
    """Let an hour pass since everything was sent."""
    hour = timedelta(hours=1)
    for model, names in (
        (Delivery, ("settled_at", "event_time", "wire_timestamp")),
        (Discrepancy, ("found_at", "seen_at", "resolved_at")),
    ):
        model.objects.update(**{name: F(name) - hour for name in names})
    for key, last in ags.last_timestamp.items():
        ags.last_timestamp[key] = wire_text(datetime.fromisoformat(last) - hour)


def key(ags, kind: str = "grade", sub: str = "orang-7") -> tuple[str, str]:
    (item,) = [path for path, one in ags.line_items.items() if one["tag"] == f"kapasitas-{kind}"]
    return item, sub


def change(ags, points: str | None, kind: str = "grade") -> None:
    """Set the value at the platform as its own people would; None takes it away."""
    if points is None:
        ags.results.pop(key(ags, kind), None)
    else:
        ags.results[key(ags, kind)] = (Decimal(points), Decimal(100 if kind == "grade" else 1))


def reconcile(enrolment):
    return reconcile_target(enrolment.target_id)


def open_kinds() -> list[str]:
    rows = Discrepancy.objects.filter(resolved_at__isnull=True).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def states(kind: str = "grade") -> list[tuple[int, Decimal, str]]:
    rows = Delivery.objects.filter(kind=kind).order_by("sequence")
    return list(rows.values_list("sequence", "value", "state"))

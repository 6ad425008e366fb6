"""Which target is reconciled next: the one that was read longest ago, so that work broken off goes on."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from lti_bridge.conf import setting
from lti_bridge.models import Delivery, Reconciliation, ReportTarget

from .running import Summary, reconcile_target

__all__ = ["next_due", "reconcile_due"]

# After a reading that failed.
RETRY = timedelta(hours=1)


def reconcile_due(*, stop: Callable[[], bool]) -> list[Summary]:
    """Reconcile what is due, one target after the other, until ``stop`` says so or nothing is due.

    Safe in several workers at once: who begins with a target is seen by the others. Not inside a
    transaction.
    """
    done: list[Summary] = []
    while not stop():
        target_id = next_due(timezone.now())
        if target_id is None:
            break
        done.append(reconcile_target(target_id))
    return done


def next_due(now: datetime) -> int | None:
    """Return the target that was reconciled longest ago and is due, or None.

    Targets of HR systems that are switched off or left alone are not due, nor are those that were never
    told anything; one that must be read before anything is sent comes first.
    """
    hours = setting("KAPASITAS_LTI_RECONCILE_HOURS")
    last = Reconciliation.objects.filter(target=OuterRef("pk")).order_by("-started_at")
    rows = _reachable(now).annotate(
        read_at=Subquery(last.values("started_at")[:1]), problem=Subquery(last.values("problem")[:1])
    )
    never = Q(read_at__isnull=True)
    failed = ~Q(problem="") & Q(read_at__lt=now - RETRY)
    first = Q(reconcile_first=True) & (never | Q(problem="") | Q(read_at__lt=now - RETRY))
    due = first
    if hours:
        told = Exists(Delivery.objects.filter(target=OuterRef("pk")))
        due = first | (Q(told) & (never | failed | Q(read_at__lt=now - timedelta(hours=hours))))
    return (
        rows.filter(due)
        .order_by("-reconcile_first", F("read_at").asc(nulls_first=True), "pk")
        .values_list("pk", flat=True)
        .first()
    )


def _reachable(now: datetime) -> QuerySet[ReportTarget]:
    closed = Q(deployment__platform__circuit_open_until__isnull=True) | Q(
        deployment__platform__circuit_open_until__lte=now
    )
    return ReportTarget.objects.filter(closed, deployment__platform__enabled=True)

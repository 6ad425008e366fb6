"""The learner's own page: what HR was told about a course, in words for learners."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from .host import UnknownCourseError, course_host
from .models import CompletionRecord, Delivery, DeliveryState, Enrolment, ReportKind

__all__ = ["has_report", "page", "reports_of"]

STAGES = {
    DeliveryState.PENDING: "waiting",
    DeliveryState.IN_FLIGHT: "waiting",
    DeliveryState.DELIVERED: "sent",
    DeliveryState.DEAD: "problem",
    DeliveryState.BLOCKED: "problem",
    DeliveryState.HELD: "problem",
    DeliveryState.WAIVED: "settled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KindReport:
    """How one report stands: ``none``, ``waiting``, ``sent``, ``problem`` or ``settled`` (by a person).

    ``value`` is what is to stand there, ``shown`` what HR saw last; both in points of 100, None for none.
    """

    kind: str
    stage: str
    value: Decimal | None = None
    sent_at: datetime | None = None
    shown: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemReport:
    """What one HR system is told."""

    name: str
    completion: KindReport
    grade: KindReport


def has_report(user_id: int, course_key: str) -> bool:
    """Whether an HR system launched the learner and hears of results, or there is a record."""
    launched = Enrolment.objects.filter(account__user_id=user_id, target__course_key=course_key, reports=True)
    return (
        launched.exists() or CompletionRecord.objects.filter(user_id=user_id, course_key=course_key).exists()
    )


def reports_of(user_id: int, course_key: str) -> list[SystemReport]:
    """Return what each HR system is told about the learner in the course, by the system's name."""
    enrolments = Enrolment.objects.filter(
        account__user_id=user_id, target__course_key=course_key, reports=True
    ).select_related("target__deployment__platform")
    found = [
        SystemReport(
            name=enrolment.target.deployment.platform.name,
            completion=_kind(enrolment, ReportKind.COMPLETION),
            grade=_kind(enrolment, ReportKind.GRADE),
        )
        for enrolment in enrolments
    ]
    return sorted(found, key=lambda one: one.name)


def _kind(enrolment: Enrolment, kind: ReportKind) -> KindReport:
    rows = Delivery.objects.filter(
        target_id=enrolment.target_id, account_id=enrolment.account_id, kind=kind
    ).order_by("-sequence")
    newest = rows.exclude(state=DeliveryState.SUPERSEDED).first()
    if newest is None:
        return KindReport(kind=kind, stage="none")
    shown = rows.filter(state=DeliveryState.DELIVERED).first()
    return KindReport(
        kind=kind,
        stage=STAGES[DeliveryState(newest.state)],
        value=_points(newest),
        sent_at=newest.settled_at,
        shown=_points(shown) if shown else None,
    )


def _points(delivery: Delivery) -> Decimal:
    return (delivery.value * 100 / delivery.maximum).quantize(Decimal("0.01")).normalize() + 0


@never_cache
@login_required
@require_GET
def page(request: HttpRequest, course_key: str) -> HttpResponse:
    """Show the signed-in learner how their own results in the course stand with HR."""
    user_id = int(request.user.pk or 0)
    try:
        course = course_host().course(course_key)
    except UnknownCourseError as error:
        raise Http404 from error
    context = {
        "course": course,
        "course_url": course_host().url(course_key),
        "systems": reports_of(user_id, course_key),
        "record": CompletionRecord.objects.filter(user_id=user_id, course_key=course_key).first(),
    }
    return render(request, "lti_bridge/my_record.html", context)

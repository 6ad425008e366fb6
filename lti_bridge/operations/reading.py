"""The pages to look at: overview, failures by cause, deliveries, discrepancies, audit trail."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lti_bridge.models import (
    DeliveryAttempt,
    DeliveryState,
    Discrepancy,
    OperatorAction,
    OperatorActionKind,
    Platform,
    ReportKind,
    ReportTarget,
)

from .causes import FAILED, causes
from .pages import LOOK, page, permitted, shown
from .selection import Selection
from .standing import by_platform, by_target, delivered_lately
from .words import error_words, platform_words, target_words

__all__ = ["deliveries", "discrepancies", "failures", "overview", "trail"]

PLATFORMS_A_PAGE = 20
TARGETS_A_PAGE = 25
LISTED_STATES = (*FAILED, DeliveryState.PENDING, DeliveryState.IN_FLIGHT)


@permitted(LOOK)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show each HR system, and below each target, with what waits and what failed."""
    now = timezone.now()
    selection = Selection.read(request.GET)
    search, trouble = request.GET.get("course", "").strip()[:255], bool(request.GET.get("trouble"))
    platforms = Platform.objects.order_by("name", "pk")
    if selection.platform is not None:
        platforms = platforms.filter(pk=selection.platform)
    platforms = platforms[:PLATFORMS_A_PAGE] if selection.platform else platforms
    listed = list(platforms[: PLATFORMS_A_PAGE + 1])
    targets = shown(request, _targets(selection.platform, search, trouble=trouble), TARGETS_A_PAGE)
    lately = delivered_lately(now)
    return page(
        request,
        "overview.html",
        _("Reports to HR systems"),
        platforms=_platform_rows(listed[:PLATFORMS_A_PAGE], now, lately.counts),
        more_platforms=len(listed) > PLATFORMS_A_PAGE,
        at_least=lately.at_least,
        targets=_target_rows(list(targets["shown"]), now),
        all_platforms=Platform.objects.order_by("name", "pk").only("pk", "name")[:200],
        selection=selection,
        course=search,
        trouble=trouble,
        **targets,
    )


def _targets(platform: int | None, search: str, *, trouble: bool) -> QuerySet[ReportTarget]:
    rows = ReportTarget.objects.select_related("deployment__platform").order_by("course_key", "pk")
    if platform is not None:
        rows = rows.filter(deployment__platform_id=platform)
    if search:
        rows = rows.filter(course_key__icontains=search)
    if trouble:
        # Read first, by the index: as a subquery, MariaDB scans all that was ever delivered.
        failed = Selection(platform=platform).deliveries().order_by()
        ids = list(failed.values_list("target_id", flat=True).distinct())
        rows = rows.filter(~Q(blocked_reason="") | Q(reconcile_first=True) | Q(pk__in=ids))
    return rows


def _platform_rows(
    platforms: list[Platform], now: datetime, delivered: dict[int, int]
) -> list[dict[str, Any]]:
    standings = by_platform([platform.pk for platform in platforms])
    return [
        {
            "platform": platform,
            "words": platform_words(platform, now),
            "standing": standings[platform.pk],
            "delivered": delivered.get(platform.pk, 0),
            "is_open": platform.circuit_open_until is not None,
        }
        for platform in platforms
    ]


def _target_rows(targets: list[ReportTarget], now: datetime) -> list[dict[str, Any]]:
    standings = by_target(targets)
    return [
        {"target": target, "words": target_words(target, now), "standing": standings[target.pk]}
        for target in targets
    ]


@permitted(LOOK)
@require_GET
def failures(request: HttpRequest) -> HttpResponse:
    """Show what failed, by cause."""
    selection = Selection.read(request.GET)
    found = causes(selection.deliveries())
    rows = [
        {
            "cause": cause,
            "means": error_words(cause.error_class),
            "query": selection.narrowed(states=(cause.state,), cause=cause.key).query(),
            "state": DeliveryState(cause.state).label,
        }
        for cause in found
    ]
    return page(
        request,
        "failures.html",
        _("Failures by cause"),
        rows=rows,
        count=sum(cause.count for cause in found),
        selection=selection,
        **_filters(),
    )


def _filters() -> dict[str, Any]:
    return {
        "all_platforms": Platform.objects.order_by("name", "pk").only("pk", "name")[:200],
        "states": [(state.value, state.label) for state in LISTED_STATES],
        "kinds": ReportKind.choices,
    }


@permitted(LOOK)
@require_GET
def deliveries(request: HttpRequest) -> HttpResponse:
    """Show the deliveries of a selection, each with how its last attempt ended."""
    selection = Selection.read(request.GET)
    rows = selection.deliveries().select_related("target__deployment__platform").order_by("-pk")
    found = shown(request, rows)
    lasts = _last_attempts([row.pk for row in found["shown"]])
    return page(
        request,
        "deliveries.html",
        _("Deliveries"),
        rows=[(row, lasts.get(row.pk)) for row in found["shown"]],
        selection=selection,
        everything=selection.query(),
        **_filters(),
        **found,
    )


def _last_attempts(ids: Iterable[int]) -> dict[int, DeliveryAttempt]:
    attempts = DeliveryAttempt.objects.filter(delivery_id__in=ids, finished_at__isnull=False)
    return {attempt.delivery_id: attempt for attempt in attempts.order_by("pk")}


@permitted("kapasitas_lti.view_discrepancy")
@require_GET
def discrepancies(request: HttpRequest) -> HttpResponse:
    """Show where an HR system holds something else than we sent."""
    selection = Selection.read(request.GET)
    rows = Discrepancy.objects.filter(resolved_at__isnull=True).select_related("target__deployment__platform")
    if selection.platform is not None:
        rows = rows.filter(target__deployment__platform_id=selection.platform)
    if selection.target is not None:
        rows = rows.filter(target_id=selection.target)
    found = shown(request, rows.order_by("-found_at", "-pk"))
    return page(request, "discrepancies.html", _("Discrepancies"), selection=selection, **_filters(), **found)


@permitted("kapasitas_lti.view_operatoraction")
@require_GET
def trail(request: HttpRequest) -> HttpResponse:
    """Show who did what, when and why."""
    selection = Selection.read(request.GET)
    kind, by = request.GET.get("kind", ""), request.GET.get("by", "").strip()[:150]
    rows = OperatorAction.objects.select_related("by", "platform", "target")
    if kind in OperatorActionKind.values:
        rows = rows.filter(kind=kind)
    if by:
        rows = rows.filter(by__username=by)
    if selection.platform is not None:
        platform = selection.platform
        rows = rows.filter(Q(platform_id=platform) | Q(target__deployment__platform_id=platform))
    if selection.ids:
        rows = rows.filter(delivery_id__in=selection.ids)
    found = shown(request, rows.order_by("-at", "-pk"))
    return page(
        request,
        "trail.html",
        _("Audit trail"),
        selection=selection,
        by=by,
        kind=kind,
        action_kinds=OperatorActionKind.choices,
        **_filters(),
        **found,
    )

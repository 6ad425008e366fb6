"""The pages that ask HR systems and change nothing there: the dry run, and the check of a connection."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lti_bridge.models import Delivery, Platform

from .pages import LOOK, page, permitted
from .selection import MOST, Selection
from .words import verdict_words

__all__ = ["check", "rehearsal"]

# A web worker is not kept for longer.
CHECK_S = 25.0


@permitted(LOOK)
@require_POST
def rehearsal(request: HttpRequest) -> HttpResponse:
    """Show what would become of the next few deliveries of a selection, and send nothing."""
    # Talks HTTP and signs: not for a worker that shows no such page.
    from .rehearsal import rehearse

    selection = Selection.read(request.GET).fixed()
    after = request.POST.get("after", "")
    before = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    rows: QuerySet[Delivery] = selection.deliveries()
    step = rehearse(rows, timezone.now(), after=before)
    looked_before = rows.filter(pk__lte=before)[:MOST].count() if before else 0
    return page(
        request,
        "rehearsal.html",
        _("Dry run"),
        rows=[(one, verdict_words(one)) for one in step.looked],
        following=step.following,
        looked=looked_before + len(step.looked),
        total=rows[:MOST].count(),
        everything=selection.query(),
    )


@permitted("kapasitas_lti.change_platform")
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, platform_id: int) -> HttpResponse:
    """Ask before the HR system is contacted, then show each step with its remedy."""
    from lti_bridge.doctor import Finding, Status, examine_platform, examine_site

    platform = get_object_or_404(Platform, pk=platform_id)
    there: list[Finding] = []
    here: list[Finding] = []
    if request.method == "POST":
        there = examine_platform(platform, CHECK_S)
        here = examine_site()
    return page(
        request,
        "check.html",
        _("Check the connection to %(name)s") % {"name": platform.name},
        platform=platform,
        groups=[(_("The HR system"), there), (_("Our side"), here)] if there or here else [],
        problems=sum(found.status == Status.PROBLEM for found in [*there, *here]),
        tried=request.method == "POST",
    )

"""The rosters in the administration: all of them, one with its members, and a button that reads it now."""

from collections.abc import Iterable
from datetime import timedelta

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lti_bridge.conf import setting
from lti_bridge.host import UnknownCourseError, course_host
from lti_bridge.models import ReportTarget, RosterReading
from lti_bridge.queue import enqueue
from lti_bridge.reasons import told

from .listing import Progress, SelectionForm, counts_of
from .targets import readable_targets

__all__: list[str] = []

NAMES = "kapasitas_lti.view_rostermember"
READ = "kapasitas_lti.add_rosterreading"
PAGE_SIZE = 100
SHOWN_READINGS = 10
# A browser waits for it where there is no Celery.
LONGEST_IN_REQUEST = timedelta(seconds=25)


@admin.register(RosterReading)
class RosterReadingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rosters; who may see readings sees how many are how far, and names only where that is allowed too."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never by a form; a reading is made by reading."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Put the pages of one roster before Django's own."""
        wrap = self.admin_site.admin_view
        return [
            path("roster/<int:target_id>/", wrap(self.roster_view), name="kapasitas_lti_roster"),
            path("roster/<int:target_id>/read/", wrap(self.read_view), name="kapasitas_lti_roster_read"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> TemplateResponse:
        """List the rosters, each with its last reading."""
        self._check(request)
        shown = Paginator(readable_targets(), PAGE_SIZE).get_page(request.GET.get("page"))
        last = _last_readings(shown)
        rows = [
            {"target": target, "title": _title(target), "reading": last.get(target.pk)} for target in shown
        ]
        return self._page(request, "lti_bridge/rosters.html", _("Rosters"), rows=rows, shown=shown)

    def roster_view(self, request: HttpRequest, target_id: int) -> TemplateResponse:
        """Show one roster: who has not begun, who has, who has completed, who came and left."""
        self._check(request)
        target = get_object_or_404(readable_targets(), pk=target_id)
        form = SelectionForm(request.GET)
        shown = Paginator(form.members(target), PAGE_SIZE).get_page(request.GET.get("page"))
        query = request.GET.copy()
        query.pop("page", None)
        return self._page(
            request,
            "lti_bridge/roster.html",
            _title(target),
            target=target,
            form=form,
            shown=shown,
            query=query.urlencode(),
            counts=counts_of(target),
            members=[(member, Progress(member.progress).label) for member in shown],
            readings=RosterReading.objects.filter(target=target).order_by("-started_at")[:SHOWN_READINGS],
            sees_names=request.user.has_perm(NAMES),
            may_read=request.user.has_perm(READ),
        )

    def _check(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _page(self, request: HttpRequest, template: str, title: str, **context: object) -> TemplateResponse:
        common = {**self.admin_site.each_context(request), "opts": self.model._meta, "title": title}
        return TemplateResponse(request, template, {**common, **context})

    @transaction.non_atomic_requests
    def read_view(self, request: HttpRequest, target_id: int) -> HttpResponse:
        """Read a roster now: by Celery where there is one, else while the browser waits."""
        return require_POST(self._read)(request, target_id)

    def _read(self, request: HttpRequest, target_id: int) -> HttpResponse:
        if not (self.has_view_permission(request) and request.user.has_perm(READ)):
            raise PermissionDenied
        target = get_object_or_404(readable_targets(), pk=target_id)
        if setting("KAPASITAS_LTI_USE_CELERY"):
            enqueue("read_roster", target.pk)
            self.message_user(request, _("The roster is being read. Load this page again in a minute."))
        else:
            self._read_here(request, target)
        return HttpResponseRedirect(reverse("admin:kapasitas_lti_roster", args=[target.pk]))

    def _read_here(self, request: HttpRequest, target: ReportTarget) -> None:
        # Brings HTTP and cryptography, which few requests need.
        from .reading import AlreadyReadingError, read_roster

        try:
            reading = read_roster(target, longest=LONGEST_IN_REQUEST)
        except AlreadyReadingError:
            self.message_user(request, _("The roster is being read already."), messages.WARNING)
            return
        if reading.problem:
            text = _("The roster could not be read whole: {problem}.").format(problem=told(reading.problem))
            self.message_user(request, text, messages.ERROR)
        else:
            self.message_user(request, _("The roster was read."), messages.SUCCESS)


def _last_readings(targets: Iterable[ReportTarget]) -> dict[int, RosterReading]:
    newest = (
        RosterReading.objects.filter(target__in=[target.pk for target in targets])
        .values("target_id")
        .annotate(newest=Max("pk"))
    )
    readings = RosterReading.objects.filter(pk__in=[row["newest"] for row in newest])
    return {reading.target_id: reading for reading in readings}


def _title(target: ReportTarget) -> str:
    """Return the course's title, or its key where the course is gone."""
    try:
        return course_host().course(target.course_key).title
    except UnknownCourseError:
        return target.course_key

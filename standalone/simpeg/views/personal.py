"""An official's own pages: profile, service record, courses."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from standalone.simpeg.lti.login import begin
from standalone.simpeg.models import Course, Official
from standalone.simpeg.results import results_of

from .access import official_only

__all__ = ["courses", "open_course", "profile"]


@official_only
def profile(request: HttpRequest, official: Official) -> HttpResponse:
    """Show the official's own data and service record."""
    return render(
        request, "simpeg/profile.html", {"official": official, "records": official.service_records.all()}
    )


@official_only
def courses(request: HttpRequest, official: Official) -> HttpResponse:
    """Show the courses assigned to the official, with what has come back from them."""
    return render(request, "simpeg/my_courses.html", {"official": official, "courses": results_of(official)})


@require_POST
@official_only
def open_course(request: HttpRequest, official: Official, pk: int) -> HttpResponse:
    """Begin a launch: send the browser to the tool's login URL."""
    course = get_object_or_404(Course.objects.select_related("tool"), pk=pk)
    return HttpResponseRedirect(begin(official.user, course))

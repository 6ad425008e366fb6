"""URLs of the bridge's tests: the bridge alone, under its usual prefix."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def page(request: HttpRequest, course_key: str, usage_key: str = "") -> HttpResponse:
    """Stand in for the host's course page; says who is signed in."""
    response = HttpResponse(f"course {course_key} {usage_key} user {request.user.pk}")
    # As in the LMS, which leaves framing to the operator; the one-machine site would refuse it.
    response["Content-Security-Policy"] = "frame-ancestors *"
    return response


urlpatterns = [
    path("lti/", include("lti_bridge.urls")),
    path("admin/", admin.site.urls),
    path("course/<str:course_key>", page, name="course"),
    path("course/<str:course_key>/<str:usage_key>", page, name="block"),
]

"""The pages that can be launched, and the keys that platforms verify us with."""

from urllib.parse import unquote, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lti_bridge.host import UnknownCourseError, course_host
from lti_bridge.launch.claims import Place
from lti_bridge.launch.errors import RefusedLaunchError
from lti_bridge.origins import origin

from .pages import errors_as_page

__all__ = ["jwks", "launchable", "place_of", "resource"]

RESOURCES = ("kapasitas_lti:resource", "kapasitas_lti:resource_block")


def _refused() -> RefusedLaunchError:
    return RefusedLaunchError(
        "target_link_uri", _("The page asked for is not one that can be launched here.")
    )


def launchable(request: HttpRequest, uri: str) -> ResolverMatch:
    """Return which page of ours the URI names; raises RefusedLaunchError unless one can be launched."""
    if origin(uri) != origin(request.build_absolute_uri("/")):
        raise _refused()
    parts = urlsplit(uri)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise _refused()
    try:
        match = resolve(unquote(parts.path))
    except Resolver404 as error:
        raise _refused() from error
    if match.view_name not in (*RESOURCES, "kapasitas_lti:deep_link"):
        raise _refused()
    return match


def place_of(request: HttpRequest, uri: str) -> Place:
    """Return what a resource URL of ours names; raises RefusedLaunchError."""
    match = launchable(request, uri)
    if match.view_name not in RESOURCES:
        raise RefusedLaunchError(
            "target_link_uri",
            _("No course was chosen for this link yet."),
            _("Ask whoever made the link in the HR system to choose a course for it there."),
        )
    return Place(course_key=match.kwargs["course_key"], usage_key=match.kwargs.get("usage_key", ""))


@require_GET
@errors_as_page
def resource(request: HttpRequest, course_key: str, usage_key: str = "") -> HttpResponse:
    """Send a browser that comes without a launch to the page itself, which asks for a log-in if need be."""
    host = course_host()
    try:
        host.course(course_key)
        if usage_key:
            host.check_block(course_key, usage_key)
    except UnknownCourseError as error:
        raise RefusedLaunchError(
            "target_link_uri", _("The course or page asked for does not exist here.")
        ) from error
    return HttpResponseRedirect(host.url(course_key, usage_key or None))


@require_GET
def jwks(request: HttpRequest) -> HttpResponse:
    """Publish the keys that platforms verify us with."""
    from lti_bridge import keys

    response = JsonResponse(keys.public_key_set())
    # For so long a platform may not know a key that signs without having been prepared: kept short.
    response["Cache-Control"] = "public, max-age=300"
    return response

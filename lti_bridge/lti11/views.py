"""The view that takes LTI 1.1 launches. Thin: their parts go to this package, the rest is as in LTI 1.3."""

from urllib.parse import quote

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from lti_bridge.launch.accounts import accept
from lti_bridge.launch.errors import MalformedLaunchError
from lti_bridge.views.launching import open_course, refuse_reopened
from lti_bridge.views.pages import errors_as_page

from .parameters import FORM, read_parameters
from .reading import place_of, read_launch

__all__ = ["launch"]


# As on the legs of LTI 1.3: the platform posts here from its own site, where signature and nonce do the work
# of Django's CSRF token.
@csrf_exempt
@transaction.non_atomic_requests
@require_http_methods(["GET", "POST"])
@errors_as_page
def launch(request: HttpRequest, course_key: str = "", usage_key: str = "") -> HttpResponse:
    """Verify a launch, sign its person in, and send the browser to the course."""
    refuse_reopened(request)
    if request.content_type != FORM:
        raise MalformedLaunchError("body", _("The launch message has no valid form."))
    # Cryptography: not for a worker that serves no launch.
    from .signature import verified_platform

    now = timezone.now()
    parameters = read_parameters(request.body, request.META.get("QUERY_STRING", ""))
    urls = _addresses(request)
    platform = verified_platform(parameters, urls=urls, now=now)
    found = read_launch(parameters, url=urls[0])
    place = place_of(parameters, course_key=course_key, usage_key=usage_key)
    account = accept(platform, found, course_key=place.course_key, usage_key=place.usage_key, now=now)
    # There is no leg before this one on which a cookie could have been left.
    return open_course(request, account, found, place, keeps_cookies=True)


def _addresses(request: HttpRequest) -> list[str]:
    """Return the ways in which a platform may have written our address: keys as they are, or all escaped.

    A server hands over the path without escapes; which ones the platform signed can only be tried.
    Django knows scheme and host behind a proxy (SECURE_PROXY_SSL_HEADER, USE_X_FORWARDED_HOST).
    """
    plain = request.build_absolute_uri(quote(request.path, safe="/:@&+$,;=!*'()~"))
    escaped = request.build_absolute_uri(quote(request.path, safe="/"))
    return list(dict.fromkeys((plain, escaped)))

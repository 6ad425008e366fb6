"""The tool's LTI endpoints. Thin: a request's parts go to ``launch``, its errors become a page."""

import functools
import logging
import secrets
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from . import keys
from .host import UnknownCourseError, course_host
from .http import origin
from .launch.accounts import accept
from .launch.claims import Launch, check_envelope, read_launch
from .launch.errors import LaunchError, MalformedLaunchError, RefusedLaunchError, UntrustedLaunchError
from .launch.keysets import verified_claims
from .launch.login import LIFETIME, begin, check_nonce, cookie_name, finish
from .models import Platform

__all__ = ["jwks", "launch", "login", "resource"]

log = logging.getLogger(__name__)

type View = Callable[..., HttpResponse]


def _errors_as_page(view: View) -> View:
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except LaunchError as error:
            response = _error_page(request, error)
        add_never_cache_headers(response)
        return response

    return wrapped


def _error_page(request: HttpRequest, error: LaunchError) -> HttpResponse:
    reference = secrets.token_hex(4).upper()
    log.warning("LTI launch refused: %s at %s (reference %s)", type(error).__name__, error.fault, reference)
    context = {
        "message": error.message,
        "remedy": error.remedy,
        "fault": error.fault,
        "reference": reference,
    }
    return render(request, "lti_bridge/error.html", context, status=error.status)


# The three decorators, on both legs: the platform posts here from another site, so that Django's
# CSRF token cannot be there (state and browser cookie do its work); and keys are fetched meanwhile,
# which must not happen inside a transaction.
@csrf_exempt
@transaction.non_atomic_requests
@require_http_methods(["GET", "POST"])
@_errors_as_page
def login(request: HttpRequest) -> HttpResponse:
    """Answer a login that a platform starts (OIDC third-party initiated login, GET or POST)."""
    parameters = (request.POST if request.method == "POST" else request.GET).dict()
    parameters = {name: str(value) for name, value in parameters.items()}
    if parameters.get("target_link_uri"):
        _target_of(request, parameters["target_link_uri"])
    begun = begin(
        parameters,
        launch_url=request.build_absolute_uri(reverse("kapasitas_lti:launch")),
        now=timezone.now(),
    )
    response = HttpResponseRedirect(begun.redirect_to)
    secure = request.is_secure()
    # Browsers take SameSite=None only together with Secure.
    response.set_cookie(
        begun.cookie_name,
        begun.cookie_value,
        max_age=LIFETIME,
        secure=secure,
        httponly=True,
        samesite="None" if secure else "Lax",
        path=reverse("kapasitas_lti:launch"),
    )
    return response


@csrf_exempt
@transaction.non_atomic_requests
@require_POST
@_errors_as_page
def launch(request: HttpRequest) -> HttpResponse:
    """Verify a launch, sign its person in, and send the browser to the course."""
    if "error" in request.POST and "id_token" not in request.POST:
        raise UntrustedLaunchError("error", _("The HR system refused the login."))
    state, token = request.POST.get("state", ""), request.POST.get("id_token", "")
    if not state or not token:
        raise MalformedLaunchError(
            "id_token" if state else "state", _("The launch lacks its state or its signed message.")
        )
    now = timezone.now()
    cookie = cookie_name(state)
    begun = finish(state, request.COOKIES.get(cookie, ""), now=now)
    claims = verified_claims(token, begun.platform.key_set_url)
    check_envelope(claims, issuer=begun.platform.issuer, client_id=begun.platform.client_id, now=now)
    check_nonce(begun, claims)
    found = read_launch(claims)
    if found.target_link_uri != begun.target_link_uri:
        raise UntrustedLaunchError(
            "target_link_uri", _("The launch asks for another page than the login that began it.")
        )
    course_key, usage_key = _target_of(request, found.target_link_uri)
    account = accept(begun.platform, found, course_key=course_key, usage_key=usage_key, now=now)
    response = _signed_in(request, begun.platform, found, account.user_id, (course_key, usage_key))
    response.delete_cookie(cookie, path=reverse("kapasitas_lti:launch"))
    return response


def _signed_in(
    request: HttpRequest, platform: Platform, found: Launch, user_id: int, target: tuple[str, str]
) -> HttpResponse:
    host = course_host()
    with transaction.atomic():
        # A fresh session: whoever used this browser before leaves nothing behind.
        request.session.flush()
        host.sign_in(request, user_id)
        if origin(found.return_url) in {origin(platform.issuer), origin(platform.auth_login_url)} - {None}:
            request.session["lti_return_url"] = found.return_url
    response = HttpResponseRedirect(host.url(target[0], target[1] or None))
    try:
        language = get_supported_language_variant(found.locale.lower().replace("_", "-"))
    except LookupError:
        return response
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return response


def _target_of(request: HttpRequest, uri: str) -> tuple[str, str]:
    """Return (course key, usage key or "") of a resource URL of ours; raises RefusedLaunchError."""
    refused = RefusedLaunchError(
        "target_link_uri", _("The page asked for is not one that can be launched here.")
    )
    own = origin(request.build_absolute_uri("/"))
    if origin(uri) != own:
        raise refused
    parts = urlsplit(uri)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise refused
    try:
        match = resolve(unquote(parts.path))
    except Resolver404 as error:
        raise refused from error
    if match.view_name not in ("kapasitas_lti:resource", "kapasitas_lti:resource_block"):
        raise refused
    return match.kwargs["course_key"], match.kwargs.get("usage_key", "")


@require_GET
@_errors_as_page
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
    response = JsonResponse(keys.public_key_set())
    response["Cache-Control"] = "public, max-age=300"
    return response

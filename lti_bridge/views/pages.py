"""What the endpoints share: errors as a page, pages inside frames, and whether a form is our own."""

import functools
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import get_supported_language_variant
from django.views.decorators.clickjacking import xframe_options_exempt

from lti_bridge.launch.errors import LaunchError
from lti_bridge.logs import log_event
from lti_bridge.origins import origin

__all__ = [
    "errors_as_page",
    "framed_page",
    "is_own_form",
    "language_of",
    "set_language",
]


type View = Callable[..., HttpResponse]


def errors_as_page(view: View) -> View:
    """Answer a LaunchError with a page that says what happened and what to do; nothing is cached."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except LaunchError as error:
            response = _error_page(request, error)
        add_never_cache_headers(response)
        return response

    # HR systems may show the course in a frame, where a refusal must be readable too; its page offers
    # nothing to click on.
    return xframe_options_exempt(wrapped)


def _error_page(request: HttpRequest, error: LaunchError) -> HttpResponse:
    reference = secrets.token_hex(4).upper()
    log_event(
        "launch_refused",
        level=logging.WARNING,
        error=type(error).__name__,
        fault=error.fault.replace(" ", "_"),
        reference=reference,
    )
    context = {
        "heading": error.heading,
        "message": error.message,
        "remedy": error.remedy,
        "fault": error.fault,
        "reference": reference,
    }
    return framed_page(request, "lti_bridge/error.html", context, status=error.status)


def framed_page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page that any site may frame, with a policy for its own script (``script_nonce``).

    Framing is safe: each such page answers a message that a registered platform signed, or offers nothing.
    The form of a page may go to a platform, whichever that is.
    """
    nonce = secrets.token_urlsafe(16)
    response = render(request, template, {**context, "script_nonce": nonce}, status=status)
    response["Content-Security-Policy"] = "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors *",
        ]
    )
    # Django's own policy would cut the page off from the platform's window that opened it, and with it from
    # the platform's storage and from the end of a registration.
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    patch_vary_headers(response, ["Cookie"])
    return response


def is_own_form(request: HttpRequest) -> bool:
    """Whether a page of this very site sent the form.

    Takes the place of Django's CSRF token where no cookie can live: browsers name the sender's origin with
    each POST, and no script can change what they say (Fetch standard, "Origin header").
    """
    return origin(request.headers.get("Origin", "")) == origin(request.build_absolute_uri("/"))


def language_of(locale: str) -> str:
    """Return the language of ours that the platform's locale (``id-ID``, ``id_ID``) asks for, or empty."""
    try:
        return get_supported_language_variant(locale.lower().replace("_", "-"))
    except LookupError:
        return ""


def set_language(response: HttpResponse, locale: str) -> None:
    """Have the following pages speak the language that the launch asks for, if it is one of ours."""
    language = language_of(locale)
    if not language:
        return
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

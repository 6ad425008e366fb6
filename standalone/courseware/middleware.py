"""The policy that tells browsers what the site's pages may load and run, and the language of a request."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponse]


class ContentSecurityPolicyMiddleware:
    """Allow scripts by address on this site, or in the page by ``request.csp_nonce``; nothing else.

    Course authors may embed pictures and media over HTTPS and videos from YouTube; the video player's
    script comes from there too, and only on pages that ask for it by ``request.csp_video``.
    """

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle a request."""
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self._get_response(request)
        if "Content-Security-Policy" not in response:
            video = getattr(request, "csp_video", False)
            response["Content-Security-Policy"] = policy(nonce, video=video)
        return response


def policy(nonce: str, *, video: bool) -> str:
    """Return the header's value."""
    # The platform's video player also compiles its own templates at run time.
    player = " 'unsafe-eval' https://www.youtube.com https://www.youtube-nocookie.com" if video else ""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'{player}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' https: data:",
            "media-src 'self' https: blob:",
            "frame-src 'self' https://www.youtube.com https://www.youtube-nocookie.com",
            "object-src 'none'",
            "base-uri 'self'",
            "frame-ancestors 'self'",
        ]
    )


class ChosenLanguageMiddleware:
    """Speak the language that the user chose here, and Bahasa Indonesia until they choose.

    Django's own middleware would follow the browser's language, which in offices is often the one that
    the machine was bought with.
    """

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle a request."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self._get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

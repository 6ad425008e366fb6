"""Pages of a signed-in person stay with that person: office machines are shared."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

__all__ = ["PrivatePagesMiddleware"]


class PrivatePagesMiddleware:
    """Let no browser or proxy keep a signed-in person's pages; the Back button after signing out shows none.

    Stands below the session and authentication middleware. Views that say something about caching
    themselves (files, scripts) are left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, marking what is private."""
        response = self._get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            add_never_cache_headers(response)
        return response

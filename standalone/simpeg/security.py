"""What browsers may do with the pages of this system."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

__all__ = ["ContentSecurityPolicyMiddleware"]

# No form-action: a launch posts to whatever tool is registered.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


class ContentSecurityPolicyMiddleware:
    """Lets pages use scripts and styles of this site only, and nobody frame them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the policy."""
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = POLICY
        return response

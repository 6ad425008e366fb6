"""The page that Prometheus reads, for who has the token."""

import hmac

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from .conf import setting

__all__ = ["page"]


@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Return the figures to who has the token (``Authorization: Bearer …``); without one there is no page."""
    token = setting("KAPASITAS_LTI_METRICS_TOKEN")
    given = request.headers.get("Authorization", "")
    if not isinstance(token, str) or not token:
        raise Http404
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        response = HttpResponse("unauthorised\n", status=401, content_type="text/plain; charset=utf-8")
        response["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return response
    # Prometheus's library is for the worker that is scraped.
    from .metrics import exposition

    content, content_type = exposition()
    return HttpResponse(content, content_type=content_type)

"""Misbehaviour on demand, for tests and chaos runs; without a row in Fault nothing happens.

Switched on and off by ``manage.py simpeg_fault``. Endpoints are the names of the LTI views:
token, jwks, line_items, line_item, scores, results, memberships; or ``any``.
"""

import random
import time
from collections.abc import Callable, Iterator

from django.db.models import F
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from .models import Fault

__all__ = ["ANY", "ENDPOINTS", "KINDS", "FaultMiddleware"]

ANY = "any"
ENDPOINTS = ("token", "jwks", "line_items", "line_item", "scores", "results", "memberships")
# Kind -> what a caller meets.
KINDS = {
    "unavailable": "503 with Retry-After, nothing processed",
    "rate_limited": "429 with Retry-After, nothing processed",
    "server_error": "500, nothing processed",
    "unauthorized": "401 invalid_token, nothing processed",
    "slow": "waits before it is processed",
    "slow_after": "is processed, then the answer waits",
    "lost_answer": "is processed, then the answer breaks off",
}


class ConnectionLostError(ConnectionError):
    """Raised while an answer is being written, so that the server has to cut the connection."""


class FaultMiddleware:
    """Applies at most one fault to a request, outside the view's transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, or misbehave."""
        endpoint = endpoint_of(request.path_info)
        fault = drawn(endpoint) if endpoint else None
        if fault is None:
            return self.get_response(request)
        if fault.kind in REFUSALS:
            return REFUSALS[fault.kind](fault)
        if fault.kind == "slow":
            time.sleep(fault.seconds)
        response = self.get_response(request)
        if fault.kind == "slow_after":
            time.sleep(fault.seconds)
        if fault.kind == "lost_answer":
            return cut(response)
        return response


def endpoint_of(path: str) -> str | None:
    """Return the name of the LTI endpoint at ``path``, or None where there is another page."""
    try:
        name = resolve(path).url_name
    except Resolver404:
        return None
    return name if name in ENDPOINTS else None


def refusal(status: int, **headers: str) -> Callable[[Fault], HttpResponse]:
    """Return a maker of answers with ``status``."""

    def make(fault: Fault) -> HttpResponse:
        response = HttpResponse(status=status, headers=headers)
        if status in (429, 503):
            response.headers["Retry-After"] = str(int(fault.seconds))
        return response

    return make


REFUSALS = {
    "unavailable": refusal(503),
    "rate_limited": refusal(429),
    "server_error": refusal(500),
    "unauthorized": refusal(401, **{"WWW-Authenticate": 'Bearer error="invalid_token"'}),
}


def cut(response: HttpResponseBase) -> StreamingHttpResponse:
    """Return the answer's head, promising a body that breaks off after one byte.

    The server has then no choice but to close the connection: the caller cannot know what was done.
    """

    def body() -> Iterator[bytes]:
        yield b" "
        raise ConnectionLostError("lost_answer")

    return StreamingHttpResponse(body(), status=response.status_code, headers={"Content-Length": "4096"})


def drawn(endpoint: str) -> Fault | None:
    """Return the fault that hits this request, its count taken down, or None."""
    for fault in Fault.objects.filter(endpoint__in=(endpoint, ANY)).order_by("pk"):
        if random.uniform(0, 100) >= fault.percent:  # noqa: S311 - no secret
            continue
        if fault.remaining is None:
            return fault
        if Fault.objects.filter(pk=fault.pk, remaining__gt=0).update(remaining=F("remaining") - 1):
            return fault
    return None

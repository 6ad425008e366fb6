"""What every AGS and NRPS call has in common: the bearer token, media types, bodies and paging."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt

from standalone.simpeg.conf import option
from standalone.simpeg.models import AccessToken, Tool

from .errors import ServiceError
from .secrets import digest

__all__ = ["answer", "authorised", "check_accepts", "json_body", "only_page", "service"]

MAX_BODY = 64 * 1024
View = Callable[..., HttpResponse]


def service(view: View) -> View:
    """Turn ServiceErrors of the view into answers; everything it says is for the caller alone."""

    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except ServiceError as error:
            response = refusal(error)
        patch_cache_control(response, no_store=True)
        return response

    return wrapped


def refusal(error: ServiceError) -> HttpResponse:
    """Return the answer to a refused call, as problem details (RFC 9457)."""
    body = json.dumps({"status": error.status, "detail": error.message})
    response = HttpResponse(body, status=error.status, content_type="application/problem+json")
    if error.challenge:
        response.headers["WWW-Authenticate"] = error.challenge
    return response


def authorised(request: HttpRequest, *any_of: str) -> Tool:
    """Return the tool behind the bearer token, which must carry one of the scopes (RFC 6750)."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise ServiceError(401, "A bearer token is required.", challenge="Bearer")
    known = AccessToken.objects.select_related("tool").filter(digest=digest(token)).first()
    if known is None or known.expires_at <= timezone.now():
        raise ServiceError(
            401, "The access token is unknown or has expired.", challenge='Bearer error="invalid_token"'
        )
    if known.scopes().isdisjoint(any_of):
        challenge = f'Bearer error="insufficient_scope", scope="{" ".join(any_of)}"'
        raise ServiceError(
            403, f"The access token lacks the scope {' or '.join(any_of)}.", challenge=challenge
        )
    return known.tool


def check_accepts(request: HttpRequest, media_type: str) -> None:
    """Raise ServiceError 406 unless the caller takes ``media_type``."""
    if not request.accepts(media_type):
        raise ServiceError(406, f"This resource is {media_type}; the Accept header refuses it.")


def json_body(request: HttpRequest, media_type: str) -> dict[str, Any]:
    """Return the JSON object of the body; numbers are int or Decimal, never float.

    Raises ServiceError 413, 415 or 400.
    """
    if request.content_type != media_type:
        raise ServiceError(
            415, f"The Content-Type must be {media_type}, not {request.content_type or 'missing'}."
        )
    if len(request.body) > MAX_BODY:
        raise ServiceError(413, f"The body is larger than {MAX_BODY} bytes.")
    try:
        text = request.body.decode("utf-8")
        body = json.loads(
            text, parse_float=Decimal, parse_constant=refuse_constant, object_pairs_hook=unique_names
        )
        # A lone surrogate can be written in JSON and cannot be stored.
        json.dumps(body, ensure_ascii=False, default=str).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise ServiceError(400, "The body is not a valid JSON text in UTF-8.") from error
    if not isinstance(body, dict):
        raise ServiceError(400, "The body must be a JSON object.")
    return body


def refuse_constant(name: str) -> None:
    """Refuse NaN and the infinities, which JSON does not have."""
    raise ValueError(name)


def unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that names a member twice: which one counts would be a guess."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate name")
    return found


def answer(
    body: Any, media_type: str, *, status: int = 200, headers: dict[str, str] | None = None
) -> HttpResponse:
    """Return ``body`` as JSON; Decimals are printed with their exact shortest digits."""
    text = json.dumps(body, ensure_ascii=False, default=plain_number)
    return HttpResponse(text, status=status, content_type=media_type, headers=headers)


def plain_number(value: Any) -> int | float:
    """Turn a Decimal of at most 15 significant digits into a number that prints the same."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no JSON form here.")
    return int(value) if value == value.to_integral_value() else float(value)


def positive(request: HttpRequest, name: str, default: int) -> int:
    """Return a positive whole number of the query string; raises ServiceError 400."""
    text = request.GET.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[1-9]\d{0,6}", text, re.ASCII):
        raise ServiceError(400, f"{name} must be a positive whole number.")
    return int(text)


def only_page[M: Model](request: HttpRequest, url: str, rows: QuerySet[M]) -> tuple[list[M], dict[str, str]]:
    """Return the page asked for by ``limit`` and ``page``, and the Link header to the next.

    ``limit`` is what the tool would like (AGS 3.2.2, NRPS 2.4.2): the platform may give less.
    """
    limit = positive(request, "limit", option("PAGE_SIZE"))
    size = min(limit, option("MAX_PAGE_SIZE"))
    page = positive(request, "page", 1)
    found = list(rows[(page - 1) * size : page * size + 1])
    if len(found) <= size:
        return found, {}
    query = request.GET.copy()
    query["page"], query["limit"] = str(page + 1), str(size)
    return found[:size], {"Link": f'<{url}?{urlencode(list(query.items()))}>; rel="next"'}

"""The endpoints of the launch: authentication, token, key set."""

import logging
import re

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from standalone.simpeg.conf import option

from .claims import launch_claims
from .errors import LoginError, TokenError
from .keys import public_key_set, sign
from .login import accept, client_of, read_request
from .tokens import grant

__all__ = ["authorize", "jwks", "token"]

log = logging.getLogger(__name__)


# A tool may send the browser here by GET or POST (OpenID Connect Core 3.1.2.1); what protects the
# user is the login hint, which only the user's own session can redeem.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Answer a tool's authentication request with an id_token, through the browser."""
    parameters = request.POST if request.method == "POST" else request.GET
    try:
        asked = read_request(parameters)
        enrolment = accept(asked, request.user)
    except LoginError as error:
        log.info("Launch refused: %s", error.code)
        return login_refused(request, parameters, error)
    fields = {"id_token": sign(launch_claims(enrolment, asked.nonce)), "state": asked.state}
    context = {"action": asked.redirect_uri, "fields": fields, "course": enrolment.course}
    return render(request, "simpeg/form_post.html", context)


def login_refused(request: HttpRequest, parameters: QueryDict, error: LoginError) -> HttpResponse:
    """Tell the person what is wrong, and offer to take the error to the tool where that is safe."""
    context: dict[str, object] = {"error": error}
    if error.returnable:
        _, context["action"] = client_of(parameters)
        context["fields"] = {
            "error": error.code,
            "error_description": error.message,
            "state": parameters.get("state", ""),
        }
    return render(request, "simpeg/login_refused.html", context, status=400)


@require_GET
def jwks(request: HttpRequest) -> JsonResponse:
    """Publish this platform's key set."""
    response = JsonResponse(public_key_set())
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


# Not in one transaction: a tool's key set may have to be fetched in the middle.
@transaction.non_atomic_requests
@csrf_exempt
@never_cache
@require_POST
def token(request: HttpRequest) -> JsonResponse:
    """Grant an access token (RFC 6749, 4.4 and 5)."""
    try:
        if request.content_type != "application/x-www-form-urlencoded":
            raise TokenError("invalid_request", "The body must be application/x-www-form-urlencoded.")
        response = JsonResponse(grant(request.POST))
    except TokenError as error:
        log.info("Token refused: %s: %s", error.code, error.message)
        # RFC 6749, 5.2 allows only these characters.
        description = re.sub(r"[^ !#-\[\]-~]", "'", error.message)
        response = JsonResponse({"error": error.code, "error_description": description}, status=error.status)
    if response.status_code == 503:
        response.headers["Retry-After"] = str(option("KEYSET_REFETCH_SECONDS"))
    response.headers["Pragma"] = "no-cache"
    return response

"""The platform's side of Dynamic Registration 1.0: a tool that an HR officer invited registers itself."""

from typing import Any
from urllib.parse import urlsplit

from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from standalone.simpeg.conf import absolute, option
from standalone.simpeg.models import Tool

from .errors import ServiceError
from .names import ISSUABLE_SCOPES
from .secrets import new_secret
from .service import json_body, service

__all__ = ["configuration", "new_token", "register"]

LTI_PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
LTI_TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
SALT = "simpeg.registration"
TOKEN_SECONDS = 600
DEPLOYMENT_ID = "1"
URL_LIMIT = 500


def new_token() -> str:
    """Return a registration token: good for ten minutes, and for one tool, whose client id it holds."""
    return signing.dumps(new_secret()[:24], salt=SALT)


@never_cache
@require_GET
def configuration(request: HttpRequest) -> JsonResponse:
    """Publish the OpenID configuration (Dynamic Registration 1.0, 3.4)."""
    return JsonResponse(
        {
            "issuer": option("BASE_URL"),
            "authorization_endpoint": absolute("auth"),
            "token_endpoint": absolute("token"),
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "jwks_uri": absolute("jwks"),
            "registration_endpoint": absolute("register"),
            "scopes_supported": ["openid", *ISSUABLE_SCOPES],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["iss", "sub", "name", "given_name", "family_name"],
            LTI_PLATFORM: {
                "product_family_code": "kapasitas-demo-simpeg",
                "version": "1",
                "messages_supported": [{"type": "LtiResourceLinkRequest"}],
            },
        }
    )


@require_POST
@service
def register(request: HttpRequest) -> JsonResponse:
    """Register the tool that brings a token, and answer with its client id and deployment."""
    client_id = _client_id(request)
    asked = json_body(request, "application/json")
    redirects = asked.get("redirect_uris")
    if not isinstance(redirects, list) or not redirects:
        raise ServiceError(400, "redirect_uris must be a list of addresses.")
    wanted = str(asked.get("scope", "")).split()
    granted = [scope for scope in ISSUABLE_SCOPES if scope in wanted]
    tool = Tool(
        client_id=client_id,
        deployment_id=DEPLOYMENT_ID,
        name=str(asked.get("client_name") or client_id)[:255],
        login_url=_url(asked, "initiate_login_uri"),
        redirect_uris="\n".join(_url({"redirect_uris": one}, "redirect_uris") for one in redirects),
        keyset_url=_url(asked, "jwks_uri"),
        granted_scopes="\n".join(granted),
    )
    try:
        with transaction.atomic():
            tool.save(force_insert=True)
    except IntegrityError:
        raise ServiceError(401, "The registration token was used before.", challenge="Bearer") from None
    ours = asked.get(LTI_TOOL)
    answer = {
        **asked,
        "client_id": client_id,
        "scope": " ".join(granted),
        LTI_TOOL: {**(ours if isinstance(ours, dict) else {}), "deployment_id": DEPLOYMENT_ID},
    }
    return JsonResponse(answer, status=201)


def _client_id(request: HttpRequest) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        client_id = signing.loads(token, salt=SALT, max_age=TOKEN_SECONDS) if kind == "Bearer" else None
    except signing.BadSignature:
        client_id = None
    if not isinstance(client_id, str):
        raise ServiceError(401, "The registration token is missing, wrong or too old.", challenge="Bearer")
    return client_id


def _url(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or len(value) > URL_LIMIT or not value.isprintable():
        raise ServiceError(400, f"{name} must be an http(s) address.")
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ServiceError(400, f"{name} must be an http(s) address.")
    return value

"""The token endpoint: client credentials proved by a signed assertion (SEC 4.1, RFC 7523)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone

from standalone.simpeg.conf import absolute, option
from standalone.simpeg.models import AccessToken, AssertionId, Tool

from .errors import TokenError
from .keys import tool_key
from .names import ISSUABLE_SCOPES
from .secrets import digest, new_secret

__all__ = ["grant"]

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_LIFE_SECONDS = 300
MAX_ASSERTION = 8 * 1024
MAX_JTI = 255


def grant(parameters: QueryDict) -> dict[str, Any]:
    """Return the body of a successful token response; raises TokenError.

    Must run outside a transaction, for the tool's key set may have to be fetched.
    """
    if one(parameters, "grant_type") != "client_credentials":
        raise TokenError("unsupported_grant_type", "grant_type must be client_credentials.")
    if one(parameters, "client_assertion_type") != ASSERTION_TYPE:
        raise TokenError("invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}.")
    tool, claims = authenticated(one(parameters, "client_assertion"))
    if parameters.get("client_id", tool.client_id) != tool.client_id:
        raise TokenError("invalid_client", "client_id differs from the assertion's issuer.")
    scopes = granted_scopes(tool, one(parameters, "scope", missing="invalid_scope"))
    with transaction.atomic():
        use_assertion(tool, claims)
        token = issue(tool, scopes)
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": option("ACCESS_TOKEN_SECONDS"),
        "scope": " ".join(scopes),
    }


def one(parameters: QueryDict, name: str, *, missing: str = "invalid_request") -> str:
    """Return a parameter that must be there exactly once (RFC 6749, 3.2)."""
    values = parameters.getlist(name)
    if len(values) > 1:
        raise TokenError("invalid_request", f"{name} is given more than once.")
    if not values or not values[0]:
        raise TokenError(missing, f"{name} is missing.")
    return values[0]


def authenticated(assertion: str) -> tuple[Tool, dict[str, Any]]:
    """Return the tool that signed the assertion, and its claims, every one of them checked."""
    if len(assertion) > MAX_ASSERTION:
        raise TokenError("invalid_client", "The assertion is too long.")
    try:
        header = jwt.get_unverified_header(assertion)
        unverified = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise TokenError("invalid_client", "The assertion is not a JWT.") from error
    if header.get("alg") != "RS256":
        raise TokenError("invalid_client", "The assertion must be signed with RS256.")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise TokenError("invalid_client", "The assertion's header names no key (kid).")
    issuer = unverified.get("iss")
    tool = (
        Tool.objects.filter(client_id=issuer).first()
        if isinstance(issuer, str) and issuer.isprintable()
        else None
    )
    if tool is None:
        raise TokenError("invalid_client", "The assertion's iss is no client registered here.")
    try:
        # Times and audience are checked below, more strictly than the library does.
        claims: dict[str, Any] = jwt.decode(
            assertion,
            tool_key(tool, kid),
            algorithms=["RS256"],
            options={
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
                "verify_iss": False,
                "verify_sub": False,
                "verify_jti": False,
            },
        )
    except jwt.PyJWTError as error:
        raise TokenError("invalid_client", "The assertion's signature is wrong.") from error
    check_claims(tool, claims)
    return tool, claims


def check_claims(tool: Tool, claims: dict[str, Any]) -> None:
    """Raise TokenError unless every claim is right (SEC 4.1.1.1)."""
    if claims.get("sub") != tool.client_id:
        raise TokenError("invalid_client", "sub must be the client_id, as iss is.")
    audience = claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    if audience not in (absolute("token"), option("BASE_URL")):
        raise TokenError("invalid_client", f"aud must be {absolute('token')} and nothing else.")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI:
        raise TokenError("invalid_client", f"jti must be a text of 1 to {MAX_JTI} characters.")
    now, leeway = timezone.now().timestamp(), option("LEEWAY_SECONDS")
    issued, expires = seconds(claims, "iat"), seconds(claims, "exp")
    if issued > now + leeway:
        raise TokenError("invalid_client", "iat lies in the future.")
    if expires <= now - leeway:
        raise TokenError("invalid_client", "The assertion has expired.")
    if not 0 < expires - issued <= MAX_LIFE_SECONDS:
        raise TokenError("invalid_client", f"exp must follow iat by at most {MAX_LIFE_SECONDS} seconds.")
    if "nbf" in claims and seconds(claims, "nbf") > now + leeway:
        raise TokenError("invalid_client", "nbf lies in the future.")


def seconds(claims: dict[str, Any], name: str) -> float:
    """Return a NumericDate claim."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 2**33:
        raise TokenError("invalid_client", f"{name} must be a NumericDate.")
    return value


def granted_scopes(tool: Tool, asked: str) -> list[str]:
    """Return the scopes asked for; one that is unknown or not granted refuses the request."""
    scopes = list(dict.fromkeys(asked.split(" ")))
    for scope in scopes:
        if scope not in ISSUABLE_SCOPES or scope not in tool.scopes():
            raise TokenError("invalid_scope", f"The scope {scope[:120]!r} is unknown or not granted.")
    return scopes


def use_assertion(tool: Tool, claims: dict[str, Any]) -> None:
    """Remember the assertion's jti; raises TokenError where it was used before."""
    now = timezone.now()
    AssertionId.objects.filter(expires_at__lt=now).delete()
    expires = datetime.fromtimestamp(claims["exp"] + 2 * option("LEEWAY_SECONDS"), UTC)
    try:
        with transaction.atomic():
            AssertionId.objects.create(tool=tool, digest=digest(claims["jti"]), expires_at=expires)
    except IntegrityError:
        raise TokenError("invalid_client", "The assertion's jti was used before.") from None


def issue(tool: Tool, scopes: list[str]) -> str:
    """Make an access token; only its digest is kept."""
    now = timezone.now()
    AccessToken.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    token = new_secret()
    AccessToken.objects.create(
        digest=digest(token),
        tool=tool,
        granted_scopes=" ".join(scopes),
        expires_at=now + timedelta(seconds=option("ACCESS_TOKEN_SECONDS")),
    )
    return token

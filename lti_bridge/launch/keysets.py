"""Platforms' public keys: fetched with bounds, cached, refetched at most once a minute for unknown kids.

Anybody can post a launch of a login that they began themselves: what is asked of a platform, and for how long
a web worker waits for one that is down, is bounded whoever asks.
"""

from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.utils.translation import gettext_lazy as _
from jwt.algorithms import RSAAlgorithm

from lti_bridge import shared_cache
from lti_bridge.http import TOTAL_TIMEOUT_S, HttpError, fetch
from lti_bridge.models.digests import digest

from .errors import LaunchError, MalformedLaunchError, PlatformUnreachableError, UntrustedLaunchError

__all__ = ["verified_claims"]

CACHE_S = 3600
REFETCH_PAUSE_S = 60
# A platform that gave no key set is asked by one worker at a time, and not again for so long.
RETRY_S = 10
DOWN_S = 600
SMALLEST_RSA_BITS = 2048
TOKEN_LIMIT = 64_000


def verified_claims(token: str, key_set_url: str) -> Mapping[str, object]:
    """Return the claims of an id_token signed (RS256) by a key of the set; raises LaunchError.

    Only the signature is judged here. The algorithm is fixed, so that neither ``none`` nor an HMAC
    keyed with public data can pass.
    """
    if len(token) > TOKEN_LIMIT:
        raise MalformedLaunchError("id_token", _("The launch message is too large."))
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise MalformedLaunchError("id_token", _("The launch message is no signed token.")) from error
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise UntrustedLaunchError("kid", _("The launch message does not say which key signed it."))
    if header.get("alg") != "RS256":
        raise UntrustedLaunchError("alg", _("The launch message is not signed with RS256."))
    key = _key(key_set_url, kid)
    try:
        return jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            options={
                "verify_signature": True,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
                "verify_iss": False,
                "verify_sub": False,
                "verify_jti": False,
            },
        )
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise UntrustedLaunchError("signature", _("The signature of the launch message is wrong.")) from error


def _key(url: str, kid: str) -> RSAPublicKey:
    found = _find(_cached(url), kid)
    if found is None and shared_cache.add(_name("pause", url), True, REFETCH_PAUSE_S):
        found = _find(_fetched(url), kid)
    if found is None:
        raise UntrustedLaunchError(
            "kid", _("The launch was signed with a key that the HR system does not publish.")
        )
    return found


def _name(purpose: str, url: str) -> str:
    return f"kapasitas_lti.keyset.{purpose}.{digest(url)}"


def _cached(url: str) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] | None = shared_cache.get(_name("keys", url))
    if keys is None:
        is_down = shared_cache.get(_name("down", url))
        if is_down and not shared_cache.add(_name("retry", url), True, TOTAL_TIMEOUT_S + RETRY_S):
            raise _unreachable()
        shared_cache.add(_name("pause", url), True, REFETCH_PAUSE_S)
        keys = _fetched(url)
    return keys


def _fetched(url: str) -> list[dict[str, Any]]:
    try:
        reply = fetch("GET", url, headers={"Accept": "application/json"})
        document = reply.json() if reply.status == 200 else None
    except HttpError:
        document = None
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        shared_cache.put(_name("down", url), True, DOWN_S)
        shared_cache.put(_name("retry", url), True, RETRY_S)
        raise _unreachable()
    shared_cache.forget(_name("down", url))
    usable = [
        {name: value for name, value in key.items() if isinstance(value, str)}
        for key in keys
        if isinstance(key, dict) and key.get("kty") == "RSA" and key.get("use", "sig") == "sig"
    ]
    shared_cache.put(_name("keys", url), usable, CACHE_S)
    return usable


def _unreachable() -> LaunchError:
    return PlatformUnreachableError("key set", _("The public keys of the HR system could not be fetched."))


def _find(keys: list[dict[str, Any]], kid: str) -> RSAPublicKey | None:
    named = [key for key in keys if key.get("kid") == kid]
    if not named:
        return None
    if len(named) > 1:
        raise UntrustedLaunchError("kid", _("The HR system publishes two keys under one name."))
    try:
        key = RSAAlgorithm.from_jwk(named[0])
    except (jwt.PyJWTError, ValueError, KeyError, TypeError) as error:
        raise UntrustedLaunchError("kid", _("The HR system publishes a key that is damaged.")) from error
    if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_RSA_BITS:
        raise UntrustedLaunchError("kid", _("The HR system publishes a key that is too weak."))
    return key

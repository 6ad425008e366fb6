"""Keys: our own for signing, and the tools' for checking what they sign."""

import json
from datetime import timedelta
from typing import Any

import jwt
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import transaction
from django.utils import timezone

from standalone.simpeg.conf import option
from standalone.simpeg.models import PlatformKey, Tool

from .errors import KeySetUnavailableError, TokenError
from .secrets import new_secret

__all__ = ["public_key_set", "sign", "tool_key"]

MAX_KEYSET_BYTES = 64 * 1024
MINIMUM_KEY_BITS = 2048


def signing_key() -> PlatformKey:
    """Return the newest key, made now if there is none."""
    key = PlatformKey.objects.first()
    if key is not None:
        return key
    private = rsa.generate_private_key(public_exponent=65537, key_size=MINIMUM_KEY_BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return PlatformKey.objects.create(
        kid=new_secret()[:16], private_pem=pem.decode("ascii"), created_at=timezone.now()
    )


def private_key(key: PlatformKey) -> rsa.RSAPrivateKey:
    """Load a key of ours."""
    loaded = serialization.load_pem_private_key(key.private_pem.encode("ascii"), password=None)
    if not isinstance(loaded, rsa.RSAPrivateKey):
        raise TypeError(f"Platform key {key.kid} is not an RSA key; delete it and a new one is made.")
    return loaded


def sign(claims: dict[str, Any]) -> str:
    """Return the claims as a JWT signed by this platform (RS256, SEC 5.1.2)."""
    key = signing_key()
    return jwt.encode(claims, private_key(key), algorithm="RS256", headers={"kid": key.kid})


def public_key_set() -> dict[str, Any]:
    """Return the JSON Web Key Set of this platform."""
    signing_key()
    keys = []
    for key in PlatformKey.objects.all():
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(private_key(key).public_key(), as_dict=True)
        # to_jwk names what this key object may do; a key set says what the key is for (RFC 7517, 4.2).
        jwk.pop("key_ops", None)
        keys.append({**jwk, "kid": key.kid, "alg": "RS256", "use": "sig"})
    return {"keys": keys}


def tool_key(tool: Tool, kid: str) -> rsa.RSAPublicKey:
    """Return the tool's public key named ``kid``; raises TokenError.

    The key set is kept, and fetched again when it is old or lacks ``kid``; never oftener than
    KEYSET_REFETCH_SECONDS, so that a flood of unknown names is no flood of requests. Must run
    outside a transaction: it waits for another system.
    """
    known = keys_by_name(tool.keyset)
    if kid in known and not older_than(tool, option("KEYSET_MAX_AGE_SECONDS")):
        return loaded_public_key(known[kid])
    if not (older_than(tool, option("KEYSET_REFETCH_SECONDS")) and claim_fetch(tool)):
        known = keys_by_name(tool.keyset)
        if kid not in known:
            raise KeySetUnavailableError("The tool's key set was fetched a moment ago without this key.")
        return loaded_public_key(known[kid])
    try:
        tool.keyset = fetch_key_set(tool.keyset_url)
    except KeySetUnavailableError:
        # Old keys are better than none while the tool's server is away.
        if kid in known:
            return loaded_public_key(known[kid])
        raise
    Tool.objects.filter(pk=tool.pk).update(keyset=tool.keyset)
    known = keys_by_name(tool.keyset)
    if kid not in known:
        raise TokenError("invalid_client", f"The tool's key set has no usable key {kid[:64]!r}.")
    return loaded_public_key(known[kid])


def older_than(tool: Tool, seconds: float) -> bool:
    """Tell whether the last attempt to fetch the key set is longer ago than ``seconds``."""
    fetched = tool.keyset_fetched_at
    return fetched is None or timezone.now() - fetched > timedelta(seconds=seconds)


def claim_fetch(tool: Tool) -> bool:
    """Take the right to fetch now; of several requests at once only one gets it."""
    now = timezone.now()
    with transaction.atomic():
        taken = Tool.objects.filter(pk=tool.pk, keyset_fetched_at=tool.keyset_fetched_at).update(
            keyset_fetched_at=now
        )
    tool.keyset_fetched_at = now
    if not taken:
        tool.refresh_from_db(fields=["keyset", "keyset_fetched_at"])
    return bool(taken)


def fetch_key_set(url: str) -> dict[str, Any]:
    """Fetch a key set with a timeout, a size limit and no redirects; raises TokenError."""
    try:
        with requests.get(
            url,
            timeout=option("HTTP_TIMEOUT"),
            allow_redirects=False,
            stream=True,
            headers={"Accept": "application/json"},
        ) as response:
            body = response.raw.read(MAX_KEYSET_BYTES + 1, decode_content=True)
            status = response.status_code
    except (requests.RequestException, OSError) as error:
        raise KeySetUnavailableError(f"The tool's key set at {url} cannot be fetched.") from error
    if status >= 500:
        raise KeySetUnavailableError(f"The tool's key set at {url} answered {status}.")
    if status != 200 or len(body) > MAX_KEYSET_BYTES:
        raise TokenError(
            "invalid_client", f"The tool's key set at {url} answered {status}, {len(body)} bytes."
        )
    try:
        key_set = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise TokenError("invalid_client", f"The tool's key set at {url} is not JSON.") from error
    if not isinstance(key_set, dict) or not isinstance(key_set.get("keys"), list):
        raise TokenError("invalid_client", f"The tool's key set at {url} has no list of keys.")
    return key_set


def keys_by_name(key_set: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Return the keys that may check an RS256 signature; two keys of one name make it unusable."""
    found: dict[str, dict[str, Any]] = {}
    doubled = set()
    for key in (key_set or {}).get("keys", []):
        if not isinstance(key, dict) or not isinstance(key.get("kid"), str):
            continue
        if key.get("kty") != "RSA" or key.get("use", "sig") != "sig" or key.get("alg", "RS256") != "RS256":
            continue
        if key["kid"] in found:
            doubled.add(key["kid"])
        found[key["kid"]] = key
    return {kid: key for kid, key in found.items() if kid not in doubled}


def loaded_public_key(jwk: dict[str, Any]) -> rsa.RSAPublicKey:
    """Turn a JWK into a key; raises TokenError."""
    try:
        key = jwt.algorithms.RSAAlgorithm.from_jwk(jwk)
    except (jwt.InvalidKeyError, ValueError, TypeError) as error:
        raise TokenError("invalid_client", "The tool's key is not a valid RSA key.") from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < MINIMUM_KEY_BITS:
        raise TokenError(
            "invalid_client", f"The tool's key must be public RSA of {MINIMUM_KEY_BITS} bits or more."
        )
    return key

"""Our own key pairs: made at first use, private halves encrypted at rest, public halves as a JWK set."""

import json
import logging
import secrets
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from jwt.algorithms import RSAAlgorithm

from .conf import setting
from .models import ToolKey
from .secrets_at_rest import UnreadableSecretError, encrypt, private_key_text

__all__ = [
    "create_key",
    "prepare_key",
    "prepared_key",
    "public_key_set",
    "retire_key",
    "rotate_key",
    "sign",
]

log = logging.getLogger(__name__)

RSA_BITS = 2048


def create_key() -> ToolKey:
    """Make a key pair that signs from now on; older ones stay published until they are retired."""
    with transaction.atomic():
        return _signing_from_now(_made())


def prepare_key() -> ToolKey:
    """Return the key pair that signs after the next rotation; published now, made if there is none yet.

    Platforms that keep a copy of our key set then know the key before they meet it.
    """
    with transaction.atomic():
        # The lock under which keys are made.
        list(ToolKey.objects.select_for_update())
        _signing_key()
        return prepared_key() or _made()


def rotate_key() -> ToolKey:
    """Let the prepared key sign from now on, or a new one where none was prepared or it cannot be read."""
    with transaction.atomic():
        list(ToolKey.objects.select_for_update())
        prepared = prepared_key()
        return _signing_from_now(prepared if prepared and _is_readable(prepared) else _made())


def prepared_key() -> ToolKey | None:
    """Return the key that was made after the one that signs, or None."""
    return ToolKey.objects.filter(active=False, pk__gt=_signing_key().pk).order_by("-pk").first()


def _is_readable(key: ToolKey) -> bool:
    try:
        private_key_text(key)
    except UnreadableSecretError:
        return False
    return True


def _signing_from_now(key: ToolKey) -> ToolKey:
    ToolKey.objects.exclude(pk=key.pk).update(active=False)
    ToolKey.objects.filter(pk=key.pk).update(active=True)
    key.active = True
    return key


def _made() -> ToolKey:
    """Make a key pair that is published and does not sign."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return ToolKey.objects.create(
        # Hex: a kid that began with a dash could not be typed as an argument.
        kid=secrets.token_hex(16),
        encrypted_private_key=encrypt(pem.decode()),
        active=False,
    )


def retire_key(kid: str) -> None:
    """Remove a key that no longer signs from the published set; raises ToolKey.DoesNotExist."""
    ToolKey.objects.get(kid=kid, active=False).delete()


def _private_key(key: ToolKey) -> rsa.RSAPrivateKey:
    # The keys that open it belong to the question: settings may change in a test or at a reload.
    secrets_now = (setting("KAPASITAS_LTI_KEY"), *setting("KAPASITAS_LTI_FORMER_KEYS"), settings.SECRET_KEY)
    return _loaded(key.kid, key.encrypted_private_key, secrets_now)


@lru_cache(maxsize=8)
def _loaded(kid: str, encrypted: str, _secrets: tuple[str, ...]) -> rsa.RSAPrivateKey:
    """Return the key ready to sign: deriving, decrypting and checking it takes longer than a signature."""
    text = private_key_text(ToolKey(kid=kid, encrypted_private_key=encrypted))
    loaded = serialization.load_pem_private_key(text.encode(), password=None)
    if not isinstance(loaded, rsa.RSAPrivateKey):
        raise ImproperlyConfigured(f"The LTI tool key {kid} is not an RSA key.")
    return loaded


def _signing_key() -> ToolKey:
    return ToolKey.objects.filter(active=True).order_by("-pk").first() or create_key()


def sign(claims: dict[str, Any]) -> str:
    """Return the claims as a JWT signed with our newest key (RS256, ``kid`` in the header)."""
    key = _signing_key()
    return jwt.encode(claims, _private_key(key), algorithm="RS256", headers={"kid": key.kid})


def public_key_set() -> dict[str, Any]:
    """Return the JWK set that platforms verify us with (RFC 7517).

    A key that no longer signs and cannot be read is left out: the others are to be published all the same.
    Raises UnreadableSecretError where the one that signs cannot be read.
    """
    signing = _signing_key()
    keys = []
    for key in ToolKey.objects.order_by("-active", "-pk"):
        try:
            public = _private_key(key).public_key()
        except UnreadableSecretError:
            if key.pk == signing.pk:
                raise
            log.warning("tool key %s cannot be read and is not published", key.kid)
            continue
        jwk = json.loads(RSAAlgorithm.to_jwk(public))
        keys.append({**jwk, "kid": key.kid, "alg": "RS256", "use": "sig"})
    return {"keys": keys}

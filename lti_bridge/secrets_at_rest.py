"""Secrets at rest: what the database keeps encrypted, and the keys that it is read with.

Fernet (AES-128-CBC with HMAC-SHA256) under a key that HKDF derives from ``KAPASITAS_LTI_KEY``, or from
``SECRET_KEY`` where that is empty. ``KAPASITAS_LTI_FORMER_KEYS`` are tried for reading only.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from .conf import setting
from .models import Platform, ToolKey

__all__ = [
    "UnreadableSecretError",
    "decrypt",
    "encrypt",
    "private_key_text",
    "reencrypt_all",
    "shared_secret",
]


class UnreadableSecretError(ImproperlyConfigured):
    """Neither the present key nor a former one opens the secret; the text names the remedy."""


def encrypt(secret: str) -> str:
    """Return the secret as it may stand in the database."""
    return _ciphers().encrypt(secret.encode()).decode()


def decrypt(encrypted: str, *, what: str, otherwise: str) -> str:
    """Return the secret; raises UnreadableSecretError.

    ``what`` names it in the error, and ``otherwise`` the way out where no key can be found again.
    """
    try:
        return _ciphers().decrypt(encrypted.encode()).decode()
    except InvalidToken as error:
        raise UnreadableSecretError(
            f"{what} was encrypted under another secret. Set KAPASITAS_LTI_KEY (or SECRET_KEY) back to the "
            f"former value, or name that in KAPASITAS_LTI_FORMER_KEYS, or {otherwise}"
        ) from error


def reencrypt_all() -> int:
    """Encrypt every stored secret under the present key, and return how many there are; one transaction.

    Raises UnreadableSecretError, and changes nothing, where one of them cannot be read.
    """
    with transaction.atomic():
        keys = list(ToolKey.objects.select_for_update().order_by("pk"))
        for key in keys:
            key.encrypted_private_key = encrypt(private_key_text(key))
            key.save(update_fields=["encrypted_private_key"])
        platforms = list(Platform.objects.select_for_update().exclude(encrypted_secret="").order_by("pk"))
        for platform in platforms:
            # Not saved whole: another worker may be counting failures in the row.
            Platform.objects.filter(pk=platform.pk).update(encrypted_secret=encrypt(shared_secret(platform)))
    return len(keys) + len(platforms)


def private_key_text(key: ToolKey) -> str:
    """Return the private half as PEM; raises UnreadableSecretError."""
    return decrypt(
        key.encrypted_private_key,
        what=f"The LTI tool key {key.kid}",
        otherwise="make a new key with: manage.py lti_keys --rotate",
    )


def shared_secret(platform: Platform) -> str:
    """Return the secret shared with an LTI 1.1 platform; raises UnreadableSecretError."""
    return decrypt(
        platform.encrypted_secret,
        what=f"The secret shared with the platform {platform.pk}",
        otherwise="agree on a new one with: manage.py lti_consumer --rotate",
    )


def _ciphers() -> MultiFernet:
    present = setting("KAPASITAS_LTI_KEY") or settings.SECRET_KEY
    return MultiFernet([_cipher(key) for key in (present, *setting("KAPASITAS_LTI_FORMER_KEYS"))])


@lru_cache(maxsize=16)
def _cipher(secret: str) -> Fernet:
    derived = HKDF(
        algorithm=hashes.SHA256(), length=32, salt=None, info=b"kapasitas-lti tool key encryption v1"
    ).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))

"""Random values for the wire, and the digests under which they are kept."""

import hashlib
import secrets

__all__ = ["digest", "new_secret"]


def new_secret() -> str:
    """Return 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def digest(value: str) -> str:
    """Return the hex SHA-256 of ``value``: enough for values too random to be guessed."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()

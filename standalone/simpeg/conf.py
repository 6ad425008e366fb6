"""The settings of the demo SIMPEG: one dictionary, ``settings.SIMPEG``, over these defaults."""

from typing import Any

from django.conf import settings
from django.urls import reverse

__all__ = ["absolute", "option"]

DEFAULTS: dict[str, Any] = {
    # Issuer of the id_token and the root of every URL that leaves this system.
    "BASE_URL": "http://localhost:8001",
    "NAME": "SIMPEG Kota Contoh",
    "GUID": "simpeg.kota-contoh.example",
    # Seconds that a login hint, an id_token and an access token live.
    "LOGIN_HINT_SECONDS": 300,
    "ID_TOKEN_SECONDS": 300,
    "ACCESS_TOKEN_SECONDS": 3600,
    # Clock difference granted to a tool, in seconds.
    "LEEWAY_SECONDS": 10,
    # A score may be dated this far ahead.
    "SCORE_AHEAD_SECONDS": 60,
    # Small on purpose: a tool that reads only the first page is found out.
    "PAGE_SIZE": 10,
    "MAX_PAGE_SIZE": 100,
    # A tool's key set is asked for again at most this often, whatever keys are named.
    "KEYSET_REFETCH_SECONDS": 10,
    "KEYSET_MAX_AGE_SECONDS": 3600,
    # (connect, read) in seconds.
    "HTTP_TIMEOUT": (3.05, 5),
}


def option(name: str) -> Any:
    """Return one setting; a name that has no default raises KeyError."""
    return {**DEFAULTS, **getattr(settings, "SIMPEG", {})}[name]


def absolute(view: str, **kwargs: object) -> str:
    """Return the public URL of a view of this system."""
    return str(option("BASE_URL")).rstrip("/") + reverse(f"simpeg:{view}", kwargs=kwargs)

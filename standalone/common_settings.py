"""What the course site and the demo SIMPEG share: one machine, SQLite, no other service."""

import contextlib
import os
import secrets
import sys
from pathlib import Path
from typing import Any


def port(variable: str, usual: str) -> int:
    """Return the port that the environment names, or the usual one; exits where it names none."""
    text = os.environ.get(variable, usual)
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65_536):
        sys.exit(f"{variable} is to be a port from 1 to 65535, and is {text!r}.")
    return int(text)


ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("KAPASITAS_VAR", ROOT / "var"))
SITE_PORT = port("KAPASITAS_SITE_PORT", "8000")
SIMPEG_PORT = port("KAPASITAS_SIMPEG_PORT", "8001")
SITE_URL = f"http://localhost:{SITE_PORT}"
SIMPEG_URL = f"http://localhost:{SIMPEG_PORT}"

DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The course site frames nothing and is framed by nothing here; in Open edX the platform decides.
X_FRAME_OPTIONS = "SAMEORIGIN"
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
# The bridge speaks https only, except to these hosts: both sites run on one machine here.
KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["localhost", "127.0.0.1"]
KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS = ["localhost", "127.0.0.1"]


def secret_key(name: str) -> str:
    """Return the secret kept in ``var/<name>.secret``, made at first use and readable by its owner only."""
    VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = VAR / f"{name}.secret"
    if not path.exists():
        # Written whole before it has its name: a process that is killed leaves no empty secret, and of
        # two that begin at once one wins.
        draft = VAR / f"{name}.{os.getpid()}.draft"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii")


def sqlite(name: str) -> dict[str, Any]:
    """Return the database settings of ``var/<name>.sqlite3``.

    WAL lets readers go on while one writes; IMMEDIATE makes a transaction take its write lock at the
    start, so that two writers queue (up to 20 s) instead of failing half way.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR / f"{name}.sqlite3",
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }

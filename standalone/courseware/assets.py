"""Files of a course, on disk below ``VAR/assets``, one directory a course.

Learners fetch what is in ``static``; the rest is kept so that an export loses nothing.
"""

import hashlib
from pathlib import Path

from django.conf import settings

KEPT = ("static", "about")


def assets_directory(course_key: str) -> Path:
    """Return the course's directory; its name is a hash, because a key holds ``:`` and ``+``."""
    name = hashlib.sha256(course_key.encode()).hexdigest()[:24]
    return Path(settings.KAPASITAS_ASSETS) / name


def asset_path(course_key: str, relative: str) -> Path | None:
    """Return the file of ``static``, or None where the course has none of that name or it leads elsewhere."""
    root = (assets_directory(course_key) / "static").resolve()
    try:
        path = (root / relative).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError):  # a name too long, or with a NUL in it
        return None

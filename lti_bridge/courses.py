"""Which courses the bridge watches; asked on every grade and completion of the whole platform."""

from functools import partial

from django.db import transaction

from . import shared_cache
from .conf import setting
from .models import ReportTarget

__all__ = ["forget_watched", "is_watched", "watched_courses"]

KEY = "kapasitas_lti.watched_courses"
# Bounds how long a course can be missing where a reader raced with the first launch into it.
LIFETIME_S = 60


def is_watched(course_key: str) -> bool:
    """Tell whether completions of the course are recorded: it was launched, or the settings name it.

    One read of the cache; one query when the cache has forgotten, at most once a minute.
    """
    return course_key in setting("KAPASITAS_LTI_COURSES") or course_key in _launched()


def watched_courses() -> list[str]:
    """Return the keys of all courses that are watched, in order."""
    return sorted(_launched().union(setting("KAPASITAS_LTI_COURSES")))


def _launched() -> frozenset[str]:
    known: frozenset[str] | None = shared_cache.get(KEY)
    if known is None:
        known = frozenset(ReportTarget.objects.values_list("course_key", flat=True).distinct())
        shared_cache.put(KEY, known, LIFETIME_S)
    return known


def forget_watched() -> None:
    """Have the list read again once the current transaction is committed."""
    transaction.on_commit(partial(shared_cache.forget, KEY))

"""Notices of progress: left when something changes, taken when somebody has time to look."""

import contextlib
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from . import outbox
from .delivery.decisions import back_off
from .host import UnknownCourseError
from .models import ProgressNotice

__all__ = ["due", "leave", "take"]

# Longer than a message usually takes, so that the schedule does not do what a worker is about to do.
PATIENCE = timedelta(minutes=1)


def leave(user_id: int, course_key: str) -> None:
    """Leave a notice, in the caller's transaction."""
    ProgressNotice.objects.create(
        user_id=user_id, course_key=course_key, not_before=timezone.now() + PATIENCE
    )


def take(user_id: int, course_key: str) -> bool:
    """Look at the learner's progress if there are notices of it; False where there are none. Idempotent.

    An error leaves the notices for later.
    """
    # Before the progress is read: a notice that comes later is not deleted with these.
    seen = list(
        ProgressNotice.objects.filter(user_id=user_id, course_key=course_key).values_list("pk", flat=True)
    )
    if not seen:
        return False
    # A course that was deleted meanwhile leaves nothing to report.
    with contextlib.suppress(UnknownCourseError):
        outbox.note_progress(user_id, course_key)
    ProgressNotice.objects.filter(pk__in=seen).delete()
    return True


def due(now: datetime, most: int) -> list[tuple[int, str]]:
    """Return learners and courses whose notices nobody has taken in time, and put them off.

    Each further time later, as deliveries are: what fails again and again costs next to nothing.
    """
    overdue = list(ProgressNotice.objects.filter(not_before__lte=now).order_by("not_before", "pk")[:most])
    for notice in overdue:
        later = now + back_off(notice.tries + 1, 1.0)
        ProgressNotice.objects.filter(pk=notice.pk).update(not_before=later, tries=F("tries") + 1)
    return list(dict.fromkeys((notice.user_id, notice.course_key) for notice in overdue))

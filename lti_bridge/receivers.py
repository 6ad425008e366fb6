"""What the platform and our blocks tell the bridge of: grades, completions, certificates, submissions and
retirements of anybody in any course.

The platform's plugin loader connects the receivers (``apps.py``). They fire on every recalculation, so
that everything after them is idempotent; for a course that is not ours they cost one read of the cache.
"""

from typing import Any

from openedx_events.learning.data import (
    CertificateData,
    CoursePassingStatusData,
    PersistentCourseGradeData,
)

from . import notices
from .courses import is_watched
from .queue import enqueue
from .retirement import on_user_retired
from .toggles import events_are_ignored

__all__ = [
    "on_assessment_submitted",
    "on_block_completed",
    "on_certificate_changed",
    "on_certificate_created",
    "on_grade_changed",
    "on_passing_status_updated",
    "on_user_retired",
]


def on_passing_status_updated(course_passing_status: CoursePassingStatusData, **_: Any) -> None:
    """Receive ``org.openedx.learning.course.passing.status.updated.v1``."""
    _changed(course_passing_status.user.id, str(course_passing_status.course.course_key))


def on_grade_changed(grade: PersistentCourseGradeData, **_: Any) -> None:
    """Receive ``org.openedx.learning.course.persistent_grade_summary.changed.v1``."""
    _changed(grade.user_id, str(grade.course.course_key))


def on_certificate_created(certificate: CertificateData, **_: Any) -> None:
    """Receive ``org.openedx.learning.certificate.created.v1``: whoever has one has passed."""
    _changed(certificate.user.id, str(certificate.course.course_key))


def on_certificate_changed(certificate: CertificateData, **_: Any) -> None:
    """Receive ``org.openedx.learning.certificate.changed.v1``."""
    _changed(certificate.user.id, str(certificate.course.course_key))


def on_assessment_submitted(assessment: Any, **_: Any) -> None:
    """Receive ``org.kapasitas.assessment.submitted.v1``, the one event of our blocks that means progress.

    The platform reckons the grade afterwards and tells of it; but where it does not, this is the last word.
    """
    _changed(assessment.user_id, str(assessment.course_key))


def on_block_completed(instance: Any, **_: Any) -> None:
    """Receive ``post_save`` of edx-completion's BlockCompletion; the grade alone completes no course."""
    _changed(instance.user_id, str(instance.context_key))


def _changed(user_id: int, course_key: str) -> None:
    if not is_watched(course_key) or events_are_ignored():
        return
    notices.leave(user_id, course_key)
    enqueue("note_progress", user_id, course_key)

"""The public interface of the bridge for the LMS that it lives in. Callers check permission themselves."""

from . import outbox

__all__ = ["note_progress"]


def note_progress(user_id: int, course_key: str) -> None:
    """Take notice that a learner's completion or grade in a course may have changed.

    Call it inside the transaction that changed it: the completion record and the outbox rows are
    then written together with the change, or not at all. Idempotent; nothing is sent here
    (``manage.py deliver`` sends). Raises UnknownCourseError, and CourseSettingsError where a completion
    would be recorded with what the course says wrongly.
    """
    outbox.note_progress(user_id, course_key)

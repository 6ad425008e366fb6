"""Writing completion records."""

from datetime import datetime

from django.db import IntegrityError, transaction

from lti_bridge.delivery.policy import grade_points
from lti_bridge.host import Course, CourseProgress, CourseSettingsError, course_host
from lti_bridge.models import CompletionRecord
from xblocks.records.api import OfficialIdentity, official_of

from .announcing import announce_completion
from .content import content_hash
from .numbers import new_record_number

__all__ = ["fill_missing_identity", "record_completion"]


# What the record holds; the platform bounds neither a title nor an organiser.
MOST_TEXT = 255


def record_completion(user_id: int, progress: CourseProgress, now: datetime) -> CompletionRecord:
    """Return the record of the user's completion, written if there is none yet; joins the transaction.

    Raises CourseSettingsError where the course says something that cannot stand in a record.
    """
    # A locking read: under MySQL's REPEATABLE READ a plain one could miss a row that is there.
    found = CompletionRecord.objects.select_for_update().filter(
        user_id=user_id, course_key=progress.course_key
    )
    existing = found.first()
    if existing is not None:
        return existing
    record = _record_of(user_id, progress, now)
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError:
        # Of two at once one writes it.
        existing = found.first()
        if existing is None:
            raise
        return existing
    announce_completion(record)
    return record


def _record_of(user_id: int, progress: CourseProgress, now: datetime) -> CompletionRecord:
    """Return the record, not written yet, with the facts as they are now."""
    course = course_host().course(progress.course_key)
    identity = official_of(user_id) or OfficialIdentity()
    completed_at = now.replace(microsecond=0)
    record = CompletionRecord(
        user_id=user_id,
        course_key=progress.course_key,
        record_number=new_record_number(),
        nip=identity.nip,
        full_name=identity.full_name,
        office_code=identity.office_code,
        office_name=identity.office_name,
        post=identity.post,
        course_title=course.title[:MOST_TEXT],
        organiser=course.organiser[:MOST_TEXT],
        lesson_hours=_lesson_hours(course),
        started_at=min(progress.started_at or completed_at, completed_at),
        completed_at=completed_at,
        score=grade_points(progress.grade),
    )
    record.content_hash = content_hash(record)
    return record


def _lesson_hours(course: Course) -> int:
    if course.lesson_hours is None:
        raise CourseSettingsError(
            f"{course.course_key}: lesson_hours of other_course_settings.kapasitas is to be a whole number "
            "of at most four digits; no completion is recorded before it is corrected"
        )
    return course.lesson_hours


def fill_missing_identity(user_id: int, identity: OfficialIdentity) -> None:
    """Give records that were written before the NIP was known the identity; others never change."""
    if not identity.nip:
        return
    for record in CompletionRecord.objects.select_for_update().filter(user_id=user_id, nip=""):
        record.nip = identity.nip
        for name in ("full_name", "office_code", "office_name", "post"):
            setattr(record, name, getattr(record, name) or getattr(identity, name))
        record.content_hash = content_hash(record)
        record.save()

"""What the bridge tells other services through openedx-events."""

from datetime import UTC

from django.apps import apps
from django.db import transaction
from opaque_keys.edx.keys import CourseKey

from lti_bridge.models import CompletionRecord

__all__ = ["announce_completion"]


def announce_completion(record: CompletionRecord) -> None:
    """Tell that the record was written, after the transaction that wrote it; nothing without openedx-events.

    A receiver or an event bus that fails is logged and harms nobody.
    """
    if not apps.is_installed("openedx_events"):
        return
    # attrs and openedx-events are the platform's; the one-machine site has no use for them.
    from lti_bridge.signals import COMPLETION_RECORDED, RecordedCompletionData

    def send() -> None:
        data = RecordedCompletionData(
            record_number=record.record_number,
            user_id=record.user_id,
            course_key=CourseKey.from_string(record.course_key),
            organiser=record.organiser,
            lesson_hours=record.lesson_hours,
            started_at=record.started_at.astimezone(UTC),
            completed_at=record.completed_at.astimezone(UTC),
            score=f"{record.score:.2f}",
        )
        COMPLETION_RECORDED.send_event(completion=data, time=data.completed_at)

    transaction.on_commit(send, robust=True)

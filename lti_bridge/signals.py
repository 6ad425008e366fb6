"""The events that the bridge tells other services of, as openedx-events has them. No personal data.

Imported only where openedx-events is an installed app (``LtiBridgeConfig``). What is below is a contract:
docs/reference/events.md says how it may change.
"""

from datetime import datetime

import attrs
from attrs.validators import matches_re
from opaque_keys.edx.keys import CourseKey
from openedx_events.tooling import OpenEdxPublicSignal

__all__ = ["COMPLETION_RECORDED", "RecordedCompletionData"]


@attrs.frozen(kw_only=True)
class RecordedCompletionData:
    """A completion record as it was written: who by the LMS's account id, never by NIP or name.

    ``record_number`` finds the record in HR's files. ``score`` is decimal text, 0 to 100. The record's
    content hash stays at home: with the other facts known, a NIP could be guessed from it.
    """

    record_number: str
    user_id: int
    course_key: CourseKey
    organiser: str
    lesson_hours: int
    started_at: datetime
    completed_at: datetime
    score: str = attrs.field(validator=matches_re(r"[0-9]+\.[0-9]{2}"))


# .. event_type: org.kapasitas.completion.recorded.v1
# .. event_name: COMPLETION_RECORDED
# .. event_key_field: completion.user_id
# .. event_description: Emitted after a completion record is written, once for each learner and course.
# .. event_data: RecordedCompletionData
# .. event_trigger_repository: kapasitas
COMPLETION_RECORDED = OpenEdxPublicSignal(
    event_type="org.kapasitas.completion.recorded.v1",
    data={"completion": RecordedCompletionData},
)

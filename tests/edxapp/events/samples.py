"""One event of each type that goes on the bus, with what a wire may find hard: zero, decimals, letters."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from opaque_keys.edx.keys import CourseKey, UsageKey
from openedx_events.event_bus import merge_producer_configs
from openedx_events.tooling import OpenEdxPublicSignal

from lti_bridge.signals import COMPLETION_RECORDED, RecordedCompletionData
from xblocks.records.signals import ASSESSMENT_SUBMITTED, CompetencyPointsData, SubmittedAssessmentData

COURSE = CourseKey.from_string("course-v1:Kapasitas+PEM+2026")
AT = datetime(2026, 11, 25, 3, 0, 0, tzinfo=UTC)

SUBMITTED = SubmittedAssessmentData(
    user_id=7,
    course_key=COURSE,
    usage_key=UsageKey.from_string("block-v1:Kapasitas+PEM+2026+type@competency_assessment+block@pascates"),
    attempt=2,
    submitted_at=AT,
    items=12,
    answered=11,
    earned="8.333333",
    possible="12",
    competencies=[
        CompetencyPointsData(competency="gov.kewenangan", items=8, answered=8, earned="6.5", possible="8"),
        CompetencyPointsData(competency="gov.anggaran", items=4, answered=3, earned="0", possible="4"),
    ],
)
RECORDED = RecordedCompletionData(
    record_number="KP-FMGYG-Z0C0T-1",
    user_id=7,
    course_key=COURSE,
    organiser="BPSDM Daerah Istimewa Yogyakarta ꦪꦺꦴꦒꦾ",
    lesson_hours=20,
    started_at=datetime(2026, 10, 1, 1, 30, 0, tzinfo=UTC),
    completed_at=AT,
    score="87.50",
)
EVENTS: dict[OpenEdxPublicSignal, dict[str, Any]] = {
    ASSESSMENT_SUBMITTED: {"assessment": SUBMITTED},
    COMPLETION_RECORDED: {"completion": RECORDED},
}


def topic_of(signal: OpenEdxPublicSignal) -> str:
    """The topic in which the settings offer the event."""
    (topic,) = settings.EVENT_BUS_PRODUCER_CONFIG[signal.event_type]
    return str(topic)


def switched_on() -> Any:
    """EVENT_BUS_PRODUCER_CONFIG with what an operator says to switch our events on."""
    said = {signal.event_type: {topic_of(signal): {"enabled": True}} for signal in EVENTS}
    return merge_producer_configs(settings.EVENT_BUS_PRODUCER_CONFIG, said)

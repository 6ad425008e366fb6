"""The events that the blocks tell other services of, as openedx-events has them. No personal data.

Imported only where openedx-events is an installed app (``RecordsConfig``). What is below is a contract:
docs/reference/events.md says how it may change.
"""

import re
from datetime import datetime

import attrs
from opaque_keys.edx.keys import CourseKey, UsageKey
from openedx_events.tooling import OpenEdxPublicSignal

from xblocks.events import ASSESSMENT_SUBMITTED_TYPE

__all__ = ["ASSESSMENT_SUBMITTED", "CompetencyPointsData", "SubmittedAssessmentData"]

DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def decimal_text(_instance: object, attribute: "attrs.Attribute[str]", value: object) -> None:
    """Refuse what is no decimal number as text: Avro's doubles would round, and the bus knows no Decimal."""
    if not isinstance(value, str) or not DECIMAL.fullmatch(value):
        raise ValueError(f"{attribute.name} must be a decimal number as text, and is {value!r}")


@attrs.frozen(kw_only=True)
class CompetencyPointsData:
    """The points of the items that measure one competency, as decimal text."""

    competency: str
    items: int
    answered: int
    earned: str = attrs.field(validator=decimal_text)
    possible: str = attrs.field(validator=decimal_text)


@attrs.frozen(kw_only=True)
class SubmittedAssessmentData:
    """An attempt as it was handed in and scored then; later rescoring is told by the platform's grade events.

    ``user_id`` is the account's id in the LMS. Points are decimal text. An item of several competencies
    counts in full for each.
    """

    user_id: int
    course_key: CourseKey
    usage_key: UsageKey
    attempt: int
    submitted_at: datetime
    items: int
    answered: int
    earned: str = attrs.field(validator=decimal_text)
    possible: str = attrs.field(validator=decimal_text)
    competencies: list[CompetencyPointsData]


# .. event_type: org.kapasitas.assessment.submitted.v1
# .. event_name: ASSESSMENT_SUBMITTED
# .. event_key_field: assessment.user_id
# .. event_description: Emitted after the state, the answers and the grade of an attempt at a competency
#   assessment are saved, once for each attempt that a learner hands in.
# .. event_data: SubmittedAssessmentData
# .. event_trigger_repository: kapasitas
ASSESSMENT_SUBMITTED = OpenEdxPublicSignal(
    event_type=ASSESSMENT_SUBMITTED_TYPE,
    data={"assessment": SubmittedAssessmentData},
)

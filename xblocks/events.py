"""The events that the product tells of, and their data. No personal data in any of them.

Names are ``org.kapasitas.<subject>.<what happened>``; they and the fields never change their meaning.
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

__all__ = [
    "ASSESSMENT_SUBMITTED_TYPE",
    "TRACKED",
    "AssessmentEvent",
    "AttemptStarted",
    "AttemptSubmitted",
    "CompetencyPoints",
    "ItemAnswered",
    "offer_on_bus",
]

# Its data: xblocks.records.signals, which needs openedx-events; settings need only the name.
ASSESSMENT_SUBMITTED_TYPE = "org.kapasitas.assessment.submitted.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentEvent:
    """Something that a learner did in an assessment; the host's tracker adds who and where."""

    name: ClassVar[str] = ""
    attempt: int

    def data(self) -> dict[str, object]:
        """Return the fields as the tracker takes them."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptStarted(AssessmentEvent):
    """An attempt was begun."""

    name: ClassVar[str] = "org.kapasitas.assessment.attempt.started"
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswered(AssessmentEvent):
    """An answer was saved, for good where ``final``. The answer itself is not told."""

    name: ClassVar[str] = "org.kapasitas.assessment.item.answered"
    item: str
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetencyPoints:
    """The points of the items that measure one competency."""

    competency: str
    earned: float
    possible: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSubmitted(AssessmentEvent):
    """An attempt was handed in. ``earned`` and ``possible`` are points.

    An item of several competencies counts in full for each, so that theirs do not add up to the total.
    """

    name: ClassVar[str] = "org.kapasitas.assessment.attempt.submitted"
    answered: int
    items: int
    earned: float
    possible: float
    competencies: tuple[CompetencyPoints, ...]


TRACKED: tuple[type[AssessmentEvent], ...] = (AttemptStarted, ItemAnswered, AttemptSubmitted)


def offer_on_bus(settings: Any, event_type: str, *, topic: str, key_field: str) -> None:
    """Add an event to the platform's EVENT_BUS_PRODUCER_CONFIG, disabled; what is set there already wins."""
    if not hasattr(settings, "EVENT_BUS_PRODUCER_CONFIG"):
        settings.EVENT_BUS_PRODUCER_CONFIG = {}
    topics = settings.EVENT_BUS_PRODUCER_CONFIG.setdefault(event_type, {})
    topics[topic] = {"event_key_field": key_field, "enabled": False, **topics.get(topic, {})}

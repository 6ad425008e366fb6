"""The events that the product tells of, and their data. No personal data in any of them.

Names are ``org.kapasitas.<subject>.<what happened>``; they and the fields never change their meaning.
"""

from dataclasses import asdict, dataclass
from typing import ClassVar

__all__ = ["AssessmentEvent", "AttemptStarted", "AttemptSubmitted", "ItemAnswered"]


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
class AttemptSubmitted(AssessmentEvent):
    """An attempt was handed in. ``earned`` and ``possible`` are points."""

    name: ClassVar[str] = "org.kapasitas.assessment.attempt.submitted"
    answered: int
    items: int
    earned: float
    possible: float

"""Progress that is set, not earned."""

from dataclasses import dataclass
from decimal import Decimal

__all__ = ["COURSE_KEY", "PASSING_GRADE", "Progress"]

COURSE_KEY = "course-v1:Kapasitas+PEM101+2026"
PASSING_GRADE = Decimal("0.7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A grade as a fraction, and whether every block is complete."""

    grade: Decimal
    all_blocks: bool

    @property
    def completes(self) -> bool:
        """Whether the course is completed by this progress."""
        return self.all_blocks and self.grade >= PASSING_GRADE

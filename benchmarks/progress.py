"""The course whose progress is set, not earned."""

from decimal import Decimal

__all__ = ["COURSE_KEY", "PASSING_GRADE"]

COURSE_KEY = "course-v1:Kapasitas+PEM101+2026"
PASSING_GRADE = Decimal("0.7")

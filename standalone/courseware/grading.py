"""Grades from raw scores, with the rules of the LMS. Pure: no database, no clock.

The rules are those that the platform documents for course teams ("Set the Grading Policy"): a
subsection's percentage is rounded to whole per cents; an assignment type averages its subsections, counts
missing ones up to ``min_count`` as zero and drops the lowest ``drop_count``; the course's percentage is the
weighted sum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

_CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Weighted points in one block. ``attempted`` tells a zero earned from one not tried."""

    earned: Decimal
    possible: Decimal
    attempted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsectionGrade:
    """Points of one subsection. ``percent`` is a fraction, rounded to 0.01."""

    usage_key: str
    title: str
    assignment_type: str
    graded: bool
    earned: Decimal
    possible: Decimal
    attempted: bool

    @property
    def percent(self) -> Decimal:
        """Earned of possible; 0 where nothing can be earned."""
        if self.possible <= 0:
            return ZERO
        return (self.earned / self.possible).quantize(_CENT, ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseGrade:
    """``percent`` and ``passing_grade`` are fractions in 0..1."""

    percent: Decimal
    passing_grade: Decimal
    subsections: tuple[SubsectionGrade, ...]

    @property
    def passed(self) -> bool:
        """Whether the mark is reached. A course without marks to reach is never passed."""
        return self.passing_grade > 0 and self.percent >= self.passing_grade


def weighted(earned: Decimal, possible: Decimal, weight: Decimal | None) -> tuple[Decimal, Decimal]:
    """Return points after weighting: the weight, where there is one, is what the block is worth."""
    if weight is None or possible == 0:
        return earned, possible
    return earned * weight / possible, weight


def subsection_grade(
    usage_key: str, title: str, assignment_type: str | None, graded: bool, scores: Sequence[Score]
) -> SubsectionGrade:
    """Sum a subsection's scores; blocks worth nothing do not count."""
    counted = [score for score in scores if score.possible > 0]
    return SubsectionGrade(
        usage_key=usage_key,
        title=title,
        assignment_type=assignment_type or "",
        graded=graded,
        earned=sum((score.earned for score in counted), ZERO),
        possible=sum((score.possible for score in counted), ZERO),
        attempted=any(score.attempted for score in counted),
    )


def course_grade(policy: Mapping[str, Any], subsections: Sequence[SubsectionGrade]) -> CourseGrade:
    """Grade the course by its policy (``GRADER``, ``GRADE_CUTOFFS``)."""
    total = sum((_type_grade(rule, subsections) for rule in policy.get("GRADER", ())), ZERO)
    # The platform adds 0.05 before it rounds to whole per cents, so that 59.45 % becomes 60 %.
    percent = (total * 100 + Decimal("0.05")).quantize(Decimal(1), ROUND_HALF_UP) / 100
    return CourseGrade(percent=percent, passing_grade=passing_grade(policy), subsections=tuple(subsections))


def passing_grade(policy: Mapping[str, Any]) -> Decimal:
    """Return the lowest mark above zero; 0 where the policy has none."""
    cutoffs = [Decimal(str(mark)) for mark in policy.get("GRADE_CUTOFFS", {}).values()]
    return min((mark for mark in cutoffs if mark > 0), default=ZERO)


def _type_grade(rule: Mapping[str, Any], subsections: Sequence[SubsectionGrade]) -> Decimal:
    """Return what one assignment type adds to the course's percentage."""
    percents = [
        one.percent
        for one in subsections
        if one.graded and one.assignment_type == rule["type"] and one.possible > 0
    ]
    percents += [ZERO] * (int(rule.get("min_count") or 0) - len(percents))
    drop = int(rule.get("drop_count") or 0)
    kept = sorted(percents, reverse=True)[: max(len(percents) - drop, 0)]
    average = sum(kept, ZERO) / len(kept) if kept else ZERO
    return average * Decimal(str(rule.get("weight") or 0))

"""What is worth reporting: when a course counts as completed, and a grade as changed."""

from decimal import ROUND_HALF_UP, Decimal

__all__ = ["GRADE_MAXIMUM", "grade_points", "grade_to_report", "is_completed"]

GRADE_MAXIMUM = Decimal(100)
_CENT = Decimal("0.01")


def is_completed(
    *, required_blocks: int, completed_blocks: int, grade: Decimal, passing_grade: Decimal
) -> bool:
    """Whether every required block is complete and the grade has reached the passing grade.

    A course that demands no block is completed by its grade alone. Completion is not "100 %": a
    learner may pass with less, and may see everything without passing.

    >>> pass_mark = Decimal("0.7")
    >>> is_completed(required_blocks=4, completed_blocks=4, grade=pass_mark, passing_grade=pass_mark)
    True
    >>> is_completed(required_blocks=4, completed_blocks=3, grade=Decimal(1), passing_grade=pass_mark)
    False
    """
    if min(required_blocks, completed_blocks) < 0:
        raise ValueError("counts of blocks are not negative")
    if not (0 <= grade <= 1 and 0 <= passing_grade <= 1):
        raise ValueError("grades are fractions in 0..1")
    return completed_blocks >= required_blocks and grade >= passing_grade


def grade_points(grade: Decimal) -> Decimal:
    """Return a fraction as points of 100 with two decimals, halves upwards.

    >>> grade_points(Decimal("0.85125"))
    Decimal('85.13')
    """
    if not 0 <= grade <= 1:
        raise ValueError("a grade is a fraction in 0..1")
    return (grade * GRADE_MAXIMUM).quantize(_CENT, ROUND_HALF_UP)


def grade_to_report(grade: Decimal, *, last_reported: Decimal | None, completed: bool) -> Decimal | None:
    """Return the points to report, or None where the target already knows them.

    Before anything was reported, 0 points of an unfinished course are no news.
    """
    points = grade_points(grade)
    if last_reported is None:
        return points if completed or points > 0 else None
    return None if points == last_reported else points

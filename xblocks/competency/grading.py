"""Which of several attempts makes the grade."""

from collections.abc import Sequence
from typing import NamedTuple

from .assessment import Grading

__all__ = ["AttemptScore", "graded"]


class AttemptScore(NamedTuple):
    """The points of one attempt, and of how many."""

    earned: float
    possible: float

    @property
    def share(self) -> float:
        """The points as a share, 0..1; 0 where nothing could be earned."""
        return self.earned / self.possible if self.possible else 0.0


def graded(scores: Sequence[AttemptScore], method: Grading) -> AttemptScore | None:
    """Return the grade that the attempts make, oldest first; None where there is none.

    Attempts of different lengths are compared, and averaged, by their shares: the average is out of what the
    last attempt could earn. Of equally good attempts the later one counts.

    >>> graded([AttemptScore(3, 4), AttemptScore(1, 2)], Grading.AVERAGE)
    AttemptScore(earned=1.25, possible=2)
    """
    if not scores:
        return None
    if method is Grading.LAST:
        return scores[-1]
    if method is Grading.FIRST:
        return scores[0]
    if method is Grading.BEST:
        return max(reversed(scores), key=lambda score: score.share)
    possible = scores[-1].possible
    average = sum(score.share for score in scores) / len(scores)
    return AttemptScore(round(average * possible, 9), possible)

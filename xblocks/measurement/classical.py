"""Classical test theory: difficulty, discrimination, distractors, reliability. Crocker & Algina (1986).

Scores come as rows, one a person, with one score an item; every person has answered every item. Variances
have n - 1 in the denominator.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from statistics import fmean, variance
from typing import NamedTuple

from .errors import DataError, within

__all__ = ["ItemStatistics", "OptionStatistics", "alpha", "distractors", "item_statistics", "sem"]


class ItemStatistics(NamedTuple):
    """``p`` is the mean score (the share of right answers where an item scores 0 or 1).

    ``item_total`` and ``item_rest`` are correlations with the sum of all and of the other items; None where
    one of the two does not vary.
    """

    p: float
    item_total: float | None
    item_rest: float | None


class OptionStatistics(NamedTuple):
    """How many chose an option, their share, and the correlation of choosing it with the rest score."""

    chosen: int
    share: float
    correlation: float | None


def _checked(scores: Sequence[Sequence[float]]) -> int:
    """Return the number of items; raises DataError unless two or more persons answered the same number."""
    if len(scores) < 2:
        raise DataError(f"{len(scores)} persons answered; item statistics need two or more")
    widths = {len(row) for row in scores}
    if len(widths) != 1 or not (width := widths.pop()):
        raise DataError("every person needs a score for every item")
    return width


def correlation(left: Sequence[float], right: Sequence[float]) -> float | None:
    """Return Pearson's r, None where one side does not vary."""
    mean_left, mean_right = fmean(left), fmean(right)
    cross = sum((x - mean_left) * (y - mean_right) for x, y in zip(left, right, strict=True))
    spread = sqrt(sum((x - mean_left) ** 2 for x in left) * sum((y - mean_right) ** 2 for y in right))
    return cross / spread if spread > 0.0 else None


def item_statistics(scores: Sequence[Sequence[float]]) -> list[ItemStatistics]:
    """Return difficulty and discrimination of each item."""
    width = _checked(scores)
    totals = [sum(row) for row in scores]
    found = []
    for item in range(width):
        column = [row[item] for row in scores]
        rest = [total - score for total, score in zip(totals, column, strict=True)]
        found.append(ItemStatistics(fmean(column), correlation(column, totals), correlation(column, rest)))
    return found


def alpha(scores: Sequence[Sequence[float]]) -> float:
    """Return Cronbach's alpha (1951); for items that score 0 or 1 it is KR-20.

    Raises DataError for fewer than two items or where the sums do not vary.
    """
    width = _checked(scores)
    if width < 2:
        raise DataError("alpha needs two or more items")
    whole = variance([sum(row) for row in scores])
    if whole == 0.0:
        raise DataError("everybody has the same sum: alpha is not defined")
    parts = sum(variance([row[item] for row in scores]) for item in range(width))
    return width / (width - 1) * (1.0 - parts / whole)


def sem(standard_deviation: float, reliability: float) -> float:
    """Return the standard error of measurement, SD √(1 - reliability), in points."""
    within("the standard deviation", standard_deviation, 0.0, 1e9)
    return standard_deviation * sqrt(1.0 - within("the reliability", reliability, 0.0, 1.0))


def distractors(
    chosen: Sequence[str], rest_scores: Sequence[float], options: Iterable[str]
) -> Mapping[str, OptionStatistics]:
    """Return how each option drew: good distractors correlate negatively with the rest score.

    ``chosen`` has an option's id for each person, or "" where the item was left out.
    """
    if len(chosen) != len(rest_scores) or not chosen:
        raise DataError("every person needs a choice and a rest score")
    found = {}
    for option in options:
        picked = [float(one == option) for one in chosen]
        count = int(sum(picked))
        found[option] = OptionStatistics(count, count / len(chosen), correlation(picked, rest_scores))
    return found

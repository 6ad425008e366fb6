"""Where the line is: cut scores from panels and groups. Cizek & Bunch (2007)."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import log, sqrt
from statistics import fmean, stdev
from typing import NamedTuple

from .ability import expected_sum_score
from .errors import DataError, ParameterError, within
from .models import ItemModel, ThreeParameterLogistic, logistic

__all__ = [
    "CutScore",
    "angoff",
    "bookmark",
    "bookmark_location",
    "contrasting_groups",
    "contrasting_logistic",
    "theta_of_sum_score",
]


class CutScore(NamedTuple):
    """A cut, in the unit the method says, with the panel's standard error (SD of judges / √judges)."""

    cut: float
    se: float


def _of_judges(cuts: Sequence[float]) -> CutScore:
    if len(cuts) < 2:
        raise DataError(f"{len(cuts)} judges: a cut score with its error needs two or more")
    return CutScore(fmean(cuts), stdev(cuts) / sqrt(len(cuts)))


def angoff(judgements: Sequence[Sequence[float]]) -> CutScore:
    """Return the modified Angoff cut in raw points: the judges' mean of their sums over items.

    ``judgements[judge][item]`` is the expected score, 0..1, of somebody who is just competent.
    """
    if not judgements or len({len(row) for row in judgements}) != 1 or not judgements[0]:
        raise DataError("every judge needs a judgement for every item")
    for row in judgements:
        for value in row:
            within("a judgement", value, 0.0, 1.0)
    return _of_judges([sum(row) for row in judgements])


def bookmark_location(item: ThreeParameterLogistic, response_probability: float = 0.67) -> float:
    """Return the ability at which the item is answered right with this probability (RP).

    theta = b + ln((RP - c) / (1 - RP)) / a (Mitzel et al. 2001, solved for theta).
    """
    within("the response probability", response_probability, 0.5, 0.9)
    if item.c >= response_probability:
        raise ParameterError(
            f"guessing alone ({item.c:g}) reaches the response probability {response_probability:g}"
        )
    return item.b + log((response_probability - item.c) / (1.0 - response_probability)) / item.a


def bookmark(
    items: Iterable[ThreeParameterLogistic], marks: Sequence[int], response_probability: float = 0.67
) -> CutScore:
    """Return the bookmark cut on the theta scale.

    The booklet orders the items by their location; a judge's mark n says that the first n are mastered
    by somebody just competent, so the judge's cut is the location of item n (1 is the easiest).
    """
    locations = sorted(bookmark_location(item, response_probability) for item in items)
    for mark in marks:
        if not 1 <= mark <= len(locations):
            raise ParameterError(f"the bookmark {mark} is not in a booklet of {len(locations)} items")
    return _of_judges([locations[mark - 1] for mark in marks])


def contrasting_groups(competent: Sequence[float], not_yet: Sequence[float]) -> float:
    """Return the score that misclassifies fewest of two groups that experts have told apart.

    Everybody at or above the cut counts as competent. Of several such scores the middle one is taken.
    """
    if not competent or not not_yet:
        raise DataError("contrasting groups needs people in both groups")
    candidates = sorted({*competent, *not_yet})
    able, others = sorted(competent), sorted(not_yet)

    def wrong(cut: float) -> int:
        return bisect_left(able, cut) + len(others) - bisect_left(others, cut)

    fewest = min(map(wrong, candidates))
    best = [cut for cut in candidates if wrong(cut) == fewest]
    return best[len(best) // 2]


def contrasting_logistic(competent: Sequence[float], not_yet: Sequence[float]) -> CutScore:
    """Return the score at which somebody is as likely to be of the one group as of the other, with its SE.

    By logistic regression of the experts' verdict on the score, each group counting the same, whatever its
    size; the error by the delta method (Livingston & Zieky 1989; Cizek & Bunch 2007, chapter 6). Steadier
    than ``contrasting_groups`` where groups are small. Raises DataError for a group of fewer
    than two, groups whose scores do not overlap, or where the competent do not score higher.
    """
    if len(competent) < 2 or len(not_yet) < 2:
        raise DataError("contrasting groups needs two or more people in both groups")
    if min(competent) >= max(not_yet):
        raise DataError("the scores of the two groups do not overlap: every cut between them fits as well")
    everybody = [*competent, *not_yet]
    centre, spread = fmean(everybody), stdev(everybody)
    if fmean(competent) <= fmean(not_yet):
        raise DataError("the competent do not score higher than the others: no score tells them apart")
    groups = [
        ([(score - centre) / spread for score in group], verdict, len(everybody) / 2.0 / len(group))
        for group, verdict in ((competent, 1.0), (not_yet, 0.0))
    ]
    constant, slope, (h00, h01, h11) = _logistic_line(groups)
    cut = -constant / slope
    determinant = h00 * h11 - h01**2
    variance = 0.0
    for scores, verdict, weight in groups:
        # What each person moved the cut by; the groups' sizes are given, so each has its own mean.
        moved = []
        for x in scores:
            residual = weight * (verdict - logistic(constant + slope * x))
            up, along = (h11 - h01 * x) * residual, (h00 * x - h01) * residual
            moved.append(-(up + cut * along) / (determinant * slope))
        mean = fmean(moved)
        variance += sum((one - mean) ** 2 for one in moved)
    return CutScore(centre + spread * cut, spread * sqrt(variance))


type _Group = tuple[Sequence[float], float, float]


def _logistic_line(groups: Sequence[_Group]) -> tuple[float, float, tuple[float, float, float]]:
    """Return constant, slope and information of groups of (scores, verdict, weight), by Newton's method."""
    constant, slope = 0.0, 0.0
    for _pass in range(60):
        g0 = g1 = h00 = h01 = h11 = 0.0
        for scores, verdict, weight in groups:
            for x in scores:
                p = logistic(constant + slope * x)
                residual, curvature = weight * (verdict - p), weight * p * (1.0 - p)
                g0, g1 = g0 + residual, g1 + residual * x
                h00, h01, h11 = h00 + curvature, h01 + curvature * x, h11 + curvature * x * x
        determinant = h00 * h11 - h01**2
        if determinant < 1e-12:
            break
        up, along = (h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant
        constant, slope = constant + up, slope + along
        if abs(up) + abs(along) < 1e-10:
            return constant, slope, (h00, h01, h11)
    raise DataError("the groups are told apart by their scores almost wholly: take the middle between them")


def theta_of_sum_score(models: Sequence[ItemModel], score: float) -> float:
    """Return the ability at which the sum score is expected: the test characteristic curve, inverted.

    Raises ParameterError where no ability from -10 to 10 expects it.
    """
    low, high = -10.0, 10.0
    if not expected_sum_score(models, low) < score < expected_sum_score(models, high):
        raise ParameterError(f"no ability expects a sum score of {score:g} on these items")
    while high - low > 1e-9:
        middle = (low + high) / 2.0
        if expected_sum_score(models, middle) < score:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0

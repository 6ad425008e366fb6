"""Levels of a competency: which one an ability is at, how sure that is, and how far it is from a requirement.

Level 0 is below level 1; the highest is 5. A level begins at its cut score on the ability scale.
"""

from itertools import pairwise
from math import isfinite

from xblocks.measurement.ability import Estimate
from xblocks.measurement.decisions import probability_above
from xblocks.measurement.errors import ParameterError

from .measuring import cut_scores
from .messages import Message
from .messages import mark as _
from .values import dataclass

__all__ = [
    "HIGHEST",
    "PROVISIONAL_CUTS",
    "LevelCuts",
    "LevelEstimate",
    "certainty",
    "gap",
    "gap_words",
    "level_of",
    "level_words",
    "span",
]

HIGHEST = 5


@dataclass(frozen=True, slots=True)
class LevelCuts:
    """Where levels 1 to 5 begin on the ability scale; they rise. Raises ParameterError for anything else."""

    thetas: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.thetas) != HIGHEST or not all(map(isfinite, self.thetas)):
            raise ParameterError(f"{self.thetas} are not {HIGHEST} cut scores")
        if any(low >= high for low, high in pairwise(self.thetas)):
            raise ParameterError(f"the cut scores {self.thetas} do not rise")


PROVISIONAL_CUTS = LevelCuts(cut_scores({}))
"""Until a panel has set them: where items of the level, as hard as experts expect, are answered rightly with
probability .67, the Bookmark's convention (Mitzel, Lewis, Patz & Green 2001)."""


@dataclass(frozen=True, slots=True)
class LevelEstimate:
    """An ability seen as a level 0..5. ``at_least[k - 1]`` is P(level k or higher), taken as normal.

    ``level`` is the highest that is as likely reached as not.
    """

    level: int
    at_least: tuple[float, ...]
    theta: float
    se: float

    def reaches(self, level: int) -> float:
        """Return P(this level or higher); of level 0 it is 1."""
        return 1.0 if level == 0 else self.at_least[_checked(level) - 1]


def level_of(estimate: Estimate, cuts: LevelCuts) -> LevelEstimate:
    """Return the level that the ability is at; raises ParameterError for a standard error of 0."""
    at_least = tuple(probability_above(estimate, cut) for cut in cuts.thetas)
    return LevelEstimate(sum(p >= 0.5 for p in at_least), at_least, estimate.theta, estimate.se)


def span(estimate: LevelEstimate, tail: float = 0.1) -> tuple[int, int]:
    """Return the lowest and the highest level that are in question.

    That the level is below the lowest, or above the highest, has a probability of ``tail`` each at most:
    .1 makes an interval of 80 %.
    """
    low = sum(p >= 1.0 - tail for p in estimate.at_least)
    high = sum(p > tail for p in estimate.at_least)
    return low, high


def level_words(estimate: LevelEstimate) -> Message:
    """Return the levels in question in words, so that no more is claimed than is known."""
    low, high = span(estimate)
    if high == 0:
        return Message(_("Below level 1"))
    if low == high:
        return Message(_("Level {level}"), {"level": low})
    if low == 0:
        return Message(_("At most level {level}"), {"level": high})
    return Message(_("Between levels {low} and {high}"), {"low": low, "high": high})


# The same words for the same probabilities (Mastrandrea et al. 2010); the bands end where findings do.
# Each begins at its number.
BANDS = (
    (0.95, _("almost certain")),
    (0.8, _("very likely")),
    (0.6, _("rather likely")),
    (0.4, _("uncertain")),
    (0.2, _("rather unlikely")),
    (0.05, _("very unlikely")),
    (0.0, _("almost certainly not")),
)


def certainty(probability: float) -> Message:
    """Return how sure a probability is, in words."""
    return Message(next((words for begins, words in BANDS if probability >= begins), BANDS[-1][1]))


def gap(level: int, required: int) -> int:
    """Return how many levels are missing; 0 where the requirement is met."""
    return max(0, _checked(required) - _checked(level, lowest=0))


def gap_words(estimate: LevelEstimate, required: int) -> Message:
    """Return how many levels are missing, as far as that is known: as the levels in question have it."""
    low, high = span(estimate)
    least, most = gap(high, required), gap(low, required)
    if least == most:
        return Message(_("Missing levels: {n}"), {"n": most})
    if least == 0:
        return Message(_("Missing levels: at most {n}"), {"n": most})
    return Message(_("Missing levels: {least} to {most}"), {"least": least, "most": most})


def _checked(level: int, lowest: int = 1) -> int:
    if isinstance(level, bool) or not lowest <= level <= HIGHEST:
        raise ParameterError(f"{level!r} is no level; levels are {lowest} to {HIGHEST}")
    return level

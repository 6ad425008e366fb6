"""From answers to what is measured: the categories of an item, and its model until it has been calibrated."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations
from math import comb

from xblocks.measurement.models import GeneralizedPartialCredit, ItemModel, rasch
from xblocks.measurement.policy import Standing

from .items import (
    LEVELS,
    FindTheError,
    Item,
    JudgementMode,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortText,
    SingleChoice,
    SituationalJudgement,
    TableFill,
)
from .values import dataclass

__all__ = [
    "Parameters",
    "Standing",
    "categories",
    "category",
    "cut_scores",
    "provisional_model",
]

HALF = Decimal("0.5")
# Where the experts' levels lie on the ability scale, N(0, 1), one apart.
DIFFICULTY = {1: -2.0, 2: -1.0, 3: 0.0, 4: 1.0, 5: 2.0}
# How far above an item's difficulty it is answered rightly with probability .67, where the slope is 1.
RESPONSE_PROBABILITY_67 = 0.7082


@dataclass(frozen=True, slots=True)
class Parameters:
    """How an item works as so many ``answers`` say, and what that allows (decision 0010)."""

    model: ItemModel
    standing: Standing
    answers: int


def categories(item: Item) -> int:
    """Return into how many categories answers fall: 2 where they are right or wrong, else 3."""
    return 2 if _units(item) == 1 else 3


def _units(item: Item) -> int:
    """Return how many judgements the points of an answer are made of, at least; one gives all or nothing."""
    match item:
        case SingleChoice() | Numeric() | ShortText():
            return 1
        case MultipleResponse():
            return sum(one.correct for one in item.options)
        case FindTheError():
            return sum(one.wrong for one in item.lines)
        case Ordering():
            return comb(len(item.entries), 2)
        case Matching():
            return len(item.pairs)
        case TableFill():
            return len(item.cells)
        case SituationalJudgement(mode=JudgementMode.RANK):
            ranked = combinations([one.effectiveness for one in item.actions], 2)
            return sum(one != other for one, other in ranked)
    return 2


def category(item: Item, fraction: Decimal) -> int:
    """Return the category of an answer that earned ``fraction``, 0 to 1, of the points.

    Of two: right, or 0. Of three: 0 below half of the points, 1 from half on, 2 for all of them. Three it is,
    and not one for each share that can be earned, for each needs answers enough to be calibrated.

    >>> from .items import ShortText
    >>> item = ShortText(id="q", competencies=("c",), level=1, prompt="Who?", accepted=("camat",))
    >>> category(item, Decimal(1))
    1
    """
    if fraction >= 1:
        return categories(item) - 1
    return int(categories(item) > 2 and fraction >= HALF)


def provisional_model(item: Item) -> ItemModel:
    """Return the model by the experts' level alone: slope 1, difficulty -2 for level 1 to 2 for level 5.

    With three categories the steps are half a logit below and above the difficulty.
    """
    difficulty = DIFFICULTY[item.level]
    if categories(item) == 2:
        return rasch(difficulty)
    return GeneralizedPartialCredit(1.0, (difficulty - 0.5, difficulty + 0.5))


def cut_scores(adopted: Mapping[int, float]) -> tuple[float, ...]:
    """Return where levels 1 to 5 begin on the ability scale; they rise as the ``adopted`` ones do.

    Without any, level k begins where an item of level k is answered rightly with probability .67, the
    Bookmark's convention (Mitzel, Lewis, Patz & Green 2001). A level between adopted ones lies evenly between
    them; one below or above all of them is one logit from the next, as the experts' levels are.
    """
    if not adopted:
        return tuple(DIFFICULTY[level] + RESPONSE_PROBABILITY_67 for level in LEVELS)
    return tuple(_cut(level, adopted) for level in LEVELS)


def _cut(level: int, adopted: Mapping[int, float]) -> float:
    below = max((one for one in adopted if one <= level), default=None)
    above = min((one for one in adopted if one >= level), default=None)
    if below is None or above is None:
        nearest = min(adopted, key=lambda one: abs(one - level))
        return adopted[nearest] + (level - nearest)
    if below == above:
        return adopted[level]
    share = (level - below) / (above - below)
    return adopted[below] + share * (adopted[above] - adopted[below])

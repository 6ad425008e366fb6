"""Item response models behind one interface: ``category_probs(theta)``. D = 1 throughout, never 1.7.

Ability is on the scale whose prior is N(0, 1). Categories are counted from 0; a dichotomous item has two.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import exp
from typing import Protocol, Self

from .errors import ParameterError, within

__all__ = [
    "MAX_CATEGORIES",
    "GeneralizedPartialCredit",
    "GradedResponse",
    "ItemModel",
    "Polytomous",
    "ThreeParameterLogistic",
    "TwoParameterLogistic",
    "logistic",
    "rasch",
]

MAX_CATEGORIES = 20
# Beyond these an estimate is a sign of bad data, not of an item. Calibration keeps locations within 9 of 0 on
# the scale of its people; a link to another scale may stretch and shift that.
SLOPE = (0.01, 10.0)
LOCATION = (-25.0, 25.0)
GUESSING = (0.0, 0.9)


def logistic(x: float) -> float:
    """Return 1 / (1 + exp(-x)) without overflow at either end."""
    if x >= 0:
        return 1.0 / (1.0 + exp(-x))
    grown = exp(x)
    return grown / (1.0 + grown)


class ItemModel(Protocol):
    """How likely each category of an item is at an ability."""

    @property
    def categories(self) -> int:
        """How many categories the item has, at least 2."""
        ...

    def __hash__(self) -> int:
        """Equal parameters, equal hash."""
        ...

    def category_probs(self, theta: float) -> tuple[float, ...]:
        """Return the probability of each category; they sum to 1."""
        ...

    def information(self, theta: float) -> float:
        """Return the expected (Fisher) information about theta."""
        ...


class ThreeParameterLogistic:
    """P(right) = c + (1 - c) / (1 + exp(-a(theta - b))).

    ``a`` .01..10, ``b`` -25..25, ``c`` 0...9. Birnbaum in Lord & Novick (1968), chapter 17.
    """

    __slots__ = ("a", "b", "c")

    def __init__(self, a: float, b: float, c: float = 0.0) -> None:
        self.a = within("the slope a", a, *SLOPE)
        self.b = within("the difficulty b", b, *LOCATION)
        self.c = within("the guessing parameter c", c, *GUESSING)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(a={self.a}, b={self.b}, c={self.c})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ThreeParameterLogistic) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[float, float, float]:
        return self.a, self.b, self.c

    @property
    def categories(self) -> int:
        """Wrong and right."""
        return 2

    @property
    def locations(self) -> tuple[float, ...]:
        """The difficulty."""
        return (self.b,)

    def rescaled(self, slope: float, intercept: float) -> Self:
        """Return the item where theta has become ``slope`` theta + ``intercept``; its curve is the same."""
        return type(self)(self.a / slope, slope * self.b + intercept, self.c)

    def category_probs(self, theta: float) -> tuple[float, float]:
        """Return (P(wrong), P(right))."""
        without_guessing = logistic(self.a * (theta - self.b))
        right = self.c + (1.0 - self.c) * without_guessing
        return 1.0 - right, right

    def information(self, theta: float) -> float:
        """Return a² (Q/P) ((P - c)/(1 - c))² (Lord 1980, equation 5-9); for c = 0 that is a²PQ."""
        without_guessing = logistic(self.a * (theta - self.b))
        right = self.c + (1.0 - self.c) * without_guessing
        if right == 0.0:
            return 0.0
        wrong = (1.0 - self.c) * logistic(-self.a * (theta - self.b))
        return self.a**2 * (wrong / right) * without_guessing**2


class TwoParameterLogistic(ThreeParameterLogistic):
    """P(right) = 1 / (1 + exp(-a(theta - b))): the model without guessing."""

    __slots__ = ()

    def __init__(self, a: float, b: float) -> None:
        super().__init__(a, b, 0.0)

    def rescaled(self, slope: float, intercept: float) -> Self:
        """Return the item where theta has become ``slope`` theta + ``intercept``."""
        return type(self)(self.a / slope, slope * self.b + intercept)


def rasch(b: float) -> TwoParameterLogistic:
    """Return the 1PL item of difficulty ``b``: a slope of 1 for all (Rasch 1960)."""
    return TwoParameterLogistic(1.0, b)


class Polytomous:
    """A slope and one location for each step between categories."""

    __slots__ = ("a", "steps")

    def __init__(self, a: float, steps: Sequence[float]) -> None:
        if not 1 <= len(steps) < MAX_CATEGORIES:
            raise ParameterError(f"{len(steps)} steps were given; an item has from 1 to {MAX_CATEGORIES - 1}")
        self.a = within("the slope a", a, *SLOPE)
        self.steps = tuple(
            within(f"step {number}", step, *LOCATION) for number, step in enumerate(steps, start=1)
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(a={self.a}, steps={self.steps})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and (self.a, self.steps) == (other.a, other.steps)

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.a, self.steps))

    @property
    def categories(self) -> int:
        """One more than there are steps."""
        return len(self.steps) + 1

    @property
    def locations(self) -> tuple[float, ...]:
        """The steps."""
        return self.steps

    def rescaled(self, slope: float, intercept: float) -> Self:
        """Return the item where theta has become ``slope`` theta + ``intercept``; its curves are the same."""
        return type(self)(self.a / slope, [slope * step + intercept for step in self.steps])


class GradedResponse(Polytomous):
    """P(category k or more) = 1 / (1 + exp(-a(theta - step k))); the steps rise. Samejima (1969)."""

    __slots__ = ()

    def __init__(self, a: float, steps: Sequence[float]) -> None:
        super().__init__(a, steps)
        for number, (low, high) in enumerate(pairwise(self.steps), start=1):
            if low >= high:
                raise ParameterError(
                    f"step {number} is {low:g} and step {number + 1} is {high:g}; "
                    "the steps of a graded response item must rise"
                )

    def _cumulative(self, theta: float) -> list[float]:
        return [1.0, *(logistic(self.a * (theta - step)) for step in self.steps), 0.0]

    def category_probs(self, theta: float) -> tuple[float, ...]:
        """Return the differences of the cumulative curves."""
        above = self._cumulative(theta)
        return tuple(upper - lower for upper, lower in pairwise(above))

    def information(self, theta: float) -> float:
        """Return the sum over categories of P'² / P (Samejima 1969)."""
        above = self._cumulative(theta)
        slopes = [self.a * p * (1.0 - p) for p in above]
        total = 0.0
        for category in range(self.categories):
            probability = above[category] - above[category + 1]
            if probability > 0.0:
                total += (slopes[category] - slopes[category + 1]) ** 2 / probability
        return total


class GeneralizedPartialCredit(Polytomous):
    """P(k) ∝ exp(sum of a(theta - step v) for v = 1..k). Muraki (1992); with a = 1 Masters' PCM (1982)."""

    __slots__ = ()

    def category_probs(self, theta: float) -> tuple[float, ...]:
        """Return the shares of the exponentials, the largest taken out first against overflow."""
        sums = [0.0]
        for step in self.steps:
            sums.append(sums[-1] + self.a * (theta - step))
        largest = max(sums)
        grown = [exp(one - largest) for one in sums]
        total = sum(grown)
        return tuple(one / total for one in grown)

    def information(self, theta: float) -> float:
        """Return a² times the variance of the category (Muraki 1993)."""
        probs = self.category_probs(theta)
        mean = sum(k * p for k, p in enumerate(probs))
        return self.a**2 * sum((k - mean) ** 2 * p for k, p in enumerate(probs))

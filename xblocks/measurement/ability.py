"""Ability from answers: EAP, MAP, maximum and weighted likelihood, each with its standard error.

An answer is (model, category). Every function works from the whole list of answers: nothing is carried
from step to step that could be corrupted.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import batched, starmap
from math import exp, inf, isclose, log, prod, sqrt, sumprod
from operator import mul
from typing import NamedTuple

from .errors import DataError, ParameterError, within
from .models import ItemModel

__all__ = [
    "STANDARD_GRID",
    "Answer",
    "Estimate",
    "Grid",
    "Posterior",
    "SumScore",
    "eap",
    "eap_of_sum_scores",
    "expected_fraction",
    "expected_sum_score",
    "likelihood",
    "map_estimate",
    "maximum_likelihood",
    "posterior",
    "sum_score_likelihoods",
    "weighted_likelihood",
]


class Answer(NamedTuple):
    """A category that somebody reached on an item."""

    model: ItemModel
    category: int


class Estimate(NamedTuple):
    """An ability and its standard error, on the N(0, 1) scale."""

    theta: float
    se: float


class Grid:
    """Equally spaced abilities and the weight of the prior N(mean, sd²) at each.

    61 nodes over -6..6 by default: ±4 biases extreme scores by .004, and Gauss-Hermite nodes lose the
    likelihood's shape at 100 items.
    """

    __slots__ = ("nodes", "prior", "squares")

    def __init__(
        self, low: float = -6.0, high: float = 6.0, count: int = 61, *, mean: float = 0.0, sd: float = 1.0
    ) -> None:
        if not 2 <= count <= 1001 or not -20.0 <= low < high <= 20.0:
            raise ParameterError(f"a grid of {count} nodes over {low:g}..{high:g} is not one to integrate on")
        within("the prior's mean", mean, low, high)
        within("the prior's standard deviation", sd, 0.05, 10.0)
        step = (high - low) / (count - 1)
        self.nodes = tuple(low + step * i for i in range(count))
        self.squares = tuple(node * node for node in self.nodes)
        weights = [exp(-0.5 * ((node - mean) / sd) ** 2) for node in self.nodes]
        # The trapezoid's ends count half.
        weights[0] /= 2.0
        weights[-1] /= 2.0
        total = sum(weights)
        self.prior = tuple(weight / total for weight in weights)


STANDARD_GRID = Grid()
# So many answers of 1e-5 each are still far from the smallest float.
UNDERFLOW_GUARD = 40


class Posterior:
    """What is known of an ability: a weight for each node of a grid, summing to 1."""

    __slots__ = ("grid", "weights")

    def __init__(self, grid: Grid, weights: Sequence[float]) -> None:
        total = sum(weights)
        if total <= 0.0:
            raise DataError("these answers are impossible at every ability of the grid")
        self.grid = grid
        self.weights = tuple([weight / total for weight in weights])

    def updated(self, likelihood: Sequence[float]) -> "Posterior":
        """Return the posterior after one more answer with this likelihood at each node."""
        return Posterior(self.grid, list(map(mul, self.weights, likelihood)))

    def estimate(self) -> Estimate:
        """Return the mean and the standard deviation (EAP; Bock & Mislevy 1982)."""
        mean = sumprod(self.weights, self.grid.nodes)
        variance = sumprod(self.weights, self.grid.squares) - mean * mean
        return Estimate(mean, sqrt(max(variance, 0.0)))

    def above(self, cut: float) -> float:
        """Return P(theta > cut), a node's weight spread evenly over its interval."""
        nodes = self.grid.nodes
        # Counted from the middle below the first node: how many nodes' intervals end at or before the cut.
        passed = (cut - nodes[0]) / (nodes[1] - nodes[0]) + 0.5
        whole = min(max(int(passed), 0), len(nodes))
        above = sum(self.weights[whole:])
        if 0.0 < passed < len(nodes):
            above -= self.weights[whole] * (passed - whole)
        return min(max(above, 0.0), 1.0)


# An attempt asks for the same curves at each of its steps; 2,048 of them are about 1 MiB.
@lru_cache(maxsize=2048, typed=True)
def likelihood(model: ItemModel, category: int, nodes: tuple[float, ...]) -> "array[float]":
    """Return the probability of the category at each node; raises DataError for no such category."""
    _check_category(model, category)
    return array("d", [model.category_probs(node)[category] for node in nodes])


def _check_category(model: ItemModel, category: int) -> None:
    """Raise DataError unless the item has such a category."""
    if isinstance(category, bool) or not 0 <= category < model.categories:
        raise DataError(f"category {category!r} of an item that has 0 to {model.categories - 1}")


def posterior(answers: Iterable[Answer], grid: Grid = STANDARD_GRID) -> Posterior:
    """Return what the answers say; without any, the prior."""
    known = Posterior(grid, grid.prior)
    for some in batched(answers, UNDERFLOW_GUARD):
        rows = [likelihood(model, category, grid.nodes) for model, category in some]
        known = known.updated(list(map(prod, zip(*rows, strict=True))))
    return known


def eap(answers: Iterable[Answer], grid: Grid = STANDARD_GRID) -> Estimate:
    """Return the expected a posteriori ability and its standard deviation (Bock & Mislevy 1982)."""
    return posterior(answers, grid).estimate()


def map_estimate(answers: Sequence[Answer], *, mean: float = 0.0, sd: float = 1.0) -> Estimate:
    """Return the posterior's mode under N(mean, sd²), with 1/√(information + 1/sd²).

    Known as Bayes modal; the SE is the expected-information one (Samejima 1969).
    """
    within("the prior's standard deviation", sd, 0.05, 10.0)
    theta = _maximised(lambda t: _log_likelihood(answers, t) - 0.5 * ((t - mean) / sd) ** 2)
    return Estimate(theta, 1.0 / sqrt(_information(answers, theta) + 1.0 / sd**2))


def maximum_likelihood(answers: Sequence[Answer], *, low: float = -6.0, high: float = 6.0) -> Estimate:
    """Return the ability that makes the answers likeliest, within ``low``..``high``.

    Raises DataError where there is none inside: no answers, all wrong or all right.
    """
    if not answers:
        raise DataError("there are no answers to estimate an ability from")
    theta = _maximised(lambda t: _log_likelihood(answers, t), low, high)
    if isclose(theta, low, abs_tol=1e-4) or isclose(theta, high, abs_tol=1e-4):
        raise DataError(f"the likelihood rises to the end of {low:g}..{high:g}: all answers point one way")
    return Estimate(theta, 1.0 / sqrt(_information(answers, theta)))


def weighted_likelihood(answers: Sequence[Answer], *, low: float = -6.0, high: float = 6.0) -> Estimate:
    """Return Warm's (1989) estimate, which is less biased than maximum likelihood.

    Its weight is √information, which is exact for the 1PL and 2PL and Jeffreys' prior for the others.
    """
    if not answers:
        raise DataError("there are no answers to estimate an ability from")
    theta = _maximised(
        lambda t: _log_likelihood(answers, t) + 0.5 * log(max(_information(answers, t), 1e-300)), low, high
    )
    return Estimate(theta, 1.0 / sqrt(_information(answers, theta)))


def expected_sum_score(models: Iterable[ItemModel], theta: float) -> float:
    """Return the test characteristic curve: the expected sum of categories at an ability."""
    return sum(sum(k * p for k, p in enumerate(model.category_probs(theta))) for model in models)


def expected_fraction(model: ItemModel, theta: float) -> float:
    """Return the share of an item's points, 0..1, that is expected at an ability: of its highest category."""
    return expected_sum_score([model], theta) / (model.categories - 1)


class SumScore(NamedTuple):
    """What a sum score says of an ability, and how probable the score is in the population."""

    estimate: Estimate
    probability: float


def sum_score_likelihoods(models: Sequence[ItemModel], grid: Grid = STANDARD_GRID) -> list[tuple[float, ...]]:
    """Return P(sum score | theta) at each node, one row for each score from 0 on (Lord & Wingersky 1984).

    Raises DataError without an item.
    """
    if not models:
        raise DataError("there are no items to have a sum score of")
    at_nodes = [_score_probabilities(models, theta) for theta in grid.nodes]
    return list(zip(*at_nodes, strict=True))


def eap_of_sum_scores(models: Sequence[ItemModel], grid: Grid = STANDARD_GRID) -> list[SumScore]:
    """Return the ability that each sum score stands for (EAP for sum scores; Thissen et al. 1995).

    For a fixed form whose report is a table from points to levels. Raises DataError without an item.
    """
    return [
        SumScore(Posterior(grid, list(map(mul, grid.prior, row))).estimate(), sumprod(grid.prior, row))
        for row in sum_score_likelihoods(models, grid)
    ]


def _score_probabilities(models: Iterable[ItemModel], theta: float) -> list[float]:
    """Return the probability of each sum score at an ability, an item at a time."""
    chances = [1.0]
    for model in models:
        grown = [0.0] * (len(chances) + model.categories - 1)
        for category, probability in enumerate(model.category_probs(theta)):
            for score, chance in enumerate(chances):
                grown[score + category] += chance * probability
        chances = grown
    return chances


def _log_likelihood(answers: Iterable[Answer], theta: float) -> float:
    def of_one(model: ItemModel, category: int) -> float:
        _check_category(model, category)
        probability = model.category_probs(theta)[category]
        return log(probability) if probability > 0.0 else -inf

    return sum(starmap(of_one, answers))


def _information(answers: Iterable[Answer], theta: float) -> float:
    return sum(model.information(theta) for model, _category in answers)


GOLDEN = (sqrt(5.0) - 1.0) / 2.0


def _maximised(function: Callable[[float], float], low: float = -6.0, high: float = 6.0) -> float:
    """Return where the function is largest: the best of a scan, then the golden section around it.

    The scan comes first because the likelihood of the 3PL may have several peaks (Samejima 1973).
    """
    steps = 120
    width = (high - low) / steps
    best = max((low + width * i for i in range(steps + 1)), key=function)
    left, right = max(best - width, low), min(best + width, high)
    while right - left > 1e-9:
        inner_left, inner_right = right - GOLDEN * (right - left), left + GOLDEN * (right - left)
        if function(inner_left) < function(inner_right):
            left = inner_left
        else:
            right = inner_right
    return (left + right) / 2.0

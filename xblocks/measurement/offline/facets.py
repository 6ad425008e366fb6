"""Ratings by several raters: abilities corrected for who was strict, by a many-facet Rasch model.

ln(P(k) / P(k - 1)) = ability - step k of the criterion - severity of the rater (Linacre 1989; steps as in
Masters 1982). Abilities are N(0, sd²) and integrated out. Severities are random too, N(0, rater_sd²): raters
who hardly differ, or rated little, are drawn to the mean. Fixed ones would lose where raters do not differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from xblocks.measurement.ability import Estimate
from xblocks.measurement.errors import DataError, ParameterError
from xblocks.measurement.models import MAX_CATEGORIES, GeneralizedPartialCredit

from .em import score
from .families import GPCM, Array

__all__ = ["Facets", "Rating", "many_facets"]

NODES = np.linspace(-6.0, 6.0, 61)
LOG_PRIOR = -0.5 * NODES**2 - np.log(np.exp(-0.5 * NODES**2).sum())
SMALLEST_SD = 0.02
# Persons whose scores are held at once.
BLOCK = 256


class Rating(NamedTuple):
    """A category that a rater gave a person on a criterion. All four count from 0, without gaps."""

    person: int
    criterion: int
    rater: int
    category: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """What the ratings say, in logits. A severity above 0 is strict.

    ``abilities`` are EAP with their standard deviation; ``severities`` posterior modes with theirs, measured
    from the mean of these raters, so they sum to 0. ``fit`` is each rater's outfit mean square: above 1.5
    erratic, below .5 too regular (Linacre 2002).
    """

    abilities: tuple[Estimate, ...]
    severities: tuple[Estimate, ...]
    criteria: tuple[GeneralizedPartialCredit, ...]
    fit: tuple[float, ...]
    sd: float
    rater_sd: float


def many_facets(ratings: Sequence[Rating], *, tolerance: float = 1e-4, max_passes: int = 200) -> Facets:
    """Return abilities, severities and steps by marginal maximum likelihood.

    The severities' spread is found with a normal approximation of their posterior (Laplace; Schall 1991,
    Breslow & Clayton 1993). Raises DataError where a criterion has a category that nobody was given, somebody
    or some rater has no rating, or nobody was rated by two raters; ParameterError where it does not settle.
    """
    known = _Ratings(_checked(ratings))
    found, rater_sd = known.start(), 1.0
    for number in range(max_passes):
        gradient, complete, observed = known.derivatives(found, rater_sd)
        # The observed information is the better metric, near the top only.
        step = np.linalg.solve(complete if number < 5 else observed, gradient)
        step *= min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-12))
        found = found + step
        found[0] = np.clip(found[0], 0.05, 6.0)
        before, rater_sd = rater_sd, known.spread(found, np.linalg.inv(observed), rater_sd)
        if number > 5 and max(np.abs(step).max(), abs(rater_sd - before)) < tolerance:
            return known.result(found, rater_sd)
    raise ParameterError(
        f"the ratings did not settle in {max_passes} passes; there are too few for this model"
    )


def _checked(ratings: Sequence[Rating]) -> npt.NDArray[np.int64]:
    """Return the ratings (n, 4), ordered by person; raises DataError."""
    table = np.array(sorted(ratings), dtype=np.int64).reshape(-1, 4)
    if len(table) < 20 or table.min() < 0 or table[:, 3].max() >= MAX_CATEGORIES:
        raise DataError(
            f"many facets need 20 or more ratings, numbered from 0, of at most {MAX_CATEGORIES} categories"
        )
    for column, name in enumerate(("person", "criterion", "rater")):
        if (absent := np.setdiff1d(np.arange(table[:, column].max() + 1), table[:, column])).size:
            raise DataError(f"{name} {absent[0]} has no rating")
    if len(np.unique(table[:, :3], axis=0)) < len(table):
        raise DataError("a rater rated somebody twice on the same criterion")
    for criterion in range(int(table[:, 1].max()) + 1):
        given = np.unique(table[table[:, 1] == criterion, 3])
        if len(given) <= table[:, 3].max() or len(given) < 2:
            raise DataError(
                f"criterion {criterion}: not every category was given; leave it out or join categories"
            )
    pairs = np.unique(table[:, [0, 2]], axis=0)
    if len(pairs) == table[:, 0].max() + 1:
        raise DataError("nobody was rated by two raters: severity cannot be told from ability")
    return table


class _Ratings:
    """The ratings, and what EM and Newton's method ask of them.

    The parameters are (sd, steps criterion by criterion, severities). Each criterion with each rater is an
    item of the partial credit model with slope sd and intercepts -(step + severity): ``_lead`` (items, K,
    parameters) leads from the parameters to those of the items.
    """

    def __init__(self, table: npt.NDArray[np.int64]) -> None:
        person, criterion, rater, self._category = table.T
        self.criteria, self.raters = int(criterion.max()) + 1, int(rater.max()) + 1
        self.categories = int(self._category.max()) + 1
        self._rater = rater
        self._item = criterion * self.raters + rater
        self._person = person
        self._starts = np.searchsorted(person, np.arange(person.max() + 1))
        cell = self._item * self.categories + self._category
        self._by_cell = np.argsort(cell, kind="stable")
        self._cells, self._cell_starts = np.unique(cell[self._by_cell], return_index=True)
        steps = self.criteria * (self.categories - 1)
        self._lead = np.zeros((self.criteria * self.raters, self.categories, 1 + steps + self.raters))
        self._lead[:, 0, 0] = 1.0
        for item in range(len(self._lead)):
            of_criterion, of_rater = divmod(item, self.raters)
            for k in range(1, self.categories):
                self._lead[item, k, of_criterion * (self.categories - 1) + k] = -1.0
                self._lead[item, k, 1 + steps + of_rater] = -1.0

    def start(self) -> Array:
        """Return a slope of 1, steps from the shares of the categories, and no severities."""
        found = np.zeros(self._lead.shape[2])
        found[0] = 1.0
        width = self.categories - 1
        for criterion in range(self.criteria):
            given = self._category[self._item // self.raters == criterion]
            shares = np.bincount(given, minlength=self.categories) / len(given)
            found[1 + criterion * width :][:width] = -np.log(shares[1:] / shares[:-1])
        return found

    def derivatives(self, found: Array, rater_sd: float) -> tuple[Array, Array, Array]:
        """Return gradient, complete-data and observed information (Louis 1982), with the raters' prior."""
        probabilities, slopes = GPCM.probabilities(self._lead @ found, NODES)
        weights = self._posteriors(probabilities)
        counts = np.zeros((len(self._lead) * self.categories, len(NODES)))
        counts[self._cells] = np.add.reduceat(weights[self._person[self._by_cell]], self._cell_starts, axis=0)
        of_items, information = score(
            counts.reshape(len(self._lead), self.categories, -1), probabilities, slopes
        )
        gradient = np.einsum("ip,ipf->f", of_items, self._lead)
        complete = np.einsum("ipf,ipr,irg->fg", self._lead, information, self._lead, optimize=True)
        prior = np.zeros(len(found))
        prior[-self.raters :] = 1.0 / rater_sd**2
        gradient -= prior * found
        complete += np.diag(prior)
        return gradient, complete, complete - self._lost(probabilities, slopes, weights)

    def _posteriors(self, probabilities: Array) -> Array:
        """Return everybody's posterior (N, Q)."""
        logs = np.log(probabilities)[self._item, self._category]
        joint = LOG_PRIOR + np.add.reduceat(logs, self._starts, axis=0)
        joint = np.exp(joint - joint.max(axis=1, keepdims=True))
        result: Array = joint / joint.sum(axis=1, keepdims=True)
        return result

    def _lost(self, probabilities: Array, slopes: Array, weights: Array) -> Array:
        """Return the variance of the scores over the posteriors: the cost of not knowing the abilities."""
        of_category = np.einsum("ipkq,ipf->ikqf", slopes / probabilities[:, None], self._lead, optimize=True)
        size = self._lead.shape[2]
        lost = np.zeros((size, size))
        ends = np.append(self._starts, len(self._item))
        for first in range(0, len(weights), BLOCK):
            last = min(first + BLOCK, len(weights))
            rows = slice(ends[first], ends[last])
            scores = np.add.reduceat(
                of_category[self._item[rows], self._category[rows]], ends[first:last] - ends[first], axis=0
            )
            weighted = scores * weights[first:last, :, None]
            means = weighted.sum(axis=1)
            lost += np.tensordot(weighted, scores, axes=([0, 1], [0, 1])) - means.T @ means
        return lost

    def spread(self, found: Array, covariance: Array, rater_sd: float) -> float:
        """Return a better standard deviation of the severities (Schall 1991)."""
        severities = found[-self.raters :]
        uncertain = float(np.diag(covariance)[-self.raters :].sum()) / rater_sd**2
        told = max(self.raters - uncertain, 1e-3)
        return max(float(np.sqrt((severities**2).sum() / told)), SMALLEST_SD)

    def result(self, found: Array, rater_sd: float) -> Facets:
        """Return what was found."""
        _gradient, _complete, observed = self.derivatives(found, rater_sd)
        covariance = np.linalg.inv(observed)[-self.raters :, -self.raters :]
        centred = np.eye(self.raters) - 1.0 / self.raters
        deviations = np.sqrt(np.diag(centred @ covariance @ centred))
        sd, width = float(found[0]), self.categories - 1
        weights = self._posteriors(GPCM.probabilities(self._lead @ found, NODES)[0])
        means = weights @ NODES
        spreads = np.sqrt(np.maximum(weights @ NODES**2 - means**2, 0.0))
        steps = found[1 : -self.raters].reshape(self.criteria, width)
        return Facets(
            abilities=tuple(
                Estimate(float(m * sd), float(s * sd)) for m, s in zip(means, spreads, strict=True)
            ),
            severities=tuple(
                Estimate(float(one), float(error))
                for one, error in zip(found[-self.raters :], deviations, strict=True)
            ),
            criteria=tuple(GeneralizedPartialCredit(1.0, [float(step) for step in row]) for row in steps),
            fit=self._fit(found, means),
            sd=sd,
            rater_sd=rater_sd,
        )

    def _fit(self, found: Array, means: Array) -> tuple[float, ...]:
        """Return each rater's mean squared standardised residual at the abilities."""
        curves = GPCM.probabilities(self._lead @ found, means)[0]
        probabilities = curves[self._item, :, self._person]
        category = np.arange(self.categories)
        expected = probabilities @ category
        variance = probabilities @ category**2 - expected**2
        squares = (self._category - expected) ** 2 / variance
        return tuple(float(squares[self._rater == rater].mean()) for rater in range(self.raters))

"""The Rasch model by conditional maximum likelihood: difficulties without any assumption about abilities.

Given the sum scores, the answers' likelihood depends on the items alone (Rasch 1960; Andersen 1972). Its sums
over all patterns of a score are elementary symmetric functions, here by the summation algorithm.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xblocks.measurement.errors import DataError
from xblocks.measurement.models import TwoParameterLogistic, rasch

from .answers import MISSING
from .families import Array

__all__ = ["ConditionalRasch", "conditional_rasch"]

# All pairs of items are left out in turn: memory grows with the third power.
MAX_ITEMS = 150
# Differences above this are a sign that nothing holds the items together.
TOO_FAR = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalRasch:
    """Difficulties that sum to 0 with their standard errors, in logits.

    ``persons`` are those who say something: who had neither all of their items right nor all wrong.
    """

    difficulties: Array
    errors: Array
    log_likelihood: float
    persons: int

    @property
    def items(self) -> tuple[TwoParameterLogistic, ...]:
        """The items as the run-time models have them."""
        return tuple(rasch(float(b)) for b in self.difficulties)


def conditional_rasch(responses: npt.ArrayLike) -> ConditionalRasch:
    """Return the conditional maximum likelihood estimates (Andersen 1972).

    ``responses`` is (N, J) of 0, 1 and MISSING (-1) for items that were not given, 2 to 150 items. Raises
    DataError where the answers do not connect all items (Fischer 1981): some group of items nobody answered
    better than another one, so that no finite difficulties fit.
    """
    given = _checked(responses)
    groups = _groups(given)
    if not groups or not _connected(given):
        raise DataError(
            "the answers do not connect all items: of some items nobody had one wrong and one of the others "
            "right; leave out items that all or none had right, or add answers"
        )
    difficulties = np.zeros(given.shape[1])
    for _pass in range(50):
        value, gradient, information = _likelihood(groups, difficulties)
        step = _inverse(information) @ gradient
        # Newton's step from 0 may overshoot where items lie far apart.
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        difficulties += step
        difficulties -= difficulties.mean()
        if np.abs(step).max() < 1e-9:
            break
        if np.abs(difficulties).max() > TOO_FAR:
            raise DataError("the difficulties run apart: too few answers connect the easy and the hard items")
    value, _gradient, information = _likelihood(groups, difficulties)
    return ConditionalRasch(
        difficulties=difficulties,
        errors=np.sqrt(np.diag(_inverse(information))),
        log_likelihood=value,
        persons=int(sum(counts.sum() for _items, counts, _right in groups)),
    )


def _checked(responses: npt.ArrayLike) -> npt.NDArray[np.int64]:
    given = np.asarray(responses)
    if (
        given.ndim != 2
        or not np.issubdtype(given.dtype, np.integer)
        or not np.isin(given, (0, 1, MISSING)).all()
    ):
        raise DataError("the Rasch model takes a table of 0 and 1, and -1 for an item that was not given")
    if len(given) < 2 or not 2 <= given.shape[1] <= MAX_ITEMS:
        raise DataError(
            f"{len(given)} persons by {given.shape[1]} items; this takes 2 or more by 2 to {MAX_ITEMS}"
        )
    return given.astype(np.int64)


def _inverse(information: Array) -> Array:
    """Return the inverse on the difficulties that sum to 0; moving all of them alike changes nothing."""
    size = len(information)
    result: Array = np.linalg.inv(information + information.trace() / size**2) - 1 / information.trace()
    return result


type _Group = tuple[npt.NDArray[np.intp], Array, Array]


def _groups(given: npt.NDArray[np.int64]) -> list[_Group]:
    """Return for each set of items given together: the items, persons by score, right answers by item."""
    masks, which = np.unique(given != MISSING, axis=0, return_inverse=True)
    groups: list[_Group] = []
    for number, mask in enumerate(masks):
        items = np.flatnonzero(mask)
        rows = given[which.ravel() == number][:, items]
        scores = rows.sum(axis=1)
        said = (scores > 0) & (scores < len(items))
        if said.any():
            counts = np.bincount(scores[said], minlength=len(items) + 1).astype(float)
            groups.append((items, counts, rows[said].sum(axis=0).astype(float)))
    return groups


def _connected(given: npt.NDArray[np.int64]) -> bool:
    """Tell whether chains of persons who had one item wrong and the next one right lead to every item."""
    beaten = (given == 0).T.astype(float) @ (given == 1).astype(float) > 0
    reached = beaten | np.eye(len(beaten), dtype=bool)
    for _doubling in range(int(np.ceil(np.log2(len(beaten)))) + 1):
        reached = reached.astype(float) @ reached.astype(float) > 0
    return bool(reached.all())


def _likelihood(groups: list[_Group], difficulties: Array) -> tuple[float, Array, Array]:
    """Return the conditional log-likelihood, its gradient and its information (J, J)."""
    size = len(difficulties)
    value, gradient, information = 0.0, np.zeros(size), np.zeros((size, size))
    for items, counts, right in groups:
        easiness = np.exp(-(difficulties[items] - difficulties[items].mean()))
        whole, without_one, without_two = _symmetric(easiness)
        shift = difficulties[items].mean()
        scores = np.arange(len(counts))
        value -= float(right @ difficulties[items]) - float(counts @ (scores * shift))
        value -= float(counts[counts > 0] @ np.log(whole[counts > 0]))
        share = counts / whole
        # P(item right | score), and P(both right | score), weighted by the persons of each score.
        one = easiness[:, None] * np.pad(without_one, ((0, 0), (1, 0)))[:, :-1]
        two = (easiness[:, None] * easiness)[:, :, None] * np.pad(without_two, ((0, 0), (0, 0), (2, 0)))[
            :, :, :-2
        ]
        expected = one @ share
        gradient[items] += expected - right
        both = two @ share
        np.fill_diagonal(both, expected)
        information[np.ix_(items, items)] += both - (one * (counts / whole**2)) @ one.T
    return value, gradient, information


def _symmetric(easiness: Array) -> tuple[Array, Array, Array]:
    """Return the elementary symmetric functions: of all items, of all but each one, of all but each pair."""
    size = len(easiness)
    whole = np.zeros(size + 1)
    without_one, without_two = np.zeros((size, size + 1)), np.zeros((size, size, size + 1))
    for table in (whole, without_one, without_two):
        table[..., 0] = 1.0
    for item, value in enumerate(easiness):
        # Up to here no score above item + 1 has come about.
        now, before = slice(1, item + 2), slice(0, item + 1)
        whole[now] += value * whole[before]
        kept_one = np.full((size, 1), value)
        kept_one[item] = 0.0
        without_one[:, now] += kept_one * without_one[:, before]
        kept_two = np.full((size, size, 1), value)
        kept_two[item, :] = kept_two[:, item] = 0.0
        without_two[:, :, now] += kept_two * without_two[:, :, before]
    return whole, without_one, without_two

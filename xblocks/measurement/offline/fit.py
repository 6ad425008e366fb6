"""Whether the answers are as the model says: item fit, and items that hang together beyond the ability.

Responses are (N, J) of categories with MISSING (-1); models are those of the J items, of any families.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from xblocks.measurement.chi_square import upper_tail
from xblocks.measurement.errors import DataError, ParameterError
from xblocks.measurement.models import ItemModel

from .answers import MISSING
from .families import Array, curves, parameters_of

__all__ = ["MeanSquares", "SumScoreFit", "abilities", "dependent_pairs", "mean_squares", "q3", "s_x2"]

NODES = np.linspace(-6.0, 6.0, 61)
DENSITY = np.exp(-0.5 * NODES**2) / np.exp(-0.5 * NODES**2).sum()
# A cell that is expected to hold fewer is joined with its neighbour (Orlando & Thissen 2000).
MIN_EXPECTED = 1.0


class MeanSquares(NamedTuple):
    """Infit and outfit of an item: mean squares that are 1 where the model holds.

    ``infit_t`` and ``outfit_t`` are about standard normal then. Above 1.3: answers more erratic than the
    model says; below .7: too regular (Wright & Linacre 1994).
    """

    infit: float
    outfit: float
    infit_t: float
    outfit_t: float


class SumScoreFit(NamedTuple):
    """S-X² of an item; ``p`` is None where the cells leave no degree of freedom."""

    chi_square: float
    df: int
    p: float | None


def _checked(responses: npt.ArrayLike, models: Sequence[ItemModel]) -> npt.NDArray[np.int64]:
    given = np.asarray(responses)
    if given.ndim != 2 or not np.issubdtype(given.dtype, np.integer) or given.shape[1] != len(models):
        raise DataError(f"fit needs whole numbers: persons by the {len(models)} items")
    if len(given) < 2:
        raise DataError(f"{len(given)} persons answered; fit needs two or more")
    for item, (column, model) in enumerate(zip(given.T, models, strict=True), start=1):
        if column.min() < MISSING or column.max() >= model.categories:
            raise DataError(
                f"item {item}: a response is a category from 0 to {model.categories - 1}, or -1 for none"
            )
        if (column == MISSING).all():
            raise DataError(f"item {item}: nobody answered")
    return given.astype(np.int64)


def abilities(responses: npt.ArrayLike, models: Sequence[ItemModel]) -> tuple[Array, Array]:
    """Return everybody's EAP ability and its standard deviation (Bock & Mislevy 1982)."""
    given = _checked(responses, models)
    logs = np.tile(np.log(DENSITY), (len(given), 1))
    for column, curve in zip(given.T, curves(models, NODES), strict=True):
        answered = column != MISSING
        logs[answered] += np.log(curve)[column[answered]]
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    theta = weights @ NODES
    return theta, np.sqrt(np.maximum(weights @ NODES**2 - theta**2, 0.0))


def _residuals(
    given: npt.NDArray[np.int64], models: Sequence[ItemModel], theta: npt.ArrayLike
) -> tuple[Array, Array, Array]:
    """Return answers less what is expected, their variance and fourth moment (N, J); NaN where missing."""
    places = np.asarray(theta, dtype=float)
    if places.shape != (len(given),) or not np.isfinite(places).all():
        raise DataError("every person needs an ability; leave out who has none")
    residuals, variances, fourths = (np.empty(given.shape) for _ in range(3))
    for item, curve in enumerate(curves(models, places)):
        category = np.arange(len(curve))[:, None]
        expected = (category * curve).sum(axis=0)
        gaps = category - expected
        missing = given[:, item] == MISSING
        residuals[:, item] = np.where(missing, np.nan, given[:, item] - expected)
        variances[:, item] = np.where(missing, np.nan, (gaps**2 * curve).sum(axis=0))
        fourths[:, item] = np.where(missing, np.nan, (gaps**4 * curve).sum(axis=0))
    return residuals, variances, fourths


def mean_squares(
    responses: npt.ArrayLike, models: Sequence[ItemModel], theta: npt.ArrayLike
) -> list[MeanSquares]:
    """Return infit and outfit of each item at the persons' abilities (Wright & Masters 1982, chapter 5).

    They were made for the Rasch family and likelihood estimates; EAP abilities are drawn inwards and make
    both look a little too small. Raises DataError for answers that do not belong to the models.
    """
    residuals, variances, fourths = _residuals(_checked(responses, models), models, theta)
    found = []
    for gaps, spread, fourth in zip(residuals.T, variances.T, fourths.T, strict=True):
        kept = ~np.isnan(gaps)
        squares, spread, fourth = gaps[kept] ** 2, spread[kept], fourth[kept]
        count, whole = len(squares), float(spread.sum())
        infit, outfit = float(squares.sum()) / whole, float((squares / spread).mean())
        of_infit = np.sqrt((fourth - spread**2).sum()) / whole
        of_outfit = np.sqrt(max((fourth / spread**2).sum() / count**2 - 1 / count, 0.0))
        found.append(
            MeanSquares(infit, outfit, _cube_root_t(infit, of_infit), _cube_root_t(outfit, of_outfit))
        )
    return found


def _cube_root_t(mean_square: float, deviation: float) -> float:
    """Return Wilson & Hilferty's (1931) normal value of a mean square."""
    if deviation < 1e-9:
        return 0.0
    return float((np.cbrt(mean_square) - 1.0) * 3.0 / deviation + deviation / 3.0)


def q3(responses: npt.ArrayLike, models: Sequence[ItemModel], theta: npt.ArrayLike) -> Array:
    """Return Yen's (1984) Q3: the correlations (J, J) between the items' residuals; 1 on the diagonal.

    Where the model holds their mean is about -1/(J - 1). Pairs that fewer than three answered are NaN.
    """
    residuals, _variances, _fourths = _residuals(_checked(responses, models), models, theta)
    answered = (~np.isnan(residuals)).astype(float)
    filled = np.nan_to_num(residuals)
    pairs = answered.T @ answered
    with np.errstate(invalid="ignore", divide="ignore"):
        left = filled.T @ answered / pairs
        spread = (filled**2).T @ answered / pairs - left**2
        result: Array = (filled.T @ filled / pairs - left * left.T) / np.sqrt(spread * spread.T)
    result[pairs < 3] = np.nan
    np.fill_diagonal(result, 1.0)
    return result


def dependent_pairs(correlations: Array, bound: float = 0.2) -> list[tuple[int, int, float]]:
    """Return the pairs of columns whose Q3 exceeds the mean of all by more than ``bound``, largest first.

    Christensen, Makransky & Horton (2017): .2 above the mean is what chance rarely gives.
    """
    if not 0.0 < bound < 1.0:
        raise ParameterError(f"the bound is {bound:g}; it must lie between 0 and 1")
    rows, columns = np.triu_indices(len(correlations), 1)
    values = correlations[rows, columns]
    excess = values - np.nanmean(values)
    found = [
        (int(i), int(j), float(one)) for i, j, one in zip(rows, columns, excess, strict=True) if one > bound
    ]
    return sorted(found, key=lambda pair: -pair[2])


def s_x2(
    responses: npt.ArrayLike, models: Sequence[ItemModel], *, parameters: int | None = None
) -> list[SumScoreFit]:
    """Return each item's S-X²: observed against expected answers at each sum score.

    Orlando & Thissen (2000); for items with categories Kang & Chen (2008). Persons who have not answered all
    items are left out. ``parameters`` is how many were estimated an item (default: all of its model's; 1 for
    the Rasch model), 0 for parameters from elsewhere. Raises DataError for fewer than three items or where
    nobody answered them all.
    """
    given = _checked(responses, models)
    given = given[(given != MISSING).all(axis=1)]
    if len(models) < 3 or not len(given):
        raise DataError("S-X² needs three or more items, and persons who answered all of them")
    tables = curves(models, NODES)
    scores = given.sum(axis=1)
    most = sum(model.categories - 1 for model in models)
    found = []
    for item, (model, curve) in enumerate(zip(models, tables, strict=True)):
        rest = _score_chances([other for number, other in enumerate(tables) if number != item])
        shares = _expected_shares(curve, rest, most)
        rows = []
        for score in range(1, most):
            here = given[scores == score, item]
            if len(here):
                observed = np.bincount(here, minlength=model.categories).astype(float)
                rows.append((observed, len(here) * shares[score]))
        estimated = len(parameters_of(model)[1]) if parameters is None else parameters
        found.append(_chi_square(_pooled(rows), estimated))
    return found


def _score_chances(tables: Sequence[Array]) -> Array:
    """Return P(sum score | theta) (scores, Q) by the recursion of Lord & Wingersky (1984)."""
    chances = np.ones((1, len(NODES)))
    for curve in tables:
        grown = np.zeros((len(chances) + len(curve) - 1, len(NODES)))
        for category, probability in enumerate(curve):
            grown[category : category + len(chances)] += chances * probability
        chances = grown
    return chances


def _expected_shares(curve: Array, rest: Array, most: int) -> Array:
    """Return the expected share of each category at each sum score (scores, K)."""
    joint = np.zeros((most + 1, len(curve)))
    for category, probability in enumerate(curve):
        joint[category : category + len(rest), category] = (rest * probability) @ DENSITY
    result: Array = joint / joint.sum(axis=1, keepdims=True)
    return result


type _Row = tuple[Array, Array]


def _pooled(rows: Sequence[_Row]) -> list[_Row]:
    """Return rows of two or more cells, each expected to hold MIN_EXPECTED; others are joined."""
    done: list[_Row] = []
    carried: _Row | None = None
    for row in rows:
        carried = row if carried is None else (carried[0] + row[0], carried[1] + row[1])
        if len(_cells(carried)[0]) >= 2:
            done.append(carried)
            carried = None
    if carried is not None and done:
        done[-1] = (done[-1][0] + carried[0], done[-1][1] + carried[1])
    return [_cells(row) for row in done]


def _cells(row: _Row) -> _Row:
    """Return the row with neighbouring categories joined until each is expected to hold MIN_EXPECTED."""
    observed, expected = [0.0], [0.0]
    for seen, thought in zip(*row, strict=True):
        if expected[-1] >= MIN_EXPECTED:
            observed.append(0.0)
            expected.append(0.0)
        observed[-1] += seen
        expected[-1] += thought
    if len(expected) > 1 and expected[-1] < MIN_EXPECTED:
        last_seen, last_thought = observed.pop(), expected.pop()
        observed[-1] += last_seen
        expected[-1] += last_thought
    return np.array(observed), np.array(expected)


def _chi_square(rows: Sequence[_Row], estimated: int) -> SumScoreFit:
    value = float(sum(((seen - thought) ** 2 / thought).sum() for seen, thought in rows))
    df = sum(len(seen) - 1 for seen, _thought in rows) - estimated
    return SumScoreFit(value, max(df, 0), upper_tail(value, df) if df > 0 else None)

"""How far raters agree: weighted kappa and the intraclass correlation."""

from collections.abc import Callable, Sequence
from enum import Enum
from math import sqrt
from statistics import fmean
from typing import NamedTuple

from .errors import DataError

__all__ = ["Kappa", "Weights", "icc", "kappa"]


class Weights(Enum):
    """How much two ratings that differ still agree."""

    UNWEIGHTED = "unweighted"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


AGREEMENT: dict[Weights, Callable[[int, int, int], float]] = {
    Weights.UNWEIGHTED: lambda i, j, _last: float(i == j),
    Weights.LINEAR: lambda i, j, last: 1.0 - abs(i - j) / last,
    Weights.QUADRATIC: lambda i, j, last: 1.0 - ((i - j) / last) ** 2,
}


class Kappa(NamedTuple):
    """Agreement beyond chance, and its asymptotic standard error."""

    value: float
    ase: float


def kappa(table: Sequence[Sequence[float]], weights: Weights = Weights.UNWEIGHTED) -> Kappa:
    """Return (weighted) kappa of a square table of counts: rows one rater, columns the other.

    The standard error is Fleiss, Cohen & Everitt (1969), equation 9. Raises DataError where the table is not
    square, empty, or where chance alone agrees wholly.
    """
    size = len(table)
    if size < 2 or any(len(row) != size or min(row) < 0 for row in table):
        raise DataError("kappa needs a square table of counts with two or more categories")
    count = sum(map(sum, table))
    if count <= 0:
        raise DataError("the table is empty: nobody was rated twice")
    shares = [[cell / count for cell in row] for row in table]
    rows, columns = [sum(row) for row in shares], [sum(column) for column in zip(*shares, strict=True)]
    agree = AGREEMENT[weights]
    weight = [[agree(i, j, size - 1) for j in range(size)] for i in range(size)]
    cells = [(i, j) for i in range(size) for j in range(size)]
    observed = sum(weight[i][j] * shares[i][j] for i, j in cells)
    expected = sum(weight[i][j] * rows[i] * columns[j] for i, j in cells)
    if expected >= 1.0:
        raise DataError("both raters used one category only: kappa is not defined")
    value = (observed - expected) / (1.0 - expected)
    of_row = [sum(weight[i][j] * columns[j] for j in range(size)) for i in range(size)]
    of_column = [sum(weight[i][j] * rows[i] for i in range(size)) for j in range(size)]
    spread = sum(
        shares[i][j] * (weight[i][j] - (of_row[i] + of_column[j]) * (1.0 - value)) ** 2 for i, j in cells
    )
    inner = spread - (value - expected * (1.0 - value)) ** 2
    return Kappa(value, sqrt(max(inner, 0.0) / count) / (1.0 - expected))


def icc(ratings: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return ICC(2,1) and ICC(2,k): absolute agreement of one rater and of the mean of all k.

    Rows are what was rated, columns the raters, two-way random effects (Shrout & Fleiss 1979). Both are 0
    where ratings of one thing differ as much as those of different things. Raises DataError for fewer than
    two rows or columns, gaps, or ratings without any variance.
    """
    n, k = len(ratings), len(ratings[0]) if ratings else 0
    if n < 2 or k < 2 or any(len(row) != k for row in ratings):
        raise DataError("an ICC needs two or more things rated, each by the same two or more raters")
    if len({value for row in ratings for value in row}) == 1:
        raise DataError("all ratings are the same: an ICC is not defined")
    grand = fmean(fmean(row) for row in ratings)
    by_row = [fmean(row) for row in ratings]
    by_column = [fmean(column) for column in zip(*ratings, strict=True)]
    whole = sum((value - grand) ** 2 for row in ratings for value in row)
    rows = k * sum((mean - grand) ** 2 for mean in by_row)
    columns = n * sum((mean - grand) ** 2 for mean in by_column)
    between, raters = rows / (n - 1), columns / (k - 1)
    error = (whole - rows - columns) / ((n - 1) * (k - 1))
    if between <= error:
        # The estimated variance of what was rated is not above 0, and the quotients below may be anything.
        return 0.0, 0.0
    single = (between - error) / (between + (k - 1) * error + k * (raters - error) / n)
    mean_of_all = (between - error) / (between + (raters - error) / n)
    return single, mean_of_all

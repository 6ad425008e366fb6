"""Whether an item has kept its parameters from one calibration to the next.

Both calibrations must be on one scale: link the new one first (``linking``).
"""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, median, quantiles
from typing import NamedTuple

from .ability import Grid, expected_fraction
from .errors import DataError
from .linking import Linkable

__all__ = ["Drift", "drift"]

Z90 = 1.645
# A tenth of the item's points; PISA 2015 bears .12.
CURVE_BOUND = 0.1


class Drift(NamedTuple):
    """How far one item has moved.

    ``shift`` is new minus old difficulty (steps: their mean); ``robust_z`` is the shift against those of all
    items; ``curve`` the root mean square gap between the expected scores as a share of the item's points,
    weighted by N(0, 1). ``flagged`` when that is more than .1, or above .05 with a z beyond 1.645 either way.
    """

    shift: float
    robust_z: float
    curve: float
    flagged: bool


def drift(new: Sequence[Linkable], old: Sequence[Linkable], grid: Grid | None = None) -> list[Drift]:
    """Return the drift of each item, in order.

    Robust z is (shift - median) / (.74 interquartile range), Huynh & Meyer (2010). It alone would flag
    items when nothing has moved, so the curves must agree (root mean square deviation as in OECD 2017,
    PISA 2015 Technical Report, chapter 9). Raises DataError for fewer than five items, or for lists that are
    not of the same items.
    """
    if len(new) != len(old) or len(new) < 5:
        raise DataError(f"{len(new)} new and {len(old)} old items; drift needs the same five or more in both")
    if any(one.categories != other.categories for one, other in zip(new, old, strict=True)):
        raise DataError("an item has other categories in the new calibration: it is not the same item")
    nodes = grid or Grid(-4.0, 4.0, 41)
    shifts = [fmean(one.locations) - fmean(other.locations) for one, other in zip(new, old, strict=True)]
    middle = median(shifts)
    low, _median, high = quantiles(shifts, n=4, method="inclusive")
    unit = 0.74 * (high - low)
    found = []
    for one, other, shift in zip(new, old, shifts, strict=True):
        # Without any spread, a shift that is not the median's is infinitely unusual: the curve decides.
        z = (shift - middle) / unit if unit > 1e-9 else 0.0
        curve = _curve_gap(one, other, nodes)
        found.append(
            Drift(shift, z, curve, curve > CURVE_BOUND or (abs(z) > Z90 and curve > CURVE_BOUND / 2))
        )
    return found


def _curve_gap(one: Linkable, other: Linkable, nodes: Grid) -> float:
    squares = (
        weight * (expected_fraction(one, theta) - expected_fraction(other, theta)) ** 2
        for weight, theta in zip(nodes.prior, nodes.nodes, strict=True)
    )
    return sqrt(sum(squares))

"""Putting a new calibration on the old scale, by items that both hold: theta_old = A theta_new + B.

Where the old parameters may stand as they are, ``offline.calibration.calibrate(anchors=…)`` keeps them fixed
instead and no line is needed.
"""

from collections.abc import Callable, Sequence
from math import sqrt
from statistics import fmean, pstdev
from typing import NamedTuple, Protocol, Self

from .ability import Grid, expected_sum_score
from .errors import DataError
from .models import ItemModel

__all__ = ["Link", "Linkable", "mean_sigma", "stocking_lord"]

MIN_ANCHORS = 3


class Linkable(ItemModel, Protocol):
    """An item that can be moved to another scale, as all of ``models`` can."""

    @property
    def locations(self) -> tuple[float, ...]:
        """Its difficulty, or its steps."""
        ...

    def rescaled(self, slope: float, intercept: float) -> Self:
        """Return the item where theta has become ``slope`` theta + ``intercept``."""
        ...


class Link(NamedTuple):
    """The line from the new scale to the old: theta_old = slope theta_new + intercept."""

    slope: float
    intercept: float

    def item[T: Linkable](self, item: T) -> T:
        """Return an item of the new calibration on the old scale."""
        return item.rescaled(self.slope, self.intercept)

    def theta(self, theta: float) -> float:
        """Return an ability of the new scale on the old one."""
        return self.slope * theta + self.intercept


def _checked(new: Sequence[Linkable], old: Sequence[Linkable]) -> None:
    if len(new) != len(old) or len(new) < MIN_ANCHORS:
        raise DataError(
            f"{len(new)} new and {len(old)} old anchors; linking needs the same {MIN_ANCHORS} or more in both"
        )
    for number, (one, other) in enumerate(zip(new, old, strict=True), start=1):
        if one.categories != other.categories:
            raise DataError(
                f"anchor {number} has {one.categories} categories in the new calibration and "
                f"{other.categories} in the old one: it is not the same item"
            )


def mean_sigma(new: Sequence[Linkable], old: Sequence[Linkable]) -> Link:
    """Return the link by mean and spread of the difficulties (Marco 1977).

    Of an item with categories each step is a difficulty (Cohen & Kim 1998). Raises DataError for fewer than
    three anchors, or difficulties that are all the same.
    """
    _checked(new, old)
    was = [location for item in old for location in item.locations]
    found = [location for item in new for location in item.locations]
    if pstdev(found) == 0.0 or pstdev(was) == 0.0:
        raise DataError("the difficulties of the anchors are all the same: they do not fix a scale")
    slope = pstdev(was) / pstdev(found)
    return Link(slope, fmean(was) - slope * fmean(found))


def stocking_lord(
    new: Sequence[Linkable],
    old: Sequence[Linkable],
    grid: Grid | None = None,
) -> Link:
    """Return the link that brings the test characteristic curves closest (Stocking & Lord 1983).

    The squared gap is weighted by the old population, N(0, 1); it starts from ``mean_sigma``. Items with
    categories take part with their expected score (Baker 1992).
    """
    start = mean_sigma(new, old)
    nodes = grid or Grid(-4.0, 4.0, 33)
    wanted = [expected_sum_score(old, theta) for theta in nodes.nodes]

    def gap(point: tuple[float, float]) -> float:
        if point[0] <= 0.05:
            return 1e9
        link = Link(*point)
        linked = [link.item(item) for item in new]
        return sum(
            weight * (target - expected_sum_score(linked, theta)) ** 2
            for weight, target, theta in zip(nodes.prior, wanted, nodes.nodes, strict=True)
        )

    return Link(*_minimum(gap, start))


def _minimum(function: Callable[[tuple[float, float]], float], start: Sequence[float]) -> tuple[float, float]:
    """Return the minimum of a smooth function of two numbers (Nelder & Mead 1965)."""
    x, y = start
    corners = sorted(((function(p), p) for p in ((x, y), (x + 0.1, y), (x, y + 0.1))), key=lambda c: c[0])
    while _size(corners) > 1e-7:
        (best, b), (_good, g), (worst, w) = corners
        centre = ((b[0] + g[0]) / 2.0, (b[1] + g[1]) / 2.0)

        def along(
            t: float, centre: tuple[float, float] = centre, w: tuple[float, float] = w
        ) -> tuple[float, float]:
            return centre[0] + t * (centre[0] - w[0]), centre[1] + t * (centre[1] - w[1])

        reflected = along(1.0)
        value = function(reflected)
        if value < best:
            further = along(2.0)
            stretched = function(further)
            corners[2] = (stretched, further) if stretched < value else (value, reflected)
        elif value < corners[1][0]:
            corners[2] = (value, reflected)
        else:
            inner = along(0.5 if value < worst else -0.5)
            shrunk = function(inner)
            if shrunk < min(value, worst):
                corners[2] = (shrunk, inner)
            else:
                halves = [((p[0] + b[0]) / 2.0, (p[1] + b[1]) / 2.0) for p in (g, w)]
                corners = [corners[0], *((function(p), p) for p in halves)]
        corners.sort(key=lambda corner: corner[0])
    return corners[0][1]


def _size(corners: Sequence[tuple[float, tuple[float, float]]]) -> float:
    (_value, a) = corners[0]
    return max(sqrt((p[0] - a[0]) ** 2 + (p[1] - a[1]) ** 2) for _value, p in corners[1:])

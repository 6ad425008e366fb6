"""The score of an adaptive test: what share of the whole bank the learner would be expected to get right.

Everybody gets about half of an adaptive test right, so that the share of right answers says nothing. The
expected share over all items (a domain score; Bock, Thissen & Zimowski 1997) can be compared with that of
others, and with a share of points in a form that was drawn from the same bank.
"""

from collections.abc import Iterable, Mapping

from xblocks.measurement.ability import expected_fraction
from xblocks.measurement.pool import PoolItem

__all__ = ["expected_share"]


def expected_share(items: Iterable[PoolItem], shares: Mapping[str, float], theta: float) -> float:
    """Return the share of the points, 0..1, expected at the ability over the items.

    Content areas weigh as ``shares`` says (relative to their sum), items within an area alike; areas without
    items are left out. 0 where there are none at all.
    """
    found: dict[str, list[float]] = {}
    for item in items:
        if shares.get(item.area):
            found.setdefault(item.area, []).append(expected_fraction(item.model, theta))
    whole = sum(shares[area] for area in found)
    return sum(shares[area] * sum(each) / len(each) for area, each in found.items()) / whole if whole else 0.0

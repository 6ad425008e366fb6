"""How many results a system gets in a second.

A bucket of one second's tokens that is filled anew each second: who shares it needs one counter a second
and no clock of its own. Two seconds that meet may take twice the rate within one; platforms that limit
requests look at minutes.
"""

from datetime import datetime

__all__ = ["granted", "window"]


def granted(limit: int, taken: int, wanted: int) -> int:
    """Return how many of ``wanted`` fit, where ``taken`` of this second's ``limit`` are gone.

    >>> granted(20, 0, 100), granted(20, 15, 100), granted(20, 140, 1)
    (20, 5, 0)
    """
    if min(limit, taken, wanted) < 0:
        raise ValueError("counts are not negative")
    return max(0, min(wanted, limit - taken))


def window(now: datetime) -> int:
    """Return the number of the second that ``now`` lies in; the same for every worker."""
    return int(now.timestamp())

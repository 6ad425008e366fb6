"""Time limits: the server's clock decides; what a client says of its own is believed within bounds.

An answer that comes while the time runs, or within the grace after it, is in time. One that comes later,
from a device that was without connection, is taken if its client says that it was given before the end, if
that is within the attempt's time, and if it comes within a day; it is marked as late. Each item is believed
once.
"""

from datetime import UTC, datetime, timedelta
from math import ceil

from xblocks.competency.values import dataclass

__all__ = ["GRACE", "WINDOW", "Given", "Told", "given", "seconds_left"]

# What the way of a request may take, on a slow line.
GRACE = timedelta(seconds=30)
# How long a device that lost its connection may keep an answer.
WINDOW = timedelta(hours=24)
# Where clocks that were reset begin: nothing was answered before.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a client says, by its own clock, which may be wrong: when it was answered, when it was sent."""

    answered: datetime | None = None
    sent: datetime | None = None

    def corrected(self, received: datetime) -> datetime:
        """Return when the answer was given by our clock: so long before it came as the client says.

        Without a time of sending, the client's own time, which only informs; without either, when it came.
        """
        if self.answered is None:
            return received
        if self.sent is None:
            return self.answered
        ago = max(self.sent - self.answered, timedelta(0))
        return received - min(ago, received - EPOCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """When an answer counts as given. ``late``: by the client's word only."""

    at: datetime
    late: bool = False


def given(
    told: Told, *, started: datetime, ends: datetime | None, received: datetime, again: bool = False
) -> Given | None:
    """Return when the answer was given; None for one that comes too late.

    ``again``: the item has a late answer already, and another is not believed.
    """
    at = told.corrected(received)
    if ends is None or received <= ends + GRACE:
        return Given(at=at if told.sent is None else max(at, started))
    claimed = told.answered is not None and told.sent is not None
    if not claimed or again or not started <= at <= ends or received > ends + WINDOW:
        return None
    return Given(at=at, late=True)


def seconds_left(ends: datetime, now: datetime) -> int:
    """Return the whole seconds left, never below 0."""
    return max(0, ceil((ends - now).total_seconds()))

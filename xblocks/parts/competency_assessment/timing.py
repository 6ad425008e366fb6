"""Time limits: the server's clock decides; what a client says of its own is believed within bounds.

An answer that comes while the time runs, or within the grace after it, is in time. One that comes later,
from a device that was without connection, is taken if its client says that it was given before the end, if
that is within the attempt's time, and if it comes within a day; it is marked as late. Each item is believed
once.

What a device says that cannot be, such as an answer from before the attempt, comes of a clock that was set
meanwhile, and is not believed.
"""

from datetime import UTC, datetime, timedelta
from math import ceil

from xblocks.competency.values import dataclass

__all__ = ["GRACE", "WINDOW", "Given", "Told", "given", "outdated", "seconds_left"]

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

    @property
    def claimed(self) -> bool:
        """Whether it can be told from it how long ago the answer was given."""
        return self.answered is not None and self.sent is not None

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
        return Given(at=at if told.sent is None or at >= started else received)
    if not told.claimed or again or not started <= at <= ends or received > ends + WINDOW:
        return None
    return Given(at=at, late=True)


def outdated(told: Told, at: datetime, *, kept: datetime) -> bool:
    """Tell whether an answer given ``at`` is older than the one given at ``kept``.

    So an answer that waited on one device does not replace what was answered since on another. Answers
    within the time that a request may take are not told apart: the one that comes later counts.
    """
    return told.claimed and at < kept - GRACE


def seconds_left(ends: datetime, now: datetime) -> int:
    """Return the whole seconds left, never below 0."""
    return max(0, ceil((ends - now).total_seconds()))

"""From an error to what happens next."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from .errors import AmbiguousError, BlockedError, DeliveryError, RejectedError, TransientError

__all__ = ["MOST_ATTEMPTS", "Decision", "Outcome", "back_off", "decide"]

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)
LONGEST_RETRY_AFTER = timedelta(hours=24)
# 30 s doubling to 6 h: about five days of trying.
MOST_ATTEMPTS = 30


class Outcome(StrEnum):
    """How an attempt ended."""

    DELIVERED = "delivered"
    CONFIRMED = "confirmed"  # the result was read back, and is ours
    RETRY = "retry"
    AMBIGUOUS = "ambiguous"
    BLOCKED = "blocked"
    DEAD = "dead"
    HELD = "held"  # the platform holds a value that we did not send


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of the delivery. ``delay`` is there for RETRY and AMBIGUOUS only."""

    outcome: Outcome
    delay: timedelta = timedelta(0)


def back_off(attempts: int, jitter: float) -> timedelta:
    """Return how long to wait after so many attempts (1 or more).

    Doubles from 30 s to 6 h; ``jitter`` in 0..1 spreads it over its upper half, so that deliveries
    which failed together do not come back together.

    >>> back_off(1, 1.0), back_off(3, 1.0), back_off(50, 0.0)
    (datetime.timedelta(seconds=30), datetime.timedelta(seconds=120), datetime.timedelta(seconds=10800))
    """
    if attempts < 1 or not 0 <= jitter <= 1:
        raise ValueError("attempts start at 1, jitter lies in 0..1")
    # The exponent is capped too: 2**attempts would overflow a timedelta long before it is cut.
    doublings: int = 2 ** min(attempts - 1, 20)
    full = min(FIRST_DELAY * doublings, LONGEST_DELAY)
    return full * (0.5 + jitter / 2)


def decide(error: DeliveryError, *, attempts: int, jitter: float) -> Decision:
    """Return what happens after ``attempts`` attempts, the failed one included.

    A Retry-After of the platform is kept (up to a day), never shortened by our own back-off.
    """
    if isinstance(error, BlockedError):
        return Decision(outcome=Outcome.BLOCKED)
    if isinstance(error, RejectedError) or attempts >= MOST_ATTEMPTS:
        return Decision(outcome=Outcome.DEAD)
    if not isinstance(error, TransientError | AmbiguousError):
        raise TypeError(f"no decision for {type(error).__name__}")
    delay = back_off(attempts, jitter)
    if error.retry_after is not None:
        delay = max(delay, min(error.retry_after, LONGEST_RETRY_AFTER))
    outcome = Outcome.AMBIGUOUS if isinstance(error, AmbiguousError) else Outcome.RETRY
    return Decision(outcome=outcome, delay=delay)

"""What can go wrong at a platform, and what decides when it does."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

__all__ = ["ACTS", "MIX", "Endpoint", "Fault", "Faults", "Odds", "Script"]


class Endpoint(StrEnum):
    """What is asked for."""

    TOKEN = "token"
    LIST = "list"
    CREATE = "create"
    SCORE = "score"
    RESULTS = "results"


class Fault(StrEnum):
    """One way to misbehave. ``ACTS`` says before which of them the platform does what it was asked."""

    # The connection.
    ACK_LOST = "ack lost"
    RESET_BEFORE = "reset before"
    RESET_AFTER = "reset after"
    HALF_OPEN = "half-open"
    LATE = "late effect"  # closed without a reply, and processed a while later
    SLOW = "slow"
    DRIP = "dripping body"
    DRIP_HEAD = "dripping head"
    TRUNCATED = "truncated body"
    SHORT_LENGTH = "Content-Length too short"
    OLD_HTTP = "HTTP/1.0, closed"
    # The status.
    ERROR_BEFORE = "500 before"
    ERROR_AFTER = "500 after"
    BAD_GATEWAY = "502 after"
    UNAVAILABLE = "503 with Retry-After"
    UNAVAILABLE_BARE = "503"
    RATE_LIMITED = "429 in seconds"
    RATE_LIMITED_DATE = "429 with a date"
    RATE_LIMITED_LONG = "429 for ever"
    STALE_TOKEN = "401, tokens forgotten"
    REFUSED_CLIENT = "401 invalid_client"
    GONE = "404"
    REDIRECT_PRIVATE = "redirect to a private address"
    REDIRECT_SELF = "redirect to itself"
    # The body.
    HUGE = "huge body"
    BOMB = "packed bomb"
    WRONG_TYPE = "web page for an answer"
    NOT_JSON = "no JSON"
    DEEP_JSON = "nested without end"
    NAN = "NaN"
    HUGE_NUMBER = "number beyond all bounds"
    # What it says.
    PAGES_LOOP = "pages in a circle"
    PAGES_ELSEWHERE = "next page at another origin"
    PAGES_ENDLESS = "pages without end"
    LISTED_TWICE = "listed twice"
    CREATED_TWICE = "created twice"
    RESULTS_BARE = "results without fields"


# These are answered in the platform's place: it does nothing of what it was asked.
_INSTEAD = frozenset(
    {
        Fault.RESET_BEFORE,
        Fault.HALF_OPEN,
        Fault.ERROR_BEFORE,
        Fault.UNAVAILABLE,
        Fault.UNAVAILABLE_BARE,
        Fault.RATE_LIMITED,
        Fault.RATE_LIMITED_DATE,
        Fault.RATE_LIMITED_LONG,
        Fault.STALE_TOKEN,
        Fault.REFUSED_CLIENT,
        Fault.GONE,
        Fault.REDIRECT_PRIVATE,
        Fault.REDIRECT_SELF,
    }
)
ACTS = frozenset(Fault) - _INSTEAD

_CONNECTION = (Fault.ACK_LOST, Fault.RESET_BEFORE, Fault.RESET_AFTER, Fault.TRUNCATED, Fault.SLOW)
_STATUS = (Fault.ERROR_BEFORE, Fault.UNAVAILABLE, Fault.UNAVAILABLE_BARE, Fault.RATE_LIMITED)
_BODY = (Fault.NOT_JSON, Fault.DEEP_JSON, Fault.NAN, Fault.OLD_HTTP, Fault.DRIP)
# What a platform may do and still hold, in the end, what it was told. Left out is what nobody can mend by
# sending again: a client or a line item that it refuses, and a 2xx or a result that is a lie.
MIX: Mapping[Endpoint, Sequence[Fault]] = {
    Endpoint.TOKEN: (*_CONNECTION, *_STATUS, Fault.NOT_JSON, Fault.OLD_HTTP),
    Endpoint.LIST: (
        *_CONNECTION,
        *_STATUS,
        *_BODY,
        Fault.STALE_TOKEN,
        Fault.LISTED_TWICE,
        Fault.PAGES_LOOP,
        Fault.PAGES_ELSEWHERE,
        Fault.REDIRECT_SELF,
    ),
    Endpoint.CREATE: (
        *_CONNECTION,
        *_STATUS,
        Fault.ERROR_AFTER,
        Fault.BAD_GATEWAY,
        Fault.CREATED_TWICE,
        Fault.STALE_TOKEN,
    ),
    Endpoint.SCORE: (
        *_CONNECTION,
        *_STATUS,
        Fault.ACK_LOST,
        Fault.ERROR_AFTER,
        Fault.BAD_GATEWAY,
        Fault.RATE_LIMITED_DATE,
        Fault.STALE_TOKEN,
        Fault.LATE,
        Fault.DRIP,
        Fault.SHORT_LENGTH,
        Fault.OLD_HTTP,
        Fault.WRONG_TYPE,
        Fault.REDIRECT_PRIVATE,
        Fault.REDIRECT_SELF,
    ),
    Endpoint.RESULTS: (
        *_CONNECTION,
        *_STATUS,
        *_BODY,
        Fault.STALE_TOKEN,
        Fault.LISTED_TWICE,
        Fault.PAGES_LOOP,
    ),
}
# Rare, because each keeps a sender waiting until its own time-out.
_RARE = (Fault.HALF_OPEN, Fault.HUGE)
_RARE_SHARE = 0.004


class Faults(Protocol):
    """Decides what goes wrong next. Called from several threads, one at a time."""

    def next(self, endpoint: Endpoint) -> Fault | None:
        """Return what goes wrong with this request, or None."""
        ...


@dataclass(slots=True, kw_only=True)
class Script:
    """Faults in a given order; each list's last one is for ever where ``repeat`` says so."""

    lists: dict[Endpoint, list[Fault | None]] = field(default_factory=dict)
    repeat: bool = False

    def next(self, endpoint: Endpoint) -> Fault | None:
        """Return the endpoint's next fault."""
        left = self.lists.get(endpoint, [])
        if not left:
            return None
        return left[0] if self.repeat and len(left) == 1 else left.pop(0)


class Odds:
    """Faults drawn from ``MIX``: the same seed and requests give the same faults. ``rate`` in 0..1."""

    def __init__(self, seed: int, rate: float) -> None:
        self.rate = rate
        self._draw = random.Random(seed)

    def next(self, endpoint: Endpoint) -> Fault | None:
        """Draw."""
        if self._draw.random() >= self.rate:
            return None
        if endpoint == Endpoint.SCORE and self._draw.random() < _RARE_SHARE:
            return self._draw.choice(_RARE)
        return self._draw.choice(MIX[endpoint])

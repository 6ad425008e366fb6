"""When a system that is down is left alone, and when it is tried again.

::

    CLOSED ── failures in a row that say the system is down ──▶ OPEN ── the cool-off ends ──▶ HALF_OPEN
      ▲                                                          ▲                                │
      │                                                          └────── the probe failed ────────┤
      └───────────────────────── any answer that does not say "down" ─────────────────────────────┘

HALF_OPEN lets one delivery through. A refusal (4xx) is an answer: it closes the circuit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .errors import DeliveryError

__all__ = ["CLOSED", "OPENS_AFTER", "Circuit", "Standing", "after", "cool_off", "probing", "standing"]

OPENS_AFTER = 5
FIRST_COOL_OFF = timedelta(seconds=15)
LONGEST_COOL_OFF = timedelta(minutes=10)
# A platform that wants fewer requests and does not say for how long.
SHORT_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=24)


class Standing(StrEnum):
    """Whether deliveries may go to a system now."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """What is known of one system: failures in a row, and until when it is left alone, and why."""

    failures: int = 0
    open_until: datetime | None = None
    reason: str = ""


CLOSED = Circuit()


def standing(circuit: Circuit, now: datetime) -> Standing:
    """Return where the circuit stands.

    >>> standing(Circuit(failures=2), datetime(2026, 3, 1))
    <Standing.CLOSED: 'closed'>
    """
    if circuit.open_until is None:
        return Standing.CLOSED
    return Standing.OPEN if circuit.open_until > now else Standing.HALF_OPEN


def after(
    circuit: Circuit, error: DeliveryError | None, now: datetime, *, jitter: float, is_probe: bool
) -> Circuit:
    """Return the circuit after an attempt that ended in ``error``, or in nothing wrong (None).

    Where the system asks for a pause it gets it, and that is no failure. While the circuit is open only
    the probe's answer closes it: what was under way when a pause was asked for must not end the pause.
    """
    is_open = standing(circuit, now) == Standing.OPEN and not is_probe
    if error is not None and error.asks_for_a_pause:
        pause = min(error.retry_after or SHORT_PAUSE, LONGEST_PAUSE)
        return _open(circuit, circuit.failures, now + pause, error, keep=is_open)
    if error is None or not error.says_down:
        return circuit if is_open else CLOSED
    failures = circuit.failures + 1
    if failures < OPENS_AFTER and circuit.open_until is None:
        return Circuit(failures=failures)
    return _open(circuit, failures, now + cool_off(failures, jitter), error, keep=is_open)


def _open(circuit: Circuit, failures: int, until: datetime, error: DeliveryError, *, keep: bool) -> Circuit:
    if keep and circuit.open_until is not None:
        until = max(until, circuit.open_until)
    return Circuit(failures=failures, open_until=until, reason=error.message[:500])


def cool_off(failures: int, jitter: float) -> timedelta:
    """Return for how long a system with so many failures in a row is left alone.

    Doubles from 15 s to 10 min; ``jitter`` in 0..1 spreads it over its upper half.

    >>> [cool_off(failures, 1.0).total_seconds() for failures in (1, 5, 6, 8, 500)]
    [15.0, 15.0, 30.0, 120.0, 600.0]
    """
    if failures < 1 or not 0 <= jitter <= 1:
        raise ValueError("failures start at 1, jitter lies in 0..1")
    # The exponent is capped: 2**failures would overflow a timedelta.
    doublings: int = 2 ** min(max(failures - OPENS_AFTER, 0), 20)
    full = min(FIRST_COOL_OFF * doublings, LONGEST_COOL_OFF)
    return full * (0.5 + jitter / 2)


def probing(circuit: Circuit, until: datetime) -> Circuit:
    """Return the circuit while its one probe is under way: open to everybody else until then."""
    return Circuit(failures=circuit.failures, open_until=until, reason=circuit.reason)

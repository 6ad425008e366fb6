"""Which timestamp a score carries on the wire.

Platforms refuse scores that are not newer than the last (Moodle compares whole seconds), and one
platform lets a future timestamp block all later scores. So a state gets whole seconds, one more
than the state before it, never a future one, and keeps them on every retry.
"""

from datetime import UTC, datetime, timedelta

__all__ = ["STEP", "first_wire_timestamp", "restamped", "wire_text"]

STEP = timedelta(seconds=1)


def first_wire_timestamp(event_time: datetime, last_sent: datetime | None) -> datetime:
    """Return the timestamp of a state's first send.

    It may lie ahead by the steps that many quick changes took: the caller waits until then.
    """
    wire = event_time.replace(microsecond=0)
    return wire if last_sent is None else max(wire, last_sent + STEP)


def restamped(former: datetime, now: datetime) -> datetime:
    """Return a newer timestamp for a state whose former one the platform refused as too old."""
    return max(now.replace(microsecond=0), former + STEP)


def wire_text(timestamp: datetime) -> str:
    """Return ISO 8601 in UTC; the timestamp is aware and has whole seconds.

    >>> wire_text(datetime(2026, 3, 1, 8, 30, tzinfo=UTC))
    '2026-03-01T08:30:00+00:00'
    """
    offset = timestamp.utcoffset()
    if offset is None or timestamp.microsecond:
        raise ValueError("a wire timestamp is aware and has whole seconds")
    return timestamp.astimezone(UTC).isoformat()

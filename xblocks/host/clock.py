"""Time as the host knows it: now, and deadlines."""

from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = ["closed", "closes", "due", "due_passed", "now"]


def now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)


def due(block: Any) -> datetime | None:
    """Return when the block is due, aware; None where it is not.

    A due date without a zone is none of the platform's: the workbench sets one at every request.
    """
    found = getattr(block, "due", None)
    return found if isinstance(found, datetime) and found.tzinfo is not None else None


def due_passed(block: Any) -> bool:
    """Tell whether the block's due date has passed; true where there is none."""
    end = due(block)
    return end is None or end < now()


def closed(block: Any) -> bool:
    """Tell whether the host takes no more answers, its grace period included."""
    passed = getattr(block, "has_deadline_passed", None)
    if callable(passed):
        return bool(passed())
    end = closes(block)
    return end is not None and end < now()


def closes(block: Any) -> datetime | None:
    """Return when the host stops taking answers, its grace period included; None where it does not say."""
    end, grace = due(block), getattr(block, "graceperiod", None)
    if end is None:
        return None
    return end + (grace if isinstance(grace, timedelta) else timedelta())

"""Time as the host knows it: now, and deadlines."""

from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = ["closed", "due_passed", "now"]


def now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)


def due_passed(block: Any) -> bool:
    """Tell whether the block's due date has passed; true where there is none."""
    due = getattr(block, "due", None)
    if not isinstance(due, datetime):
        return True
    return (due if due.tzinfo else due.replace(tzinfo=UTC)) < now()


def closed(block: Any) -> bool:
    """Tell whether the host takes no more answers, its grace period included.

    A due date without a zone is none of the platform's: the workbench sets one at every request.
    """
    passed = getattr(block, "has_deadline_passed", None)
    if callable(passed):
        return bool(passed())
    due, grace = getattr(block, "due", None), getattr(block, "graceperiod", None)
    if not isinstance(due, datetime) or due.tzinfo is None:
        return False
    return due + (grace if isinstance(grace, timedelta) else timedelta()) < now()

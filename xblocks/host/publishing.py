"""What a block tells its host. Sole caller of ``runtime.publish``: no client names an event or a score."""

from decimal import Decimal
from typing import Any

from xblocks.events import AssessmentEvent, AttemptStarted, AttemptSubmitted, ItemAnswered

__all__ = ["publish_completion", "publish_grade", "track"]

EVENTS = frozenset({AttemptStarted.name, ItemAnswered.name, AttemptSubmitted.name})


def publish_grade(block: Any, earned: Decimal | float, possible: Decimal | float) -> None:
    """Tell the learner's grade in raw points; the host applies the weight."""
    block.runtime.publish(block, "grade", {"value": float(earned), "max_value": float(possible)})


def publish_completion(block: Any, share: float) -> None:
    """Tell how far the learner is with the block, 0..1."""
    block.runtime.publish(block, "completion", {"completion": share})


def track(block: Any, event: AssessmentEvent) -> None:
    """Tell an event that is on the list; raises ValueError for any other."""
    if event.name not in EVENTS:
        raise ValueError(f"{event.name!r} is not an event that we tell")
    block.runtime.publish(block, event.name, event.data())

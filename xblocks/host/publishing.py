"""What a block tells its host. Sole caller of ``runtime.publish``: no client names an event or a score.

Nothing is told of what is not the learner's own work (``people.is_own_work``).
"""

from decimal import Decimal
from typing import Any

from xblocks.events import TRACKED, AssessmentEvent

from . import people

__all__ = ["grades_are_frozen", "publish_grade", "track"]

EVENTS = frozenset(event.name for event in TRACKED)


def publish_grade(block: Any, earned: Decimal | float, possible: Decimal | float) -> None:
    """Tell the learner's grade in raw points; the host applies the weight."""
    _publish(block, "grade", {"value": float(earned), "max_value": float(possible)})


def track(block: Any, event: AssessmentEvent) -> None:
    """Tell an event that is on the list; raises ValueError for any other.

    The block's usage key goes with it: the tracker of libraries adds no context that names the block.
    """
    if event.name not in EVENTS:
        raise ValueError(f"{event.name!r} is not an event that we tell")
    usage_key = str(block.scope_ids.usage_id)
    _publish(block, event.name, {"usage_key": usage_key, **event.data()})


def grades_are_frozen(block: Any) -> bool:
    """Tell whether the host takes no more grades of the course."""
    service = block.runtime.service(block, "grade_utils")
    return service is not None and bool(service.are_grades_frozen())


def _publish(block: Any, name: str, data: dict[str, Any]) -> None:
    if people.is_own_work(block):
        block.runtime.publish(block, name, data)

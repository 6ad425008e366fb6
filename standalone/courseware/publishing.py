"""What blocks publish, recorded as the LMS records it.

A grade holds raw points; weight is applied when grades are read. A scored block is complete at its first
score unless it says for itself how complete it is. Every function joins the caller's transaction and ends
with ``progress_changed`` where something changed.
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from xblock.completable import XBlockCompletionMode

from .models import BlockCompletion, LearnerState, TrackedEvent
from .signals import progress_changed
from .store import locked_state
from .tree import CourseTree

_STEP = Decimal("0.000001")


class InvalidEventError(ValueError):
    """A block published a grade or completion that cannot be one; the block is at fault."""


def publish(
    tree: CourseTree, user_id: int | None, block: Any, event_type: str, data: Mapping[str, Any]
) -> None:
    """Record an event of the block for the user. Grades and completions of nobody are not recorded."""
    usage_key = str(block.scope_ids.usage_id)
    if event_type == "grade":
        earned, possible = _points(block, data)
        if user_id is not None:
            _record_grade(tree, user_id, block, earned, possible, bool(data.get("only_if_higher")))
    elif event_type == "completion":
        completion = _completion(block, data)
        if user_id is not None:
            record_completion(tree, user_id, usage_key, completion)
    else:
        TrackedEvent.objects.create(name=event_type[:255], usage_key=usage_key, user_id=user_id)


def _points(block: Any, data: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    if not getattr(block, "has_score", False):
        raise InvalidEventError(f"{block.scope_ids.usage_id}: a block without has_score published a grade")
    earned, possible = (_number(block, data, name) for name in ("value", "max_value"))
    if not 0 <= earned <= possible:
        raise InvalidEventError(f"{block.scope_ids.usage_id}: {earned} of {possible} points is no grade")
    return earned, possible


def _number(block: Any, data: Mapping[str, Any], name: str) -> Decimal:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not math.isfinite(value):
        raise InvalidEventError(f"{block.scope_ids.usage_id}: {name} is no number: {value!r}")
    return Decimal(str(value)).quantize(_STEP)


def _record_grade(
    tree: CourseTree, user_id: int, block: Any, earned: Decimal, possible: Decimal, only_if_higher: bool
) -> None:
    usage_key = str(block.scope_ids.usage_id)
    row = locked_state(tree.course, user_id, usage_key)
    if only_if_higher and row.grade is not None and row.max_grade is not None:
        # Compared as fractions, by cross-multiplying: a rescore may have changed what is possible.
        lower = earned * row.max_grade < row.grade * possible
        if lower:
            return
    row.grade, row.max_grade = earned, possible
    row.save(update_fields=["grade", "max_grade", "modified_at"])
    if not getattr(block, "has_custom_completion", False) and _is_completable(block):
        _set_completion(tree, user_id, usage_key, Decimal(1))
    progress_changed.send(sender=LearnerState, user_id=user_id, course_key=tree.course.course_key)


def _is_completable(block: Any) -> bool:
    return bool(XBlockCompletionMode.get_mode(block) == XBlockCompletionMode.COMPLETABLE)


def _completion(block: Any, data: Mapping[str, Any]) -> Decimal:
    if not _is_completable(block):
        raise InvalidEventError(f"{block.scope_ids.usage_id}: the block is not one that learners complete")
    completion = _number(block, data, "completion")
    if not 0 <= completion <= 1:
        raise InvalidEventError(f"{block.scope_ids.usage_id}: completion {completion} is not in 0..1")
    return completion


def record_completion(tree: CourseTree, user_id: int, usage_key: str, completion: Decimal) -> None:
    """Set how complete (0..1) the block is for the learner."""
    if _set_completion(tree, user_id, usage_key, completion):
        progress_changed.send(sender=BlockCompletion, user_id=user_id, course_key=tree.course.course_key)


def _set_completion(tree: CourseTree, user_id: int, usage_key: str, completion: Decimal) -> bool:
    """Return whether that changed anything."""
    same = BlockCompletion.objects.filter(user_id=user_id, usage_key=usage_key, completion=completion)
    if same.exists():
        return False
    BlockCompletion.objects.update_or_create(
        user_id=user_id,
        usage_key=usage_key,
        defaults={"course": tree.course, "completion": completion.quantize(Decimal("0.0001"))},
    )
    return True


def delete_state(tree: CourseTree, user_id: int, usage_key: str) -> None:
    """Forget the learner's answers, score and completion in the block; the grade falls accordingly."""
    LearnerState.objects.filter(user_id=user_id, usage_key=usage_key).delete()
    BlockCompletion.objects.filter(user_id=user_id, usage_key=usage_key).delete()
    progress_changed.send(sender=LearnerState, user_id=user_id, course_key=tree.course.course_key)

"""How far learners are: scores and completions read for one learner or for a whole class."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .grading import CourseGrade, Score, course_grade, subsection_grade, weighted
from .kinds import block_class, is_completable, is_scored
from .models import BlockCompletion, LearnerState
from .tree import CourseTree, Node

Points = Mapping[str, tuple[Decimal, Decimal]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """Completed blocks of all that there are to complete."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        """Whole per cents, 100 only when all is done."""
        return self.done * 100 // self.total if self.total else 0

    @property
    def complete(self) -> bool:
        """Whether all is done, and there was something to do."""
        return 0 < self.total == self.done


def required_blocks(tree: CourseTree, usage_key: str | None = None) -> list[str]:
    """Return the blocks that a learner must complete, in the course or below one of its blocks."""
    return [
        node.usage_key
        for node in tree.walk(usage_key)
        if is_completable(node.block_type) and not tree.hidden(node.usage_key)
    ]


def completed_blocks(tree: CourseTree, user_id: int) -> frozenset[str]:
    """Return the blocks that the learner has wholly completed. One query."""
    rows = BlockCompletion.objects.filter(course=tree.course, user_id=user_id, completion=1)
    return frozenset(rows.values_list("usage_key", flat=True))


def class_completed(tree: CourseTree) -> dict[int, frozenset[str]]:
    """Return what each learner has wholly completed. One query."""
    found: dict[int, set[str]] = {}
    rows = BlockCompletion.objects.filter(course=tree.course, completion=1)
    for user_id, key in rows.values_list("user_id", "usage_key"):
        found.setdefault(user_id, set()).add(key)
    return {user_id: frozenset(keys) for user_id, keys in found.items()}


def completeness(tree: CourseTree, done: frozenset[str], usage_key: str | None = None) -> Completeness:
    """Count what is done in the course, or below one of its blocks."""
    required = required_blocks(tree, usage_key)
    return Completeness(done=sum(key in done for key in required), total=len(required))


def learner_points(tree: CourseTree, user_id: int) -> Points:
    """Return the learner's raw (earned, possible) by block. One query."""
    return class_points(tree, [user_id]).get(user_id, {})


def class_points(tree: CourseTree, user_ids: Iterable[int]) -> dict[int, dict[str, tuple[Decimal, Decimal]]]:
    """Return each learner's raw points. One query."""
    points: dict[int, dict[str, tuple[Decimal, Decimal]]] = {}
    rows = LearnerState.objects.filter(course=tree.course, user_id__in=list(user_ids))
    for user_id, key, grade, most in rows.values_list("user_id", "usage_key", "grade", "max_grade"):
        if grade is not None and most is not None:
            points.setdefault(user_id, {})[key] = (grade, most)
    return points


def grade(tree: CourseTree, points: Points) -> CourseGrade:
    """Grade the course from one learner's raw points."""
    subsections = []
    for node in tree.of_type("sequential", staff=False):
        scored = (block for block in tree.walk(node.usage_key) if not tree.hidden(block.usage_key))
        scores = [score for block in scored if (score := block_score(block, points)) is not None]
        if scores:
            graded = bool(tree.setting(node.usage_key, "graded", False))
            kind = tree.setting(node.usage_key, "format")
            subsections.append(subsection_grade(node.usage_key, node.title, kind, graded, scores))
    return course_grade(tree.course.grading_policy, subsections)


def places(tree: CourseTree) -> dict[str, str]:
    """Return the chapter's title of each subsection, which alone may have a name like many others."""
    return {
        node.usage_key: tree[node.parent].title
        for node in tree.of_type("sequential", staff=True)
        if node.parent
    }


def block_score(node: Node, points: Points) -> Score | None:
    """Return the block's weighted score, or None where it has none to give.

    What was possible when the learner answered counts, not what is possible now.
    """
    if not is_scored(node.block_type):
        return None
    attempted = node.usage_key in points
    if not attempted and node.max_score is None:
        return None
    earned, possible = points.get(node.usage_key, (Decimal(0), node.max_score or Decimal(0)))
    earned, possible = weighted(earned, possible, _weight(node))
    return Score(earned=earned, possible=possible, attempted=attempted)


def _weight(node: Node) -> Decimal | None:
    field = block_class(node.block_type).fields.get("weight")
    value = node.fields.get("weight", field.default if field else None)
    return None if value is None else Decimal(str(value))

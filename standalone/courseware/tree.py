"""A course as a tree in memory, read whole in two queries.

Courses here have hundreds of blocks, not tens of thousands, so that every page can afford it and no page
needs a query for each block.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lti_bridge.host import UnknownCourseError

from .models import Block, Course
from .structure import INHERITED


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One block. ``max_score`` is in raw points; None: the block is not scored, or says nothing."""

    usage_key: str
    block_type: str
    parent: str | None
    children: tuple[str, ...]
    fields: Mapping[str, Any]
    max_score: Decimal | None

    @property
    def title(self) -> str:
        """The name that learners see."""
        return str(self.fields.get("display_name") or self.block_type)


class CourseTree:
    """The blocks of one course, by usage key. Raises KeyError for a block it does not have."""

    def __init__(self, course: Course, nodes: Mapping[str, Node], root: str) -> None:
        self.course = course
        self.root = root
        self._nodes = nodes

    def __getitem__(self, usage_key: str) -> Node:
        return self._nodes[usage_key]

    def __contains__(self, usage_key: str) -> bool:
        return usage_key in self._nodes

    def children(self, usage_key: str) -> list[Node]:
        """Return the blocks right below."""
        return [self[child] for child in self[usage_key].children]

    def walk(self, usage_key: str | None = None) -> Iterator[Node]:
        """Yield the block (the root without one) and all below it, in reading order."""
        node = self[usage_key or self.root]
        yield node
        for child in node.children:
            yield from self.walk(child)

    def above(self, usage_key: str) -> Iterator[Node]:
        """Yield the blocks above, nearest first."""
        parent = self[usage_key].parent
        while parent is not None:
            yield self[parent]
            parent = self[parent].parent

    def inherited(self, usage_key: str, name: str) -> Any:
        """Return the inheritable setting from the nearest block above that has it; KeyError without one."""
        if name in INHERITED:
            for node in self.above(usage_key):
                if name in node.fields:
                    return node.fields[name]
        raise KeyError(name)

    def setting(self, usage_key: str, name: str, default: Any = None) -> Any:
        """Return the block's own setting, the inherited one, or the default."""
        try:
            return (
                self[usage_key].fields[name]
                if name in self[usage_key].fields
                else self.inherited(usage_key, name)
            )
        except KeyError:
            return default

    def hidden(self, usage_key: str) -> bool:
        """Whether learners do not see the block."""
        return bool(self.setting(usage_key, "visible_to_staff_only", False))

    def of_type(self, block_type: str, *, staff: bool) -> list[Node]:
        """Return all blocks of a type in reading order; without ``staff`` only those that learners see."""
        return [
            node
            for node in self.walk()
            if node.block_type == block_type and (staff or not self.hidden(node.usage_key))
        ]


def load_tree(course_key: str) -> CourseTree:
    """Read a course; raises UnknownCourseError. Two queries."""
    course = Course.objects.filter(course_key=course_key).first()
    if course is None:
        raise UnknownCourseError(course_key)
    rows = list(Block.objects.filter(course=course).order_by("position"))
    keys = {row.pk: row.usage_key for row in rows}
    children: dict[int | None, list[str]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row.usage_key)
    nodes = {
        row.usage_key: Node(
            usage_key=row.usage_key,
            block_type=row.block_type,
            parent=keys[row.parent_id] if row.parent_id else None,
            children=tuple(children.get(row.pk, ())),
            fields=row.fields,
            max_score=row.max_score,
        )
        for row in rows
    }
    return CourseTree(course, nodes, children[None][0])

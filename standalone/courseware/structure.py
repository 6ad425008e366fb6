"""The four blocks that hold others, and what every block of this site inherits from them."""

from typing import Any

from web_fragments.fragment import Fragment
from xblock.completable import XBlockCompletionMode
from xblock.core import XBlock, XBlockMixin
from xblock.fields import Boolean, DateTime, Dict, Integer, Scope, String

__all__ = ["CLASSES", "INHERITED", "STRUCTURE", "InheritedSettings", "StructureBlock"]

STRUCTURE = ("course", "chapter", "sequential", "vertical")

# Settings that a block without its own takes from the nearest block above that has one.
INHERITED = frozenset(
    {
        "due",
        "format",
        "graceperiod",
        "graded",
        "max_attempts",
        "rerandomize",
        "show_correctness",
        "showanswer",
        "start",
        "visible_to_staff_only",
    }
)


class InheritedSettings(XBlockMixin):
    """Settings of the platform's InheritanceMixin that blocks ask for by name."""

    due = DateTime(scope=Scope.settings, default=None, help="When work is due")
    format = String(
        scope=Scope.settings, default=None, help="Assignment type, as the grading policy names it"
    )
    graded = Boolean(scope=Scope.settings, default=False, help="Whether the subsection counts")
    max_attempts = Integer(scope=Scope.settings, default=None, help="Most attempts; none: no limit")
    show_correctness = String(scope=Scope.settings, default="always", help="When results are shown")
    showanswer = String(scope=Scope.settings, default="finished", help="When answers are shown")
    start = DateTime(scope=Scope.settings, default=None, help="From when learners see it")
    visible_to_staff_only = Boolean(scope=Scope.settings, default=False, help="Hidden from learners")

    @property
    def location(self) -> Any:
        """The platform's older name for the usage key."""
        return self.scope_ids.usage_id

    @property
    def course_id(self) -> Any:
        """The platform's older name for the context key."""
        return self.scope_ids.usage_id.course_key

    @property
    def category(self) -> str:
        """The platform's older name for the block type."""
        return str(self.scope_ids.block_type)

    def has_deadline_passed(self) -> bool:
        """Whether work handed in now would be late, the grace period counted."""
        from django.utils import timezone

        if self.due is None:
            return False
        grace = getattr(self, "graceperiod", None)
        return bool(timezone.now() > self.due + grace if grace else timezone.now() > self.due)


class StructureBlock(XBlock):
    """A block that holds others. ``xml_attributes`` keeps what OLX says that this site does not use."""

    completion_mode = XBlockCompletionMode.AGGREGATOR
    has_children = True

    display_name = String(scope=Scope.settings, default="", help="Title")
    xml_attributes = Dict(scope=Scope.settings, default={}, help="Other OLX attributes, kept for export")

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show the children one after the other."""
        fragment = Fragment()
        for child in self.runtime.render_children(self, "student_view", context):
            fragment.add_content(child.body_html())
            fragment.add_fragment_resources(child)
        return fragment


class CourseBlock(StructureBlock):
    """The root. The rest of a course's settings live in its policy."""

    wiki_slug = String(scope=Scope.settings, default=None, help="Kept for export")


class ChapterBlock(StructureBlock):
    """A section."""


class SequentialBlock(StructureBlock):
    """A subsection: what is graded."""


class VerticalBlock(StructureBlock):
    """A unit: one page."""


CLASSES: dict[str, type[StructureBlock]] = {
    "course": CourseBlock,
    "chapter": ChapterBlock,
    "sequential": SequentialBlock,
    "vertical": VerticalBlock,
}

"""Fake modulestore in memory: courses of chapters, subsections, units and blocks.

Read from openedx/openedx-platform xmodule/modulestore/mixed.py, xmodule/modulestore/search.py and
openedx/features/course_experience/url_helpers.py (e57a655), xmodule/course_block.py (32170ee).
"""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from opaque_keys.edx.keys import CourseKey, UsageKey


class ItemNotFoundError(Exception):
    """As xmodule.modulestore.exceptions."""


class NoPathToItem(Exception):  # noqa: N818 - the platform's name
    """As xmodule.modulestore.exceptions."""


class FakePart:
    """A block below the course, with what the outline asks of it (xmodule/x_module.py)."""

    def __init__(self, course, location, children):
        self.location = location
        self.display_name = None
        self.visible_to_staff_only = location in course.staff_only
        self._children = children

    def get_children(self):
        return self._children


@dataclass
class FakeCourseBlock:
    """A course with its units; each unit has the blocks that a learner must complete."""

    id: CourseKey
    other_course_settings: dict[str, Any] | None = field(default_factory=dict)
    display_organization: str | None = None
    chapter: UsageKey = None
    subsection: UsageKey = None
    units: dict[UsageKey, list[UsageKey]] = field(default_factory=dict)
    locked: set[UsageKey] = field(default_factory=set)
    orphans: set[UsageKey] = field(default_factory=set)
    staff_only: set[UsageKey] = field(default_factory=set)

    def get_children(self):
        """As XModuleMixin.get_children: the blocks right below, each with its own."""
        units = [FakePart(self, unit, []) for unit in self.units]
        subsection = FakePart(self, self.subsection, units)
        return [FakePart(self, self.chapter, [subsection])]

    def path(self, usage_key: UsageKey) -> list[UsageKey]:
        """Return the way from the course down to the block; raises as path_to_location does."""
        course = self.id.make_usage_key("course", "course")
        if usage_key == course:
            return [course]
        if usage_key == self.chapter:
            return [course, self.chapter]
        if usage_key == self.subsection:
            return [course, self.chapter, self.subsection]
        for unit, blocks in self.units.items():
            if usage_key == unit or usage_key in blocks:
                return [course, self.chapter, self.subsection, unit, usage_key][: 4 + (usage_key != unit)]
        raise NoPathToItem(usage_key) if usage_key in self.orphans else ItemNotFoundError(usage_key)


class FakeModuleStore:
    """The published courses of the test."""

    def __init__(self) -> None:
        self.courses: dict[CourseKey, FakeCourseBlock] = {}

    def get_course(self, course_key, depth=0, **kwargs):
        """As the source: None where there is none."""
        assert isinstance(course_key, CourseKey)
        return self.courses.get(course_key)

    def has_item(self, usage_key, **kwargs):
        course = self.courses.get(usage_key.course_key)
        if course is None:
            return False
        try:
            course.path(usage_key)
        except NoPathToItem:
            return True
        except ItemNotFoundError:
            return False
        return True


STORE = FakeModuleStore()


def modulestore():
    return STORE


def get_courseware_url(usage_key, request=None, is_staff=False):
    """As the source: the unit's page, for the unit and for what stands on it."""
    course = STORE.courses.get(usage_key.course_key)
    if course is None:
        raise ItemNotFoundError(usage_key)
    parts = [str(usage_key.course_key), *map(str, course.path(usage_key)[2:4])]
    return f"{settings.LEARNING_MICROFRONTEND_URL}/course/" + "/".join(parts)


def get_learning_mfe_home_url(course_key, url_fragment=None, params=None):
    link = f"{settings.LEARNING_MICROFRONTEND_URL}/course/{course_key}"
    return f"{link}/{url_fragment}" if url_fragment else link

"""The port between the bridge and the LMS it lives in ("host").

In Open edX the port is filled by ``lti_bridge.edxapp``; on the one-machine site by
``standalone.courseware.host``. ``settings.KAPASITAS_LTI_HOST`` names the class (dotted path).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Protocol, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

__all__ = ["Course", "CourseHost", "CourseProgress", "UnknownCourseError", "course_host"]


class UnknownCourseError(LookupError):
    """The host has no such course, or no such block in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course as HR sees it. ``lesson_hours`` is JP (jam pelajaran)."""

    course_key: str
    title: str
    organiser: str
    lesson_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseProgress:
    """How far one learner is in one course, now.

    ``grade`` and ``passing_grade`` are fractions in 0..1. ``required_blocks`` counts the blocks
    that must be complete for the course to be complete; 0 means the course demands none.
    """

    course_key: str
    required_blocks: int
    completed_blocks: int
    grade: Decimal
    passing_grade: Decimal
    started_at: datetime | None


class CourseHost(Protocol):
    """What the bridge asks of the LMS. Methods that write join the caller's transaction."""

    def courses(self) -> Sequence[Course]:
        """Return every course, by title."""
        ...

    def course(self, course_key: str) -> Course:
        """Return one course; raises UnknownCourseError."""
        ...

    def check_block(self, course_key: str, usage_key: str) -> None:
        """Raise UnknownCourseError unless the block exists in the course."""
        ...

    def create_learner(self, *, full_name: str) -> int:
        """Make an account without a password and return its user id."""
        ...

    def update_learner(self, user_id: int, *, full_name: str) -> None:
        """Set the name that the LMS shows."""
        ...

    def sign_in(self, request: HttpRequest, user_id: int) -> None:
        """Begin a session for the user; the caller has authenticated the launch."""
        ...

    def enrol(self, user_id: int, course_key: str, *, instructor: bool) -> None:
        """Enrol, and set or withdraw the course's instructor role as the launch says. Idempotent."""
        ...

    def url(self, course_key: str, usage_key: str | None = None) -> str:
        """Return the path of the course's (or the block's) page."""
        ...

    def progress(self, user_id: int, course_key: str) -> CourseProgress:
        """Return the learner's progress, counting what the current transaction has written."""
        ...


@cache
def course_host() -> CourseHost:
    """Return the host that the settings name."""
    return cast(CourseHost, import_string(settings.KAPASITAS_LTI_HOST)())

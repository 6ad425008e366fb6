"""The port between the bridge and the LMS it lives in ("host").

In Open edX the port is filled by ``lti_bridge.edxapp``; on the one-machine site by
``standalone.courseware.host``. ``settings.KAPASITAS_LTI_HOST`` names the class (dotted path).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Protocol, cast

from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from .conf import setting

__all__ = [
    "Course",
    "CourseHost",
    "CourseProgress",
    "CourseSettingsError",
    "CourseTitle",
    "CourseUnit",
    "EnrolmentRefusedError",
    "UnknownCourseError",
    "course_host",
    "lesson_hours_of",
]


class UnknownCourseError(LookupError):
    """The host has no such course, or no such block in it."""


class CourseSettingsError(ValueError):
    """What a course says to Kapasitas cannot stand in a record, which never changes; the text says why."""


class EnrolmentRefusedError(Exception):
    """The host does not take the person into the course; the text tells them why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course as HR sees it. ``lesson_hours`` is JP (jam pelajaran), None where the course says nonsense."""

    course_key: str
    title: str
    organiser: str
    lesson_hours: int | None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseTitle:
    """A course by name only, which lists of many can afford."""

    course_key: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseUnit:
    """A part of a course that has a page. ``depth``: 0 chapter, 1 subsection, 2 unit."""

    usage_key: str
    title: str
    depth: int


class CourseHost(Protocol):
    """What the bridge asks of the LMS. Methods that write join the caller's transaction."""

    def course(self, course_key: str) -> Course:
        """Return one course; raises UnknownCourseError."""
        ...

    def courses(self) -> Sequence[CourseTitle]:
        """Return the courses that an HR system may be offered, by title."""
        ...

    def units(self, course_key: str) -> Sequence[CourseUnit]:
        """Return the parts that learners see, in reading order; raises UnknownCourseError."""
        ...

    def is_privileged(self, user_id: int) -> bool:
        """Whether the account may do more, anywhere, than learn: staff, a course's team, any permission."""
        ...

    def outranks_launches(self, user_id: int) -> bool:
        """Whether the account may do more than any launch could give it.

        Staff, whoever has a permission, and a role beside those of a course's instructor or early reader.
        """
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

    def sign_in(self, request: HttpRequest, response: HttpResponse, user_id: int) -> None:
        """Begin a session for the user; the caller has authenticated the launch.

        The response carries what the host gives a browser that signs in, beside the session.
        """
        ...

    def enrol(self, user_id: int, course_key: str, *, instructor: bool) -> None:
        """Enrol, and set or withdraw the course's instructor role as the launch says. Idempotent.

        Raises EnrolmentRefusedError.
        """
        ...

    def withdraw_instructor(self, user_id: int, course_key: str) -> None:
        """Take the course's instructor role away, and leave the enrolment as it is. Idempotent.

        Raises UnknownCourseError.
        """
        ...

    def url(self, course_key: str, usage_key: str | None = None) -> str:
        """Return the path or the URL of the course's (or the block's) page."""
        ...

    def progress(self, user_id: int, course_key: str) -> CourseProgress:
        """Return the learner's progress, counting what the current transaction has written."""
        ...

    def learners_with_progress(
        self, course_key: str, *, after_user_id: int, limit: int, since: datetime | None = None
    ) -> Sequence[int]:
        """Return the ids of learners who have a grade or completed something in the course.

        Ascending, those after ``after_user_id``, at most ``limit`` (positive); none only where there are no
        more. ``since`` leaves out those in whose work nothing changed since then.
        """
        ...

    def completed(self, user_id: int, course_key: str) -> None:
        """Award what the host awards for a completed course; called once its record is committed."""
        ...


def lesson_hours_of(ours: Mapping[str, Any]) -> int | None:
    """Return ``other_course_settings.kapasitas.lesson_hours``: 0 where missing, None for no number."""
    stated = str(ours.get("lesson_hours") or 0)
    return int(stated) if re.fullmatch("[0-9]{1,4}", stated) else None


@cache
def course_host() -> CourseHost:
    """Return the host that the settings name."""
    return cast(CourseHost, import_string(setting("KAPASITAS_LTI_HOST"))())

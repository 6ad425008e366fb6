"""The site as the bridge sees it (``lti_bridge.host.CourseHost``)."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lti_bridge.host import Course as CourseFacts
from lti_bridge.host import CourseProgress, CourseTitle, CourseUnit, UnknownCourseError, lesson_hours_of

from . import progress
from .models import Block, BlockCompletion, Course, CourseRole, Enrolment, LearnerState
from .structure import STRUCTURE
from .tree import load_tree

# Chapter, subsection, unit: the parts below the course that have a page.
_PARTS = STRUCTURE[1:]
_SIGN_IN_BY = "django.contrib.auth.backends.ModelBackend"


class StandaloneHost:
    """CourseHost over the site's tables."""

    def course(self, course_key: str) -> CourseFacts:
        """Return one course; raises UnknownCourseError."""
        return _facts(_course(course_key))

    def courses(self) -> Sequence[CourseTitle]:
        """Return every course of the site, by title."""
        return [
            CourseTitle(course_key=course.course_key, title=course.title)
            for course in Course.objects.order_by("title", "course_key")
        ]

    def units(self, course_key: str) -> Sequence[CourseUnit]:
        """Return the parts that learners see, in reading order; raises UnknownCourseError."""
        tree = load_tree(course_key)
        return [
            CourseUnit(usage_key=node.usage_key, title=node.title, depth=_PARTS.index(node.block_type))
            for node in tree.walk()
            if node.block_type in _PARTS and not tree.hidden(node.usage_key)
        ]

    def is_privileged(self, user_id: int) -> bool:
        """Whether the account has a course's role, or any permission of Django's."""
        return _has_permissions(user_id) or CourseRole.objects.filter(user_id=user_id).exists()

    def outranks_launches(self, user_id: int) -> bool:
        """Whether the account has a permission, or a role in a course beside its instructor's."""
        roles = CourseRole.objects.filter(user_id=user_id).exclude(role=CourseRole.Role.INSTRUCTOR)
        return _has_permissions(user_id) or roles.exists()

    def check_block(self, course_key: str, usage_key: str) -> None:
        """Raise UnknownCourseError unless the block exists in the course."""
        if not Block.objects.filter(course__course_key=course_key, usage_key=usage_key).exists():
            raise UnknownCourseError(f"{course_key}: {usage_key}")

    def create_learner(self, *, full_name: str) -> int:
        """Make an account without a password, under a name that says nothing of the person."""
        user = get_user_model().objects.create_user(username=f"lti-{secrets.token_hex(8)}")
        self.update_learner(user.pk, full_name=full_name)
        return int(user.pk)

    def update_learner(self, user_id: int, *, full_name: str) -> None:
        """Set the name that the site shows. Indonesian names need not have two parts: it is kept whole."""
        get_user_model().objects.filter(pk=user_id).update(first_name=full_name[:150], last_name="")

    def sign_in(self, request: HttpRequest, response: HttpResponse, user_id: int) -> None:
        """Begin a session for the user; the caller has authenticated the launch."""
        login(request, get_user_model().objects.get(pk=user_id), backend=_SIGN_IN_BY)

    def enrol(self, user_id: int, course_key: str, *, instructor: bool) -> None:
        """Enrol, and set or withdraw the course's instructor role as the launch says. Idempotent."""
        course = _course(course_key)
        Enrolment.objects.get_or_create(user_id=user_id, course=course)
        if instructor:
            CourseRole.objects.get_or_create(user_id=user_id, course=course, role=CourseRole.Role.INSTRUCTOR)
        else:
            self.withdraw_instructor(user_id, course_key)

    def withdraw_instructor(self, user_id: int, course_key: str) -> None:
        """Take the course's instructor role away, and leave the enrolment as it is. Idempotent."""
        CourseRole.objects.filter(
            user_id=user_id, course=_course(course_key), role=CourseRole.Role.INSTRUCTOR
        ).delete()

    def url(self, course_key: str, usage_key: str | None = None) -> str:
        """Return the path of the course's (or the block's) page."""
        if usage_key is None:
            return reverse("course", args=[course_key])
        return reverse("block", args=[course_key, usage_key])

    def progress(self, user_id: int, course_key: str) -> CourseProgress:
        """Return the learner's progress, counting what the current transaction has written."""
        tree = load_tree(course_key)
        done = progress.completeness(tree, progress.completed_blocks(tree, user_id))
        grade = progress.grade(tree, progress.learner_points(tree, user_id))
        enrolment = Enrolment.objects.filter(user_id=user_id, course=tree.course).first()
        return CourseProgress(
            course_key=course_key,
            required_blocks=done.total,
            completed_blocks=done.done,
            grade=grade.percent,
            passing_grade=grade.passing_grade,
            started_at=enrolment.started_at if enrolment else None,
        )

    def learners_with_progress(
        self, course_key: str, *, after_user_id: int, limit: int, since: datetime | None = None
    ) -> Sequence[int]:
        """Return the ids of learners who have points or completed something, ascending, a batch."""
        course = _course(course_key)
        changed = {"modified_at__gte": since} if since else {}
        found: set[int] = set()
        rows = (
            BlockCompletion.objects.filter(course=course, completion__gt=0, **changed),
            LearnerState.objects.filter(course=course, grade__isnull=False, **changed),
        )
        # The first of both together are among the first of each.
        for users in rows:
            after = users.filter(user_id__gt=after_user_id).order_by("user_id")
            found.update(after.values_list("user_id", flat=True).distinct()[:limit])
        return sorted(found)[:limit]

    def completed(self, user_id: int, course_key: str) -> None:
        """Award nothing: the site knows no certificates."""


def _has_permissions(user_id: int) -> bool:
    user = get_user_model().objects.get(pk=user_id)
    return user.is_staff or user.is_superuser or user.groups.exists() or user.user_permissions.exists()


def _course(course_key: str) -> Course:
    course = Course.objects.filter(course_key=course_key).first()
    if course is None:
        raise UnknownCourseError(course_key)
    return course


def own_settings(course: Course) -> Mapping[str, Any]:
    """Return what the course's policy says to Kapasitas (``other_course_settings.kapasitas``)."""
    ours = (course.settings.get("other_course_settings") or {}).get("kapasitas")
    return ours if isinstance(ours, dict) else {}


def _facts(course: Course) -> CourseFacts:
    ours = own_settings(course)
    return CourseFacts(
        course_key=course.course_key,
        title=course.title,
        organiser=str(ours.get("organiser") or course.settings.get("display_organization") or ""),
        lesson_hours=lesson_hours_of(ours),
    )

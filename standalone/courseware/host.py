"""The site as the bridge sees it (``lti_bridge.host.CourseHost``)."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model, login
from django.http import HttpRequest
from django.urls import reverse

from lti_bridge.host import Course as CourseFacts
from lti_bridge.host import CourseProgress, UnknownCourseError

from . import progress
from .models import Block, Course, CourseRole, Enrolment
from .tree import load_tree

_SIGN_IN_BY = "django.contrib.auth.backends.ModelBackend"


class StandaloneHost:
    """CourseHost over the site's tables."""

    def courses(self) -> Sequence[CourseFacts]:
        """Return every course, by title."""
        return [_facts(course) for course in Course.objects.all()]

    def course(self, course_key: str) -> CourseFacts:
        """Return one course; raises UnknownCourseError."""
        return _facts(_course(course_key))

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

    def sign_in(self, request: HttpRequest, user_id: int) -> None:
        """Begin a session for the user; the caller has authenticated the launch."""
        login(request, get_user_model().objects.get(pk=user_id), backend=_SIGN_IN_BY)

    def enrol(self, user_id: int, course_key: str, *, instructor: bool) -> None:
        """Enrol, and set or withdraw the course's instructor role as the launch says. Idempotent."""
        course = _course(course_key)
        Enrolment.objects.get_or_create(user_id=user_id, course=course)
        if instructor:
            CourseRole.objects.get_or_create(user_id=user_id, course=course, role=CourseRole.Role.INSTRUCTOR)
        else:
            CourseRole.objects.filter(
                user_id=user_id, course=course, role=CourseRole.Role.INSTRUCTOR
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
        lesson_hours=int(ours.get("lesson_hours") or 0),
    )

"""Who may do what, and the ids by which blocks know people without knowing them."""

import hashlib
import hmac

from django.conf import settings
from django.contrib.auth.models import User

from .models import Course, CourseRole, Enrolment

AUTHOR = "kapasitas_courseware.author_course"


def is_enrolled(user: User, course: Course) -> bool:
    """Whether the user learns in the course."""
    return Enrolment.objects.filter(user=user, course=course).exists()


def is_instructor(user: User, course: Course) -> bool:
    """Whether the user teaches the course: by their role in it, or as a superuser."""
    return (
        user.is_superuser
        or CourseRole.objects.filter(user=user, course=course, role=CourseRole.Role.INSTRUCTOR).exists()
    )


def anonymous_id(user_id: int, course_key: str = "") -> str:
    """Return the id under which blocks know the user in the course; without a course, on the whole site."""
    message = f"{user_id}\x00{course_key}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()[:32]


def user_id_behind(anonymous: str, course: Course) -> int | None:
    """Return the enrolled user behind an anonymous id of the course, or None."""
    for user_id in Enrolment.objects.filter(course=course).values_list("user_id", flat=True):
        if hmac.compare_digest(anonymous_id(user_id, course.course_key), anonymous):
            return int(user_id)
    return None

"""Who may do what, and the ids by which blocks know people without knowing them."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.contrib.auth.models import User

from xblocks.records import api as records

from .models import Course, CourseRole, Enrolment

AUTHOR = "kapasitas_courseware.author_course"
RECORDS = "kapasitas_lti.view_completionrecord"
OFFICIALS = "kapasitas_records.view_official"


def is_enrolled(user: User, course: Course) -> bool:
    """Whether the user learns in the course."""
    return Enrolment.objects.filter(user=user, course=course).exists()


def is_instructor(user: User, course: Course) -> bool:
    """Whether the user teaches the course: by their role in it, or as a superuser."""
    return (
        user.is_superuser
        or CourseRole.objects.filter(user=user, course=course, role=CourseRole.Role.INSTRUCTOR).exists()
    )


def sees_records_only(user: User) -> bool:
    """Whether completion records are all that the user has here: no course, and no right to bring one."""
    if not user.has_perm(RECORDS) or user.has_perm(AUTHOR):
        return False
    learns = Enrolment.objects.filter(user=user).exists()
    return not learns and not CourseRole.objects.filter(user=user).exists()


def told_apart(users: Iterable[User], *, by_office: bool) -> Mapping[int, list[str]]:
    """Return by user id what tells those of the same name apart: their office, and their user name.

    ``by_office``: whether the reader may know offices, which the caller has checked.
    """
    names = {user: user.get_full_name().casefold() for user in users}
    having = Counter(names.values())
    namesakes = [user for user, name in names.items() if name and having[name] > 1]
    return {
        user.pk: [*filter(None, [_office(user.pk) if by_office else "", user.get_username()])]
        for user in namesakes
    }


def _office(user_id: int) -> str:
    official = records.official_of(user_id)
    return official.office_name if official else ""


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

"""The demo people: plainly invented, one for each role."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Course, CourseRole, Enrolment

PASSWORD = "demo"  # noqa: S105 - printed on the log-in page
GROUPS = {
    "hr_officer": ["kapasitas_lti.view_completionrecord"],
    "coordinator": [],
    "mentor": [],
    "author": ["kapasitas_courseware.author_course"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One account. ``learns`` and ``teaches`` hold for every course."""

    username: str
    name: str
    role: str | Promise
    group: str = ""
    learns: bool = False
    teaches: bool = False


PEOPLE = (
    Person(username="pelajar", name="Contoh Camat Demo", role=_("Learner"), learns=True),
    Person(username="pelajar2", name="Contoh Lurah Demo", role=_("Learner"), learns=True),
    Person(
        username="instruktur",
        name="Contoh Instruktur Demo",
        role=_("Instructor"),
        group="author",
        teaches=True,
    ),
    Person(username="hr", name="Contoh Pengelola Kepegawaian Demo", role=_("HR officer"), group="hr_officer"),
    Person(
        username="koordinator", name="Contoh Koordinator Demo", role=_("Coordinator"), group="coordinator"
    ),
    Person(username="mentor", name="Contoh Mentor Demo", role=_("Mentor"), group="mentor", learns=True),
)


def make_groups() -> dict[str, Group]:
    """Make the groups of the site's roles with their permissions, as far as apps define them. Idempotent."""
    groups = {}
    for name, permissions in GROUPS.items():
        groups[name], _made = Group.objects.get_or_create(name=name)
        groups[name].permissions.set(_permissions(permissions))
    return groups


def _permissions(names: Iterable[str]) -> list[Permission]:
    found: list[Permission] = []
    for name in names:
        app, codename = name.split(".")
        found += Permission.objects.filter(content_type__app_label=app, codename=codename)
    return found


def make_people() -> None:
    """Make the demo people with their groups, enrolments and roles in all courses. Idempotent."""
    groups = make_groups()
    for person in PEOPLE:
        user, made = get_user_model().objects.get_or_create(
            username=person.username, defaults={"first_name": person.name}
        )
        if made:
            user.set_password(PASSWORD)
            user.save()
        if person.group:
            user.groups.add(groups[person.group])
        for course in Course.objects.all():
            if person.learns:
                Enrolment.objects.get_or_create(user=user, course=course)
            if person.teaches:
                CourseRole.objects.get_or_create(user=user, course=course, role=CourseRole.Role.INSTRUCTOR)

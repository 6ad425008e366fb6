"""What the one-machine site offers to HR systems, and who is more than a learner there."""

import pytest
from django.contrib.auth.models import Group, Permission, User

from lti_bridge.host import CourseTitle, CourseUnit, UnknownCourseError
from standalone.courseware.host import StandaloneHost
from standalone.courseware.models import CourseRole

from .conftest import KEY, usage

HOST = StandaloneHost()


def test_courses_by_title(course):
    assert HOST.courses() == [CourseTitle(course_key=KEY, title="Kursus uji")]


def test_parts_that_learners_see(course):
    """Chapter, subsections and units in reading order, without the unit that only staff see."""
    assert [(unit.title.partition(" <")[0], unit.depth) for unit in HOST.units(KEY)] == [
        ("Bab", 0),
        ("Ujian", 1),
        ("Unit", 2),
        ("Latihan", 1),
        ("Bacaan", 2),
    ]
    assert HOST.units(KEY)[0] == CourseUnit(usage_key=usage("c", "chapter"), title="Bab", depth=0)


def test_parts_of_an_unknown_course(db):
    with pytest.raises(UnknownCourseError):
        HOST.units("course-v1:tidak+ada+1")


def test_who_is_privileged(course):
    """Staff, a course's team, members of groups, and whoever has a permission."""
    plain, staff, teacher, member, permitted = (
        User.objects.create_user(name) for name in ("biasa", "staf", "guru", "anggota", "berizin")
    )
    User.objects.filter(pk=staff.pk).update(is_staff=True)
    CourseRole.objects.create(user=teacher, course=course, role=CourseRole.Role.INSTRUCTOR)
    member.groups.add(Group.objects.create(name="HR"))
    permitted.user_permissions.add(Permission.objects.first())
    people = (plain, staff, teacher, member, permitted)
    assert [HOST.is_privileged(user.pk) for user in people] == [False, True, True, True, True]
    # An instructor is what a launch can make of anybody.
    assert [HOST.outranks_launches(user.pk) for user in people] == [False, True, False, True, True]

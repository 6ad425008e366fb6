"""What Open edX offers to HR systems, and who is more than a learner there."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from lti_bridge.edxapp import EdxappHost
from lti_bridge.host import CourseTitle, CourseUnit, UnknownCourseError
from tests.edxapp.platform.models import FakeCourseAccessRole, FakeCourseOverview

from .conftest import OURS, THEIRS

pytestmark = pytest.mark.every_database
HOST = EdxappHost()


def test_courses_that_have_not_ended(edxapp):
    """By title; a course that has ended is offered no more, one without a name is named by its key."""
    FakeCourseOverview.objects.filter(id=THEIRS).update(end=timezone.now() - timezone.timedelta(days=1))
    FakeCourseOverview.objects.create(id="course-v1:Umum+X+1", org="Umum")
    assert HOST.courses() == [
        CourseTitle(course_key="course-v1:Umum+X+1", title="course-v1:Umum+X+1"),
        CourseTitle(course_key=str(OURS), title="Manajemen Pemerintahan Kecamatan"),
    ]


def test_parts_that_learners_see(edxapp):
    """Chapters, subsections and units in order; what only staff see is left out with all below it."""
    first, second = edxapp.course.units
    edxapp.course.staff_only.add(second)
    assert HOST.units(str(OURS)) == [
        CourseUnit(usage_key=str(edxapp.course.chapter), title="bab1", depth=0),
        CourseUnit(usage_key=str(edxapp.course.subsection), title="bagian1", depth=1),
        CourseUnit(usage_key=str(first), title="unit1", depth=2),
    ]
    edxapp.course.staff_only.add(edxapp.course.chapter)
    assert HOST.units(str(OURS)) == []


@pytest.mark.parametrize("key", ["nonsense", "course-v1:No+Such+Course"])
def test_parts_of_an_unknown_course(edxapp, key):
    with pytest.raises(UnknownCourseError):
        HOST.units(key)


def test_a_learner_is_not_privileged(edxapp, learner):
    assert not HOST.is_privileged(learner.pk)


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_staff_are_privileged(edxapp, learner, flag):
    setattr(learner, flag, True)
    learner.save()
    assert HOST.is_privileged(learner.pk)
    assert HOST.outranks_launches(learner.pk)


def test_who_has_a_role_in_any_course_is_privileged(edxapp, learner):
    FakeCourseAccessRole.objects.create(user=learner, org=THEIRS.org, course_id=THEIRS, role="beta_testers")
    assert HOST.is_privileged(learner.pk)


@pytest.mark.parametrize(
    ("role", "outranks"),
    [("limited_staff", False), ("beta_testers", False), ("staff", True), ("instructor", True)],
)
def test_which_roles_a_launch_could_not_give(edxapp, learner, role, outranks):
    """An instructor of a launch comes in again; who was made more than that does not."""
    FakeCourseAccessRole.objects.create(user=learner, org=THEIRS.org, course_id=THEIRS, role=role)
    assert HOST.outranks_launches(learner.pk) is outranks


def test_who_has_a_permission_is_privileged(edxapp, learner):
    learner.user_permissions.add(Permission.objects.first())
    assert HOST.is_privileged(learner.pk)


def test_who_is_in_a_group_is_privileged(edxapp, learner):
    learner.groups.add(Group.objects.create(name="HR"))
    assert HOST.is_privileged(learner.pk)

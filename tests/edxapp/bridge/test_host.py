"""The LMS as the bridge sees it: EdxappHost over the fake platform."""

from datetime import timedelta
from decimal import Decimal

import pytest
from completion.models import BlockCompletion
from django.contrib.auth import get_user_model
from django.utils import timezone

from lti_bridge.edxapp import EdxappHost
from lti_bridge.host import EnrolmentRefusedError, UnknownCourseError, course_host
from tests.edxapp.platform.learning import set_grade
from tests.edxapp.platform.models import (
    FakeCourseAccessRole,
    FakeCourseEnrollment,
    FakeCourseOverview,
    FakePersistentCourseGrade,
)

from .conftest import OURS, THEIRS, complete, make_user

pytestmark = pytest.mark.every_database
UNIT = OURS.make_usage_key("vertical", "unit1")
HOST = EdxappHost()


def test_the_plugin_settings_name_this_host(edxapp):
    assert isinstance(course_host(), EdxappHost)


@pytest.mark.parametrize(
    ("ours", "display_organization", "organiser"),
    [
        ({"organiser": "BPSDM Jaya"}, "Lain", "BPSDM Jaya"),
        ({}, "Lain", "Lain"),
        ({}, None, "BPSDM Provinsi Contoh"),
        (["not", "a", "dict"], None, "BPSDM Provinsi Contoh"),
    ],
    ids=["kapasitas", "course", "organisation", "malformed"],
)
def test_facts_of_a_course(edxapp, ours, display_organization, organiser):
    """What HR is told: the nearest thing that names an organiser wins."""
    edxapp.course.other_course_settings = {"kapasitas": ours}
    edxapp.course.display_organization = display_organization
    course = HOST.course(str(OURS))
    assert (course.title, course.organiser) == ("Manajemen Pemerintahan Kecamatan", organiser)
    assert course.lesson_hours == 0


def test_an_organisation_that_nobody_entered_is_its_short_name(edxapp):
    edxapp.other.other_course_settings = None
    assert HOST.course(str(THEIRS)).organiser == "Umum"


@pytest.mark.parametrize(
    ("stated", "hours"),
    [(20, 20), ("20", 20), (0, 0), (None, 0), ("", 0), (9999, 9999)]
    + [(nonsense, None) for nonsense in ("20 JP", -5, 2.5, "2,5", 10000, True, [20], {"jp": 20})],
)
def test_lesson_hours_as_authors_write_them(edxapp, stated, hours):
    edxapp.course.other_course_settings = {"kapasitas": {"lesson_hours": stated}}
    assert HOST.course(str(OURS)).lesson_hours == hours


@pytest.mark.parametrize("key", ["nonsense", "course-v1:No+Such+Course"])
def test_an_unknown_course(edxapp, key):
    for ask in (HOST.course, lambda key: HOST.progress(1, key)):
        with pytest.raises(UnknownCourseError):
            ask(key)


def test_a_course_that_is_not_in_the_modulestore_any_more(edxapp):
    FakeCourseOverview.objects.create(id="course-v1:Old+Gone+2020", org="Old")
    with pytest.raises(UnknownCourseError):
        HOST.course("course-v1:Old+Gone+2020")


def test_blocks(edxapp):
    HOST.check_block(str(OURS), str(UNIT))
    for usage_key in (
        "nonsense",
        str(OURS.make_usage_key("vertical", "no")),
        str(next(iter(edxapp.other.units))),
    ):
        with pytest.raises(UnknownCourseError):
            HOST.check_block(str(OURS), usage_key)


def test_an_account_says_nothing_of_the_person(edxapp):
    """Two accounts get along in the platform's tables, and nobody can log in to one with a password."""
    ids = [HOST.create_learner(full_name=name) for name in ("Siti Contoh", "")]
    first, second = (get_user_model().objects.get(pk=pk) for pk in ids)
    assert first.profile.name == "Siti Contoh"
    assert first.username != second.username
    assert len(first.username) <= 30
    assert "siti" not in (first.username + first.email + first.first_name + first.last_name).lower()
    assert not first.has_usable_password()
    assert not (first.is_staff or first.is_superuser)
    HOST.update_learner(first.pk, full_name="Siti Contoh Baru")
    first.profile.refresh_from_db()
    assert first.profile.name == "Siti Contoh Baru"


def test_enrolling_is_announced_once(edxapp, learner, monkeypatch):
    """The platform announces each call of enroll as a new enrolment."""
    calls = []
    enroll = FakeCourseEnrollment.enroll
    monkeypatch.setattr(FakeCourseEnrollment, "enroll", lambda *args: calls.append(args) or enroll(*args))
    for _launch in range(3):
        HOST.enrol(learner.pk, str(OURS), instructor=False)
    assert len(calls) == 1
    FakeCourseEnrollment.objects.update(is_active=False)
    HOST.enrol(learner.pk, str(OURS), instructor=False)
    assert FakeCourseEnrollment.objects.get().is_active


def test_the_instructors_role_is_set_and_withdrawn(edxapp, learner):
    """Limited staff: sees learners, reaches neither Studio nor any other course."""
    HOST.enrol(learner.pk, str(OURS), instructor=True)
    HOST.enrol(learner.pk, str(OURS), instructor=True)
    role = FakeCourseAccessRole.objects.get()
    assert (role.user, role.role, role.course_id) == (learner, "limited_staff", OURS)
    HOST.enrol(learner.pk, str(OURS), instructor=False)
    assert not FakeCourseAccessRole.objects.exists()
    learner.refresh_from_db()
    assert not learner.is_staff


def test_a_role_is_withdrawn_without_enrolling_again(edxapp, learner):
    """A roster that no longer names somebody takes the role; an enrolment that staff ended stays ended."""
    HOST.enrol(learner.pk, str(OURS), instructor=True)
    FakeCourseEnrollment.objects.update(is_active=False)
    for _time in range(2):
        HOST.withdraw_instructor(learner.pk, str(OURS))
    assert not FakeCourseAccessRole.objects.exists()
    assert not FakeCourseEnrollment.objects.get().is_active


def test_a_filter_that_refuses_is_quoted(edxapp, learner, settings):
    settings.OPEN_EDX_FILTERS_CONFIG = {
        "org.openedx.learning.course.enrollment.started.v1": {
            "fail_silently": False,
            "pipeline": ["lti_bridge.filters.OfficialsOnly"],
        }
    }
    edxapp.course.other_course_settings = {"kapasitas": {"officials_only": True}}
    with pytest.raises(EnrolmentRefusedError, match="officials"):
        HOST.enrol(learner.pk, str(OURS), instructor=False)


@pytest.mark.parametrize(
    ("block", "path"),
    [
        (None, "/home"),
        (UNIT, f"/{OURS.make_usage_key('sequential', 'bagian1')}/{UNIT}"),
        (
            OURS.make_usage_key("competency_assessment", "soal1"),
            f"/{OURS.make_usage_key('sequential', 'bagian1')}/{UNIT}",
        ),
        (OURS.make_usage_key("html", "orphan"), "/home"),
        (OURS.make_usage_key("html", "gone"), "/home"),
    ],
    ids=["course", "unit", "block", "orphan", "gone"],
)
def test_addresses_in_the_learning_mfe(edxapp, block, path):
    edxapp.course.orphans = {OURS.make_usage_key("html", "orphan")}
    url = HOST.url(str(OURS), str(block) if block else None)
    assert url == f"https://apps.lms.example/learning/course/{OURS}{path}"


def test_progress(edxapp, learner):
    """Units and the stored grade, freshly read: the platform keeps the units for a whole request."""
    before = HOST.progress(learner.pk, str(OURS))
    assert (before.required_blocks, before.completed_blocks, before.grade) == (2, 0, 0)
    assert before.started_at is None
    HOST.enrol(learner.pk, str(OURS), instructor=False)
    complete(learner, edxapp.course, units=1)
    set_grade(learner, OURS, 0.85)
    after = HOST.progress(learner.pk, str(OURS))
    assert (after.required_blocks, after.completed_blocks) == (2, 1)
    assert (after.grade, after.passing_grade) == (Decimal("0.85"), Decimal("0.70"))
    assert after.started_at == FakeCourseEnrollment.objects.get().created


def test_locked_units_are_required_and_not_completed(edxapp, learner):
    """A learner who sees only the free part has not completed the course."""
    edxapp.course.locked = {UNIT}
    complete(learner, edxapp.course)
    progress = HOST.progress(learner.pk, str(OURS))
    assert (progress.required_blocks, progress.completed_blocks) == (2, 1)


def test_grades_stay_fractions(edxapp, learner):
    """Extra credit brings grades above one, and a course may have no mark at which anybody passes."""
    set_grade(learner, OURS, 1.04)
    FakeCourseOverview.objects.filter(pk=OURS).update(lowest_passing_grade=None)
    progress = HOST.progress(learner.pk, str(OURS))
    assert (progress.grade, progress.passing_grade) == (1, 1)


def test_learners_with_progress(edxapp):
    """Who has a grade or has completed something, in order, however few are asked for at once."""
    users = [make_user(f"learner{number}") for number in range(7)]
    for user in users:
        HOST.enrol(user.pk, str(OURS), instructor=False)
    graded, done, both = users[1], users[4], users[6]
    set_grade(graded, OURS, 0.1)
    complete(done, edxapp.course, units=1)
    set_grade(both, OURS, 0.9)
    complete(both, edxapp.course)
    # No longer enrolled: what was achieved stays achieved.
    FakeCourseEnrollment.objects.filter(user=done).update(is_active=False)
    set_grade(users[0], THEIRS, 0.5)
    for limit in (1, 2, 3, 100):
        found: list[int] = []
        while batch := HOST.learners_with_progress(
            str(OURS), after_user_id=found[-1] if found else 0, limit=limit
        ):
            assert len(batch) <= limit
            found += batch
        assert found == [graded.pk, done.pk, both.pk]


def test_learners_whose_work_has_changed_since(edxapp):
    early, late = make_user("early"), make_user("late")
    for user in (early, late):
        HOST.enrol(user.pk, str(OURS), instructor=False)
        set_grade(user, OURS, 0.5)
        complete(user, edxapp.course)
    past = timezone.now() - timedelta(days=2)
    FakePersistentCourseGrade.objects.filter(user_id=early.pk).update(modified=past)
    BlockCompletion.objects.filter(user=early).update(modified=past)
    FakePersistentCourseGrade.objects.filter(user_id=late.pk).update(modified=past)
    since = timezone.now() - timedelta(days=1)
    assert list(HOST.learners_with_progress(str(OURS), after_user_id=0, limit=9, since=since)) == [late.pk]
    with pytest.raises(UnknownCourseError):
        HOST.learners_with_progress("no key", after_user_id=0, limit=9)

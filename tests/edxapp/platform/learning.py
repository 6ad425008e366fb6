"""Fake of what the LMS knows of learners: completion, grades, roles, certificates.

Read from openedx/openedx-platform: lms/djangoapps/courseware/courses.py, openedx/core/lib/cache_utils.py
(10e614a), lms/djangoapps/grades/course_grade_factory.py, grades/models.py (130f7d4), grades/events.py,
grades/models_api.py, common/djangoapps/student/roles.py (c660747, its legacy path),
lms/djangoapps/certificates/api.py (21572af), certificates/generation_handler.py and
certificates/signals.py; e57a655 where none is named.
"""

from types import SimpleNamespace

from completion.models import BlockCompletion
from edx_django_utils.cache import RequestCache
from openedx_events.learning.data import (
    CourseData,
    CoursePassingStatusData,
    PersistentCourseGradeData,
    UserData,
    UserPersonalData,
)
from openedx_events.learning.signals import COURSE_PASSING_STATUS_UPDATED, PERSISTENT_GRADE_SUMMARY_CHANGED
from openedx_filters.learning.filters import CertificateCreationRequested

from .models import (
    FakeCourseAccessRole,
    FakeCourseEnrollment,
    FakeCourseOverview,
    FakeGeneratedCertificate,
    FakePersistentCourseGrade,
)
from .store import STORE


def get_course_blocks_completion_summary(course_key, user):
    """As the source, which keeps its answer in the default request cache."""
    if not user.id:
        return []
    cache, key = RequestCache(), f"completion_summary.{course_key}.{user}"
    kept = cache.get_cached_response(key)
    if kept.is_found:
        return kept.value
    counts = {"complete_count": 0, "incomplete_count": 0, "locked_count": 0}
    done = {
        block
        for block, value in BlockCompletion.get_learning_context_completions(user, course_key).items()
        if value == 1.0
    }
    course = STORE.courses[course_key]
    for unit, blocks in course.units.items():
        if unit in course.locked:
            counts["locked_count"] += 1
        else:
            counts["complete_count" if done.issuperset(blocks) else "incomplete_count"] += 1
    cache.set(key, counts)
    return counts


class CourseGradeFactory:
    """Fake: reads what ``set_grade`` stored."""

    def read(
        self,
        user,
        course=None,
        collected_block_structure=None,
        course_structure=None,
        course_key=None,
        create_if_needed=True,
    ):
        """As the source: zero where nothing is stored."""
        stored = FakePersistentCourseGrade.objects.filter(user_id=user.id, course_id=course_key).first()
        return SimpleNamespace(
            percent=stored.percent_grade if stored else 0.0, passed=bool(stored and stored.letter_grade)
        )


def get_recently_modified_grades(course_keys, start_date, end_date, users=None):
    """As the source."""
    filters = {}
    if course_keys:
        filters["course_id__in"] = course_keys
    if start_date:
        filters["modified__gte"] = start_date
    if end_date:
        filters["modified__lte"] = end_date
    if users:
        filters["user_id__in"] = [user.id for user in users]
    return FakePersistentCourseGrade.objects.filter(**filters).order_by("modified")


def set_grade(user, course_key, percent):
    """Do what a recalculation does: store the grade and announce it, passed or failed, every time."""
    overview = FakeCourseOverview.objects.get(id=course_key)
    passed = overview.lowest_passing_grade is not None and percent >= overview.lowest_passing_grade
    FakePersistentCourseGrade.objects.update_or_create(
        user_id=user.id,
        course_id=course_key,
        defaults={"percent_grade": percent, "letter_grade": "Pass" if passed else ""},
    )
    PERSISTENT_GRADE_SUMMARY_CHANGED.send_event(
        grade=PersistentCourseGradeData(
            user_id=user.id,
            course=CourseData(course_key=course_key),
            course_edited_timestamp=None,
            course_version="",
            grading_policy_hash="hash",
            percent_grade=percent,
            letter_grade="Pass" if passed else "",
            passed_timestamp=None,
        )
    )
    if passed:
        listen_for_passing_grade(user, course_key)
    COURSE_PASSING_STATUS_UPDATED.send_event(
        course_passing_status=CoursePassingStatusData(
            is_passing=passed,
            user=UserData(
                pii=UserPersonalData(username=user.username, email=user.email, name=user.profile.name),
                id=user.id,
                is_active=user.is_active,
            ),
            course=CourseData(course_key=course_key),
        )
    )


class RoleCache:
    """Fake: the roles of a user, here those of the legacy table only."""

    def __init__(self, user):
        self._roles = set(FakeCourseAccessRole.objects.filter(user=user))

    @property
    def all_roles_set(self):
        return self._roles


class CourseLimitedStaffRole:
    """Fake: staff of a course without access to Studio."""

    ROLE = "limited_staff"

    def __init__(self, course_key):
        self.key = {"org": course_key.org, "course_id": course_key, "role": self.ROLE}

    def has_user(self, user, check_user_activation=True):
        return FakeCourseAccessRole.objects.filter(user=user, **self.key).exists()

    def add_users(self, *users):
        """As the source: users that are not active are left out without a word."""
        for user in users:
            if user.is_authenticated and user.is_active:
                FakeCourseAccessRole.objects.get_or_create(user=user, **self.key)

    def remove_users(self, *users):
        FakeCourseAccessRole.objects.filter(user__in=users, **self.key).delete()


class EnrolledTab:
    """Fake: the base of tabs for who is enrolled, as far as CourseTab makes a dynamic one (xmodule/tabs.py).

    Read from lms/djangoapps/courseware/tabs.py (2bd610a); staff of the course are not faked.
    """

    type = ""
    title = None
    view_name = None
    priority = None
    is_dynamic = False
    is_default = True

    def __init__(self, tab_dict):
        self.name = tab_dict.get("name", self.title)
        self.tab_dict = tab_dict

    @property
    def link_func(self):
        return lambda course, reverse_func: reverse_func(self.view_name, args=[str(course.id)])

    @classmethod
    def is_enabled(cls, course, user=None):
        return user and user.is_authenticated and bool(FakeCourseEnrollment.is_enrolled(user, course.id))


class CertificateStatuses:
    """As lms.djangoapps.certificates.data."""

    downloadable = "downloadable"
    notpassing = "notpassing"

    @classmethod
    def is_passing_status(cls, status):
        return status in (cls.downloadable, "generating")


class CertificateGenerationNotAllowed(Exception):  # noqa: N818 - the platform's name
    """As lms.djangoapps.certificates.generation_handler."""


AUTO = SimpleNamespace(enabled=True, refused=[])


def auto_certificate_generation_enabled():
    return AUTO.enabled


def get_certificate_for_user_id(user, course_id):
    return FakeGeneratedCertificate.objects.filter(user=user, course_id=course_id).first()


def generate_certificate_task(user, course_key, generation_mode=None):
    """As the source, as far as the filter goes; the task itself runs at once."""
    grade = CourseGradeFactory().read(user, course_key=course_key)
    if not grade.passed:
        return False
    try:
        CertificateCreationRequested.run_filter(
            user=user, course_key=course_key, mode="honor", status=None, grade=grade, generation_mode=None
        )
    except CertificateCreationRequested.PreventCertificateCreation as exc:
        raise CertificateGenerationNotAllowed(str(exc)) from exc
    FakeGeneratedCertificate.objects.update_or_create(
        user=user,
        course_id=course_key,
        defaults={"status": CertificateStatuses.downloadable, "name": user.profile.name},
    )
    return True


def listen_for_passing_grade(user, course_id):
    """As the source: asks for a certificate on each pass, and only logs a refusal (kept in AUTO here)."""
    if not auto_certificate_generation_enabled():
        return
    issued = get_certificate_for_user_id(user, course_id)
    if issued is not None and CertificateStatuses.is_passing_status(issued.status):
        return
    try:
        generate_certificate_task(user, course_id)
    except CertificateGenerationNotAllowed as refusal:
        AUTO.refused.append(str(refusal))

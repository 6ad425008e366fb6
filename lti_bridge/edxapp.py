"""Open edX as the bridge sees it (``lti_bridge.host.CourseHost``).

The one module of the bridge that imports the platform, and only inside functions, so that the package
can be imported without it. Read against the Verawood line; ``tests/edxapp/platform`` names the file and
the commit of every function used.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from edx_django_utils.cache import RequestCache
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey

from .host import (
    Course,
    CourseProgress,
    CourseTitle,
    CourseUnit,
    EnrolmentRefusedError,
    UnknownCourseError,
    lesson_hours_of,
)

__all__ = ["EdxappHost", "own_settings", "release_line"]

# The parts of a course that have a page, from above.
PARTS = ("chapter", "sequential", "vertical")
# Roles that a launch gives, or that let somebody read early and no more.
LAUNCHED_ROLES = frozenset({"limited_staff", "beta_testers"})


class EdxappHost:
    """CourseHost over the LMS."""

    def course(self, course_key: str) -> Course:
        """Return one course; raises UnknownCourseError."""
        overview = _overview(course_key)
        block = _course_block(overview.id)
        ours = _own_settings(block)
        return Course(
            course_key=course_key,
            title=overview.display_name or course_key,
            organiser=str(ours.get("organiser") or block.display_organization or _organisation(overview.org)),
            lesson_hours=lesson_hours_of(ours),
        )

    def courses(self) -> Sequence[CourseTitle]:
        """Return the courses that have not ended, by title."""
        from openedx.core.djangoapps.content.course_overviews.models import CourseOverview

        found = [
            CourseTitle(course_key=str(overview.id), title=overview.display_name or str(overview.id))
            for overview in CourseOverview.get_all_courses(active_only=True)
        ]
        return sorted(found, key=lambda course: (course.title.casefold(), course.course_key))

    def units(self, course_key: str) -> Sequence[CourseUnit]:
        """Return the published parts that learners see, in reading order; raises UnknownCourseError."""
        from xmodule.modulestore.django import modulestore

        course = modulestore().get_course(_course_key(course_key), depth=len(PARTS))
        if course is None:
            raise UnknownCourseError(course_key)
        return list(_units_below(course))

    def is_privileged(self, user_id: int) -> bool:
        """Whether the account has an access role, old or new, or any permission of Django's."""
        return _has_permissions(user_id) or bool(_roles(user_id))

    def outranks_launches(self, user_id: int) -> bool:
        """Whether the account has a permission, or a role beside limited staff's and beta testers'."""
        return _has_permissions(user_id) or bool(_roles(user_id) - LAUNCHED_ROLES)

    def check_block(self, course_key: str, usage_key: str) -> None:
        """Raise UnknownCourseError unless the block exists in the course, published."""
        from xmodule.modulestore.django import modulestore

        key = _usage_key(usage_key)
        if key.course_key != _course_key(course_key) or not modulestore().has_item(key):
            raise UnknownCourseError(f"{course_key}: {usage_key}")

    def create_learner(self, *, full_name: str) -> int:
        """Make an account without a password, under a name that says nothing of the person.

        As the platform's own LTI 1.1 provider makes them: its tables want a profile, and an e-mail address
        that nobody else has. No mail reaches it.
        """
        from common.djangoapps.student.models import UserProfile

        username = f"lti-{secrets.token_hex(12)}"
        domain = getattr(settings, "LTI_USER_EMAIL_DOMAIN", "lti.example.com")
        with transaction.atomic():
            user = get_user_model().objects.create_user(username=username, email=f"{username}@{domain}")
            UserProfile.objects.create(user=user, name=full_name)
        return int(user.pk)

    def update_learner(self, user_id: int, *, full_name: str) -> None:
        """Set the profile's name, which certificates show."""
        from common.djangoapps.student.models import UserProfile

        # Saved, not updated: the platform listens to the model's signals.
        profile = UserProfile.objects.get(user_id=user_id)
        profile.name = full_name
        profile.save(update_fields=["name"])

    def sign_in(self, request: HttpRequest, response: HttpResponse, user_id: int) -> None:
        """Begin a session, and replace the cookies by which micro-frontends know who is signed in."""
        from common.djangoapps.student.helpers import NEW_USER_AUTH_BACKEND
        from openedx.core.djangoapps.safe_sessions.middleware import mark_user_change_as_expected
        from openedx.core.djangoapps.user_authn.cookies import set_logged_in_cookies

        user = get_user_model().objects.get(pk=user_id)
        login(request, user, backend=NEW_USER_AUTH_BACKEND)
        mark_user_change_as_expected(user.pk)
        # Else whoever used this browser before would still be the one whom the Learning MFE serves.
        set_logged_in_cookies(request, response, user)

    def enrol(self, user_id: int, course_key: str, *, instructor: bool) -> None:
        """Enrol in the course's default mode; an instructor becomes limited staff: no access to Studio.

        Raises EnrolmentRefusedError, with the text of the filter that refused.
        """
        from common.djangoapps.student.models.course_enrollment import (
            CourseEnrollment,
            CourseEnrollmentException,
        )
        from common.djangoapps.student.roles import CourseLimitedStaffRole

        key = _course_key(course_key)
        user = get_user_model().objects.get(pk=user_id)
        # The platform announces each call as a new enrolment.
        if not CourseEnrollment.is_enrolled(user, key):
            try:
                CourseEnrollment.enroll(user, key)
            except CourseEnrollmentException as error:
                raise EnrolmentRefusedError(str(error) or _("The course takes nobody in now.")) from error
        role = CourseLimitedStaffRole(key)
        if instructor:
            role.add_users(user)
        elif role.has_user(user):
            role.remove_users(user)

    def withdraw_instructor(self, user_id: int, course_key: str) -> None:
        """Take the role of limited staff away; an enrolment that somebody ended is not made again."""
        from common.djangoapps.student.roles import CourseLimitedStaffRole

        user = get_user_model().objects.get(pk=user_id)
        role = CourseLimitedStaffRole(_course_key(course_key))
        if role.has_user(user):
            role.remove_users(user)

    def url(self, course_key: str, usage_key: str | None = None) -> str:
        """Return the URL in the Learning MFE; the course's home for a block that stands on no page."""
        from openedx.features.course_experience.url_helpers import (
            get_courseware_url,
            get_learning_mfe_home_url,
        )
        from xmodule.modulestore.exceptions import ItemNotFoundError, NoPathToItem

        if usage_key is not None:
            try:
                return str(get_courseware_url(_usage_key(usage_key)))
            except (ItemNotFoundError, NoPathToItem):
                pass
        return str(get_learning_mfe_home_url(_course_key(course_key), url_fragment="home"))

    def progress(self, user_id: int, course_key: str) -> CourseProgress:
        """Return the learner's progress: units completed, and the grade as last calculated.

        Units that are locked for the learner's enrolment mode are required too: HR's record says that
        the course was completed, not the part of it that is free.
        """
        from common.djangoapps.student.models.course_enrollment import CourseEnrollment
        from lms.djangoapps.courseware.courses import get_course_blocks_completion_summary
        from lms.djangoapps.grades.api import CourseGradeFactory

        overview = _overview(course_key)
        user = get_user_model().objects.get(pk=user_id)
        # The platform keeps the summary for the length of a request, and in a worker for longer.
        RequestCache().clear()
        units = get_course_blocks_completion_summary(overview.id, user)
        grade = CourseGradeFactory().read(user, course_key=overview.id)
        enrolment = CourseEnrollment.get_enrollment(user, overview.id)
        return CourseProgress(
            course_key=course_key,
            required_blocks=sum(units.values()),
            completed_blocks=units["complete_count"],
            grade=_fraction(grade.percent),
            # Without a mark to reach the platform lets nobody pass.
            passing_grade=_fraction(
                1 if overview.lowest_passing_grade is None else overview.lowest_passing_grade
            ),
            started_at=enrolment.created if enrolment else None,
        )

    def learners_with_progress(
        self, course_key: str, *, after_user_id: int, limit: int, since: datetime | None = None
    ) -> Sequence[int]:
        """Return the ids of learners with a persistent grade or a completed block, ascending, a batch.

        Goes through those who are or were enrolled: the platform's table of completions has no index that
        gives a course's learners in order, and holds a row for each block of each of them.
        """
        from common.djangoapps.student.models.course_enrollment import CourseEnrollment

        key = _course_key(course_key)
        last = after_user_id
        while True:
            enrolments = CourseEnrollment.objects.filter(course_id=key, user_id__gt=last).order_by("user_id")
            users = list(enrolments.values_list("user_id", flat=True)[:limit])
            if not users:
                return ()
            if found := _with_progress(key, users, since):
                return found
            last = users[-1]

    def completed(self, user_id: int, course_key: str) -> None:
        """Ask for the certificate that ``lti_bridge.filters`` has held back until now.

        The platform asks when the grade passes, and the last block may be completed after that. Nothing
        is asked where the platform would not have asked either: it issues none by itself, or has issued it.
        """
        from lms.djangoapps.certificates import api
        from lms.djangoapps.certificates.data import CertificateStatuses

        key = _course_key(course_key)
        user = get_user_model().objects.get(pk=user_id)
        issued = api.get_certificate_for_user_id(user, key)
        if issued is not None and CertificateStatuses.is_passing_status(issued.status):
            return
        if api.auto_certificate_generation_enabled():
            api.generate_certificate_task(user, key)


def _has_permissions(user_id: int) -> bool:
    user = get_user_model().objects.get(pk=user_id)
    return bool(user.is_staff or user.is_superuser or user.groups.exists() or user.user_permissions.exists())


def _roles(user_id: int) -> set[str]:
    from common.djangoapps.student.roles import RoleCache

    user = get_user_model().objects.get(pk=user_id)
    return {str(role.role) for role in RoleCache(user).all_roles_set}


def _with_progress(key: CourseKey, users: Sequence[int], since: datetime | None) -> list[int]:
    from completion.models import BlockCompletion
    from lms.djangoapps.grades.api import get_recently_modified_grades

    grades = get_recently_modified_grades([key], since, None).filter(user_id__in=users)
    found = set(grades.values_list("user_id", flat=True))
    done = BlockCompletion.objects.filter(context_key=key, user_id__in=users, completion__gt=0)
    if since is not None:
        done = done.filter(modified__gte=since)
    found.update(done.order_by().values_list("user_id", flat=True).distinct())
    return sorted(found)


def __getattr__(name: str) -> Any:
    """Make the course tab when the platform loads it (entry point ``openedx.course_tab``)."""
    if name == "ReportTab":
        return _report_tab()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _report_tab() -> Any:
    from lms.djangoapps.courseware.tabs import EnrolledTab

    class ReportTab(EnrolledTab):  # type: ignore[misc]
        """The learner's page of what HR was told, in courses that are reported, for those launched there."""

        type = "kapasitas_report"
        title = gettext_noop("Report to HR")
        view_name = "kapasitas_lti:my_record"
        priority = 25
        # Added to each course by its conditions; never stored in a course, nor shown in Studio.
        is_dynamic = True

        def __init__(self, tab_dict: dict[str, Any]) -> None:
            # The platform's catalogues do not know our words.
            super().__init__({"name": _(self.title), **tab_dict})

        @classmethod
        def is_enabled(cls, course: Any, user: Any = None) -> bool:
            """Whether the user has a page: asked on each page of every course of the platform."""
            from .courses import is_watched
            from .my_record import has_report

            if not is_watched(str(course.id)) or not super().is_enabled(course, user=user):
                return False
            return has_report(user.pk, str(course.id))

    return ReportTab


def release_line() -> str | None:
    """Return the platform's release as it names itself ("verawood"; "master" under development).

    None where the platform is not installed.
    """
    try:
        from openedx.core.release import RELEASE_LINE
    except ImportError:
        return None
    return str(RELEASE_LINE)


def own_settings(course_key: str) -> Mapping[str, Any]:
    """Return what the course says to Kapasitas (``other_course_settings.kapasitas``, Advanced Settings).

    Raises UnknownCourseError.
    """
    return _own_settings(_course_block(_course_key(course_key)))


def _own_settings(block: Any) -> Mapping[str, Any]:
    ours = (block.other_course_settings or {}).get("kapasitas")
    return ours if isinstance(ours, dict) else {}


def _overview(course_key: str) -> Any:
    from openedx.core.djangoapps.content.course_overviews.models import CourseOverview

    try:
        return CourseOverview.get_from_id(_course_key(course_key))
    except CourseOverview.DoesNotExist as error:
        raise UnknownCourseError(course_key) from error


def _course_block(key: CourseKey) -> Any:
    from xmodule.modulestore.django import modulestore

    block = modulestore().get_course(key)
    if block is None:
        raise UnknownCourseError(str(key))
    return block


def _units_below(block: Any, depth: int = 0) -> Iterator[CourseUnit]:
    for child in block.get_children():
        if child.location.block_type == PARTS[depth] and not child.visible_to_staff_only:
            yield CourseUnit(
                usage_key=str(child.location),
                title=child.display_name or child.location.block_id,
                depth=depth,
            )
            if depth + 1 < len(PARTS):
                yield from _units_below(child, depth + 1)


def _organisation(short_name: str) -> str:
    from organizations.api import get_organization_by_short_name
    from organizations.exceptions import InvalidOrganizationException

    try:
        return str(get_organization_by_short_name(short_name)["name"])
    except InvalidOrganizationException:
        return short_name


def _course_key(text: str) -> CourseKey:
    try:
        return CourseKey.from_string(text)
    except InvalidKeyError as error:
        raise UnknownCourseError(text) from error


def _usage_key(text: str) -> UsageKey:
    try:
        return UsageKey.from_string(text)
    except InvalidKeyError as error:
        raise UnknownCourseError(text) from error


def _fraction(value: float | Decimal) -> Decimal:
    """Return the value within 0..1; extra credit can bring a grade above."""
    return max(Decimal(0), min(Decimal(str(value)), Decimal(1)))

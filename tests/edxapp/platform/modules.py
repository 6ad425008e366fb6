"""Puts the fakes where the platform's modules would be, and says where each was read from."""

import sys
from types import ModuleType

from . import learning, models, sessions, store

REPOSITORY = "openedx/openedx-platform"

# module and name -> (the fake, its file, the commit read, its parameters there)
SOURCES = {
    ("common.djangoapps.student.helpers", "NEW_USER_AUTH_BACKEND"): (
        sessions.NEW_USER_AUTH_BACKEND, "common/djangoapps/student/helpers.py",
        "30ebde6f2093149d93fe834a1c2e7bb71ca9f632", None,
    ),
    ("common.djangoapps.student.models.course_enrollment", "CourseEnrollment.enroll"): (
        models.FakeCourseEnrollment.enroll, "common/djangoapps/student/models/course_enrollment.py",
        "0b870c132a5e8e2e1f1c4b3b2b20e329738d3a49",
        "user course_key mode=None check_access=False can_upgrade=False enterprise_uuid=None",
    ),
    ("common.djangoapps.student.models.course_enrollment", "CourseEnrollment.is_enrolled"): (
        models.FakeCourseEnrollment.is_enrolled, "common/djangoapps/student/models/course_enrollment.py",
        "0b870c132a5e8e2e1f1c4b3b2b20e329738d3a49", "user course_key",
    ),
    ("common.djangoapps.student.models.course_enrollment", "CourseEnrollment.get_enrollment"): (
        models.FakeCourseEnrollment.get_enrollment, "common/djangoapps/student/models/course_enrollment.py",
        "0b870c132a5e8e2e1f1c4b3b2b20e329738d3a49", "user course_key select_related=None",
    ),
    ("common.djangoapps.student.models.course_enrollment", "CourseEnrollment.objects"): (
        models.FakeCourseEnrollment.objects, "common/djangoapps/student/models/course_enrollment.py",
        "0b870c132a5e8e2e1f1c4b3b2b20e329738d3a49", None,
    ),
    ("common.djangoapps.student.models.course_enrollment", "CourseEnrollmentException"): (
        models.CourseEnrollmentException, "common/djangoapps/student/models/course_enrollment.py",
        "0b870c132a5e8e2e1f1c4b3b2b20e329738d3a49", None,
    ),
    ("common.djangoapps.student.models", "UserProfile"): (
        models.FakeUserProfile, "common/djangoapps/student/models/user.py",
        "0b870c132a5e8e2e1f1c4b3b2b20e329738d3a49", None,
    ),
    ("common.djangoapps.student.roles", "CourseLimitedStaffRole"): (
        learning.CourseLimitedStaffRole, "common/djangoapps/student/roles.py",
        "c6607476c5fd8e206a850203fd97512edaffa7c1", None,
    ),
    ("common.djangoapps.student.roles", "CourseLimitedStaffRole.has_user"): (
        learning.CourseLimitedStaffRole.has_user, "common/djangoapps/student/roles.py",
        "c6607476c5fd8e206a850203fd97512edaffa7c1", "self user check_user_activation=True",
    ),
    ("common.djangoapps.student.roles", "CourseLimitedStaffRole.add_users"): (
        learning.CourseLimitedStaffRole.add_users, "common/djangoapps/student/roles.py",
        "c6607476c5fd8e206a850203fd97512edaffa7c1", "self *users",
    ),
    ("common.djangoapps.student.roles", "CourseLimitedStaffRole.remove_users"): (
        learning.CourseLimitedStaffRole.remove_users, "common/djangoapps/student/roles.py",
        "c6607476c5fd8e206a850203fd97512edaffa7c1", "self *users",
    ),
    ("lms.djangoapps.certificates.api", "auto_certificate_generation_enabled"): (
        learning.auto_certificate_generation_enabled, "lms/djangoapps/certificates/api.py",
        "21572afe319f6742dac1c181f6ca9b74d77b2e86", "",
    ),
    ("lms.djangoapps.certificates.api", "get_certificate_for_user_id"): (
        learning.get_certificate_for_user_id, "lms/djangoapps/certificates/api.py",
        "21572afe319f6742dac1c181f6ca9b74d77b2e86", "user course_id",
    ),
    ("lms.djangoapps.certificates.api", "generate_certificate_task"): (
        learning.generate_certificate_task, "lms/djangoapps/certificates/api.py",
        "21572afe319f6742dac1c181f6ca9b74d77b2e86", "user course_key generation_mode=None",
    ),
    ("lms.djangoapps.certificates.data", "CertificateStatuses.is_passing_status"): (
        learning.CertificateStatuses.is_passing_status, "lms/djangoapps/certificates/data.py",
        "e57a655d77b614f19223984e9805b1fb940ab192", "status",
    ),
    ("lms.djangoapps.courseware.courses", "get_course_blocks_completion_summary"): (
        learning.get_course_blocks_completion_summary, "lms/djangoapps/courseware/courses.py",
        "e57a655d77b614f19223984e9805b1fb940ab192", "course_key user",
    ),
    ("lms.djangoapps.courseware.tabs", "EnrolledTab"): (
        learning.EnrolledTab, "lms/djangoapps/courseware/tabs.py",
        "2bd610a4f77ffb9342f60a366753d4155f0bac96", "tab_dict",
    ),
    ("lms.djangoapps.courseware.tabs", "EnrolledTab.is_enabled"): (
        learning.EnrolledTab.is_enabled, "lms/djangoapps/courseware/tabs.py",
        "2bd610a4f77ffb9342f60a366753d4155f0bac96", "course user=None",
    ),
    ("lms.djangoapps.grades.api", "CourseGradeFactory.read"): (
        learning.CourseGradeFactory.read, "lms/djangoapps/grades/course_grade_factory.py",
        "e57a655d77b614f19223984e9805b1fb940ab192",
        "self user course=None collected_block_structure=None course_structure=None course_key=None "
        "create_if_needed=True",
    ),
    ("common.djangoapps.student.roles", "RoleCache"): (
        learning.RoleCache, "common/djangoapps/student/roles.py",
        "c6607476c5fd8e206a850203fd97512edaffa7c1", "user",
    ),
    ("openedx.core.djangoapps.content.course_overviews.models", "CourseOverview.get_all_courses"): (
        models.FakeCourseOverview.get_all_courses,
        "openedx/core/djangoapps/content/course_overviews/models.py",
        "22eb254bbc0a8d51b5c02079b4140df14d78242b",
        "orgs=None filter_=None active_only=False course_keys=None",
    ),
    ("lms.djangoapps.grades.api", "get_recently_modified_grades"): (
        learning.get_recently_modified_grades, "lms/djangoapps/grades/models_api.py",
        "e57a655d77b614f19223984e9805b1fb940ab192", "course_keys start_date end_date users=None",
    ),
    ("openedx.core.djangoapps.content.course_overviews.models", "CourseOverview.get_from_id"): (
        models.FakeCourseOverview.get_from_id, "openedx/core/djangoapps/content/course_overviews/models.py",
        "22eb254bbc0a8d51b5c02079b4140df14d78242b", "course_id",
    ),
    ("openedx.core.djangoapps.safe_sessions.middleware", "mark_user_change_as_expected"): (
        sessions.mark_user_change_as_expected, "openedx/core/djangoapps/safe_sessions/middleware.py",
        "e57a655d77b614f19223984e9805b1fb940ab192", "new_user_id",
    ),
    ("openedx.core.djangoapps.user_authn.cookies", "set_logged_in_cookies"): (
        sessions.set_logged_in_cookies, "openedx/core/djangoapps/user_authn/cookies.py",
        "5af5f01fa9480258a5001852cd7498fe3e4cd2fb", "request response user",
    ),
    # The branch of the release says its name where the main branch, which was read, says "master".
    ("openedx.core.release", "RELEASE_LINE"): (
        "verawood", "openedx/core/release.py",
        "67976b00d42168027c45ea3901a5888160fe54e6", None,
    ),
    ("openedx.features.course_experience.url_helpers", "get_courseware_url"): (
        store.get_courseware_url, "openedx/features/course_experience/url_helpers.py",
        "e57a655d77b614f19223984e9805b1fb940ab192", "usage_key request=None is_staff=False",
    ),
    ("openedx.features.course_experience.url_helpers", "get_learning_mfe_home_url"): (
        store.get_learning_mfe_home_url, "openedx/features/course_experience/url_helpers.py",
        "e57a655d77b614f19223984e9805b1fb940ab192", "course_key url_fragment=None params=None",
    ),
    ("xmodule.modulestore.django", "modulestore"): (
        store.modulestore, "xmodule/modulestore/django.py",
        "e7d393d2ad1b4abe84af79371ef69caa58bd68cc", "",
    ),
    ("xmodule.modulestore.exceptions", "ItemNotFoundError"): (
        store.ItemNotFoundError, "xmodule/modulestore/search.py",
        "e57a655d77b614f19223984e9805b1fb940ab192", None,
    ),
    ("xmodule.modulestore.exceptions", "NoPathToItem"): (
        store.NoPathToItem, "xmodule/modulestore/search.py",
        "e57a655d77b614f19223984e9805b1fb940ab192", None,
    ),
}  # fmt: skip
CLASSES = {
    "CourseEnrollment": models.FakeCourseEnrollment,
    "CourseLimitedStaffRole": learning.CourseLimitedStaffRole,
    "EnrolledTab": learning.EnrolledTab,
    "CertificateStatuses": learning.CertificateStatuses,
    "CourseGradeFactory": learning.CourseGradeFactory,
    "CourseOverview": models.FakeCourseOverview,
}


def fake_modules() -> dict[str, ModuleType]:
    """Return every fake module with its parent packages, by dotted name."""
    found: dict[str, ModuleType] = {}
    for (path, name), (fake, *_source) in SOURCES.items():
        parts = path.split(".")
        for length in range(1, len(parts) + 1):
            dotted = ".".join(parts[:length])
            if dotted not in found:
                found[dotted] = ModuleType(dotted, "Fake.")
                found[dotted].__path__ = []
                if length > 1:
                    setattr(found[".".join(parts[: length - 1])], parts[length - 1], found[dotted])
        owner = name.split(".")[0]
        setattr(found[path], owner, CLASSES.get(owner, fake))
    return found


def install(monkeypatch) -> None:
    """Put the fakes into ``sys.modules`` until the test ends."""
    for dotted, module in fake_modules().items():
        monkeypatch.setitem(sys.modules, dotted, module)

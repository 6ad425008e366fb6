"""Fake tables, with the columns that the bridge meets.

Read from openedx/openedx-platform: common/djangoapps/student/models/user.py and course_enrollment.py
(0b870c1), openedx/core/djangoapps/content/course_overviews/models.py (22eb254),
lms/djangoapps/grades/models.py (130f7d4), lms/djangoapps/certificates/generation.py (e57a655).
"""

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone
from edx_django_utils.cache import RequestCache
from opaque_keys.edx.django.models import CourseKeyField
from opaque_keys.edx.keys import CourseKey
from openedx_events.learning.data import CourseData, CourseEnrollmentData, UserData, UserPersonalData
from openedx_events.learning.signals import COURSE_ENROLLMENT_CREATED
from openedx_filters.learning.filters import CourseEnrollmentStarted


class FakeCourseOverview(models.Model):
    """Fake of CourseOverview."""

    id = CourseKeyField(primary_key=True, max_length=255)
    org = models.TextField()
    display_name = models.TextField(null=True)
    lowest_passing_grade = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    end = models.DateTimeField(null=True)

    @classmethod
    def get_all_courses(cls, orgs=None, filter_=None, active_only=False, course_keys=None):
        """As the source, as far as ``active_only`` goes."""
        ended = models.Q(end__isnull=False, end__lt=timezone.now())
        return cls.objects.exclude(ended) if active_only else cls.objects.all()

    @classmethod
    def get_from_id(cls, course_id):
        """As the source, without the request cache and the modulestore behind it: raises DoesNotExist."""
        return cls.objects.get(id=course_id)


class FakeUserProfile(models.Model):
    """Fake of UserProfile. The platform's events read ``user.profile.name`` without asking."""

    user = models.OneToOneField(User, related_name="profile", on_delete=models.CASCADE)
    name = models.CharField(blank=True, max_length=255)


class CourseEnrollmentException(Exception):  # noqa: N818 - the platform's name
    """As the source."""


class EnrollmentNotAllowed(CourseEnrollmentException):
    """As the source."""


class FakeCourseEnrollment(models.Model):
    """Fake of CourseEnrollment."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    course_id = CourseKeyField(max_length=255)
    created = models.DateTimeField(auto_now_add=True)
    is_active = models.BooleanField(default=True)
    mode = models.CharField(default="audit", max_length=100)

    class Meta:
        unique_together = (("user", "course_id"),)

    @classmethod
    def enroll(cls, user, course_key, mode=None, check_access=False, can_upgrade=False, enterprise_uuid=None):
        """As the source: the filter is asked first, and each call is announced as a new enrolment."""
        try:
            user, course_key, mode = CourseEnrollmentStarted.run_filter(
                user=user, course_key=course_key, mode=mode
            )
        except CourseEnrollmentStarted.PreventEnrollment as exc:
            raise EnrollmentNotAllowed(str(exc)) from exc
        assert isinstance(course_key, CourseKey)
        enrollment, _made = cls.objects.get_or_create(user=user, course_id=course_key)
        enrollment.is_active, enrollment.mode = True, mode or "audit"
        enrollment.save()
        RequestCache("get_enrollment").clear()
        COURSE_ENROLLMENT_CREATED.send_event(
            enrollment=CourseEnrollmentData(
                user=UserData(
                    pii=UserPersonalData(username=user.username, email=user.email, name=user.profile.name),
                    id=user.id,
                    is_active=user.is_active,
                ),
                course=CourseData(course_key=course_key),
                mode=enrollment.mode,
                is_active=enrollment.is_active,
                creation_date=enrollment.created,
            )
        )
        return enrollment

    @classmethod
    def is_enrolled(cls, user, course_key):
        return cls.objects.filter(user=user, course_id=course_key, is_active=True).exists()

    @classmethod
    def get_enrollment(cls, user, course_key, select_related=None):
        """As the source: one that was deactivated is returned as well."""
        return cls.objects.filter(user=user, course_id=course_key).first()


class FakeCourseAccessRole(models.Model):
    """Fake of CourseAccessRole."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    org = models.CharField(max_length=64)
    course_id = CourseKeyField(max_length=255)
    role = models.CharField(max_length=64)


class FakePersistentCourseGrade(models.Model):
    """Fake of PersistentCourseGrade."""

    user_id = models.IntegerField()
    course_id = CourseKeyField(max_length=255)
    percent_grade = models.FloatField()
    letter_grade = models.CharField(max_length=255, blank=True)
    modified = models.DateTimeField(auto_now=True)


class FakeGeneratedCertificate(models.Model):
    """Fake of GeneratedCertificate."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    course_id = CourseKeyField(max_length=255)
    status = models.CharField(max_length=32)
    name = models.CharField(max_length=255)

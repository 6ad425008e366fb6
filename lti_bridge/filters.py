"""Pipeline steps for the platform's hooks; off unless ``OPEN_EDX_FILTERS_CONFIG`` names them.

docs/reference/settings.md shows how. The texts are for the people whom they stop.
"""

from typing import Any

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey
from openedx_filters import PipelineStep
from openedx_filters.learning.filters import CertificateCreationRequested, CourseEnrollmentStarted

from xblocks.records.api import official_of

from .courses import is_watched
from .edxapp import own_settings
from .host import UnknownCourseError
from .models import CompletionRecord

__all__ = ["CertificateAfterCompletion", "OfficialsOnly"]


class CertificateAfterCompletion(PipelineStep):
    """Holds a certificate back until HR's completion record exists, so that the two cannot contradict.

    For ``org.openedx.learning.certificate.creation.requested.v1``. Courses that the bridge does not watch
    are left alone. Once the record is written, the certificate is asked for again
    (``EdxappHost.completed``).
    """

    def run_filter(self, user: Any, course_key: CourseKey, **_kwargs: Any) -> dict[str, Any]:
        """Raise PreventCertificateCreation while there is no record."""
        key = str(course_key)
        if is_watched(key) and not CompletionRecord.objects.filter(user_id=user.pk, course_key=key).exists():
            raise CertificateCreationRequested.PreventCertificateCreation(
                _("The certificate follows when you have completed every part of the course and passed it.")
            )
        return {}


class OfficialsOnly(PipelineStep):
    """Lets only officials enrol where the course says ``other_course_settings.kapasitas.officials_only``.

    For ``org.openedx.learning.course.enrollment.started.v1``. An official is whom an HR system has named.
    """

    def run_filter(self, user: Any, course_key: CourseKey, **_kwargs: Any) -> dict[str, Any]:
        """Raise PreventEnrollment for anybody else."""
        try:
            ours = own_settings(str(course_key))
        except UnknownCourseError:
            # The platform knows what to say of a course that is not there.
            return {}
        if ours.get("officials_only") is True and official_of(user.pk) is None:
            raise CourseEnrollmentStarted.PreventEnrollment(
                _("This course is for officials: open it from your HR system.")
            )
        return {}

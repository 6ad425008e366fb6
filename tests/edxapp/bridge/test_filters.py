"""The pipeline steps, run by the platform's real pipeline."""

import pytest
from django.utils import translation

from lti_bridge.models import CompletionRecord
from lti_bridge.notices import take
from tests.edxapp.platform.learning import AUTO, get_certificate_for_user_id, set_grade
from tests.edxapp.platform.models import CourseEnrollmentException, FakeCourseEnrollment
from xblocks.records.api import OfficialIdentity, record_official

from .conftest import OURS, THEIRS, complete

pytestmark = pytest.mark.every_database
CERTIFICATE = "org.openedx.learning.certificate.creation.requested.v1"
ENROLMENT = "org.openedx.learning.course.enrollment.started.v1"


def configured(settings, **steps: str) -> None:
    settings.OPEN_EDX_FILTERS_CONFIG = {
        hook: {"fail_silently": False, "pipeline": [f"lti_bridge.filters.{step}"]}
        for hook, step in ((CERTIFICATE, steps.get("certificate")), (ENROLMENT, steps.get("enrolment")))
        if step
    }


@pytest.fixture
def ours(edxapp, listening, settings):
    settings.KAPASITAS_LTI_COURSES = [str(OURS)]
    configured(settings, certificate="CertificateAfterCompletion")
    return edxapp.course


def test_no_certificate_before_the_record_and_one_right_after(
    ours, learner, django_capture_on_commit_callbacks
):
    """The platform asks when the grade passes; the last block is completed later; it is asked again then."""
    with translation.override("id"):
        set_grade(learner, OURS, 0.9)
    assert AUTO.refused == ["Sertifikat menyusul setelah Anda menyelesaikan semua bagian kursus dan lulus."]
    assert get_certificate_for_user_id(learner, OURS) is None
    complete(learner, ours)
    with django_capture_on_commit_callbacks(execute=True):
        take(learner.pk, str(OURS))
    assert CompletionRecord.objects.filter(user=learner).exists()
    assert get_certificate_for_user_id(learner, OURS).status == "downloadable"


def test_no_certificate_is_asked_for_where_the_platform_issues_none_by_itself(
    ours, learner, django_capture_on_commit_callbacks
):
    AUTO.enabled = False
    set_grade(learner, OURS, 0.9)
    complete(learner, ours)
    with django_capture_on_commit_callbacks(execute=True):
        take(learner.pk, str(OURS))
    assert CompletionRecord.objects.filter(user=learner).exists()
    assert get_certificate_for_user_id(learner, OURS) is None


def test_a_certificate_that_was_issued_is_not_asked_for_again(
    ours, learner, monkeypatch, settings, django_capture_on_commit_callbacks
):
    settings.OPEN_EDX_FILTERS_CONFIG = {}
    set_grade(learner, OURS, 0.9)
    assert get_certificate_for_user_id(learner, OURS) is not None
    complete(learner, ours)
    import lms.djangoapps.certificates.api as api

    asked = []
    monkeypatch.setattr(api, "generate_certificate_task", lambda *args: asked.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        take(learner.pk, str(OURS))
    assert CompletionRecord.objects.exists()
    assert asked == []


def test_other_courses_certificates_are_left_alone(ours, learner):
    set_grade(learner, THEIRS, 0.9)
    assert get_certificate_for_user_id(learner, THEIRS) is not None


def test_an_award_that_fails_does_not_undo_the_record(
    ours, learner, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def fail(self, user_id, course_key):
        raise RuntimeError("no certificates today")

    monkeypatch.setattr("lti_bridge.edxapp.EdxappHost.completed", fail)
    complete(learner, ours)
    set_grade(learner, OURS, 0.9)
    with django_capture_on_commit_callbacks(execute=True):
        take(learner.pk, str(OURS))
    assert CompletionRecord.objects.exists()
    assert "no certificates today" in caplog.text


@pytest.mark.parametrize("wish", [True, False, None, "yes"])
def test_only_officials_where_the_course_says_so(edxapp, learner, settings, wish):
    configured(settings, enrolment="OfficialsOnly")
    edxapp.course.other_course_settings = {"kapasitas": {"officials_only": wish}}
    if wish is True:
        with (
            translation.override("id"),
            pytest.raises(CourseEnrollmentException, match="Kursus ini untuk aparatur"),
        ):
            FakeCourseEnrollment.enroll(learner, OURS)
        record_official(learner.pk, OfficialIdentity(full_name="Orang Contoh"))
    FakeCourseEnrollment.enroll(learner, OURS)
    assert FakeCourseEnrollment.objects.filter(user=learner, course_id=OURS).exists()


def test_a_course_without_content_is_the_platforms_matter(edxapp, learner, settings):
    """The platform lets people enrol in courses that were only announced."""
    configured(settings, enrolment="OfficialsOnly")
    FakeCourseEnrollment.enroll(learner, OURS.replace(run="2099"))
    assert FakeCourseEnrollment.objects.exists()


def test_off_unless_configured(edxapp, learner, settings):
    settings.OPEN_EDX_FILTERS_CONFIG = {}
    settings.KAPASITAS_LTI_COURSES = [str(OURS)]
    edxapp.course.other_course_settings = {"kapasitas": {"officials_only": True}}
    FakeCourseEnrollment.enroll(learner, OURS)
    set_grade(learner, OURS, 0.9)
    assert get_certificate_for_user_id(learner, OURS) is not None

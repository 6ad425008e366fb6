"""From a launch in the HR system to a signed-in learner in the Learning MFE."""

import pytest
from django.contrib.auth import SESSION_KEY, get_user_model
from django.test import Client

from lti_bridge.models import Enrolment, LinkedAccount
from tests.edxapp.platform.models import FakeCourseAccessRole, FakeCourseEnrollment
from tests.edxapp.platform.sessions import LOGGED_IN_COOKIES
from xblocks.records.api import official_of

from .conftest import OURS
from .launching import RESOURCE, launch

pytestmark = pytest.mark.every_database


def test_a_launch_ends_in_the_course(edxapp, simpeg, client):
    """Enrolled, signed in, known as an official, and sent to the MFE with its cookies."""
    reply = launch(client, simpeg)
    assert reply.status_code == 302, reply.content.decode()
    assert reply["Location"] == f"https://apps.lms.example/learning/course/{OURS}/home"
    account = LinkedAccount.objects.get()
    assert client.session[SESSION_KEY] == str(account.user_id)
    assert FakeCourseEnrollment.objects.get(user_id=account.user_id, course_id=OURS).is_active
    assert official_of(account.user_id).nip == "198001012005011001"
    assert account.user.profile.name == "Contoh Camat Demo"
    for name in LOGGED_IN_COOKIES:
        assert reply.cookies[name].value.endswith(f"of {account.user_id}")
    assert client.get("/admin/", secure=True).status_code == 302


def test_a_launch_of_a_unit_ends_there(edxapp, simpeg, client):
    unit = OURS.make_usage_key("vertical", "unit2")
    reply = launch(client, simpeg, target=f"{RESOURCE}/{unit}")
    assert reply["Location"].endswith(f"/{unit}")


def test_the_next_person_at_the_same_browser(edxapp, simpeg, client):
    """The session and every cookie are the second person's: neither the LMS nor the MFE knows the first."""
    launch(client, simpeg, sub="orang-1")
    reply = launch(client, simpeg, sub="orang-2")
    second = LinkedAccount.objects.get(sub="orang-2")
    assert client.session[SESSION_KEY] == str(second.user_id)
    assert {client.cookies[name].value for name in LOGGED_IN_COOKIES} == {
        f"{name} of {second.user_id}" for name in LOGGED_IN_COOKIES
    }
    assert reply.cookies["sessionid"]["samesite"] == "None"


def test_an_instructor_becomes_limited_staff_until_launched_as_a_learner(edxapp, simpeg, client):
    launch(client, simpeg, role="Instructor")
    assert FakeCourseAccessRole.objects.get().role == "limited_staff"
    assert not Enrolment.objects.get().reports
    launch(client, simpeg)
    assert not FakeCourseAccessRole.objects.exists()


def test_a_refusal_can_be_read_in_a_frame(edxapp, simpeg, client):
    """HR systems show courses in frames, and a page that a browser hides explains nothing."""
    reply = launch(client, simpeg, target=RESOURCE.replace("PEM", "NIX"))
    assert reply.status_code == 403
    assert "X-Frame-Options" not in reply
    assert "The course or page asked for does not exist here." in reply.content.decode()
    assert client.get("/kapasitas/lti/records", secure=True)["X-Frame-Options"] == "DENY"


def test_the_legs_need_no_csrf_token(edxapp, simpeg):
    """They come from another site; state and browser cookie guard them."""
    assert launch(Client(enforce_csrf_checks=True), simpeg).status_code == 302


def test_a_course_for_officials_takes_who_comes_from_the_hr_system(edxapp, simpeg, client, settings):
    """... and refuses, in words, a launch that does not say who the person is."""
    settings.OPEN_EDX_FILTERS_CONFIG = {
        "org.openedx.learning.course.enrollment.started.v1": {
            "fail_silently": False,
            "pipeline": ["lti_bridge.filters.OfficialsOnly"],
        }
    }
    edxapp.course.other_course_settings = {"kapasitas": {"officials_only": True}}
    from tests.lti_bridge.fakes import CLAIM

    refused = launch(client, simpeg, sub="nobody", **{CLAIM + "custom": {}})
    assert refused.status_code == 403
    assert "This course is for officials" in refused.content.decode()
    assert not get_user_model().objects.exists()
    assert launch(client, simpeg).status_code == 302

"""The learner's page of what HR was told, as a tab of the course in the LMS."""

import importlib.metadata

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import gettext, override
from edx_django_utils.plugins import PluginManager

import lti_bridge.edxapp
from tests.edxapp.platform.models import FakeCourseEnrollment

from .conftest import OURS, THEIRS
from .launching import launch

pytestmark = pytest.mark.every_database


class FakeCourseTabPluginManager(PluginManager):
    """As openedx/core/lib/course_tabs.py (e57a655): the platform's own loader, over the tabs' namespace."""

    NAMESPACE = "openedx.course_tab"


def forget():
    lti_bridge.edxapp._report_tab.cache_clear()
    PluginManager.get_available_plugins.cache_clear()


@pytest.fixture
def tab(edxapp):
    """The class, as the platform loads the entry point; made anew for each test's fake platform."""
    forget()
    yield FakeCourseTabPluginManager.get_plugin("kapasitas_report")
    forget()


@pytest.fixture
def launched(edxapp, simpeg, client):
    launch(client, simpeg)
    return get_user_model().objects.get(username__startswith="lti-")


def test_who_was_launched_has_the_tab(tab, launched, learner, edxapp):
    FakeCourseEnrollment.enroll(learner, OURS)
    assert tab.is_enabled(edxapp.course, launched)
    # Enrolled, but not by an HR system: nothing is reported.
    assert not tab.is_enabled(edxapp.course, learner)
    assert not tab.is_enabled(edxapp.course, AnonymousUser())
    assert not tab.is_enabled(edxapp.course, None)


def test_other_courses_cost_no_query(tab, launched, edxapp, django_assert_num_queries):
    """The platform asks on each page of each course."""
    assert not tab.is_enabled(edxapp.other, launched)
    with django_assert_num_queries(0):
        assert not tab.is_enabled(edxapp.other, launched)
    FakeCourseEnrollment.enroll(launched, THEIRS)
    assert not tab.is_enabled(edxapp.other, launched)


def test_it_leads_to_the_page(tab, launched, client, edxapp):
    with override("id"):
        one = tab({})
        # The Learning MFE's tabs show the title, translated by whoever has it in a catalogue
        # (lms/djangoapps/course_home_api/course_metadata/serializers.py, 32170ee).
        shown = gettext(one.title)
    assert (one.type, one.is_dynamic, one.name) == ("kapasitas_report", True, "Laporan ke kepegawaian")
    assert shown == one.name
    address = one.link_func(edxapp.course, reverse)
    assert address == f"/kapasitas/lti/my-record/{OURS}"
    page = client.get(address, secure=True)
    assert page.status_code == 200
    assert "SIMPEG Contoh" in page.content.decode()


def test_the_entry_point_names_it():
    (point,) = importlib.metadata.distribution("kapasitas").entry_points.select(group="openedx.course_tab")
    assert (point.name, point.value) == ("kapasitas_report", "lti_bridge.edxapp:ReportTab")


def test_the_module_has_no_other_names():
    with pytest.raises(AttributeError, match="NoSuchTab"):
        lti_bridge.edxapp.NoSuchTab  # noqa: B018

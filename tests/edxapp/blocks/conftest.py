"""Every contract test runs for every block that we register."""

import pytest
from completion.waffle import ENABLE_COMPLETION_TRACKING_SWITCH
from django.utils import translation
from edx_toggles.toggles.testutils import override_waffle_switch

from tests.edxapp.blocks import adapter_of, our_entry_points
from tests.edxapp.runtimes import masquerade
from tests.edxapp.runtimes.course import FakeCourse

TYPES = [one.name for one in our_entry_points()]


@pytest.fixture(params=TYPES)
def block_type(request):
    return request.param


@pytest.fixture
def adapter(block_type):
    return adapter_of(block_type)


@pytest.fixture(autouse=True)
def platform(db, monkeypatch):
    """English, completion tracking on, and the platform's masquerade where it would be imported from."""
    masquerade.install(monkeypatch)
    with translation.override("en"), override_waffle_switch(ENABLE_COMPLETION_TRACKING_SWITCH, active=True):
        yield


@pytest.fixture
def course():
    return FakeCourse()


@pytest.fixture
def learner(db, django_user_model):
    return django_user_model.objects.create_user("pelajar", "pelajar@example.id", first_name="Siti")


@pytest.fixture
def teacher(db, django_user_model):
    return django_user_model.objects.create_user("pengajar", "pengajar@example.id")


@pytest.fixture
def poster(course):
    """``poster(key, user)``: what an adapter posts with."""

    def of(key, user, **request):
        return lambda handler, data: course.post(key, user, handler, data, **request)

    return of

"""Fixtures: the LMS with one course of ours and one of somebody else's, and the bridge listening."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from completion.models import BlockCompletion
from completion.waffle import ENABLE_COMPLETION_TRACKING_SWITCH
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import IntegrityError
from django.db.models.signals import pre_save
from edx_django_utils.cache import RequestCache
from edx_django_utils.plugins import plugin_signals
from edx_toggles.toggles.testutils import override_waffle_switch
from opaque_keys.edx.keys import CourseKey
from organizations.api import add_organization

from lti_bridge.host import course_host
from lti_bridge.launch import keysets
from tests.edxapp.platform import learning, modules, sessions, store
from tests.edxapp.platform.models import FakeCourseOverview, FakeUserProfile
from tests.lti_bridge.fakes import FakePlatform

OURS = CourseKey.from_string("course-v1:BPSDM+PEM+2026")
# What our course says to Kapasitas.
SETTINGS = {"kapasitas": {"lesson_hours": 20}}
THEIRS = CourseKey.from_string("course-v1:Umum+FIS101+2026")


def publish(key: CourseKey, **settings: Any) -> store.FakeCourseBlock:
    """Put a course of two units with one block each into this process's modulestore."""
    course = store.FakeCourseBlock(id=key, **settings)
    course.chapter = key.make_usage_key("chapter", "bab1")
    course.subsection = key.make_usage_key("sequential", "bagian1")
    for number in (1, 2):
        block = key.make_usage_key("competency_assessment", f"soal{number}")
        course.units[key.make_usage_key("vertical", f"unit{number}")] = [block]
    store.STORE.courses[key] = course
    return course


def make_course(key: CourseKey, title: str, **settings: Any) -> store.FakeCourseBlock:
    """Publish a course, with the overview that the platform keeps of it in its database."""
    course = publish(key, **settings)
    FakeCourseOverview.objects.create(id=key, org=key.org, display_name=title, lowest_passing_grade="0.70")
    return course


def refuse_equal_addresses(sender: type, instance: Any, **_: Any) -> None:
    """The platform's table of users takes an e-mail address once, the empty one too."""
    if sender.objects.filter(email=instance.email).exclude(pk=instance.pk).exists():
        raise IntegrityError("UNIQUE constraint failed: auth_user.email")


@pytest.fixture
def edxapp(db, monkeypatch, settings) -> Iterator[SimpleNamespace]:
    """The fake LMS: its modules, its courses and its way of keeping sessions."""
    modules.install(monkeypatch)
    settings.AUTHENTICATION_BACKENDS = [sessions.NEW_USER_AUTH_BACKEND]
    # Inside the request cache, as in the LMS.
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "tests.edxapp.platform.sessions.FakeSafeSessionMiddleware",
    ]
    pre_save.connect(refuse_equal_addresses, sender=get_user_model())
    course_host.cache_clear()
    RequestCache.clear_all_namespaces()
    cache.clear()
    learning.AUTO.enabled, learning.AUTO.refused = True, []
    add_organization({"name": "BPSDM Provinsi Contoh", "short_name": "BPSDM", "description": ""})
    course = make_course(OURS, "Manajemen Pemerintahan Kecamatan", other_course_settings=SETTINGS)
    other = make_course(THEIRS, "Fisika Dasar")
    with override_waffle_switch(ENABLE_COMPLETION_TRACKING_SWITCH, active=True):
        yield SimpleNamespace(course=course, other=other)
    store.STORE.courses.clear()
    pre_save.disconnect(refuse_equal_addresses, sender=get_user_model())
    course_host.cache_clear()
    RequestCache.clear_all_namespaces()
    cache.clear()


@pytest.fixture
def listening(edxapp) -> Iterator[None]:
    """Our receivers, connected by the code with which the platform's loader connects them.

    But that of retired accounts, whose signal is the platform's own (tests/edxapp/records).
    """
    config = apps.get_app_config("kapasitas_lti")
    signals_config = plugin_signals._get_config(config, "lms.djangoapp")
    receivers = [one for one in signals_config["receivers"] if not one["signal_path"].startswith("openedx.")]
    signals_config = {**signals_config, "receivers": receivers}
    module = plugin_signals.utils.import_module(f"lti_bridge.{signals_config['relative_path']}")
    connected = []
    for signal, receiver, how in plugin_signals._iter_receivers(module, signals_config):
        route = {"sender": plugin_signals._get_sender(how), "dispatch_uid": how["dispatch_uid"]}
        signal.connect(receiver, **route)
        connected.append((signal, receiver, route))
    yield
    for signal, receiver, route in connected:
        signal.disconnect(receiver, **route)


@pytest.fixture
def learner(edxapp):
    """An ordinary account of the platform."""
    return make_user("ordinary")


def make_user(name: str) -> Any:
    user = get_user_model().objects.create_user(username=name, email=f"{name}@example.com")
    FakeUserProfile.objects.create(user=user, name="Orang Contoh")
    return user


def complete(user: Any, course: store.FakeCourseBlock, units: int = 2) -> None:
    """Complete the blocks of the first units, as the platform's completion service does."""
    for blocks in list(course.units.values())[:units]:
        for block in blocks:
            BlockCompletion.objects.submit_completion(user, block, 1.0)


@pytest.fixture
def simpeg(db, monkeypatch) -> FakePlatform:
    """A registered HR system that signs launches and is trusted with NIPs."""
    fake = FakePlatform()
    monkeypatch.setattr(keysets, "fetch", fake.fetch)
    fake.register()
    return fake

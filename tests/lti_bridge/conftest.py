"""Fixtures of the bridge's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib import admin
from django.core.cache import cache

import lti_bridge
from lti_bridge.host import course_host
from lti_bridge.launch import keysets
from lti_bridge.models import Enrolment

from .ags_server import AgsServer, running
from .fakes import FakeHost, FakePlatform, make_enrolment
from .parting import deliver_all, learn

TEMPLATES = [Path(package.__file__).parent / "templates" for package in (lti_bridge, admin)]


@pytest.fixture(autouse=True)
def host(settings) -> Iterator[type[FakeHost]]:
    """The bridge alone, in a host of memory."""
    settings.ROOT_URLCONF = "tests.lti_bridge.urls"
    settings.KAPASITAS_LTI_HOST = "tests.lti_bridge.fakes.FakeHost"
    settings.MIDDLEWARE = [entry for entry in settings.MIDDLEWARE if "whitenoise" not in entry]
    # The bridge's own templates, not the site's, whose navigation needs the site's URLs.
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": TEMPLATES,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ]
    settings.LOGIN_URL = "/login/"
    # Where the pace is not what a test is about, it must not make it wait.
    settings.KAPASITAS_LTI_SENDS_PER_SECOND = 0
    course_host.cache_clear()
    cache.clear()
    FakeHost.reset()
    yield FakeHost
    course_host.cache_clear()
    cache.clear()


@pytest.fixture
def platform(monkeypatch) -> FakePlatform:
    """A platform that signs, not yet registered."""
    fake = FakePlatform()
    monkeypatch.setattr(keysets, "fetch", fake.fetch)
    return fake


@pytest.fixture
def registered(db, platform) -> FakePlatform:
    """The same, registered with one deployment and trusted with NIPs."""
    platform.register()
    return platform


@pytest.fixture
def ags(settings) -> Iterator[AgsServer]:
    """A strict AGS platform over HTTP."""
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["127.0.0.1"]
    with running() as server:
        yield server


@pytest.fixture
def enrolment(db, ags) -> Enrolment:
    """A learner who was launched from that platform."""
    return make_enrolment(ags.url)


@pytest.fixture
def told(host, ags, enrolment) -> Enrolment:
    """Completion and 80 points were delivered."""
    learn(host, enrolment, "0.8")
    assert deliver_all(ags) == 2
    return enrolment

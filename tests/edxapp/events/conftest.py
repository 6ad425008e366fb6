"""A learner, the real tracker with a backend that keeps what it gets, and the platform's parts as fakes."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from event_routing_backends import helpers
from eventtracking import tracker as tracking
from eventtracking.django.django_tracker import DjangoTracker

from xblocks.records.api import OfficialIdentity, record_official

from . import platform

NIP = "198507252010011003"
NAME = "Siti Rahmawati"


class KeepingBackend:
    """A tracking backend that keeps the events in order."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def send(self, event: dict[str, Any]) -> None:
        self.events.append(event)


@pytest.fixture
def official(db: None) -> User:
    """A learner whom the HR system has named."""
    user = User.objects.create_user(pk=7, username="peserta7")
    record_official(user.pk, OfficialIdentity(nip=NIP, full_name=NAME, office_code="33.74.10"))
    return user


@pytest.fixture
def tracked() -> Iterator[list[dict[str, Any]]]:
    """The events that the real tracker, with the backends of the settings, handed on."""
    former = tracking.get_tracker()
    ours, keeping = DjangoTracker(), KeepingBackend()
    ours.routing_backend.register_backend("keeping", keeping)
    tracking.register_tracker(ours)
    yield keeping.events
    tracking.register_tracker(former)


@pytest.fixture
def platform_of_xapi(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What event-routing-backends imports from the platform, as fakes."""
    monkeypatch.setattr(helpers, "get_course_overviews", platform.fake_course_overviews)
    monkeypatch.setattr(helpers, "get_potentially_retired_user_by_username", lambda username: None)
    monkeypatch.setattr(helpers, "ExternalId", platform.FakeExternalId)
    monkeypatch.setattr(helpers, "ExternalIdType", platform.FakeExternalIdType)
    helpers.get_anonymous_user_id.cache_clear()
    helpers.get_course_from_id.cache_clear()
    yield
    helpers.get_anonymous_user_id.cache_clear()
    helpers.get_course_from_id.cache_clear()

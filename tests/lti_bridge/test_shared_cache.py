"""A cache that is away costs work, and stops neither sending nor launches; over a Redis that is not there."""

import logging
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from lti_bridge import courses, shared_cache, sweep, tasks
from lti_bridge.api import note_progress
from lti_bridge.models import Delivery, DeliveryState, Platform, ReportTarget
from lti_bridge.sending import pacing
from tests.net import closed_port

from .fakes import COURSE, OTHER_COURSE, make_enrolment
from .launching import launch

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 26, 5, tzinfo=UTC)


@pytest.fixture
def away(settings, monkeypatch):
    """Redis as on a real site, at a port where nobody listens; this process remembers nothing yet."""
    former = settings.CACHES
    with closed_port() as port:
        settings.CACHES = {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": f"redis://127.0.0.1:{port}/0",
            }
        }
        shared_cache._own.clear()
        monkeypatch.setattr(shared_cache, "_said_at", None)
        with pytest.raises(RedisConnectionError):
            cache.get("x")
        yield
    settings.CACHES = former
    shared_cache._own.clear()


@pytest.fixture
def due(host, ags):
    """One learner's grade and completion, due."""
    enrolment = make_enrolment(ags.url)
    host.set_progress(enrolment.account.user_id, completed_blocks=4, grade=Decimal("0.8"))
    note_progress(enrolment.account.user_id, COURSE)
    earlier = timezone.now() - timedelta(minutes=10)
    Delivery.objects.update(event_time=earlier, not_before=earlier)
    return enrolment


def states() -> set[str]:
    return set(Delivery.objects.values_list("state", flat=True))


@pytest.mark.every_database
def test_sending_goes_on(away, ags, due, settings, caplog):
    """The command delivers all, keeps the pace by itself, asks for one token, and complains once."""
    settings.KAPASITAS_LTI_SENDS_PER_SECOND = 20
    with caplog.at_level(logging.WARNING, logger="lti_bridge"):
        call_command("deliver", once=True, verbosity=0)
    assert states() == {DeliveryState.DELIVERED}
    assert ags.tokens_given == 1
    said = [record.getMessage() for record in caplog.records if "cache" in record.getMessage()]
    assert said == ["the cache fails (ConnectionError); this process remembers by itself meanwhile"]


def test_the_task_sends_too(away, due):
    """Its place among the senders is then this process's own, and is given back."""
    tasks.deliver()
    assert states() == {DeliveryState.DELIVERED}
    assert all(shared_cache.get(tasks._slot(number)) is None for number in range(tasks.SENDERS))


def test_no_more_senders_than_places(away, due):
    """Threads of one process still keep to the number."""
    for number in range(tasks.SENDERS):
        assert shared_cache.add(tasks._slot(number), True, 60)
    tasks.deliver()
    assert states() == {DeliveryState.PENDING}


def test_the_pace_is_kept_by_each_process(away, due):
    """A second's figure is counted here, by threads at once as well."""
    platform = Platform.objects.get()
    platform.sends_per_second = 5
    granted: list[int] = []
    threads = [
        threading.Thread(target=lambda: granted.append(pacing.take(platform, NOON, 2))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(granted) == [0, 1, 2, 2]
    assert pacing.left(platform, NOON, 1) == 0


@pytest.mark.parametrize("name", ["dummy.DummyCache", "locmem.LocMemCache"])
def test_a_cache_that_keeps_nothing_is_no_end_either(settings, due, name):
    """A counter that is gone before it is counted up is counted here."""
    backend = f"django.core.cache.backends.{name}"
    settings.CACHES = {"default": {"BACKEND": backend, "OPTIONS": {"MAX_ENTRIES": 0}}}
    shared_cache._own.clear()
    platform = Platform.objects.get()
    platform.sends_per_second = 5
    assert [pacing.take(platform, NOON, 3) for _time in range(3)] == [3, 2, 0]


def test_people_are_launched(away, client, registered):
    """Keys are fetched once, and a key that is not there is not asked for again and again."""
    for _time in range(2):
        assert launch(client, registered).status_code == 302
    assert courses.is_watched(COURSE)


def test_watched_courses_are_known_and_forgotten(away, due, django_capture_on_commit_callbacks):
    """The list is read from the table, and read again after a launch here."""
    assert courses.watched_courses() == [COURSE]
    ReportTarget.objects.update(course_key=OTHER_COURSE)
    assert courses.watched_courses() == [COURSE]
    with django_capture_on_commit_callbacks(execute=True):
        courses.forget_watched()
    assert courses.watched_courses() == [OTHER_COURSE]


def test_the_sweep_remembers_how_far_it_is(away, due):
    """A round is done once, also without the cache."""
    assert [swept.learners for swept in sweep.sweep_due(stop=lambda: False)] == [1]
    assert sweep.sweep_due(stop=lambda: False) == []


def test_what_is_forgotten_is_forgotten_here_as_well(settings, away):
    """What was kept while the cache was away does not come back when it is away again."""
    shared_cache.put("k", "old", 60)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    shared_cache.forget("k")
    assert shared_cache._own.get("k") is None

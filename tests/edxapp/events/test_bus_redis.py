"""Over the event bus on Redis Streams: the platform's producer and consumer, a real server."""

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.management import call_command
from edx_event_bus_redis import RedisEventConsumer
from openedx_events.tooling import OpenEdxPublicSignal
from walrus import Database

from tests.xblocks import samples as blocks
from xblocks.records.signals import ASSESSMENT_SUBMITTED

from .platform import learner_in_lms
from .samples import EVENTS, switched_on, topic_of

pytestmark = pytest.mark.service("redis")

URL = "redis://127.0.0.1:6379/11?socket_connect_timeout=2"
each_event = pytest.mark.parametrize("signal", EVENTS, ids=lambda signal: signal.event_type)


@pytest.fixture
def bus(settings: Any) -> Iterator[Database]:
    """The bus as an operator switches it on: the implementation, and our events in their topics."""
    settings.EVENT_BUS_PRODUCER = "edx_event_bus_redis.create_producer"
    settings.EVENT_BUS_CONSUMER = "edx_event_bus_redis.RedisEventConsumer"
    settings.EVENT_BUS_REDIS_CONNECTION_URL = URL
    settings.EVENT_BUS_TOPIC_PREFIX = prefix = f"kapasitas-test-{uuid4().hex}"
    settings.EVENT_BUS_PRODUCER_CONFIG = switched_on()
    database = Database.from_url(URL)
    yield database
    for key in database.scan_iter(f"{prefix}-*"):
        database.delete(key)
    database.close()


def stream(database: Database, signal: OpenEdxPublicSignal) -> Any:
    return database.Stream(f"{django_settings.EVENT_BUS_TOPIC_PREFIX}-{topic_of(signal)}")


def consumed(signal: OpenEdxPublicSignal, count: int) -> list[dict[str, Any]]:
    """What the platform's consumer re-emits of the topic, up to ``count`` events."""
    heard: list[dict[str, Any]] = []
    consumer = RedisEventConsumer(
        topic=topic_of(signal), group_id="hr-dashboard", consumer_name="one", check_backlog=True
    )

    def receive(**kwargs: Any) -> None:
        if kwargs["from_event_bus"]:
            heard.append(kwargs)
        if len(heard) == count:
            consumer._shut_down()

    signal.connect(receive)
    consumer.consume_indefinitely()
    signal.disconnect(receive)
    return heard


@each_event
@pytest.mark.django_db
def test_an_event_comes_out_as_it_went_in(signal: OpenEdxPublicSignal, bus: Database) -> None:
    """The data equal, and the time that of the fact; and it is not sent round again."""
    ((key, data),) = EVENTS[signal].items()
    told_at = getattr(data, "submitted_at", None) or data.completed_at
    signal.send_event(time=told_at, **EVENTS[signal])
    (event,) = consumed(signal, 1)
    assert event[key] == data
    assert (event["metadata"].event_type, event["metadata"].time) == (signal.event_type, told_at)
    assert len(stream(bus, signal)) == 1


def garbled(headers: dict[bytes, bytes]) -> dict[bytes, bytes]:
    return {**headers, b"event_data": b"\x0e\x00rubbish"}


def of_unknown_type(headers: dict[bytes, bytes]) -> dict[bytes, bytes]:
    return {**headers, b"type": b"org.kapasitas.assessment.submitted.v9"}


def without_data(headers: dict[bytes, bytes]) -> dict[bytes, bytes]:
    return {name: value for name, value in headers.items() if name != b"event_data"}


@pytest.mark.django_db
@pytest.mark.parametrize("spoil", [garbled, of_unknown_type, without_data])
def test_a_message_that_cannot_be_read_does_not_stop_the_consumer(
    spoil: Callable[[dict[bytes, bytes]], dict[bytes, bytes]], bus: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged and passed over; the events before and after it arrive."""
    signal = ASSESSMENT_SUBMITTED
    signal.send_event(**EVENTS[signal])
    ((_id, headers),) = stream(bus, signal).read()
    stream(bus, signal).add(spoil(headers))
    signal.send_event(**EVENTS[signal])
    with caplog.at_level(logging.ERROR):
        heard = consumed(signal, 2)
    assert [one["assessment"] for one in heard] == [EVENTS[signal]["assessment"]] * 2
    assert "Error consuming event from Redis" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_submission_travels_from_the_block_to_the_consumer(official: User, bus: Database) -> None:
    learner = learner_in_lms(blocks.olx(), official)
    learner.start()
    learner.answer("single", blocks.RIGHT["single"])
    learner.submit()
    (event,) = consumed(ASSESSMENT_SUBMITTED, 1)
    assert event["assessment"].usage_key == learner.block.scope_ids.usage_id
    assert event["assessment"].earned == "1"


@pytest.mark.django_db(transaction=True)
def test_without_the_operators_word_nothing_is_put_on_the_bus(
    official: User, bus: Database, settings: Any
) -> None:
    """Our events are offered, disabled."""
    for topics in settings.EVENT_BUS_PRODUCER_CONFIG.values():
        for options in topics.values():
            options["enabled"] = False
    learner = learner_in_lms(blocks.olx(), official)
    learner.start()
    learner.submit()
    assert not list(bus.scan_iter(f"{settings.EVENT_BUS_TOPIC_PREFIX}-*"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "url",
    ["redis://127.0.0.1:1/0", "redis://192.0.2.1:6379/0?socket_connect_timeout=0.2"],
    ids=["nobody listens", "nobody answers"],
)
def test_a_bus_that_is_down_harms_no_learner(
    official: User, bus: Database, settings: Any, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """With the time-out that docs/reference/events.md asks for, in about that time."""
    settings.EVENT_BUS_REDIS_CONNECTION_URL = url
    learner = learner_in_lms(blocks.olx(), official)
    learner.start()
    began = time.monotonic()
    with caplog.at_level(logging.ERROR):
        learner.submit()
    # Without the time-out it is the system's own, of two minutes.
    assert time.monotonic() - began < 45
    assert learner.load().attempt["submitted"] is not None
    assert "Error delivering message to Redis event bus" in caplog.text


@pytest.mark.django_db
def test_the_platforms_command_consumes_our_events(bus: Database) -> None:
    """``consume_events`` loads the platform's own events only; ours are known since the apps were set up."""
    heard: list[object] = []

    def receive(**kwargs: Any) -> None:
        heard.append(kwargs["assessment"])
        if kwargs["from_event_bus"]:
            # As an operator stops it.
            raise KeyboardInterrupt

    ASSESSMENT_SUBMITTED.connect(receive)
    ASSESSMENT_SUBMITTED.send_event(**EVENTS[ASSESSMENT_SUBMITTED])
    with pytest.raises(KeyboardInterrupt):
        call_command(
            "consume_events",
            topic=[topic_of(ASSESSMENT_SUBMITTED)],
            group_id=["hr-dashboard"],
            extra='{"consumer_name": "one", "check_backlog": true}',
        )
    ASSESSMENT_SUBMITTED.disconnect(receive)
    assert heard == [EVENTS[ASSESSMENT_SUBMITTED]["assessment"]] * 2

"""Over the event bus on Kafka: the platform's producer and consumer, Confluent's serialisers.

The broker is librdkafka's own mock cluster, which speaks Kafka's protocol over TCP; the schema registry is
Confluent's mock of it. Neither forgets what a real one would check: framing, offsets, schema ids.
"""

import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from edx_event_bus_kafka import KafkaEventConsumer
from edx_event_bus_kafka.internal import consumer as platforms_consumer
from edx_event_bus_kafka.internal import producer as platforms_producer
from edx_event_bus_kafka.internal.utils import _get_headers_from_metadata
from openedx_events import event_bus
from openedx_events.data import EventsMetadata
from openedx_events.tooling import OpenEdxPublicSignal

from xblocks.records.signals import ASSESSMENT_SUBMITTED

from .samples import EVENTS, switched_on, topic_of

each_event = pytest.mark.parametrize("signal", EVENTS, ids=lambda signal: signal.event_type)


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    """The address of a mock cluster, which lives as long as the client that made it."""
    cluster = Producer(
        {
            "bootstrap.servers": "127.0.0.1:1",
            "test.mock.num.brokers": 1,
            "log_level": 0,
        }
    )
    (found,) = cluster.list_topics(timeout=10).brokers.values()
    yield f"{found.host}:{found.port}"
    cluster.flush(5)


@pytest.fixture
def bus(settings: Any, broker: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The bus as an operator switches it on. Returns the registry."""
    settings.EVENT_BUS_PRODUCER = "edx_event_bus_kafka.create_producer"
    settings.EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS = broker
    settings.EVENT_BUS_PRODUCER_CONFIG = switched_on()
    registry = SchemaRegistryClient.new_client({"url": "mock://kapasitas"})
    # The platform makes the client that speaks HTTP, whatever the address says.
    monkeypatch.setattr(platforms_producer, "get_schema_registry_client", lambda: registry)
    monkeypatch.setattr(platforms_consumer, "get_schema_registry_client", lambda: registry)
    platforms_producer.get_serializers.cache_clear()
    return registry


def group_at_the_beginning(topic: str, broker: str) -> str:
    """A new consumer group that begins with the oldest message; else it would wait for the next one."""
    group = f"hr-dashboard-{uuid4().hex}"
    client = Consumer({"bootstrap.servers": broker, "group.id": group})
    partitions = client.list_topics(topic, timeout=10).topics[topic].partitions
    client.commit(offsets=[TopicPartition(topic, number, 0) for number in partitions], asynchronous=False)
    client.close()
    return group


def consumed(signal: OpenEdxPublicSignal, count: int, group: str) -> list[dict[str, Any]]:
    """What the platform's consumer re-emits of the topic, up to ``count`` events."""
    heard: list[dict[str, Any]] = []
    consumer = KafkaEventConsumer(topic=topic_of(signal), group_id=group)

    def receive(**kwargs: Any) -> None:
        heard.append(kwargs)
        if len(heard) == count:
            consumer._shut_down()

    signal.connect(receive)
    consumer.consume_indefinitely()
    signal.disconnect(receive)
    return heard


def send(signal: OpenEdxPublicSignal) -> None:
    signal.send_event(**EVENTS[signal])
    event_bus.get_producer().prepare_for_shutdown()


@each_event
@pytest.mark.django_db
def test_an_event_comes_out_as_it_went_in(signal: OpenEdxPublicSignal, bus: Any, broker: str) -> None:
    """And its schema, and that of its key, are in the registry."""
    send(signal)
    (event,) = consumed(signal, 1, group_at_the_beginning(topic_of(signal), broker))
    (key,) = EVENTS[signal]
    assert event[key] == EVENTS[signal][key]
    assert event["metadata"].event_type == signal.event_type
    topic = topic_of(signal)
    assert set(bus.get_subjects()) == {f"{topic}-{signal.event_type}.CloudEvent", f"{topic}-long"}


@pytest.mark.django_db
def test_a_message_that_cannot_be_read_does_not_stop_the_consumer(
    bus: Any, broker: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EVENT_BUS_TOPIC_PREFIX = "spoilt"
    signal = ASSESSMENT_SUBMITTED
    topic = f"spoilt-{topic_of(signal)}"
    send(signal)
    rubbish = Producer({"bootstrap.servers": broker})
    metadata = EventsMetadata(event_type=signal.event_type)
    rubbish.produce(topic, value=b"\x00rubbish", headers=_get_headers_from_metadata(metadata))
    rubbish.flush(10)
    send(signal)
    group = group_at_the_beginning(topic, broker)
    with caplog.at_level(logging.ERROR):
        heard = consumed(signal, 2, group)
    assert [one["assessment"] for one in heard] == [EVENTS[signal]["assessment"]] * 2
    assert "Error consuming event from Kafka" in caplog.text

"""The tasks with a real Celery worker and a real broker: nothing is lost, nothing is sent twice."""

import base64
import json
import os
import threading
import uuid
from contextlib import contextmanager, suppress
from decimal import Decimal

import celery._state
import pytest
import redis
from celery import Celery
from celery.contrib.testing.worker import start_worker
from celery.signals import task_postrun
from django.contrib.auth import get_user_model
from django.core.cache import cache, caches
from django.db import connections
from django.utils import timezone
from waffle.models import Switch
from waffle.testutils import override_switch

from lti_bridge import notices, tasks
from lti_bridge.models import CompletionRecord, Delivery, Platform, ProgressNotice
from lti_bridge.sender import deliver_due
from tests.edxapp.platform.learning import set_grade
from tests.lti_bridge.ags_server import AgsServer, running
from tests.lti_bridge.fakes import AGS, SCOPES

from .conftest import OURS, complete
from .launching import launch

BROKER = os.environ.get("KAPASITAS_TEST_BROKER", "redis://127.0.0.1:6379/7")
RABBITMQ = os.environ.get("KAPASITAS_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672//")


@contextmanager
def celery_app(settings, address: str):
    """A queue of our own at the broker, and a Celery app that reads the settings as the platform's does."""
    queue = f"kapasitas-test-{uuid.uuid4().hex}"
    settings.KAPASITAS_LTI_USE_CELERY = True
    settings.KAPASITAS_LTI_QUEUE = queue
    former = celery._state.default_app
    app = Celery("platform", broker=address, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        result_backend="cache+memory://",
        task_default_queue=queue,
        task_compression=None,
    )
    app.set_default()
    app.loader.import_module("lti_bridge.tasks")
    app.finalize()
    # A worker makes its app the thread's current one, and leaves it so.
    former_current = celery._state._tls.current_app
    app.set_current()
    yield app, queue
    app.close()
    celery._state.set_default_app(former)
    celery._state._tls.current_app = former_current


@pytest.fixture
def broker(settings):
    """Redis, as most platforms have it."""
    client = redis.Redis.from_url(BROKER)
    with celery_app(settings, BROKER) as (app, queue):
        yield app, client, queue
        client.delete(queue)
        client.srem(f"_kombu.binding.{queue}", *client.smembers(f"_kombu.binding.{queue}") or [""])
        client.delete(f"_kombu.binding.{queue}", f"_kombu.binding_permanent.{queue}")
    client.close()


@pytest.fixture
def rabbitmq(settings):
    """RabbitMQ; the queue is deleted with whatever is left in it."""
    with celery_app(settings, RABBITMQ) as (app, queue):
        yield app, queue
        with app.connection_for_write() as connection:
            connection.default_channel.queue_delete(queue)


@pytest.fixture
def ags(settings):
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["127.0.0.1"]
    with running() as server:
        yield server


@pytest.fixture
def launched(listening, simpeg, client, ags: AgsServer):
    """A learner whose results go to the HR system at ``ags``."""
    Platform.objects.update(auth_token_url=ags.url + "/token")
    endpoint = {AGS + "claim/endpoint": {"scope": SCOPES, "lineitems": ags.url + "/lineitems"}}
    reply = launch(client, simpeg, **endpoint)
    assert reply.status_code == 302, reply.content.decode()
    return get_user_model().objects.get(username__startswith="lti-")


@pytest.fixture
def finished(edxapp, launched):
    """The same learner, who has done everything; results wait in the outbox."""
    do_everything(launched, edxapp)
    notices.take(launched.pk, str(OURS))
    return launched


def do_everything(learner, edxapp) -> None:
    complete(learner, edxapp.course)
    set_grade(learner, OURS, 0.9)


@contextmanager
def connected(signal, receiver):
    signal.connect(receiver)
    yield
    signal.disconnect(receiver)


def wait_until_delivered(app: Celery, queue: str, count: int) -> None:
    """Run a worker until the outbox is empty; it works in a thread of its own, on the same database."""

    # As Celery does where it finds Django: else the thread keeps the database open after the last test.
    def close_connections(**_):
        connections.close_all()

    with (
        connected(task_postrun, close_connections),
        start_worker(app, pool="solo", queues=[queue], perform_ping_check=False, loglevel="ERROR"),
    ):
        tick = threading.Event()
        for _attempt in range(900):
            if Delivery.objects.filter(state="delivered").count() >= count:
                break
            tick.wait(0.1)
    assert Delivery.objects.filter(state="delivered").count() == count


@pytest.mark.service("redis")
@pytest.mark.server_database
@pytest.mark.django_db(transaction=True)
def test_an_event_leads_to_a_delivery(edxapp, launched, broker, ags):
    """Learner completes → message → record and outbox → message → the HR system has the results."""
    app, _client, queue = broker
    do_everything(launched, edxapp)
    wait_until_delivered(app, queue, 2)
    assert CompletionRecord.objects.count() == 1
    assert sorted(Decimal(score["scoreGiven"]) for _line_item, score, _raw in ags.scores) == [1, 90]
    assert not ProgressNotice.objects.exists()


@pytest.mark.service("rabbitmq")
@pytest.mark.every_database
@pytest.mark.django_db(transaction=True)
def test_messages_pass_rabbitmq_as_well(rabbitmq, edxapp, launched, ags):
    """The other broker that the platform can have keeps each message until its task is done.

    The tasks are run here as they come: a worker's thread does not always end with RabbitMQ.
    """
    app, queue = rabbitmq
    do_everything(launched, edxapp)
    done = []
    with (
        app.connection_for_write() as connection,
        connection.SimpleQueue(queue) as waiting,
        suppress(waiting.Empty),
    ):
        while True:
            # Before the results have come, a message is still on its way, however long that takes.
            message = waiting.get(timeout=2 if len(ags.scores) >= 2 else 60)
            args, kwargs, _embed = message.payload
            app.tasks[message.headers["task"]].run(*args, **kwargs)
            done.append(message.headers["task"].rpartition(".")[2])
            message.ack()
    assert done[0] == "note_progress"
    assert "deliver" in done
    assert CompletionRecord.objects.count() == 1
    assert sorted(Decimal(score["scoreGiven"]) for _line_item, score, _raw in ags.scores) == [1, 90]


@pytest.mark.service("redis")
@pytest.mark.server_database
@pytest.mark.django_db(transaction=True)
def test_messages_that_the_broker_lost_are_made_up_for_by_the_schedule(edxapp, launched, broker, ags):
    """The queue is emptied before any worker came; one tick of the schedule later all is as it should be."""
    app, client, queue = broker
    do_everything(launched, edxapp)
    assert client.llen(queue) >= 2
    client.delete(queue)
    ProgressNotice.objects.update(not_before=timezone.now())
    tasks.look_after_notices.apply_async(queue=queue)
    wait_until_delivered(app, queue, 2)
    assert CompletionRecord.objects.count() == 1


@pytest.mark.service("redis")
@pytest.mark.every_database
@pytest.mark.django_db(transaction=True)
def test_no_message_holds_a_secret_or_a_person(broker, finished, settings):
    """What stands at the broker, byte for byte: ids and the course's key."""
    _app, client, queue = broker
    messages = [json.loads(raw) for raw in client.lrange(queue, 0, -1)]
    ours = [one for one in messages if one["headers"]["task"].startswith("lti_bridge.")]
    assert {one["headers"]["task"] for one in ours} == {
        "lti_bridge.tasks.note_progress",
        "lti_bridge.tasks.deliver",
    }
    everything = json.dumps(ours)
    for message in ours:
        body = base64.b64decode(message["body"]).decode()
        args, kwargs, _embed = json.loads(body)
        assert args in ([finished.pk, str(OURS)], [])
        assert kwargs == {}
        everything += body
    for secret in (
        "198001012005011001",
        "Contoh Camat",
        "orang-7",
        finished.email,
        settings.KAPASITAS_LTI_KEY,
    ):
        assert secret not in everything


@pytest.mark.every_database
@pytest.mark.django_db(transaction=True)
def test_delivering_twice_sends_once(finished, ags):
    """A second task finds nothing to do."""
    tasks.deliver()
    tasks.deliver()
    assert len(ags.scores) == 2


@pytest.mark.every_database
@pytest.mark.django_db(transaction=True)
def test_no_more_workers_send_than_there_are_slots(finished, ags):
    slots = [tasks.SLOT.format(number=number) for number in range(tasks.SENDERS)]
    for slot in slots:
        cache.add(slot, True)
    tasks.deliver()
    assert not ags.scores
    cache.delete(slots[1])
    tasks.deliver()
    assert len(ags.scores) == 2
    assert cache.get(slots[1]) is None


@pytest.mark.every_database
@pytest.mark.django_db(transaction=True)
def test_sending_is_bounded_in_time(finished, ags, monkeypatch):
    """A task does not hold its worker for longer than the schedule's interval."""
    asked: list[bool] = []
    clock = iter((0, 0, tasks.DRAIN_S + 1))
    monkeypatch.setattr(tasks.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(tasks, "deliver_due", lambda stop: asked.extend((stop(), stop())))
    tasks.deliver()
    assert asked == [False, True]


@pytest.mark.every_database
@pytest.mark.django_db(transaction=True)
def test_an_operator_halts_all_sending_at_once(finished, ags):
    with override_switch("kapasitas_lti.halt_delivery", active=True):
        assert deliver_due(stop=lambda: False) == 0
        tasks.deliver()
    assert not ags.scores
    assert Delivery.objects.filter(state="pending").count() == 2
    tasks.deliver()
    assert len(ags.scores) == 2


@pytest.mark.every_database
@pytest.mark.django_db(transaction=True)
def test_an_operator_halts_all_sending_while_the_cache_is_away(finished, ags, monkeypatch):
    """Waffle reads its cache first; where that fails, its table is asked."""

    def fail(*_args: object, **_named: object) -> None:
        raise ConnectionError("no cache")

    with override_switch("kapasitas_lti.halt_delivery", active=True), monkeypatch.context() as away:
        for name in ("get", "set", "add", "incr", "delete"):
            away.setattr(caches["default"], name, fail)
        assert deliver_due(stop=lambda: False) == 0
        assert not ags.scores
        Switch.objects.update(active=False)
        assert deliver_due(stop=lambda: False) == 2

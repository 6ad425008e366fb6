"""Tracking events become the xAPI statements that the golden files hold, and reach a store over HTTP."""

import copy
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from edx_django_utils.cache import TieredCache
from event_routing_backends.models import RouterConfiguration
from event_routing_backends.processors.xapi.registry import XApiTransformersRegistry

from tests.xblocks import samples
from xblocks import events

from . import lrs
from .conftest import NAME, NIP
from .platform import learner_in_lms

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = sorted(path.stem for path in (FIXTURES / "current").glob("*.json"))


def read(kind: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / kind / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.django_db
@pytest.mark.usefixtures("official", "platform_of_xapi")
@pytest.mark.parametrize("name", NAMES)
def test_each_golden_event_becomes_its_golden_statement(name: str, settings: Any, tmp_path: Path) -> None:
    """A new event is one class and two files; a statement that came out otherwise is left in ``tmp_path``."""
    # event-routing-backends then writes a version into statements that does not change with every release.
    settings.RUNNING_WITH_TEST_SETTINGS = True
    statement = XApiTransformersRegistry.get_transformer(read("current", name)).transform()
    told = json.loads(statement.to_json())
    (tmp_path / f"{name}.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    assert told == read("expected", name)


def test_each_tracked_event_has_a_transformer_and_a_golden_pair() -> None:
    names = {event.name for event in events.TRACKED}
    assert names <= XApiTransformersRegistry.mapping.keys()
    assert {read("current", name)["name"] for name in NAMES} == names


def test_each_tracked_event_is_let_through_by_the_settings() -> None:
    """Through both whitelists: that of the asynchronous backend, and that of xAPI below it."""
    names = {event.name for event in events.TRACKED}
    options = settings.EVENT_TRACKING_BACKENDS["event_transformer"]["OPTIONS"]
    assert names <= set(options["processors"][0]["OPTIONS"]["whitelist"])
    assert names <= set(options["backends"]["xapi"]["OPTIONS"]["processors"][0]["OPTIONS"]["whitelist"])
    assert names <= settings.EVENT_BUS_TRACKING_LOGS


@pytest.fixture
def eager_celery() -> Iterator[None]:
    """Tasks run where they are enqueued, their arguments through JSON as on the wire."""
    current_app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    current_app.conf.update(task_always_eager=False, task_eager_propagates=False)


@pytest.fixture
def store(db: None) -> Iterator[lrs.FakeLrs]:
    """A fake LRS, configured as an operator does in the admin; routers are kept in the cache."""
    TieredCache.dangerous_clear_all_tiers()
    with lrs.running() as server:
        RouterConfiguration.objects.create(
            backend_name=RouterConfiguration.XAPI_BACKEND,
            enabled=True,
            route_url=server.url,
            auth_scheme=RouterConfiguration.AUTH_BASIC,
            username=lrs.USERNAME,
            password=lrs.PASSWORD,
            configurations={},
        )
        yield server
    TieredCache.dangerous_clear_all_tiers()


@pytest.fixture
def backend_by_its_own_name(settings: Any) -> None:
    """event-routing-backends looks routers up as ``xapi`` and knows them as ``xAPI``.

    MySQL takes the one for the other, SQLite and PostgreSQL do not.
    """
    backends = copy.deepcopy(settings.EVENT_TRACKING_BACKENDS)
    options = backends["event_transformer"]["OPTIONS"]["backends"]["xapi"]["OPTIONS"]
    options["backend_name"] = RouterConfiguration.XAPI_BACKEND
    settings.EVENT_TRACKING_BACKENDS = backends


@pytest.mark.every_database
@pytest.mark.usefixtures("platform_of_xapi", "eager_celery", "backend_by_its_own_name", "tracked")
def test_an_attempt_reaches_the_store(official: User, store: lrs.FakeLrs) -> None:
    """Real tracker, the backends that the settings configure, real transformers, real HTTP."""
    learner = learner_in_lms(samples.olx(feedback="immediate"), official)
    learner.start()
    learner.answer("single", samples.RIGHT["single"], final=True)
    learner.submit()
    assert store.refused == []
    statements = sorted(store.statements.values(), key=lambda one: str(one["timestamp"]))
    assert [one["verb"]["display"]["en"] for one in statements] == ["initialized", "answered", "completed"]
    assert statements[2]["result"]["score"] == {"raw": 1.0, "min": 0, "max": 11.0, "scaled": 1 / 11}
    stored = json.dumps(statements)
    assert not [secret for secret in (NIP, NAME, official.username, "192.0.2.7") if secret in stored]


def log_line(event: dict[str, Any]) -> str:
    """The line of the tracking log, as ``LegacyFieldMappingProcessor`` leaves an event.

    Read from openedx/openedx-platform, common/djangoapps/track/shim.py, e57a655d.
    """
    context = dict(event["context"])
    moved = ("username", "session", "ip", "agent", "host", "referer", "accept_language")
    line = {name: context.pop(name, "") for name in moved}
    context.pop("client_id", None)
    line |= {"event_source": context.pop("event_source"), "page": context.pop("page")}
    line |= {"name": event["name"], "event_type": event["name"], "event": event["data"], "context": context}
    return json.dumps({**line, "time": event["timestamp"]})


@pytest.mark.filterwarnings(
    "ignore:Driver LocalStorageDriver:UserWarning"
)  # libcloud, of its own test driver
@pytest.mark.usefixtures("platform_of_xapi", "eager_celery", "backend_by_its_own_name", "tracked")
def test_a_tracking_log_can_be_sent_afterwards(official: User, store: lrs.FakeLrs, tmp_path: Path) -> None:
    """By event-routing-backends' own command; twice makes no difference."""
    lines = [log_line(read("current", name)) for name in NAMES]
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/tracking.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for _time in range(2):
        call_command(
            "transform_tracking_logs",
            source_provider="LOCAL",
            source_config=json.dumps({"key": str(tmp_path), "container": "logs", "prefix": "tracking"}),
            destination_provider="LRS",
            transformer_type="xapi",
        )
    assert set(store.statements) == {read("expected", name)["id"] for name in NAMES}
    assert store.refused == []


@pytest.mark.django_db
@pytest.mark.usefixtures("official", "platform_of_xapi")
def test_from_the_log_a_statement_has_another_id_than_it_had_live() -> None:
    """Hence the warning in docs/reference/events.md; when this fails, it can go.

    Live, the time reaches the transformer as a datetime, in the log as text, and the id is made of its text.
    """
    event = read("current", "attempt_submitted")
    live = {**event, "timestamp": datetime.fromisoformat(event["timestamp"])}
    ids = {str(XApiTransformersRegistry.get_transformer(one).transform().id) for one in (event, live)}
    assert len(ids) == 2

"""The fault switches: off by default, exact in what and how often they hit, and always committed."""

import http.client
import threading
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from waitress import create_server

from standalone.simpeg.faults import ENDPOINTS, KINDS, ConnectionLostError, cut
from standalone.simpeg.models import Course, Fault, LineItem, Official, Result
from standalone.simpeg.urls import urlpatterns

from .conftest import Caller
from .test_scores import post


@pytest.fixture(autouse=True)
def middleware(settings: Any) -> None:
    settings.MIDDLEWARE = ["standalone.simpeg.faults.FaultMiddleware", *settings.MIDDLEWARE]


def switch(kind: str, **options: Any) -> None:
    call_command("simpeg_fault", kind, stdout=StringIO(), **options)


def test_without_a_switch_nothing_happens(
    call: Callable[..., Caller], line_item: LineItem, official: Official
) -> None:
    """The services answer as ever."""
    assert post(call(), line_item, official.subject).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "header"),
    [
        ("unavailable", 503, "Retry-After"),
        ("rate_limited", 429, "Retry-After"),
        ("server_error", 500, None),
        ("unauthorized", 401, "WWW-Authenticate"),
    ],
)
def test_a_refusal_hits_as_often_as_asked_and_processes_nothing(
    call: Callable[..., Caller],
    line_item: LineItem,
    official: Official,
    kind: str,
    status: int,
    header: str | None,
) -> None:
    """After ``times`` requests the service answers again."""
    switch(kind, on="scores", times=2, seconds=3)
    for _ in range(2):
        response = post(call(), line_item, official.subject)
        assert response.status_code == status
        assert header is None or response.headers[header]
        assert not Result.objects.exists()
    assert post(call(), line_item, official.subject).status_code == 200


def test_a_fault_hits_only_its_service(call: Callable[..., Caller], course: Course) -> None:
    """Others, and the pages for people, are never touched."""
    switch("unavailable", on="scores")
    base = f"/lti/contexts/{course.context_id}"
    assert call()("GET", f"{base}/line_items").status_code == 200
    switch("server_error")
    assert call()("GET", f"{base}/line_items").status_code == 500
    assert Client().get("/login/").status_code == 200
    assert Client().get("/nothing/").status_code == 404
    call_command("simpeg_fault", clear=True)
    assert not Fault.objects.exists()
    assert call()("GET", f"{base}/line_items").status_code == 200


@pytest.mark.parametrize("kind", ["slow", "slow_after"])
def test_a_slow_service_waits_and_answers(
    call: Callable[..., Caller],
    line_item: LineItem,
    official: Official,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    """Before or after the work is done; the work is done in both."""
    waited = []

    def sleep(seconds: float) -> None:
        waited.append((seconds, Result.objects.exists()))

    monkeypatch.setattr("standalone.simpeg.faults.time.sleep", sleep)
    switch(kind, on="scores", seconds=7)
    assert post(call(), line_item, official.subject).status_code == 200
    assert waited == [(7, kind == "slow_after")]


def test_a_percentage_hits_some(
    call: Callable[..., Caller], course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chance is per request."""
    draws = iter([10.0, 90.0, 29.9, 30.0])
    monkeypatch.setattr("standalone.simpeg.faults.random.uniform", lambda low, high: next(draws))
    switch("server_error", percent=30)
    address = f"/lti/contexts/{course.context_id}/line_items"
    assert [call()("GET", address).status_code for _ in range(4)] == [500, 200, 500, 200]


def test_a_lost_answer_was_processed(
    call: Callable[..., Caller], line_item: LineItem, official: Official
) -> None:
    """The score counts, and the answer breaks off after its head."""
    switch("lost_answer", on="scores", times=1)
    response = post(call(), line_item, official.subject)
    assert Result.objects.count() == 1
    stream = iter(response.streaming_content)
    assert next(stream) == b" "
    with pytest.raises(ConnectionLostError):
        next(stream)


def test_every_fault_and_service_has_a_name_that_exists() -> None:
    """The switch offers what the URL configuration has."""
    there = {pattern.name for pattern in urlpatterns}
    assert set(ENDPOINTS) <= there
    assert all(KINDS.values())


def test_a_client_on_the_wire_meets_the_broken_answer() -> None:
    """Served by waitress, as the demo is, an HTTP client gets a status and then no body."""

    def application(environ: Any, start_response: Any) -> Any:
        response = cut(HttpResponse(status=200))
        start_response("200 OK", list(response.items()))
        return response.streaming_content

    server = create_server(application, host="127.0.0.1", port=0, threads=1)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.effective_port, timeout=5)
    try:
        connection.request("GET", "/")
        response = connection.getresponse()
        assert response.status == 200
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            response.read()
        response.close()
    finally:
        connection.close()
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(timeout=5)
    assert not thread.is_alive()


def test_every_fault_and_service_is_documented() -> None:
    """docs/reference/demo-simpeg.md names them all."""
    text = (Path(__file__).parents[3] / "docs/reference/demo-simpeg.md").read_text(encoding="utf-8")
    assert [name for name in (*KINDS, *ENDPOINTS) if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("times", "0"),
        ("times", "-1"),
        ("percent", "0"),
        ("percent", "200"),
        ("seconds", "nan"),
        ("seconds", "x"),
    ],
)
def test_values_that_mean_nothing_are_refused(db: None, option: str, value: str) -> None:
    """The option is named, and nothing is switched."""
    with pytest.raises(CommandError, match=f"--{option}: a .*number"):
        call_command("simpeg_fault", "slow", f"--{option}={value}")
    assert not Fault.objects.exists()


def test_the_command_says_what_is_on(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    """So that nobody forgets one."""
    switch("slow", on="scores", times=3)
    call_command("simpeg_fault", "server_error", percent=50)
    assert capsys.readouterr().out.splitlines() == [
        "slow on scores, 100 %, 3 times",
        "server_error on any, 50 %, until --clear",
    ]

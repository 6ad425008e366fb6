"""A worker as operators run it: a process of its own, which forks, on the platform's brokers."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from lti_bridge.models import CompletionRecord, Delivery, ProgressNotice

from .test_tasks import BROKER, RABBITMQ, ags, broker, do_everything, launched, rabbitmq

# Fixtures.
__all__ = ["ags", "broker", "launched", "rabbitmq"]

ROOT = Path(__file__).parents[3]
PATIENCE_S = 90
ENDING_S = 45


@pytest.fixture(
    params=[
        pytest.param(("broker", BROKER), marks=pytest.mark.service("redis"), id="redis"),
        pytest.param(("rabbitmq", RABBITMQ), marks=pytest.mark.service("rabbitmq"), id="rabbitmq"),
    ]
)
def queue(request) -> tuple[str, str]:
    """The broker's address, and a queue there, to which this process writes as the platform does."""
    name, address = request.param
    app, *_client, queue = request.getfixturevalue(name)
    app.conf.task_protocol = 1
    return address, queue


@contextmanager
def working(broker: str, queue: str, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker with one child; asked to end at the end, and killed if it does not listen."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.edxapp.bridge.worker_settings",
        "KAPASITAS_WORKER_DATABASE": connection.settings_dict["NAME"],
        "KAPASITAS_WORKER_BROKER": broker,
        "KAPASITAS_WORKER_QUEUE": queue,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "tests.edxapp.bridge.worker", "worker"]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*command, "--queues", queue, "--concurrency", "1", "--loglevel", "INFO"],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=file,
        )
    try:
        yield process
        process.terminate()
        process.wait(ENDING_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.mark.server_database
@pytest.mark.django_db(transaction=True)
def test_a_worker_process_delivers_and_ends_when_it_is_asked_to(edxapp, launched, ags, queue, tmp_path):
    """Learner completes → message → worker: record, outbox → message → worker: the HR system has it."""
    log = tmp_path / "worker.log"
    do_everything(launched, edxapp)
    with working(*queue, log) as process:
        deadline = time.monotonic() + PATIENCE_S
        while Delivery.objects.filter(state="delivered").count() < 2:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
    said = log.read_text()
    assert process.returncode == 0, said
    assert "raised unexpected" not in said
    assert CompletionRecord.objects.count() == 1
    assert not ProgressNotice.objects.exists()
    assert sorted(Decimal(score["scoreGiven"]) for _line_item, score, _raw in ags.scores) == [1, 90]
    # Whose results they are stands in no log of a worker.
    for private in ("orang-7", "198001012005011001", "Contoh Camat", launched.email):
        assert private not in said

"""Celery as the platform makes it: it finds our tasks by itself, and its beat starts them."""

from datetime import datetime, timedelta

import celery._state
import pytest
from celery import Celery
from celery.beat import Scheduler

from lti_bridge.settings.common import SCHEDULED


@pytest.fixture
def app(settings):
    """As openedx/core/lib/celery/__init__.py (e57a655), with settings named as in lms/envs/common.py."""
    settings.CELERY_TASK_SERIALIZER = "json"
    settings.BROKER_URL = "memory://"
    former, current = celery._state.default_app, celery._state._tls.current_app
    found = Celery("proj", set_as_current=False)
    found.config_from_object("django.conf:settings")
    found.autodiscover_tasks(force=True)
    yield found
    found.close()
    celery._state.set_default_app(former)
    celery._state._tls.current_app = current


def test_every_task_of_ours_is_found(app):
    """A worker that does not know a task throws its message away."""
    assert {*SCHEDULED, "lti_bridge.tasks.note_progress", "xblocks.records.tasks.calibrate_as_asked"} < set(
        app.tasks
    )


def test_beat_sends_what_is_due_and_lets_it_expire(app):
    """In its interval; a message that nobody took by then is of no use."""
    sent = []
    scheduler = Scheduler(app=app, lazy=True)
    scheduler.setup_schedule()
    scheduler.apply_async = lambda entry, **_: sent.append((entry.task, entry.options["expires"]))
    for name, entry in scheduler.schedule.items():
        if name in SCHEDULED:
            entry.last_run_at = (
                datetime.now(entry.last_run_at.tzinfo) - SCHEDULED[name] - timedelta(seconds=1)
            )
    for _ in SCHEDULED:
        scheduler.tick()
    assert dict(sent) == {name: interval.total_seconds() for name, interval in SCHEDULED.items()}

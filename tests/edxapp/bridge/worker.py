"""The Celery application of a worker process: ``celery -A tests.edxapp.bridge.worker worker``.

As the platform makes its own (openedx-platform openedx/core/lib/celery/__init__.py, Verawood), in a process
that has the fake platform's modules and our course.
"""

import pytest
from celery import Celery
from celery.signals import worker_init

app = Celery("proj")
app.conf.task_protocol = 1
app.config_from_object("django.conf:settings")
app.autodiscover_tasks()


@worker_init.connect
def make_platform(**_: object) -> None:
    """Give the process what the LMS would have, before it forks."""
    from tests.edxapp.bridge.conftest import OURS, SETTINGS, publish
    from tests.edxapp.platform import modules

    # For as long as the process lives.
    modules.install(pytest.MonkeyPatch())
    publish(OURS, other_course_settings=SETTINGS)

"""Hands work to Celery, where the host has it (``settings.KAPASITAS_LTI_USE_CELERY``).

Messages hold ids only. They are hints: what is to be done stands in the database, and the schedule
does what a lost message leaves undone.
"""

from typing import Literal

from django.db import transaction
from django.utils.module_loading import import_string

from .conf import setting

__all__ = ["enqueue"]


type TaskName = Literal["deliver", "note_progress", "read_roster", "reconcile"]


def enqueue(name: TaskName, *ids: int | str) -> None:
    """Send the task of ``lti_bridge.tasks`` once the current transaction is committed.

    Nothing is sent where there is no Celery. A broker that does not answer is logged, and does not
    disturb the caller.
    """
    if not setting("KAPASITAS_LTI_USE_CELERY"):
        return
    # By name: the outbox wakes the tasks, and the tasks read the outbox.
    task = import_string(f"lti_bridge.tasks.{name}")
    queue = setting("KAPASITAS_LTI_QUEUE")
    options = {"queue": queue} if queue else {}

    # A function with a name: Django cannot log the failure of a partial.
    def send() -> None:
        # No retries: a learner waits for this.
        task.apply_async(args=ids, retry=False, ignore_result=True, **options)

    transaction.on_commit(send, robust=True)

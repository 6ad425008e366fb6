"""Hands calibrations to Celery, where the host has it (``settings.KAPASITAS_RECORDS_USE_CELERY``)."""

from django.db import transaction
from django.utils.module_loading import import_string

from .conf import setting

__all__ = ["has_worker", "send_calibration"]


def has_worker() -> bool:
    """Tell whether the host hands tasks to workers. Tasks that run where they are sent do not count.

    A web worker must not load numpy, and a calibration takes longer than a request may.
    """
    from celery import current_app  # costly, and seldom wanted

    return bool(setting("KAPASITAS_RECORDS_USE_CELERY")) and not current_app.conf.task_always_eager


def send_calibration(request_id: int) -> None:
    """Send the task once the current transaction is committed; a broker that does not answer is logged."""
    # By name: the task reads what this module's callers write.
    task = import_string("xblocks.records.tasks.calibrate_as_asked")
    queue = setting("KAPASITAS_RECORDS_QUEUE")
    options = {"queue": queue} if queue else {}

    # A function with a name: Django cannot log the failure of a partial.
    def send() -> None:
        task.apply_async(args=[request_id], retry=False, ignore_result=True, **options)

    transaction.on_commit(send, robust=True)

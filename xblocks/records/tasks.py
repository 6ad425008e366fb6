"""Celery tasks. Arguments are ids only; each task may run twice, late or not at all without harm."""

from celery import shared_task
from django.utils import timezone

from xblocks.competency.errors import CompetencyError

from .models import CalibrationRequest

__all__ = ["calibrate_as_asked"]


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def calibrate_as_asked(request_id: int) -> None:
    """Work a request off, unless it is taken already, and say on it how it ended."""
    # Only here: it loads numpy, which no web worker may.
    from .calibrating import calibrate

    waiting = CalibrationRequest.objects.filter(pk=request_id, started_at=None)
    if not waiting.update(started_at=timezone.now()):
        return
    row = CalibrationRequest.objects.get(pk=request_id)
    try:
        row.number = calibrate(row.bank_id, family=row.family, partial=row.partial, made_by=row.asked_by_id)
    except CompetencyError as error:
        row.problem = {
            "text": error.message.text,
            "values": {k: str(v) for k, v in error.message.values.items()},
        }
    row.finished_at = timezone.now()
    row.save(update_fields=["number", "problem", "finished_at"])

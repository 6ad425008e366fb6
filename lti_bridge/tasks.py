"""Celery tasks. Arguments are ids only; each task may run twice, late or not at all without harm."""

import time
from contextlib import suppress

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from . import notices, shared_cache
from .models import ReportTarget
from .queue import enqueue
from .reconciling import reconcile_target
from .reconciling import schedule as reconciling
from .roster import reading as roster
from .roster.reading import AlreadyReadingError, read_due
from .roster.targets import readable_targets
from .sender import LEASE, deliver_due
from .sweep import sweep_due

__all__ = [
    "deliver",
    "look_after_notices",
    "note_progress",
    "read_roster",
    "read_rosters",
    "reconcile",
    "reconcile_due",
    "sweep",
]

# The database went away, or took another transaction first: the next try may do.
PASSING_FAULTS = (OperationalError, InterfaceError)
MOST_NOTICES = 1000
# The schedule comes every minute.
DRAIN_S = 50
# The schedule comes every hour.
ROSTERS_S = 45 * 60
# As many workers send at once, however many messages ask for it: each may wait long for an HR system.
SENDERS = 2
SLOT = "kapasitas_lti.sender.{number}"
# Less than the ten minutes after which the schedule comes again.
SPARE_TIME_S = 480


@shared_task(autoretry_for=PASSING_FAULTS, retry_backoff=True, max_retries=3, ignore_result=True)  # type: ignore[untyped-decorator]
def note_progress(user_id: int, course_key: str) -> None:
    """Look at the progress of which a notice was left; passing faults are tried again within seconds."""
    notices.take(user_id, course_key)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def look_after_notices() -> None:
    """Ask again for what was left undone: a message was lost, or looking failed."""
    for user_id, course_key in notices.due(timezone.now(), MOST_NOTICES):
        enqueue("note_progress", user_id, course_key)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def deliver() -> None:
    """Send what is due, for a minute at most; returns at once where enough workers send already."""
    # A worker that dies keeps its slot until nobody can hold a claim of its any more.
    keep = DRAIN_S + LEASE.total_seconds()
    slot = next((key for key in map(_slot, range(SENDERS)) if shared_cache.add(key, True, keep)), None)
    if slot is None:
        return
    end = time.monotonic() + DRAIN_S
    try:
        deliver_due(stop=lambda: time.monotonic() >= end)
    finally:
        shared_cache.forget(slot)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def read_roster(target_id: int) -> None:
    """Read one roster, as somebody asked for in the administration."""
    target = readable_targets().filter(pk=target_id).first()
    if target is not None:
        with suppress(AlreadyReadingError):
            roster.read_roster(target)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def read_rosters() -> None:
    """Read the rosters that are due, for most of an hour; the schedule comes again and takes up the rest."""
    end = time.monotonic() + ROSTERS_S
    read_due(stop=lambda: time.monotonic() >= end)


def _slot(number: int) -> str:
    return SLOT.format(number=number)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def reconcile(target_id: int) -> None:
    """Compare one target's results with ours now: somebody asked for it."""
    # One that was deleted meanwhile leaves nothing to compare.
    with suppress(ReportTarget.DoesNotExist):
        reconcile_target(target_id)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def reconcile_due() -> None:
    """Compare results of the targets that were read longest ago, for some minutes at most."""
    end = time.monotonic() + SPARE_TIME_S
    reconciling.reconcile_due(stop=lambda: time.monotonic() >= end)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Look for progress of which no event told, for some minutes at most."""
    end = time.monotonic() + SPARE_TIME_S
    sweep_due(stop=lambda: time.monotonic() >= end)

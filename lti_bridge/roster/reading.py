"""One reading of a target's roster, from the platform into the tables."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef
from django.utils import timezone

from lti_bridge.adapters.memberships import MembershipsService
from lti_bridge.delivery.errors import DeliveryError, RejectedError, TransientError
from lti_bridge.logs import log_event
from lti_bridge.models import ReportTarget, RosterMember, RosterReading
from lti_bridge.models.digests import digest
from lti_bridge.origins import origin

from .members import Changes, leave_absent, take_page
from .targets import readable_targets

__all__ = ["AlreadyReadingError", "read_due", "read_roster"]

# A reading gives up before others may take it for abandoned.
LONGEST = timedelta(minutes=20)
ABANDONED = timedelta(minutes=30)
MOST_MEMBERS = 200_000
# A day's reading is not repeated on the same day, and not missed on the next.
FRESH = timedelta(hours=20)
# Differences add up; what one of them lost, the whole roster brings back.
WHOLE_EVERY = timedelta(days=7)

type Now = Callable[[], datetime]


@dataclass(slots=True, kw_only=True)
class _Progress:
    """What a reading has done so far; it counts although the rest may fail."""

    deadline: float
    changes: Changes = field(default_factory=Changes)
    differences_url: str = ""
    unreadable: int = 0


class AlreadyReadingError(Exception):
    """Another worker is reading this roster."""


def read_due(*, stop: Callable[[], bool], now: Now = timezone.now) -> int:
    """Read the rosters that were not read lately, the longest unread first; return how many were read.

    ``stop`` is asked before each; one that fails is tried again the next day. Not inside a transaction.
    """
    lately = RosterReading.objects.filter(target=OuterRef("pk"), started_at__gt=now() - FRESH)
    due = readable_targets().filter(~Exists(lately))
    count = 0
    for target in due.annotate(read_at=Max("roster_readings__started_at")).order_by(
        F("read_at").asc(nulls_first=True), "pk"
    ):
        if stop():
            break
        try:
            read_roster(target, now=now)
        except AlreadyReadingError:
            continue
        count += 1
    return count


def read_roster(
    target: ReportTarget, *, full: bool = False, longest: timedelta = LONGEST, now: Now = timezone.now
) -> RosterReading:
    """Read the roster and return the reading, with its counts or the problem. Not inside a transaction.

    Only the differences are asked for where the platform offers them, unless ``full``, or unless the last
    whole reading is a week old. It gives up after ``longest``, 20 minutes at most. The target's deployment
    and platform are loaded. Raises AlreadyReadingError.
    """
    # A roster that has moved to another host is read there, and not where it was.
    has_moved = origin(target.differences_url) != origin(target.memberships_url)
    whole = full or has_moved or not _was_read_whole_lately(target, now())
    reading = _begin(target, differences=not whole, started_at=now())
    progress = _Progress(deadline=time.monotonic() + min(longest, LONGEST).total_seconds())
    try:
        _read(target, progress, differences=reading.differences, now=now())
        differences_url = progress.differences_url
        problem = f"{progress.unreadable} without a usable identifier" if progress.unreadable else ""
    except DeliveryError as error:
        # An address that has expired is forgotten: the whole roster next time.
        is_expired = reading.differences and isinstance(error, RejectedError)
        differences_url = "" if is_expired else target.differences_url
        problem = error.message
    return _finish(target, reading, progress.changes, differences_url, problem, now())


def _was_read_whole_lately(target: ReportTarget, now: datetime) -> bool:
    return RosterReading.objects.filter(
        target=target,
        differences=False,
        problem="",
        finished_at__isnull=False,
        started_at__gt=now - WHOLE_EVERY,
    ).exists()


def _begin(target: ReportTarget, *, differences: bool, started_at: datetime) -> RosterReading:
    with transaction.atomic():
        # The lock under which readings begin; it is not held while the platform is asked.
        ReportTarget.objects.select_for_update().get(pk=target.pk)
        under_way = RosterReading.objects.filter(
            target=target, finished_at__isnull=True, started_at__gt=started_at - ABANDONED
        )
        if under_way.exists():
            raise AlreadyReadingError
        return RosterReading.objects.create(target=target, started_at=started_at, differences=differences)


def _read(target: ReportTarget, progress: _Progress, *, differences: bool, now: datetime) -> None:
    seen: set[str] = set()
    for page in MembershipsService(target).pages(differences=differences):
        progress.changes += take_page(target, page.members, now)
        progress.unreadable += page.unreadable
        progress.differences_url = page.differences_url or progress.differences_url
        seen.update(digest(member.sub) for member in page.members if not member.is_gone)
        if len(seen) > MOST_MEMBERS:
            raise TransientError("the roster is longer than any course's")
        if time.monotonic() > progress.deadline:
            raise TransientError("the roster took too long to read")
    if not differences:
        progress.changes += leave_absent(target, seen, now)


def _finish(
    target: ReportTarget,
    reading: RosterReading,
    changes: Changes,
    differences_url: str,
    problem: str,
    now: datetime,
) -> RosterReading:
    reading.finished_at = now
    reading.members = RosterMember.objects.filter(target=target, left_at__isnull=True).count()
    reading.joined, reading.changed, reading.left = changes.joined, changes.changed, changes.left
    reading.problem = problem[:500]
    with transaction.atomic():
        reading.save()
        # Only this column: a launch may be writing the others.
        ReportTarget.objects.filter(pk=target.pk).update(differences_url=differences_url)
    target.differences_url = differences_url
    log_event(
        "roster_read",
        target=target.pk,
        platform=target.deployment.platform_id,
        members=reading.members,
        joined=reading.joined,
        changed=reading.changed,
        left=reading.left,
        error="unreadable" if problem else None,
    )
    return reading

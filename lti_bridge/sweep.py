"""The sweep: learners of whose progress no event told us are looked at nevertheless.

An event can be lost before it reaches us: a receiver that was switched off, a process that died between the
platform's commit and its signal. The platform's own grades and completions are not.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone

from . import notices, outbox, shared_cache
from .conf import setting
from .courses import watched_courses
from .host import UnknownCourseError, course_host
from .toggles import events_are_ignored

__all__ = ["BATCH", "Swept", "sweep_course", "sweep_due"]

log = logging.getLogger(__name__)
BATCH = 200
POSITION = "kapasitas_lti.sweep"
# Longer than a sweep is ever late.
REMEMBERED_S = 30 * 24 * 3600
# A change may be committed some time after the moment that it says; and clocks of two machines differ.
OVERLAP = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """How many learners of a course were looked at, and of how many that failed.

    ``last_user_id`` is where to go on; None where the course was swept to its end.
    """

    course_key: str
    learners: int = 0
    failures: int = 0
    last_user_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """How far the round by the schedule is: courses are done in order of their keys."""

    began: datetime
    since: datetime | None
    course_key: str = ""
    after_user_id: int = 0
    is_over: bool = False


def sweep_course(
    course_key: str,
    *,
    since: datetime | None = None,
    after_user_id: int = 0,
    stop: Callable[[], bool] = lambda: False,
) -> Swept:
    """Look at the progress of the course's learners, in order of their ids, until ``stop`` says so.

    Idempotent: what we know already stays as it is. Each learner is a transaction of their own; one who
    fails is logged by id, left a notice, and does not stop the rest. Raises UnknownCourseError. Not inside a
    transaction.
    """
    learners = failures = 0
    for user_id in _learners(course_key, after_user_id, since):
        if stop():
            return Swept(
                course_key=course_key, learners=learners, failures=failures, last_user_id=after_user_id
            )
        learners += 1
        failures += not _looked_at(user_id, course_key)
        after_user_id = user_id
    return Swept(course_key=course_key, learners=learners, failures=failures)


def _learners(course_key: str, after_user_id: int, since: datetime | None) -> Iterator[int]:
    while True:
        users = course_host().learners_with_progress(
            course_key, after_user_id=after_user_id, limit=BATCH, since=since
        )
        if not users:
            return
        yield from users
        after_user_id = users[-1]


def _looked_at(user_id: int, course_key: str) -> bool:
    try:
        outbox.note_progress(user_id, course_key)
    except UnknownCourseError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever one learner's data does, the others are looked at
        # The class alone: a message may quote a person.
        log.warning("sweep: user %s in %s: %s", user_id, course_key, type(error).__name__)
        # The next round asks only for those whose work has changed since: a notice is looked after again.
        notices.leave(user_id, course_key)
        return False
    return True


def sweep_due(*, stop: Callable[[], bool]) -> list[Swept]:
    """Go on with the round that is under way, or begin one where one is due, until ``stop`` says so.

    The first round looks at everybody, each later one at those whose work has changed since the one before.
    Where the cache forgets how far a round was, it begins anew. Nothing is done while events are ignored.
    """
    hours = setting("KAPASITAS_LTI_SWEEP_HOURS")
    if not hours or events_are_ignored():
        return []
    current = _current_round(timezone.now(), timedelta(hours=hours))
    if current is None:
        return []
    done: list[Swept] = []
    for course_key in watched_courses():
        if course_key < current.course_key:
            continue
        after = current.after_user_id if course_key == current.course_key else 0
        swept = _swept(course_key, current.since, after, stop)
        done.append(swept)
        if swept.last_user_id is not None:
            _remember(current, course_key, swept.last_user_id)
            return done
    _remember(current, "", 0, is_over=True)
    return done


def _swept(course_key: str, since: datetime | None, after: int, stop: Callable[[], bool]) -> Swept:
    try:
        return sweep_course(course_key, since=since, after_user_id=after, stop=stop)
    except UnknownCourseError:
        # Deleted since it was launched.
        return Swept(course_key=course_key)


def _current_round(now: datetime, interval: timedelta) -> _Round | None:
    found = shared_cache.get(POSITION)
    former = found if isinstance(found, _Round) else None
    if former is not None and not former.is_over:
        return former
    if former is None:
        return _Round(began=now, since=None)
    if former.began + interval > now:
        return None
    return _Round(began=now, since=former.began - OVERLAP)


def _remember(current: _Round, course_key: str, after_user_id: int, *, is_over: bool = False) -> None:
    position = replace(current, course_key=course_key, after_user_id=after_user_id, is_over=is_over)
    shared_cache.put(POSITION, position, REMEMBERED_S)

"""Lanes: the threads that send to one platform, so that a slow one keeps nobody waiting but itself.

They do HTTP only. Endings and errands go to the desk, which the worker's main thread serves.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connections

from lti_bridge import http
from lti_bridge.delivery.circuit import OPENS_AFTER
from lti_bridge.delivery.errors import AmbiguousError, DeliveryError
from lti_bridge.delivery.report import ResultsService
from lti_bridge.errands import ClosedDeskError, Errand, errands_go_to

from .attempting import attempt, failed
from .claims import Claim, Ending

__all__ = ["Desk", "Job", "Lane"]

# Requests to one platform at once.
THREADS = 4

log = logging.getLogger(__name__)

type Desk = queue.SimpleQueue[Ending | Errand]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A claim with what sends it; by the monotonic clock, not begun after ``begin_by``."""

    claim: Claim
    service: ResultsService
    begin_by: float


class _Brake:
    """Stops a lane whose system is down, or asks for a pause."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self.is_on = False

    def note(self, error: DeliveryError | None) -> None:
        """Count an attempt."""
        with self._lock:
            is_down = error is not None and error.says_down
            self._failures = self._failures + 1 if is_down else 0
            if self._failures >= OPENS_AFTER or (error is not None and error.asks_for_a_pause):
                self.is_on = True

    def release(self) -> None:
        """The main thread has claimed anew: the platform may be sent to."""
        with self._lock:
            self.is_on = False


class Lane:
    """The threads and the waiting claims of one platform; used by the main thread only."""

    def __init__(self, desk: Desk, jitter: Callable[[], float]) -> None:
        self._desk = desk
        self._jitter = jitter
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        # Claims whose endings have not come back.
        self.outstanding = 0
        # Whether the last claim found as much as was asked for.
        self.wants_more = False
        # The circuit's rule once more, so that threads stop before the main thread has written it down.
        self._brake = _Brake()

    @property
    def backlog(self) -> int:
        """How many claims wait for a thread, about."""
        return self._jobs.qsize()

    def add(self, jobs: Sequence[Job]) -> None:
        """Let the jobs be done."""
        self.outstanding += len(jobs)
        self._brake.release()
        for job in jobs:
            self._jobs.put(job)
        while len(self._threads) < min(THREADS, self.outstanding):
            thread = threading.Thread(target=self._serve, name="kapasitas-sender", daemon=True)
            self._threads.append(thread)
            thread.start()

    def recall(self) -> None:
        """Take back what no thread has begun: it ends unsent."""
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is not None:
                self._desk.put(Ending(claim=job.claim))

    def close(self) -> list[threading.Thread]:
        """Let the threads end after what they do; return them."""
        for _thread in self._threads:
            self._jobs.put(None)
        return self._threads

    def _serve(self) -> None:
        try:
            with errands_go_to(self._desk.put), http.kept_open():
                while (job := self._jobs.get()) is not None:
                    ending = self._done(job)
                    self._desk.put(ending)
                    # Only now: what the brake gives back must not reach the desk before the failures that put
                    # it on, or the main thread would claim it anew before it knows that the system is down.
                    if ending.decision is not None:
                        self._brake.note(ending.error)
        except ClosedDeskError:
            # The worker ends without us; the lease decides about the rest.
            return
        finally:
            # An adapter that used the database here in spite of all leaves no connection behind.
            connections.close_all()

    def _done(self, job: Job) -> Ending:
        if self._brake.is_on or time.monotonic() > job.begin_by:
            return Ending(claim=job.claim)
        return self._attempted(job)

    def _attempted(self, job: Job) -> Ending:
        try:
            return attempt(job.claim, job.service, self._jitter)
        except ClosedDeskError:
            raise
        except Exception as error:  # noqa: BLE001 - one delivery must not end the worker
            # The text of the error may hold what the platform said of a person.
            name = type(error).__name__
            log.error("delivery %s: %s while sending", job.claim.delivery_id, name)
            return failed(job.claim, AmbiguousError(f"unexpected {name} while sending"), self._jitter)

"""The loop over claim, attempt and settle: many rows at once, no platform at the cost of another.

The main thread does everything with the database; the lanes send. A batch is sent only in the first part
of its lease, so that the slowest exchange that was begun still ends within it; the rest is given back.
"""

import queue
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.utils import timezone

from lti_bridge.adapters.line_items import LOCK
from lti_bridge.adapters.services import results_service
from lti_bridge.delivery.circuit import Circuit
from lti_bridge.delivery.report import ResultsService
from lti_bridge.errands import Errand
from lti_bridge.models import Platform, ReportTarget
from lti_bridge.patience import patiently
from lti_bridge.toggles import delivery_is_halted

from .attempting import attempt
from .claiming import Batch, claim_batch, due_platforms
from .claims import Claim, Ending
from .lanes import Desk, Job, Lane
from .settling import settle

__all__ = ["LEASE", "claim", "deliver_due", "deliver_next"]

# Longer than the longest exchange: token, line items and score, each with its time-outs.
LEASE = timedelta(minutes=5)
# Of the lease, in which sending may begin: four fifths are left for an exchange.
BEGIN_WITHIN = 5
BATCH = 200
# Where fewer claims of a platform wait, the next batch is claimed while they are sent.
LOW = 100
# Written together, and at the latest after so long.
SETTLE_AT = 100
SETTLE_AFTER_S = 1.0
# Platforms that are sent to at once.
MOST_LANES = 16
# How often the main thread looks for other platforms, and whether it is to stop.
LOOK_S = 0.25
# A target's service remembers addresses and tokens for so long.
SERVICE_LIFE_S = 60

type ServiceFor = Callable[[ReportTarget], ResultsService]


def deliver_due(
    *, stop: Callable[[], bool], lease: timedelta = LEASE, service_for: ServiceFor | None = None
) -> int:
    """Deliver what is due until ``stop`` says so or nothing is left; return how many were attempted.

    What waits for its pace is waited for; what stands behind an open circuit is left. ``stop`` is asked
    a few times a second; what is being sent then is finished, what is not is given back. Safe to run in
    several workers at once. Not inside a transaction.
    """
    chosen = service_for or partial(results_service, line_item_lock=min(LOCK, lease))
    return _Engine(stop, lease, chosen).run()


def deliver_next(
    *,
    service_for: ServiceFor = results_service,
    jitter: Callable[[], float] = random.random,
    lease: timedelta = LEASE,
) -> bool:
    """Claim, send and settle one delivery, here; False where none may go, or where all sending is halted.

    Not inside a transaction.
    """
    if delivery_is_halted():
        return False
    claimed = claim(lease=lease)
    if claimed is None:
        return False
    target = ReportTarget.objects.select_related("deployment__platform").get(pk=claimed.target_id)
    endings = [attempt(claimed, service_for(target), jitter)]
    patiently(lambda: settle(endings, timezone.now(), jitter))
    return True


def claim(*, lease: timedelta = LEASE) -> Claim | None:
    """Lease the next due row of any platform and open an attempt for it; commits."""
    now = timezone.now()
    for platform in due_platforms(now):
        claims = patiently(partial(claim_batch, platform, now, lease, 1)).claims
        if claims:
            return claims[0]
    return None


@dataclass(slots=True)
class _Kept:
    service: ResultsService
    until: float
    ways: tuple[object, ...]


def _ways(target: ReportTarget) -> tuple[object, ...]:
    """Return what a service is made of: a launch or the administration may change it at any time."""
    platform = target.deployment.platform
    return (
        target.lineitems_url,
        target.lineitem_url,
        target.outcome_url,
        target.scopes,
        platform.client_id,
        platform.auth_token_url,
        platform.token_audience,
        platform.encrypted_secret,
    )


class _Engine:
    """One run of a worker."""

    def __init__(self, stop: Callable[[], bool], lease: timedelta, service_for: ServiceFor) -> None:
        self._stop, self._lease, self._service_for = stop, lease, service_for
        self._desk: Desk = queue.SimpleQueue()
        self._lanes: dict[int, Lane] = {}
        self._services: dict[int, _Kept] = {}
        self._endings: list[Ending] = []
        # By the monotonic clock: when the oldest ending came, when to look again, and whose pace ends when.
        self._oldest = self._look_at = 0.0
        self._paced: dict[int, float] = {}
        self._hungry = True
        # Where the turn begins, so that no platform is always the first.
        self._first = 0
        self._attempted = 0

    def run(self) -> int:
        """Work until nothing is left or stop says so."""
        try:
            while self._turn():
                self._collect()
        finally:
            self._end()
        return self._attempted

    def _turn(self) -> bool:
        """Claim, settle, and say whether there is anything to wait for."""
        is_over = self._stop()
        if is_over:
            self._recall()
        if self._is_time_to_settle():
            self._settle()
        if not is_over:
            is_over = not self._look_if_due()
        if self._outstanding() or self._endings:
            return True
        return bool(self._paced) and not is_over

    def _outstanding(self) -> int:
        return sum(lane.outstanding for lane in self._lanes.values())

    def _look_if_due(self) -> bool:
        """Claim where something is due; False where an operator has halted all."""
        now = time.monotonic()
        is_idle = not self._outstanding()
        if not (is_idle or self._hungry or now >= self._look_at):
            return True
        if delivery_is_halted():
            self._recall()
            return False
        self._look_at, self._hungry = now + LOOK_S, False
        self._paced = {key: until for key, until in self._paced.items() if until > now}
        found = [platform for platform in due_platforms(timezone.now()) if self._has_room(platform)]
        # Round and round: the one after the last comes first.
        found.sort(key=lambda platform: (platform.pk < self._first, platform.pk))
        for platform in found:
            self._feed(platform)
        return True

    def _has_room(self, platform: Platform) -> bool:
        if platform.pk in self._paced:
            return False
        lane = self._lanes.get(platform.pk)
        return lane is None or lane.backlog < LOW

    def _feed(self, platform: Platform) -> None:
        """Claim a batch of the platform for its lane, where a lane is free."""
        lane = self._lanes.get(platform.pk)
        busy = sum(1 for one in self._lanes.values() if one.outstanding)
        if busy >= MOST_LANES and not (lane and lane.outstanding):
            return
        self._first = platform.pk + 1
        begun, now = time.monotonic(), timezone.now()
        batch = patiently(lambda: claim_batch(platform, now, self._lease, BATCH))
        if batch.is_paced:
            # Until the next second begins.
            self._paced[platform.pk] = begun + 1 - now.microsecond / 1_000_000
        if batch.claims:
            lane = self._lanes.setdefault(platform.pk, lane or Lane(self._desk, random.random))
            lane.wants_more = len(batch.claims) >= BATCH
            lane.add(self._jobs(batch, begun + self._lease.total_seconds() / BEGIN_WITHIN))

    def _jobs(self, batch: Batch, begin_by: float) -> list[Job]:
        now = time.monotonic()
        wanted = {claimed.target_id for claimed in batch.claims}
        self._services = {key: kept for key, kept in self._services.items() if kept.until > now}
        for target in ReportTarget.objects.select_related("deployment__platform").filter(pk__in=wanted):
            kept, ways = self._services.get(target.pk), _ways(target)
            if kept is None or kept.ways != ways:
                service, until = self._service_for(target), now + SERVICE_LIFE_S
                self._services[target.pk] = _Kept(service=service, until=until, ways=ways)
        return [
            Job(claim=claimed, service=self._services[claimed.target_id].service, begin_by=begin_by)
            for claimed in batch.claims
        ]

    def _collect(self) -> None:
        """Take what the lanes have done, and do their errands; waits where nothing has come."""
        wait = LOOK_S
        if not self._outstanding() and self._paced:
            wait = min(wait, max(0.0, min(self._paced.values()) - time.monotonic()))
        with suppress(queue.Empty):
            self._take(self._desk.get(timeout=wait))
            # At most a batch: there is other work too.
            for _number in range(SETTLE_AT):
                self._take(self._desk.get_nowait())

    def _take(self, said: Ending | Errand) -> None:
        if isinstance(said, Errand):
            said.run()
            return
        lane = self._lanes[said.claim.platform_id]
        lane.outstanding -= 1
        self._hungry = self._hungry or (lane.wants_more and lane.backlog < LOW)
        if not self._endings:
            self._oldest = time.monotonic()
        self._endings.append(said)
        self._attempted += said.decision is not None

    def _is_time_to_settle(self) -> bool:
        if not self._endings:
            return False
        # Trouble is written at once: the others are to know.
        is_trouble = any(ending.error for ending in self._endings)
        return (
            is_trouble
            or len(self._endings) >= SETTLE_AT
            or not self._outstanding()
            or time.monotonic() - self._oldest > SETTLE_AFTER_S
        )

    def _settle(self) -> None:
        endings, self._endings = self._endings, []
        circuits: dict[int, Circuit] = patiently(lambda: settle(endings, timezone.now(), random.random))
        for platform_id, circuit in circuits.items():
            if circuit.open_until is not None and platform_id in self._lanes:
                self._lanes[platform_id].recall()

    def _recall(self) -> None:
        for lane in self._lanes.values():
            lane.recall()

    def _end(self) -> None:
        """End the threads; whoever still asks for something is sent away."""
        threads = [thread for lane in self._lanes.values() for thread in lane.close()]
        while any(thread.is_alive() for thread in threads):
            with suppress(queue.Empty):
                said = self._desk.get(timeout=0.02)
                if isinstance(said, Errand):
                    said.refuse()

"""A run: real processes, real HTTP, real signals.

Time is shortened in two ways. A worker's lease is seconds (``deliver --lease``), and a delivery that
waits for its next try is brought forward every second, as if the back-off had passed.
"""

import random
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from benchmarks.progress import COURSE_KEY
from benchmarks.rig import Process, Rig, output_of, rigged, simpeg_side, start, stop

from .comparison import Arrived, Expected, Outbox, Result, differences
from .plan import Act, Event, Options, plan

__all__ = ["Report", "run"]

# Longer than creating a line item while every request is slow.
LEASE_S = 8
SLOW_S = 0.5
# A kill waits that long for a send to be under way.
AIM_S = 2.0
CENT = Decimal("0.01")


@dataclass(slots=True)
class Report:
    """What a run did and found."""

    counts: dict[str, int | float] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)


class Run:
    """One run in progress."""

    def __init__(self, options: Options, rig: Rig) -> None:
        self.options, self.rig = options, rig
        self.draw = random.Random(options.seed)
        self.expected: dict[str, Expected] = {}
        self.senders: list[Process] = []
        self.kills = self.aimed = 0

    def act(self, event: Event) -> None:
        """Let the event happen."""
        match event.act:
            case Act.PROGRESS:
                self.progress(event)
            case Act.FAULT:
                percent = ("--percent", str(event.percent), "--seconds", str(SLOW_S))
                fault("--clear", event.kind, "--on", event.endpoint, *percent)
            case Act.KILL_SENDER:
                self.kill_sender()
            case Act.STOP_SIMPEG:
                self.rig.stop_simpeg()
            case Act.START_SIMPEG:
                self.rig.start_simpeg()

    def progress(self, event: Event) -> None:
        """Change a learner's progress, and note by ourselves what HR must come to know."""
        from benchmarks.steered import SteeredHost
        from lti_bridge.api import note_progress

        progress = event.progress
        if progress is None:
            raise ValueError("an event of progress needs one")
        user_id = self.rig.learners[event.subject]
        SteeredHost.progresses[user_id] = progress
        note_progress(user_id, COURSE_KEY)
        before = self.expected.get(event.subject)
        self.expected[event.subject] = Expected(
            points=(progress.grade * 100).quantize(CENT, ROUND_HALF_UP),
            completed=progress.completes or bool(before and before.completed),
        )

    def start_sender(self) -> None:
        """Start one more worker."""
        self.senders.append(
            start("standalone.manage", "site", "deliver", "--idle", "0.2", "--lease", str(LEASE_S))
        )

    def kill_sender(self) -> None:
        """SIGKILL a worker, in the middle of a send where one comes in time, and start another."""
        from lti_bridge.models import Delivery, DeliveryState

        deadline = time.monotonic() + AIM_S
        while time.monotonic() < deadline:
            if Delivery.objects.filter(state=DeliveryState.IN_FLIGHT).exists():
                self.aimed += 1
                break
            time.sleep(0.005)
        victim = self.senders.pop(self.draw.randrange(len(self.senders)))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        self.kills += 1
        self.start_sender()

    def settled(self) -> bool:
        """Whether nothing waits and nothing is being sent."""
        from lti_bridge.models import Delivery, DeliveryState

        return not Delivery.objects.filter(
            state__in=(DeliveryState.PENDING, DeliveryState.IN_FLIGHT)
        ).exists()

    def proceed(self, started: float) -> None:
        """Let everything in the plan happen, then wait until the outbox has settled or time is up."""
        for event in plan(self.options, list(self.rig.learners)):
            while (ahead := started + event.at - time.monotonic()) > 0:
                hurry()
                time.sleep(min(ahead, 1))
            self.act(event)
        fault("--clear")
        while not self.settled() and time.monotonic() - started < self.options.bound_seconds:
            hurry()
            time.sleep(0.5)


def fault(*arguments: str) -> None:
    """Switch SIMPEG's faults by its own command."""
    output_of("standalone.manage", "simpeg", "simpeg_fault", *arguments)


def hurry() -> None:
    """Bring forward every delivery that waits for its next try."""
    from django.utils import timezone

    from lti_bridge.models import Delivery, DeliveryState

    Delivery.objects.filter(state=DeliveryState.PENDING).update(not_before=timezone.now())


def run(options: Options) -> Report:
    """Run, compare, and return the counts with every difference."""
    with rigged(options.learners) as rig:
        ours = Run(options, rig)
        started = time.monotonic()
        try:
            for _ in range(options.senders):
                ours.start_sender()
            ours.proceed(started)
        finally:
            for sender in ours.senders:
                stop(sender)
        seconds = time.monotonic() - started
        arrived, outbox = arrivals(simpeg_side("holdings")), outbox_now()
        return Report(
            counts={
                "learners": len(rig.learners),
                "completed": sum(one.completed for one in ours.expected.values()),
                "kills": ours.kills,
                "kills_while_sending": ours.aimed,
                **{f"deliveries_{state}": count for state, count in sorted(outbox.states.items())},
                "attempts": outbox.attempts,
                **attempts_by_outcome(),
                "scores_received": arrived.posts,
                "results_held": len(arrived.results),
                "seconds": round(seconds, 1),
            },
            differences=differences(ours.expected, arrived, outbox),
        )


def arrivals(found: Mapping[str, list[dict[str, str]]]) -> Arrived:
    """Return what SIMPEG holds as values."""
    return Arrived(
        line_items={int(item["id"]): item["tag"] for item in found["line_items"]},
        results=[
            Result(line_item=int(one["line_item"]), subject=one["subject"], score=Decimal(one["score"]))
            for one in found["results"]
        ],
        posts=int(str(found["posts"])),
    )


def outbox_now() -> Outbox:
    """Return where the deliveries stand."""
    from django.db.models import Count

    from lti_bridge.models import CompletionRecord, Delivery, DeliveryAttempt

    states = Delivery.objects.values_list("state").annotate(Count("pk"))
    return Outbox(
        states=dict(states),
        attempts=DeliveryAttempt.objects.count(),
        records=CompletionRecord.objects.count(),
    )


def attempts_by_outcome() -> dict[str, int]:
    """Return the attempts by how they ended; those of a killed worker have no end."""
    from django.db.models import Count

    from lti_bridge.models import DeliveryAttempt

    ended = DeliveryAttempt.objects.values_list("outcome").annotate(Count("pk")).order_by("outcome")
    return {f"attempts_{outcome or 'without_end'}": count for outcome, count in ended}

"""When what happens in a run, drawn from a seed; times are seconds after the start."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from benchmarks.progress import Progress

__all__ = ["Act", "Event", "Options", "plan"]

# Kind and endpoint of the demo SIMPEG's faults. A refused client (401 of the token endpoint) is no
# fault that passes: it blocks the target until an operator acts, and has tests of its own.
FAULTS = (
    ("unavailable", "any"),
    ("lost_answer", "scores"),
    ("lost_answer", "line_items"),
    ("lost_answer", "any"),
    ("slow", "any"),
    ("slow_after", "scores"),
    ("unauthorized", "scores"),
    ("unauthorized", "line_items"),
    ("server_error", "scores"),
    ("rate_limited", "token"),
)
CHANGES_A_LEARNER = (1, 5)
FAULT_EVERY_S = 3.0


class Act(StrEnum):
    """What happens."""

    PROGRESS = "progress"
    FAULT = "fault"
    KILL_SENDER = "kill sender"
    STOP_SIMPEG = "stop simpeg"
    START_SIMPEG = "start simpeg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The size of a run. ``seconds``: how long things happen; ``bound_seconds``: until all has settled."""

    learners: int = 30
    kills: int = 5
    senders: int = 2
    seconds: float = 40
    bound_seconds: float = 120
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happens; ``subject`` and ``progress`` for PROGRESS, the others for FAULT."""

    at: float
    act: Act
    subject: str = ""
    progress: Progress | None = None
    kind: str = ""
    endpoint: str = ""
    percent: int = 100


def plan(options: Options, subjects: Sequence[str]) -> list[Event]:
    """Return the run's events in order; the same seed and subjects give the same events.

    The first line items are created, and the last changes sent, while faults are on.
    """
    draw = random.Random(options.seed)
    events = [Event(at=0, act=Act.FAULT, kind="lost_answer", endpoint="line_items", percent=60)]
    for subject in subjects:
        times = sorted(draw.uniform(0, options.seconds) for _ in range(draw.randint(*CHANGES_A_LEARNER)))
        for at in times:
            # Above 0, so that every learner has a grade that is worth reporting; often a passing one.
            grade = Decimal(max(draw.randint(1, 10_000), draw.randint(1, 10_000))) / 10_000
            progress = Progress(grade=grade, all_blocks=draw.random() < 0.6)
            events.append(Event(at=at, act=Act.PROGRESS, subject=subject, progress=progress))
    for number in range(1, int(options.seconds / FAULT_EVERY_S)):
        kind, endpoint = draw.choice(FAULTS)
        events.append(
            Event(
                at=number * FAULT_EVERY_S,
                act=Act.FAULT,
                kind=kind,
                endpoint=endpoint,
                percent=draw.choice((30, 60, 100)),
            )
        )
    for number in range(options.kills):
        share = options.seconds / options.kills
        events.append(Event(at=share * (number + draw.uniform(0.1, 0.9)), act=Act.KILL_SENDER))
    down = draw.uniform(0.3, 0.6) * options.seconds
    events += [Event(at=down, act=Act.STOP_SIMPEG), Event(at=down + 3, act=Act.START_SIMPEG)]
    return sorted(events, key=lambda event: event.at)

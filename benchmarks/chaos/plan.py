"""What happens in a run, drawn from a seed.

An act is due when a share of all changes has been made, not at a time: a slow machine only takes longer.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from benchmarks.progress import PASSING_GRADE

__all__ = ["KILLS", "STEPS", "Act", "Change", "Due", "Options", "Way", "changes", "order", "plan"]

# Changes of one learner; each leads to one state at most, and one of them to a completion.
STEPS = 4
LEAST_SECONDS = 20.0


class Act(StrEnum):
    """What is done to the system."""

    KILL_SENDER = "kill a sender"
    KILL_CELERY = "kill a Celery worker"
    KILL_PRODUCER = "kill a producer"
    PAUSE_SENDER = "pause a sender beyond its lease"
    CRASH_DATABASE = "crash the database"
    CRASH_PLATFORM = "crash a platform"
    CRASH_REDIS = "crash Redis"
    FORGET = "drop the broker's messages and the cache"


KILLS = (Act.KILL_SENDER, Act.KILL_SENDER, Act.KILL_SENDER, Act.KILL_CELERY, Act.KILL_PRODUCER)


class Way(StrEnum):
    """How the bridge hears of a change."""

    AT_ONCE = "at once"  # in the transaction of the change
    BY_NOTICE = "by notice"  # a notice in that transaction, and a message that may be lost
    NEVER = "never"  # the event was lost: only looking at everybody finds it


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The size of a run.

    ``records``: changes made by learners; about as many rows of the outbox come of them (an event that was
    lost makes none, a completion makes one more). ``rate``: share of requests that go wrong.
    """

    database: str = "postgresql"
    records: int = 22_000
    kills: int = 200
    senders: int = 3
    platforms: int = 2
    rate: float = 0.2
    records_per_second: float = 45.0
    lease: float = 6.0
    seed: int = 0

    @property
    def learners(self) -> int:
        """How many learners make the changes."""
        return max(1, self.records // STEPS)

    @property
    def seconds(self) -> float:
        """How long the producers take, where they are not slower: workers start first in a small run too."""
        return max(LEAST_SECONDS, self.records / self.records_per_second)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An act, and the share of all changes (0..1) after which it is due."""

    share: float
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a learner. ``undone``: a grade that is written first and rolled back, or None."""

    grade: Decimal
    all_blocks: bool
    way: Way
    undone: Decimal | None


def plan(options: Options) -> list[Due]:
    """Return the acts in order."""
    draw = random.Random(f"acts {options.seed}")
    acts = [draw.choice(KILLS) for _ in range(options.kills)]
    acts += [Act.PAUSE_SENDER] * max(1, options.kills // 20)
    acts += [Act.CRASH_DATABASE] * max(1, options.kills // 50)
    acts += [Act.CRASH_PLATFORM] * max(2, options.kills // 20)
    acts += [Act.CRASH_REDIS] * max(1, options.kills // 50)
    acts += [Act.FORGET] * max(3, options.kills // 10)
    dues = [Due(share=draw.uniform(0.02, 0.98), act=act) for act in acts]
    return sorted(dues, key=lambda due: due.share)


def changes(seed: int, number: int) -> list[Change]:
    """Return a learner's changes in order; no two of their grades are alike, the undone ones included.

    Who has completed stays completed: a completion that nobody was told of, and that is gone when somebody
    looks, is none.
    """
    draw = random.Random(f"learner {seed} {number}")
    least = int(PASSING_GRADE * 10_000)
    failing = [Decimal(one) / 10_000 for one in draw.sample(range(1, least), STEPS * 2)]
    passing = [Decimal(one) / 10_000 for one in draw.sample(range(least, 10_001), STEPS)]
    made: list[Change] = []
    completed = False
    for _ in range(STEPS):
        passes = completed or draw.random() < 0.5
        all_blocks = completed or draw.random() < 0.6
        completed = passes and all_blocks
        made.append(
            Change(
                grade=passing.pop() if passes else failing.pop(),
                all_blocks=all_blocks,
                way=draw.choices(list(Way), weights=(65, 25, 10))[0],
                undone=failing.pop() if draw.random() < 0.1 else None,
            )
        )
    return made


def order(seed: int, numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Return (learner's number, step from 1 on) in the order in which changes are made."""
    for step in range(1, STEPS + 1):
        turn = sorted(numbers)
        random.Random(f"turn {seed} {step}").shuffle(turn)
        for number in turn:
            yield number, step

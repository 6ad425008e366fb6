"""What the learners achieved, against what the platforms took and hold: pure, so that a test can feed it
a loss, a duplicate or a disorder and see it found.

A **state** is a row of the outbox: the value of one sequence number of one key (platform, person, kind).
A score has an **effect** when the platform holds something afterwards that it did not hold before: another
value, or the same value under a later timestamp. The same score posted again, which a platform refuses or
processes without any change, has none.

lost            a key for which no platform holds what the learner achieved last
duplicate       a state that took effect under two timestamps, or stands in two line items
out of order    a state that took effect after a later state of its key
invented        an effect of what is no state: rolled back, or never achieved
stuck           what is neither delivered nor superseded when nothing is left to do
unrecorded      a score that reached a platform without an attempt that was written before
unexplained     an attempt without an outcome that no death of a worker explains
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

__all__ = ["Achieved", "Arrival", "Attempt", "Evidence", "Finding", "Key", "Kinds", "State", "account"]

SETTLED = frozenset({"delivered", "superseded"})
# A clock is read a moment before or after the thing it stands for.
READING_S = 0.01


class Kinds:
    """The kinds of reports."""

    GRADE = "grade"
    COMPLETION = "completion"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What newer states replace older ones of."""

    platform: int
    person: str
    kind: str

    def __str__(self) -> str:
        return f"{self.kind} of {self.person} at platform {self.platform}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Achieved:
    """What one learner has in the end: points of 100, and whether the course is completed."""

    platform: int
    person: str
    points: Decimal
    completed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt of the outbox; seconds since 1970. ``ended`` is None where no outcome was written."""

    started: float
    ended: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One row of the outbox. ``attempts`` are in the order in which they were written."""

    key: Key
    sequence: int
    value: Decimal
    state: str
    settled: float | None
    attempts: Sequence[Attempt]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One score that a platform processed or refused, in the order in which it did."""

    key: Key
    line_item: int
    value: Decimal
    timestamp: datetime
    at: float
    took_effect: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that a run left behind. ``held``: what platforms hold, per key and line item.

    ``deaths``: when a worker, or the database under it, ended without a farewell. ``left``: what else is
    not done (notices, blocked targets), by name.
    """

    achieved: Sequence[Achieved]
    states: Sequence[State]
    arrivals: Sequence[Arrival]
    held: Mapping[Key, Mapping[int, Decimal]]
    records: int
    deaths: Sequence[float]
    left: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that must not happen."""

    kind: str
    text: str


def account(evidence: Evidence) -> list[Finding]:
    """Return everything that must not have happened, and did."""
    return [
        *_lost(evidence),
        *_effects(evidence),
        *_stuck(evidence),
        *_attempts(evidence),
    ]


def _due(evidence: Evidence) -> dict[Key, Decimal]:
    due = {}
    for one in evidence.achieved:
        if one.points > 0 or one.completed:
            due[Key(one.platform, one.person, Kinds.GRADE)] = one.points
        if one.completed:
            due[Key(one.platform, one.person, Kinds.COMPLETION)] = Decimal(1)
    return due


def _lost(evidence: Evidence) -> Iterator[Finding]:
    due = _due(evidence)
    for key, value in due.items():
        held = evidence.held.get(key, {})
        if value not in held.values():
            yield Finding(kind="lost", text=f"{key}: {value} is not held, but {sorted(held.values())}")
    for key, values in evidence.held.items():
        if key not in due:
            yield Finding(kind="invented", text=f"{key}: {sorted(values.values())} was never due")
        if len(values) > 1:
            yield Finding(kind="duplicate", text=f"{key}: it stands in {len(values)} line items")
    completed = sum(one.completed for one in evidence.achieved)
    if evidence.records != completed:
        kind = "lost" if evidence.records < completed else "duplicate"
        yield Finding(kind=kind, text=f"{evidence.records} completion records, where {completed} completed")


def _effects(evidence: Evidence) -> Iterator[Finding]:
    sequences = {(state.key, state.value): state.sequence for state in evidence.states}
    stamps: dict[tuple[Key, Decimal], set[datetime]] = defaultdict(set)
    newest: dict[Key, int] = {}
    for arrival in evidence.arrivals:
        if not arrival.took_effect:
            continue
        sequence = sequences.get((arrival.key, arrival.value))
        if sequence is None:
            yield Finding(kind="invented", text=f"{arrival.key}: {arrival.value} is no state")
            continue
        stamps[arrival.key, arrival.value].add(arrival.timestamp)
        if sequence < newest.get(arrival.key, 0):
            text = f"{arrival.key}: {sequence} took effect after {newest[arrival.key]}"
            yield Finding(kind="out of order", text=text)
        newest[arrival.key] = max(sequence, newest.get(arrival.key, 0))
    for (key, value), found in stamps.items():
        if len(found) > 1:
            times = ", ".join(str(one.time()) for one in sorted(found))
            yield Finding(kind="duplicate", text=f"{key}: {value} took effect at {times}")


def _stuck(evidence: Evidence) -> Iterator[Finding]:
    for state in evidence.states:
        if state.state not in SETTLED:
            yield Finding(kind="stuck", text=f"{state.key}, sequence {state.sequence}: {state.state}")
    for name, number in evidence.left.items():
        if number:
            yield Finding(kind="stuck", text=f"{number} {name}")


def _attempts(evidence: Evidence) -> Iterator[Finding]:
    arrivals: dict[tuple[Key, Decimal], list[Arrival]] = defaultdict(list)
    for arrival in evidence.arrivals:
        arrivals[arrival.key, arrival.value].append(arrival)
    deaths = sorted(evidence.deaths)
    for state in evidence.states:
        arrived = arrivals[state.key, state.value]
        if len(arrived) > len(state.attempts):
            text = f"{len(arrived)} scores of {len(state.attempts)} attempts"
            yield Finding(kind="unrecorded", text=f"{state.key}, sequence {state.sequence}: {text}")
        first = min((attempt.started for attempt in state.attempts), default=float("inf"))
        if any(one.at < first - READING_S for one in arrived):
            text = f"{state.key}, sequence {state.sequence}: a score arrived before the first attempt"
            yield Finding(kind="unrecorded", text=text)
        for attempt, until in _unfinished(state):
            if not any(attempt.started - READING_S <= death <= until for death in deaths):
                text = f"{state.key}, sequence {state.sequence}: an attempt has no outcome, and nobody died"
                yield Finding(kind="unexplained", text=text)


def _unfinished(state: State) -> Iterator[tuple[Attempt, float]]:
    """Return attempts without an outcome, each with the time at which somebody else took over."""
    for number, attempt in enumerate(state.attempts):
        if attempt.ended is not None:
            continue
        if number + 1 < len(state.attempts):
            yield attempt, state.attempts[number + 1].started
        else:
            yield attempt, state.settled if state.settled is not None else float("inf")

"""What must have arrived against what did: pure, so that a test can show it finds each kind of loss."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["COMPLETION", "GRADE", "Arrived", "Expected", "Outbox", "Result", "differences"]

GRADE, COMPLETION = "kapasitas-grade", "kapasitas-completion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The newest state of one learner: points of 100, and whether the course was ever completed."""

    points: Decimal
    completed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What SIMPEG holds for one learner in one line item."""

    line_item: int
    subject: str
    score: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Everything that SIMPEG holds. ``line_items``: id → tag; ``posts`` counts scores received."""

    line_items: Mapping[int, str]
    results: Sequence[Result]
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """Where the bridge's deliveries stand, how often it tried, and how many completions it recorded."""

    states: Mapping[str, int]
    attempts: int
    records: int


def differences(expected: Mapping[str, Expected], arrived: Arrived, outbox: Outbox) -> list[str]:
    """Return a sentence for everything that was lost, doubled, stale, or is still on its way."""
    return [
        *_line_items(expected, arrived),
        *_results(expected, arrived),
        *_outbox(expected, arrived, outbox),
    ]


def _line_items(expected: Mapping[str, Expected], arrived: Arrived) -> Iterator[str]:
    wanted = {GRADE} | {COMPLETION for one in expected.values() if one.completed}
    counted = Counter(arrived.line_items.values())
    for tag in sorted(wanted | set(counted)):
        if counted[tag] != (1 if tag in wanted else 0):
            yield f"line item {tag} exists {counted[tag]} times"


def _results(expected: Mapping[str, Expected], arrived: Arrived) -> Iterator[str]:
    held: dict[tuple[str, str], list[Decimal]] = {}
    for result in arrived.results:
        held.setdefault((result.subject, arrived.line_items[result.line_item]), []).append(result.score)
    wanted = {
        **{(subject, GRADE): one.points for subject, one in expected.items()},
        **{(subject, COMPLETION): Decimal(1) for subject, one in expected.items() if one.completed},
    }
    for subject, tag in sorted(wanted.keys() | held.keys()):
        scores = held.get((subject, tag), [])
        value = wanted.get((subject, tag))
        if value is None:
            yield f"{tag} of {subject}: {scores} was never due"
        elif not scores:
            yield f"{tag} of {subject}: {value} is lost"
        elif len(scores) > 1:
            yield f"{tag} of {subject}: arrived {len(scores)} times"
        elif scores[0] != value:
            yield f"{tag} of {subject}: {scores[0]} is held, {value} is the newest"


def _outbox(expected: Mapping[str, Expected], arrived: Arrived, outbox: Outbox) -> Iterator[str]:
    for state, count in sorted(outbox.states.items()):
        if count and state not in ("delivered", "superseded"):
            yield f"outbox: {count} {state}"
    if outbox.attempts < arrived.posts:
        yield f"outbox: {outbox.attempts} attempts are recorded, {arrived.posts} scores arrived"
    completed = sum(one.completed for one in expected.values())
    if outbox.records != completed:
        yield f"completion records: {outbox.records}, where {completed} completed"

"""The attempts that a learner handed in, and the grade that they make.

Stored as a list, oldest first: ``{"number": 1, "earned": 3.0, "possible": 4.0, "attempt": {…}}``. Only the
last ten keep the attempt itself; of the others the points are left.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from xblocks.competency.assessment import Grading
from xblocks.competency.grading import AttemptScore, graded
from xblocks.competency.values import dataclass, replace

from .state import Attempt

__all__ = ["Kept", "Scorer", "appended", "grade_after", "grade_of", "history_of", "rescored", "to_json"]

IN_FULL = 10

type Scorer = Callable[[Attempt], AttemptScore]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One attempt that was handed in; ``attempt`` is None once only its points are left."""

    number: int
    score: AttemptScore
    attempt: Attempt | None = None


def history_of(state: Mapping[str, Any], scorer: Scorer) -> tuple[Kept, ...]:
    """Return the attempts handed in. ``state`` has ``history``, ``attempt`` and ``best_attempt``.

    State from before there was a history has the best attempt and the last one: they are all that is known.
    ``scorer`` scores what was kept without its points.
    """
    if state.get("history"):
        return tuple(map(_kept, state["history"]))
    found: dict[int, Kept] = {}
    for name in ("best_attempt", "attempt"):
        attempt = Attempt.from_json(state.get(name) or {})
        if attempt is not None and attempt.submitted:
            found[attempt.number] = Kept(number=attempt.number, score=scorer(attempt), attempt=attempt)
    return tuple(found[number] for number in sorted(found))


def _kept(stored: Mapping[str, Any]) -> Kept:
    return Kept(
        number=stored["number"],
        score=AttemptScore(stored["earned"], stored["possible"]),
        attempt=Attempt.from_json(stored.get("attempt") or {}),
    )


def appended(history: Sequence[Kept], attempt: Attempt, score: AttemptScore) -> tuple[Kept, ...]:
    """Return the history with the attempt at its end; the oldest lose all but their points."""
    kept = Kept(number=attempt.number, score=score, attempt=_slim(attempt))
    earlier = [one for one in history if one.number != attempt.number]
    return tuple(
        one if place < IN_FULL else replace(one, attempt=None)
        for place, one in reversed(list(enumerate([kept, *reversed(earlier)])))
    )


def _slim(attempt: Attempt) -> Attempt:
    """Return the attempt with the one client's id of each answer that is on record."""
    answers = {item: replace(answer, uuids=answer.uuids[-1:]) for item, answer in attempt.answers.items()}
    return replace(attempt, answers=answers)


def rescored(history: Iterable[Kept], scorer: Scorer) -> tuple[Kept, ...]:
    """Return the history with what is kept in full scored again."""
    return tuple(
        replace(one, score=scorer(one.attempt)) if one.attempt is not None else one for one in history
    )


def grade_of(history: Iterable[Kept], method: Grading) -> AttemptScore | None:
    """Return the grade; None where nothing was handed in."""
    return graded([one.score for one in history], method)


def grade_after(history: Sequence[Kept], method: Grading, before: AttemptScore | None) -> AttemptScore | None:
    """Return the grade when the last of the attempts has just been handed in.

    ``before`` is the grade that stood, which staff may have set by hand. The best attempt does not lower it,
    and the first one stays; the last attempt and the average take its place.
    """
    grade = grade_of(history, method)
    if before is None or grade is None or method in (Grading.LAST, Grading.AVERAGE):
        return grade
    return before if method is Grading.FIRST or before.share > grade.share else grade


def to_json(history: Iterable[Kept]) -> list[dict[str, Any]]:
    """Return what ``history_of`` reads."""
    return [
        {
            "number": one.number,
            "earned": one.score.earned,
            "possible": one.score.possible,
            **({"attempt": one.attempt.to_json()} if one.attempt is not None else {}),
        }
        for one in history
    ]

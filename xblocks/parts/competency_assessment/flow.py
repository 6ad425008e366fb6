"""What a learner may do now, and what becomes of it: state in, state out. No fields, no host."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from xblocks.competency.assessment import FeedbackPolicy
from xblocks.competency.certainty import Certainty
from xblocks.competency.errors import ResponseError, UnknownItemError
from xblocks.competency.grading import AttemptScore
from xblocks.competency.items import Item
from xblocks.competency.layout import tokens
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.results import AttemptResult
from xblocks.competency.types import read_response
from xblocks.events import AttemptSubmitted, CompetencyPoints
from xblocks.records.values import ResponseRecord

from . import timing
from .requests import RefusedError
from .situation import Situation
from .state import Attempt
from .timing import Given, Told

__all__ = [
    "answer",
    "check_attempt",
    "item_of",
    "records_of",
    "start",
    "submit",
    "submitted_event",
]


def start(situation: Situation, *, number: int, seed: str) -> Attempt:
    """Begin the next attempt, under a number that the learner never had here."""
    _refuse_problems(situation)
    if situation.attempt is not None and not situation.attempt.submitted:
        raise RefusedError(409, Message(_("An attempt is going on already.")))
    if situation.attempts_left == 0:
        raise RefusedError(409, Message(_("All attempts are used up.")))
    _refuse_closed(situation)
    first = situation.attempt.first if situation.attempt else number
    attempt = Attempt(
        number=number, first=first, seed=seed, started_at=situation.at.isoformat(timespec="seconds")
    )
    return attempt.limited(situation.assessment.time_limit)


def answer(
    situation: Situation,
    item: Item,
    data: object,
    *,
    client_uuid: str,
    final: bool,
    told: Told,
    certainty: Certainty | None = None,
) -> Attempt:
    """Take the answer to one item. The caller has ruled out that it is a repetition.

    ``told`` is what the client says of the time; see ``timing`` for what it is believed. The very same
    attempt comes back where an answer was given since, on another device: that one stands.
    """
    attempt = _going_on(situation)
    given = _given(situation, attempt, item, told)
    if attempt.locked(item.id):
        raise RefusedError(409, Message(_("The answer to item {item} is final."), {"item": item.id}))
    if any(client_uuid in kept.uuids for kept in attempt.answers.values()):
        raise RefusedError(400, Message(_("The field uuid was used for another item.")))
    try:
        response = read_response(item, data, tokens(item, attempt.seed))
    except ResponseError as error:
        raise RefusedError(400, error.message) from error
    if final and not response.complete:
        raise RefusedError(
            400, Message(_("Answer item {item} in full before it is checked."), {"item": item.id})
        )
    kept = attempt.answers.get(item.id)
    if kept is not None and timing.outdated(told, given.at, kept=kept.given):
        return attempt
    return attempt.answered(
        item.id,
        response,
        client_uuid=client_uuid,
        final=final,
        at=given.at,
        received=situation.at,
        late=given.late,
        certainty=certainty,
    )


def _given(situation: Situation, attempt: Attempt, item: Item, told: Told) -> Given:
    """Return when the answer was given; refuses one that comes when the time is over."""
    kept = attempt.answers.get(item.id)
    limits = [attempt.ends]
    if situation.closed:
        # Once the key is out, who says to have answered before is not believed.
        if situation.closes is None or situation.assessment.feedback is FeedbackPolicy.AFTER_DUE:
            _refuse_closed(situation)
        limits.append(situation.closes)
    given = timing.given(
        told,
        started=attempt.started,
        ends=min((end for end in limits if end is not None), default=None),
        received=situation.at,
        again=kept is not None and kept.late,
    )
    if given is None:
        _refuse_closed(situation)
        raise RefusedError(409, Message(_("The time is over; this answer was not given in time.")))
    return given


def submit(situation: Situation) -> Attempt:
    """End the attempt. Allowed after the deadline, too: answers that were taken in time count.

    An adaptive test ends by its own rules, or by the time: who could stop would stop while it looks well.
    """
    attempt = _going_on(situation)
    course, step = situation.course, situation.step()
    if course is not None and step is not None and course.current(step) is not None:
        raise RefusedError(409, Message(_("The test is not over: there are items to answer.")))
    return attempt.over(situation.at)


def item_of(situation: Situation, id_: object) -> Item:
    """Return the item that the client names."""
    try:
        return situation.assessment.item(id_)
    except UnknownItemError as error:
        raise RefusedError(404, error.message) from error


def check_attempt(situation: Situation, number: object) -> None:
    """Refuse a page that was opened in another attempt than the current one; None says nothing."""
    if number is not None and (situation.attempt is None or number != situation.attempt.number):
        raise RefusedError(409, Message(_("This page belongs to another attempt; please reload it.")))


def records_of(attempt: Attempt, result: AttemptResult, only: Item | None = None) -> Iterator[ResponseRecord]:
    """Yield what there is to record of the attempt's answers, or of one item's."""
    for one in result.items:
        if one.response is not None and only in (None, one.item):
            kept = attempt.answers[one.item.id]
            yield ResponseRecord(
                item_id=one.item.id,
                client_uuid=UUID(kept.uuids[-1]),
                response=one.response.to_json(),
                fraction=one.score.fraction,
                points=one.score.points,
                answered_at=datetime.fromisoformat(kept.answered_at),
            )


def submitted_event(attempt: Attempt, result: AttemptResult, score: AttemptScore) -> AttemptSubmitted:
    """Return what the tracker is told of an attempt that was handed in."""
    return AttemptSubmitted(
        attempt=attempt.number,
        answered=result.answered,
        items=len(result.items),
        earned=score.earned,
        possible=score.possible,
        competencies=tuple(
            CompetencyPoints(
                competency=one.competency, earned=float(one.earned), possible=float(one.possible)
            )
            for one in result.by_competency()
        ),
    )


def _going_on(situation: Situation) -> Attempt:
    _refuse_problems(situation)
    if situation.attempt is None or situation.attempt.submitted:
        raise RefusedError(409, Message(_("No attempt is going on: start one first.")))
    return situation.attempt


def _refuse_problems(situation: Situation) -> None:
    if situation.problems:
        raise RefusedError(409, Message(_("This assessment is not ready yet; please tell the instructor.")))


def _refuse_closed(situation: Situation) -> None:
    if situation.closed:
        raise RefusedError(409, Message(_("The deadline has passed.")))

"""What a learner may do now, and what becomes of it: state in, state out. No fields, no host.

A refusal is a ``RefusedError`` with the HTTP status of its kind: 400 the client is wrong, 403 who asks
may not, 404 no such item, 409 not now.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from xblocks.competency.assessment import Assessment
from xblocks.competency.errors import ResponseError, UnknownItemError
from xblocks.competency.items import Item
from xblocks.competency.layout import tokens
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.results import AttemptResult, result_of
from xblocks.competency.types import read_response
from xblocks.records.values import ResponseRecord

from .state import Attempt

__all__ = [
    "RefusedError",
    "Situation",
    "answer",
    "check_attempt",
    "check_fields",
    "records_of",
    "start",
    "submit",
]


# What every database can hold; clocks that were reset to 1970 are common.
PLAUSIBLE_YEARS = range(1970, 9999)


class RefusedError(Exception):
    """The request is refused; nothing has changed."""

    def __init__(self, status: int, message: Message) -> None:
        super().__init__(str(message))
        self.status, self.message = status, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What stands when a learner comes: ``problems`` of the content keep everyone out."""

    assessment: Assessment
    attempt: Attempt | None
    closed: bool = False
    due_passed: bool = True
    problems: Collection[Message] = ()

    @property
    def attempts_left(self) -> int | None:
        """How many more attempts may be begun; None means any number."""
        return self.assessment.attempts_left(self.attempt.number if self.attempt else 0)

    @property
    def may_start(self) -> bool:
        """Whether a new attempt may be begun now."""
        going_on = self.attempt is not None and not self.attempt.submitted
        return not (self.problems or self.closed or going_on or self.attempts_left == 0)

    def shows_feedback(self, item: Item) -> bool:
        """Whether the learner may see the key of the item now."""
        attempt = self.attempt
        return attempt is not None and self.assessment.feedback.shows(
            answered_for_good=attempt.locked(item.id),
            submitted=attempt.submitted,
            due_passed=self.due_passed,
        )

    def result(self) -> AttemptResult:
        """Return the result of the attempt."""
        items = self.assessment.items
        return result_of(items, self.attempt.responses(items) if self.attempt else {})


def check_fields(
    data: object, required: Collection[str], optional: Collection[str] = ()
) -> dict[str, object]:
    """Return the request's fields; refuses missing ones and ones that are not known."""
    if not isinstance(data, dict):
        raise RefusedError(400, Message(_("The request must be a JSON object.")))
    for name in data:
        if name not in required and name not in optional:
            raise RefusedError(
                400, Message(_("The request's field {name} is not known."), {"name": repr(name)[:40]})
            )
    for name in required:
        if name not in data:
            raise RefusedError(400, Message(_("The request lacks the field {name}."), {"name": name}))
    return cast(dict[str, object], data)


def start(situation: Situation, *, seed: str, at: datetime) -> Attempt:
    """Begin the next attempt."""
    _refuse_problems(situation)
    if situation.attempt is not None and not situation.attempt.submitted:
        raise RefusedError(409, Message(_("An attempt is going on already.")))
    if situation.attempts_left == 0:
        raise RefusedError(409, Message(_("All attempts are used up.")))
    _refuse_closed(situation)
    number = situation.attempt.number + 1 if situation.attempt else 1
    return Attempt(number=number, seed=seed, started_at=at.isoformat(timespec="seconds"))


def answer(
    situation: Situation, item: Item, data: object, *, client_uuid: str, final: bool, at: datetime
) -> Attempt:
    """Take the answer to one item. The caller has ruled out that it is a repetition."""
    attempt = _going_on(situation)
    _refuse_closed(situation)
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
    return attempt.answered(item.id, response, client_uuid=client_uuid, final=final, at=at)


def submit(situation: Situation, *, at: datetime) -> Attempt:
    """End the attempt. Allowed after the deadline, too: answers that were taken in time count."""
    return _going_on(situation).over(at)


def item_of(situation: Situation, id_: object) -> Item:
    """Return the item that the client names."""
    try:
        return situation.assessment.item(id_)
    except UnknownItemError as error:
        raise RefusedError(404, error.message) from error


def client_uuid_of(value: object) -> str:
    """Return the client's UUID in its usual spelling."""
    try:
        if not isinstance(value, str):
            raise ValueError
        return str(UUID(value))
    except ValueError:
        raise RefusedError(400, Message(_("The field uuid must be a UUID."))) from None


def answered_at(value: object, at: datetime) -> datetime:
    """Return the client's clock; ours where it told none. It informs, and decides nothing."""
    if value is None:
        return at
    try:
        told = datetime.fromisoformat(value) if isinstance(value, str) else None
        if told is not None and told.tzinfo is not None and told.year in PLAUSIBLE_YEARS:
            return told.astimezone(UTC)
    except ValueError:
        pass
    raise RefusedError(400, Message(_("The field answered_at must be an ISO 8601 time with its zone.")))


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

"""What of a learner's work is told and kept for others; nothing of what is not the learner's own work."""

from collections.abc import Iterable
from typing import Any

from xblocks import events
from xblocks.competency.grading import AttemptScore
from xblocks.competency.items import Item
from xblocks.host import announcing, people, publishing, records

from . import flow
from .situation import Situation

__all__ = ["announced", "answered", "began", "last_attempt", "submitted"]


def last_attempt(block: Any) -> int:
    """Return the highest number of an attempt of the learner of which anything is on record; 0 for none."""
    return records.last_attempt(people.learner(block).user_id, _usage(block))


def began(block: Any, situation: Situation) -> None:
    """Tell that an attempt was begun, and note which items of the bank it shows."""
    if situation.attempt is None:
        return
    _presented(block, situation, [item.id for item in situation.assessment.items])
    publishing.track(block, events.AttemptStarted(attempt=situation.attempt.number, items=situation.longest))


def answered(block: Any, before: Situation, situation: Situation, item: Item) -> None:
    """Tell that an answer was taken, and note which items it brings next.

    A final one goes on record at once, in an adaptive test with all others when it is handed in.
    """
    if situation.attempt is None or before.attempt is None:
        return
    final = situation.attempt.locked(item.id)
    if final and not situation.adaptive:
        _responses(block, situation, only=item)
    new = [id_ for id_ in situation.attempt.offered if id_ not in before.attempt.offered]
    if new:
        _presented(block, situation, new)
    publishing.track(block, events.ItemAnswered(attempt=situation.attempt.number, item=item.id, final=final))


def submitted(block: Any, situation: Situation, score: AttemptScore) -> None:
    """Put the answers of an attempt that was handed in on record, and tell of it to the tracker."""
    attempt, result = situation.attempt, situation.result()
    if attempt is None:
        return
    _responses(block, situation)
    publishing.track(block, flow.submitted_event(attempt, result, score))


def announced(block: Any, situation: Situation, score: AttemptScore) -> None:
    """Tell other services of an attempt that was handed in, once it is saved for good."""
    attempt = situation.attempt
    if attempt is not None:
        announcing.announce_submission(block, attempt.number, attempt.submitted_at, situation.result(), score)


def _responses(block: Any, situation: Situation, only: Item | None = None) -> None:
    if situation.attempt is not None and people.is_own_work(block):
        records.record_responses(
            people.learner(block).user_id,
            _usage(block),
            situation.attempt.number,
            list(flow.records_of(situation.attempt, situation.shown(), only)),
        )


def _presented(block: Any, situation: Situation, ids: Iterable[str]) -> None:
    attempt, known = situation.attempt, situation.content.bank_items
    of_bank = [id_ for id_ in ids if id_ in known]
    if attempt is not None and of_bank and people.is_own_work(block):
        records.record_presentations(
            people.learner(block).user_id,
            _usage(block),
            attempt.number,
            attempt.bank,
            of_bank,
            pilots=attempt.pilots,
            at=situation.at,
        )


def _usage(block: Any) -> str:
    return str(block.scope_ids.usage_id)

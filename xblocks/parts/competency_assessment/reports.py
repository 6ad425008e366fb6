"""The instructor's table of answers."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from xblocks.competency.assessment import Form
from xblocks.competency.items import Item
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.results import ItemResult, result_of

from .content import Content
from .forms import assessment_of, items_of
from .state import Attempt

__all__ = ["FORMS", "rows"]

FORMS = {Form.FIXED: _("fixed"), Form.RANDOM: _("random"), Form.ADAPTIVE: _("adaptive")}


def rows(
    authored: Content, states: Iterable[Any], text: Callable[[Message], str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield ``(username, row)`` for each answer; a state has ``username`` and ``state``.

    Of every attempt that is kept in full, oldest first, and of the one going on.
    """
    # Thousands of attempts share a few versions of a bank; each is looked up once.
    by_bank: dict[str, Mapping[str, Item]] = {}
    for one in states:
        for attempt in _attempts(one.state):
            if attempt.bank not in by_bank:
                by_bank[attempt.bank] = items_of(authored, attempt)
            items = assessment_of(authored, attempt, by_bank[attempt.bank]).items
            for result in result_of(items, attempt.responses(items)).items:
                if result.response is not None:
                    row = _row(attempt, result, text)
                    yield one.username, {text(Message(name)): value for name, value in row.items()}


def _attempts(state: dict[str, Any]) -> list[Attempt]:
    kept = [entry.get("attempt") or {} for entry in state.get("history") or ()]
    stored = [*kept, state.get("attempt") or {}]
    found = {attempt.number: attempt for attempt in map(Attempt.from_json, stored) if attempt}
    return [found[number] for number in sorted(found)]


def _row(attempt: Attempt, result: ItemResult, text: Callable[[Message], str]) -> dict[str, Any]:
    answer = attempt.answers[result.item.id]
    traced = next((step for step in attempt.trace if step.item == result.item.id), None)
    response = json.dumps(result.response.to_json(), ensure_ascii=False) if result.response else ""
    return {
        _("Attempt"): attempt.number,
        _("Form"): text(Message(FORMS[attempt.form])),
        _("Item"): result.item.id,
        _("Answer"): response,
        _("Points earned"): float(result.score.points),
        _("Points possible"): float(result.score.possible),
        _("Counts"): result.item.id not in attempt.pilots,
        _("Certainty"): int(answer.certainty) if answer.certainty else None,
        _("Answered at"): answer.answered_at,
        _("Received at"): answer.received_at,
        _("Late"): answer.late,
        _("Ability"): traced.theta if traced else None,
        _("Standard error"): traced.se if traced else None,
        _("Submitted"): attempt.submitted_at,
    }

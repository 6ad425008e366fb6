"""What those who teach see: every item with its key, and what a learner answered."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from xblocks.competency.items import Item, ItemStatus, SituationalJudgement
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.values import replace
from xblocks.records.values import LevelWords

from .content import Content
from .facts import PageFacts
from .history import Kept
from .item_views import author_item, item_view
from .requests import RefusedError
from .results import points_view
from .situation import Situation
from .state import Traced

__all__ = ["author_page", "staff_page"]


# What is told of an item's status; that it is in use goes without saying.
STATUSES = {
    ItemStatus.DRAFT: _("draft: not asked"),
    ItemStatus.PILOT: _("on trial: does not count in drawn forms"),
    ItemStatus.RETIRED: _("retired: not drawn any more"),
}
# A key of judgement is its authors' proposal until experts have adopted it.
NOT_ADOPTED = _("not yet adopted by a panel")


def author_page(authored: Content, warnings: Iterable[Message], facts: PageFacts) -> dict[str, Any]:
    """Return the values of the author's page: every item that may be asked, with its key."""
    items = [*authored.askable(), *authored.trials()]
    competencies = sorted({id_ for item in items for id_ in item.competencies})
    names, levels = facts.names(competencies), facts.levels(competencies)

    def words(item: Item) -> dict[str, tuple[str, str]]:
        none = LevelWords()
        return {
            id_: (names[id_], levels.get(id_, {}).get(item.level, none).description)
            for id_ in item.competencies
        }

    return {
        "prefix": facts.prefix,
        "title": facts.title,
        "intro": facts.html(authored.intro),
        "items": [
            author_item(item, facts, words(item))
            | {
                "number": number,
                "count": len(items),
                "status_text": _status_text(item, facts),
            }
            for number, item in enumerate(items, 1)
        ],
        "drawn": authored.drawn,
        "problems": [facts.text(problem) for problem in authored.author_problems()],
        "warnings": [facts.text(warning) for warning in warnings],
    }


def _status_text(item: Item, facts: PageFacts) -> str:
    said = [STATUSES[item.status]] if item.status in STATUSES else []
    if item.status is ItemStatus.PILOT and isinstance(item, SituationalJudgement):
        said.append(NOT_ADOPTED)
    return "; ".join(facts.text(Message(one)) for one in said)


def staff_page(
    situation: Situation, history: Iterable[Kept], grade: tuple[Any, Any], facts: PageFacts
) -> dict[str, Any]:
    """Return the values of what staff see of a learner's latest attempt: each item, its key, its points.

    ``situation`` is the learner's, ``grade`` the points that count as they are kept. Raises RefusedError
    where there is no attempt.
    """
    attempt = situation.attempt
    if attempt is None:
        raise RefusedError(404, Message(_("There is no attempt of a learner with this name here.")))
    # Ids of its own, since the member of staff's own attempt may stand above it; nothing to answer.
    facts = replace(facts, prefix=f"{facts.prefix}-staff")
    situation = replace(situation, closed=True)
    asked = situation.asked()
    earned, possible = grade
    return {
        "attempt": attempt,
        "result": points_view(situation.result(), facts),
        "grade": {"earned": _points(earned, facts), "possible": _points(possible, facts)}
        if earned is not None and possible is not None
        else None,
        "late": sum(answer.late for answer in attempt.answers.values()),
        "history": [
            {
                "number": kept.number - attempt.first + 1,
                "earned": _points(kept.score.earned, facts),
                "possible": _points(kept.score.possible, facts),
            }
            for kept in history
        ],
        "trace": [_traced(place, step, situation, facts) for place, step in enumerate(attempt.trace, 1)],
        "calibration": attempt.calibration,
        "items": [
            item_view(situation, item, facts, key=True, place=(number, len(asked)))
            | _notes(situation, item, facts)
            for number, item in enumerate(asked, 1)
        ],
    }


def _points(value: object, facts: PageFacts) -> Any:
    return facts.number(Decimal(str(value)))


def _notes(situation: Situation, item: Item, facts: PageFacts) -> dict[str, Any]:
    """Return what staff see beside an item: its id, whether it counts, when it was answered and received."""
    attempt = situation.attempt
    answer = attempt.answers.get(item.id) if attempt else None
    notes = [item.id]
    if attempt and item.id in attempt.pilots:
        notes.append(facts.text(Message(_("on trial, does not count"))))
    if answer is not None:
        given = facts.moment(datetime.fromisoformat(answer.answered_at))
        notes.append(facts.text(Message(_("answered {time}"), {"time": given})))
        received = facts.moment(datetime.fromisoformat(answer.received_at))
        if received != given:
            notes.append(facts.text(Message(_("received {time}"), {"time": received})))
    return {"notes": " · ".join(notes)}


def _traced(place: int, step: Traced, situation: Situation, facts: PageFacts) -> dict[str, Any]:
    attempt = situation.attempt
    return {
        "number": place,
        "item": step.item,
        "counts": attempt is not None and step.item not in attempt.pilots,
        "theta": facts.number(step.theta),
        "se": facts.number(step.se),
        "above": facts.number(step.above * 100) if step.above is not None else "",
    }

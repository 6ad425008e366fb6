"""One item as values for its template: what is asked, what was answered, and, where it is due, the key."""

from collections.abc import Mapping
from typing import Any

from xblocks.competency.assessment import FeedbackPolicy
from xblocks.competency.certainty import Certainty
from xblocks.competency.items import Item
from xblocks.competency.layout import tokens
from xblocks.competency.messages import Message
from xblocks.competency.scoring import Score
from xblocks.competency.types import ITEM_TYPES, rule, score

from .facts import PageFacts
from .presenters import FORMS, Marks, form_of, marks_of
from .situation import Situation

__all__ = ["author_item", "item_view"]


def item_view(
    situation: Situation,
    item: Item,
    facts: PageFacts,
    *,
    place: tuple[int, int] | None = None,
    key: bool = False,
) -> dict[str, Any]:
    """Return the values of one item of the attempt that is going on or over.

    ``place`` is its number, and of how many (0: that is open), where it is not its place in the form.
    ``key``: with the key, whatever the feedback policy says; for staff alone.
    """
    attempt, assessment = situation.attempt, situation.assessment
    if attempt is None:
        raise ValueError("an item is shown in an attempt only")
    response = attempt.responses([item]).get(item.id)
    answer = attempt.answers.get(item.id)
    locked = attempt.locked(item.id)
    number, count = place or (assessment.items.index(item) + 1, len(assessment.items))
    view = _asked(item, facts, form_of(item, response, tokens(item, attempt.seed), facts.html))
    view |= {
        "number": number,
        "count": count,
        "next": situation.adaptive and not locked and not situation.closed,
        "locked": locked or situation.closed,
        "complete": response is not None and response.complete,
        "checkable": assessment.feedback is FeedbackPolicy.IMMEDIATE and not locked and not situation.closed,
        "late": answer is not None and answer.late,
    }
    if assessment.certainty and (not view["locked"] or (answer is not None and answer.certainty)):
        view["certainty"] = [
            {
                "value": int(level),
                "text": facts.text(Message(level.label)),
                "chosen": answer is not None and answer.certainty is level,
            }
            for level in Certainty
        ]
    if key or (situation.shows_feedback(item) and facts.results_shown):
        _put_marks(view["form"], marks_of(item, response), facts)
        view["feedback"] = _feedback(item, score(item, response), facts)
    return view


def author_item(item: Item, facts: PageFacts, words: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """Return the values of an item as its author sees it: with its key, and nobody's answer.

    ``words`` are the name of each competency, and what a person at the item's level does.
    """
    view = _asked(item, facts, form_of(item, None, {}, facts.html))
    _put_marks(view["form"], marks_of(item, None), facts)
    return view | {
        "locked": True,
        "author": True,
        "type_text": facts.text(Message(ITEM_TYPES[item.type].title)),
        "level": item.level,
        "competencies": [words[id_][0] for id_ in item.competencies],
        "does": [words[id_][1] for id_ in item.competencies if words[id_][1]],
        "feedback": _feedback(item, None, facts),
    }


def _asked(item: Item, facts: PageFacts, form: dict[str, Any]) -> dict[str, Any]:
    for step in form.get("scale", ()):
        step["text"] = facts.text(step["label"])
    return {
        "id": item.id,
        "prefix": f"{facts.prefix}-{item.id}",
        "points": facts.number(item.worth),
        "prompt": facts.html(item.prompt),
        "template": FORMS[item.type].template,
        "form": form,
    }


def _put_marks(form: dict[str, Any], marks: Marks, facts: PageFacts) -> None:
    for part in form["parts"]:
        mark = marks.get(part.get("of", part["id"]))
        if mark is not None:
            part["mark"] = {
                "right": mark.right,
                "missed": mark.missed,
                "key": facts.text(mark.key) if mark.key else "",
                "note": facts.html(mark.note),
            }


def _feedback(item: Item, earned: Score | None, facts: PageFacts) -> dict[str, Any]:
    feedback: dict[str, Any] = {
        "rule": facts.text(rule(item)),
        "why": facts.html(item.feedback),
        "source": item.source.strip(),
    }
    if earned is not None:
        feedback["verdict"] = "right" if earned.full else "partly" if earned.fraction else "wrong"
        feedback["earned"] = facts.number(earned.points)
    return feedback

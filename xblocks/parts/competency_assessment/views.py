"""Pages as values for the templates: which facts a learner's page, an item, and the author's page show."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xblocks.competency.assessment import FeedbackPolicy
from xblocks.competency.items import Item
from xblocks.competency.layout import tokens
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.numbers import format_number
from xblocks.competency.results import AttemptResult
from xblocks.competency.scoring import Score
from xblocks.competency.types import ITEM_TYPES, rule, score
from xblocks.olx.markup import safe_html

from .content import Content
from .flow import Situation
from .presenters import FORMS, Html, Marks, form_of, marks_of

__all__ = ["PageFacts", "author_page", "item_view", "learner_page", "public_facts"]

POLICIES = {
    FeedbackPolicy.IMMEDIATE: _("after each item that you have checked"),
    FeedbackPolicy.AFTER_SUBMISSION: _("after you submit"),
    FeedbackPolicy.AFTER_DUE: _("after the due date"),
    FeedbackPolicy.NEVER: _("not for this assessment"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What a page needs from around the block. ``static`` resolves addresses of course files."""

    prefix: str
    title: str
    intro: str
    language: str
    text: Callable[[Message], str]
    names: Callable[[Iterable[str]], Mapping[str, str]]
    static: Html
    results_shown: bool
    signed_in: bool
    best: tuple[Decimal, Decimal] | None

    def html(self, content: str) -> str:
        """Return an author's text, safe to show."""
        return self.static(safe_html(content))

    def number(self, value: Decimal) -> str:
        """Return a number with at most two decimals, as the language writes it."""
        written = format_number(value.quantize(Decimal("0.01")))
        return written if self.language != "en" else written.translate(str.maketrans(",.", ".,"))


def learner_page(situation: Situation, facts: PageFacts) -> dict[str, Any]:
    """Return the values of the learner's page."""
    attempt, assessment = situation.attempt, situation.assessment
    page: dict[str, Any] = {
        "prefix": facts.prefix,
        "title": facts.title,
        "ready": not situation.problems,
        "signed_in": facts.signed_in,
        "closed": situation.closed,
        "may_start": situation.may_start and facts.signed_in,
        "attempt": attempt,
        "attempts": assessment.attempts,
        "attempts_left": situation.attempts_left,
        "count": len(assessment.items),
        "points": facts.number(assessment.possible),
        "policy_text": facts.text(Message(POLICIES[assessment.feedback])),
        "intro": facts.html(facts.intro),
    }
    if attempt is None or situation.problems:
        return page
    result = situation.result()
    page["answered"] = sum(one.response is not None and one.response.complete for one in result.items)
    page["items"] = [item_view(situation, one.item, facts) for one in result.items]
    if attempt.submitted and facts.results_shown:
        page["result"] = _result(result, facts)
    if facts.best is not None and facts.results_shown:
        earned, possible = facts.best
        page["best"] = {"earned": facts.number(earned), "possible": facts.number(possible)}
    return page


def item_view(situation: Situation, item: Item, facts: PageFacts) -> dict[str, Any]:
    """Return the values of one item of the attempt that is going on or over."""
    attempt = situation.attempt
    if attempt is None:
        raise ValueError("an item is shown in an attempt only")
    response = attempt.responses([item]).get(item.id)
    shown = situation.shows_feedback(item) and facts.results_shown
    view = _asked(item, facts, form_of(item, response, tokens(item, attempt.seed), facts.html))
    view |= {
        "number": [one.id for one in situation.assessment.items].index(item.id) + 1,
        "count": len(situation.assessment.items),
        "locked": attempt.locked(item.id),
        "complete": response is not None and response.complete,
        "checkable": situation.assessment.feedback is FeedbackPolicy.IMMEDIATE
        and not attempt.locked(item.id)
        and not situation.closed,
    }
    view["locked"] = view["locked"] or situation.closed
    if shown:
        _put_marks(view["form"], marks_of(item, response), facts)
        view["feedback"] = _feedback(item, score(item, response), facts)
    return view


def author_page(items: Iterable[Item], problems: Iterable[Message], facts: PageFacts) -> dict[str, Any]:
    """Return the values of the author's page: every item with its key."""
    views = []
    items = list(items)
    for number, item in enumerate(items, 1):
        view = _asked(item, facts, form_of(item, None, {}, facts.html))
        _put_marks(view["form"], marks_of(item, None), facts)
        view |= {"number": number, "count": len(items), "locked": True, "author": True}
        view["type_text"] = facts.text(Message(ITEM_TYPES[item.type].title))
        view["level"] = item.level
        view["competencies"] = list(facts.names(item.competencies).values())
        view["feedback"] = _feedback(item, None, facts)
        views.append(view)
    return {
        "prefix": facts.prefix,
        "title": facts.title,
        "intro": facts.html(facts.intro),
        "items": views,
        "problems": [facts.text(problem) for problem in problems],
    }


def public_facts(authored: Content, title: str) -> dict[str, Any]:
    """Return what other clients are told: no keys, no learner (docs/reference/student_view_data.md)."""
    assessment = authored.assessment
    return {
        "schema": 1,
        "display_name": title,
        "intro": safe_html(authored.intro),
        "ready": not authored.problems,
        "attempts": assessment.attempts,
        "feedback": assessment.feedback.value,
        "max_score": float(assessment.possible),
        "items": [
            {
                "id": item.id,
                "type": item.type,
                "points": float(item.worth),
                "level": item.level,
                "competencies": list(item.competencies),
            }
            for item in assessment.items
        ],
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


def _result(result: AttemptResult, facts: PageFacts) -> dict[str, Any]:
    by_competency = result.by_competency()
    names = facts.names(one.competency for one in by_competency)
    return {
        "earned": facts.number(result.earned),
        "possible": facts.number(result.possible),
        "percent": facts.number(result.share * 100),
        "competencies": [
            {
                "name": names[one.competency],
                "answered": one.answered,
                "items": one.items,
                "earned": facts.number(one.earned),
                "possible": facts.number(one.possible),
                "percent": facts.number(one.share * 100),
                # CSS wants a point, whatever the language.
                "width": f"{one.share * 100:.0f}",
            }
            for one in by_competency
        ],
    }

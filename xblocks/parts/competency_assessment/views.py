"""Pages as values for the templates: what a learner sees before, in and after an attempt."""

from typing import Any

from xblocks.competency.assessment import FeedbackPolicy, Form, Grading
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.values import dataclass
from xblocks.measurement.adaptive import StopReason
from xblocks.olx.markup import safe_html

from .adaptive import REASONS
from .content import Content
from .facts import PageFacts
from .item_views import item_view
from .level_views import levels_view
from .results import certainty_view, points_view, told_by_competency
from .situation import Situation
from .state import Attempt
from .timing import seconds_left

__all__ = ["Next", "learner_page", "next_of", "public_facts"]

POLICIES = {
    FeedbackPolicy.IMMEDIATE: _("after each item that you have checked"),
    FeedbackPolicy.AFTER_SUBMISSION: _("after you submit"),
    FeedbackPolicy.AFTER_DUE: _("after the due date"),
    FeedbackPolicy.NEVER: _("not for this assessment"),
}
GRADINGS = {
    Grading.BEST: _("your best attempt"),
    Grading.LAST: _("your last attempt"),
    Grading.FIRST: _("your first attempt"),
    Grading.AVERAGE: _("the average of your attempts"),
}


def learner_page(situation: Situation, facts: PageFacts) -> dict[str, Any]:
    """Return the values of the learner's page."""
    attempt, assessment = situation.attempt, situation.assessment
    form, length = _promised(situation, facts)
    page: dict[str, Any] = {
        "prefix": facts.prefix,
        "title": facts.title,
        "ready": not situation.problems,
        "signed_in": facts.signed_in,
        "closed": situation.closed,
        "due": facts.due,
        "frozen": facts.frozen,
        "may_start": situation.may_start and facts.signed_in,
        "attempt": attempt,
        "attempts": assessment.attempts,
        "attempts_left": situation.attempts_left,
        "form": form.value,
        "count": situation.longest if attempt else length[1],
        "length": length,
        "trials": bool(situation.content.trials()),
        "points": facts.number(assessment.possible),
        "minutes": int(assessment.time_limit.total_seconds() // 60) if assessment.time_limit else None,
        "policy_text": facts.text(Message(POLICIES[assessment.feedback])),
        "grading_text": facts.text(Message(GRADINGS[assessment.grading])) if assessment.attempts != 1 else "",
        "intro": facts.html(situation.content.intro),
    }
    if attempt is None or situation.problems:
        return page
    if attempt.submitted:
        return page | _review(situation, attempt, facts)
    return page | _progress(situation, attempt, facts)


def _promised(situation: Situation, facts: PageFacts) -> tuple[Form, tuple[int, int]]:
    """Return the form that an attempt gets, and its length: before it begins, that of what would be given."""
    content, form = situation.content, situation.content.assessment.form
    if form is Form.ADAPTIVE and situation.attempt is None and not facts.adapts(content):
        return Form.RANDOM, content.length_unadapted
    return form, content.length


def _progress(situation: Situation, attempt: Attempt, facts: PageFacts) -> dict[str, Any]:
    shown = situation.shown()
    items = [] if attempt.adaptive else [item_view(situation, one.item, facts) for one in shown.items]
    return {
        "answered": sum(one.answered for one in shown.items),
        "items": items,
        "adaptive": attempt.adaptive,
        "next": next_of(situation, facts) if situation.course else None,
        "device": f"{facts.device}-{attempt.number}",
        "time_over": situation.time_over,
        "left": seconds_left(attempt.ends, situation.at) if attempt.ends else None,
        "until": facts.moment(attempt.ends) if attempt.ends else "",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What an adaptive test shows next, and ahead of it for a lost connection; or why it is over."""

    shown: dict[str, dict[str, Any]]
    reserve: list[dict[str, Any]]
    over: str


def next_of(situation: Situation, facts: PageFacts) -> Next:
    """Return how the adaptive attempt goes on, as the values of its items. No more than that: no ability."""
    course, step = situation.course, situation.step()
    if course is None or step is None:
        raise ValueError("only an adaptive attempt goes on item by item")
    current, items = course.current(step), {item.id: item for item in situation.assessment.items}
    if current is None or current not in items:
        reason = step.reason or StopReason.EXHAUSTED
        return Next(shown={}, reserve=[], over=facts.text(Message(REASONS[reason])))
    number = len(course.given) + 1
    ahead = [items[id_] for id_ in course.reserve(current) if id_ in items]
    return Next(
        shown={"next": item_view(situation, items[current], facts, place=(number, 0))},
        reserve=[item_view(situation, item, facts, place=(number + n, 0)) for n, item in enumerate(ahead, 1)],
        over="",
    )


def _review(situation: Situation, attempt: Attempt, facts: PageFacts) -> dict[str, Any]:
    result = situation.result()
    page: dict[str, Any] = {
        "items": [
            item_view(situation, one.item, facts, place=(number, len(result.items)))
            for number, one in enumerate(result.items, 1)
        ],
        "late": sum(answer.late for answer in attempt.answers.values()),
    }
    if not facts.results_shown:
        return page
    told = told_by_competency(situation, result)
    page["result"] = points_view(result, facts, told)
    if attempt.adaptive:
        page["mine"] = {"percent": facts.number(situation.score().share * 100)}
    page["levels"] = levels_view(
        situation, facts.measured(situation), facts, [one.competency for one in told]
    )
    page["certainty"] = certainty_view(situation, result, facts)
    if facts.grade is not None:
        earned, possible = facts.grade
        page["grade"] = {"earned": facts.number(earned), "possible": facts.number(possible)}
    return page


def public_facts(authored: Content, title: str) -> dict[str, Any]:
    """Return what other clients are told: no keys, no learner (docs/reference/student_view_data.md)."""
    assessment = authored.assessment
    return {
        "schema": 1,
        "display_name": title,
        "intro": safe_html(authored.intro),
        "ready": not authored.blocking_problems(),
        "attempts": assessment.attempts,
        "feedback": assessment.feedback.value,
        "form": assessment.form.value,
        "time_limit": int(assessment.time_limit.total_seconds() // 60) if assessment.time_limit else None,
        "grading": assessment.grading.value,
        "certainty": assessment.certainty,
        "length": list(authored.length),
        "max_score": authored.possible,
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

"""Steps of an attempt as a whole: what stands before, what was asked for, what stands after."""

from collections.abc import Mapping
from typing import Any

from xblocks.competency.assessment import FeedbackPolicy
from xblocks.competency.items import Item
from xblocks.competency.values import replace

from . import flow, forms, requests, timing
from .forms import Supply
from .situation import Situation
from .state import Attempt

__all__ = ["answered", "begun", "reply_to", "submitted"]


def begun(situation: Situation, attempt: Attempt, supply: Supply) -> Situation:
    """Return what stands once the attempt, which ``flow.start`` gave, has its form."""
    attempt = forms.given_form(situation.content, attempt, supply)
    course = None
    if attempt.adaptive and supply.pool is not None:
        course = forms.course_of(situation.content, attempt, supply.pool, supply.trial)
    if course is not None:
        course = course.offered(course.step())
        attempt = course.attempt
    return _after(replace(situation, course=course), attempt)


def answered(situation: Situation, item: Item, uuid: str, fields: Mapping[str, object]) -> Situation:
    """Return what stands after the answer in the request's ``fields``; raises RefusedError.

    In an adaptive test an answer stands, and with it comes what is asked next.
    """
    asked = situation.assessment
    final = requests.flag_of(fields, "final") and asked.feedback is FeedbackPolicy.IMMEDIATE
    attempt = flow.answer(
        situation,
        item,
        fields["response"],
        client_uuid=uuid,
        final=final or situation.adaptive,
        told=requests.told_of(fields),
        certainty=requests.certainty_of(fields, asked=asked.certainty),
    )
    if situation.course is None:
        return _after(situation, attempt)
    course = forms.gone_on(situation.content, situation.course, attempt)
    step = course.step()
    course = course.traced(item.id, step).offered(step)
    return _after(replace(situation, course=course), course.attempt)


def submitted(situation: Situation) -> Situation:
    """Return what stands once the attempt is handed in; raises RefusedError."""
    return _after(situation, flow.submit(situation))


def _after(situation: Situation, attempt: Attempt) -> Situation:
    course = situation.course
    return replace(
        situation,
        attempt=attempt,
        assessment=forms.assessment_of(situation.content, attempt),
        course=None if course is None else replace(course, attempt=attempt),
    )


def reply_to(situation: Situation, item: Item, uuid: str) -> dict[str, Any]:
    """Return what a client is told of an answer that was taken."""
    attempt, shown = situation.attempt, situation.shown()
    if attempt is None:
        raise ValueError("there is no attempt to answer in")
    complete = [one.item.id for one in shown.items if one.answered]
    reply: dict[str, Any] = {
        "item": item.id,
        "uuid": uuid,
        "complete": item.id in complete,
        "final": attempt.locked(item.id),
        "answered": len(complete),
        "count": situation.longest,
    }
    if attempt.ends is not None:
        reply["left"] = timing.seconds_left(attempt.ends, situation.at)
    return reply

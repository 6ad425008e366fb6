"""The score service (AGS 3.4): every POST is logged, the newest score decides the result."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from standalone.simpeg.conf import absolute, option
from standalone.simpeg.models import LineItem, Official, Result, ScorePost

from .errors import ServiceError
from .line_items import line_item_of, not_allowed
from .members import subject_of
from .names import ACTIVITY_PROGRESS, GRADING_PROGRESS, SCOPE_SCORE, SCORE
from .service import answer, authorised, json_body, service
from .values import LARGEST, STEP, Timestamp, choice, number, text, timestamp

__all__ = ["scores"]

log = logging.getLogger(__name__)
MAX_COMMENT = 4000
MAX_USER_ID = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score as sent, its form checked. ``given`` may exceed ``maximum`` (AGS 3.4.4)."""

    user_id: str
    timestamp: Timestamp
    given: Decimal | None
    maximum: Decimal | None
    activity_progress: str
    grading_progress: str
    comment: str


def read(body: dict[str, Any]) -> Score:
    """Check the form of a score; raises ServiceError 400."""
    given = number(body, "scoreGiven", minimum=Decimal(0))
    maximum = number(body, "scoreMaximum", minimum=Decimal(0), required=given is not None)
    if maximum is not None and not maximum:
        raise ServiceError(400, "scoreMaximum must be greater than 0.")
    stamp = timestamp(body, "timestamp", required=True)
    if stamp is None:  # required
        raise ServiceError(400, "timestamp is required.")
    if stamp.moment > timezone.now() + timedelta(seconds=option("SCORE_AHEAD_SECONDS")):
        raise ServiceError(400, "timestamp lies in the future.")
    return Score(
        user_id=text(body, "userId", MAX_USER_ID, required=True),
        timestamp=stamp,
        given=given,
        maximum=maximum,
        activity_progress=choice(body, "activityProgress", ACTIVITY_PROGRESS),
        grading_progress=choice(body, "gradingProgress", GRADING_PROGRESS),
        comment=text(body, "comment", MAX_COMMENT),
    )


def member(item: LineItem, user_id: str) -> Official:
    """Return the active member whom the tool names; raises ServiceError 404."""
    subject = subject_of(user_id)
    if subject is not None:
        found = Official.objects.filter(
            subject=subject, enrolments__course=item.course_id, enrolments__active=True
        ).first()
        if found is not None:
            return found
    raise ServiceError(404, "userId is no active member of this context.")


def record(item: LineItem, official: Official, score: Score) -> None:
    """Let the score decide the result; raises ServiceError 409 unless it is newer.

    Whole seconds are compared, as Moodle does: the strictest platform met.
    """
    result = Result.objects.select_for_update().filter(line_item=item, official=official).first()
    if result is None:
        result = Result(line_item=item, official=official)
    elif score.timestamp.moment.replace(microsecond=0) <= result.timestamp.replace(microsecond=0):
        raise ServiceError(409, "A score of the same or a later timestamp was recorded before.")
    if score.grading_progress == "FullyGraded":
        result.score = rescaled(score, item)
    result.activity_progress = score.activity_progress
    result.grading_progress = score.grading_progress
    result.comment = score.comment
    result.timestamp = score.timestamp.moment
    result.received_at = timezone.now()
    result.save()


def rescaled(score: Score, item: LineItem) -> Decimal | None:
    """Return the score on the line item's scale (AGS 3.4.4); None clears the result."""
    if score.given is None or score.maximum is None:
        return None
    value = score.given * item.score_maximum / score.maximum
    if value >= LARGEST:
        raise ServiceError(400, "scoreGiven is too large for the line item.")
    return value.quantize(STEP)


@service
def scores(request: HttpRequest, context_id: UUID, line_item_id: int) -> HttpResponse:
    """Take a score."""
    if request.method != "POST":
        return not_allowed("POST")
    item = line_item_of(authorised(request, SCOPE_SCORE), context_id, line_item_id)
    post = ScorePost(line_item=item, received_at=timezone.now(), status=200)
    try:
        score = read(json_body(request, SCORE))
        describe(post, score)
        post.official = member(item, score.user_id)
        record(item, post.official, score)
    except ServiceError as error:
        post.status, post.problem = error.status, error.message[:255]
        log.info("Score refused: line item %s, status %s: %s", item.pk, error.status, error.message)
        raise
    finally:
        post.save()
    url = absolute("results", context_id=context_id, line_item_id=line_item_id)
    return answer({"resultUrl": f"{url}?user_id={score.user_id}"}, "application/json")


def describe(post: ScorePost, score: Score) -> None:
    """Copy the score into the log row."""
    post.timestamp = score.timestamp.wire
    post.score_given, post.score_maximum = score.given, score.maximum
    post.activity_progress, post.grading_progress = score.activity_progress, score.grading_progress

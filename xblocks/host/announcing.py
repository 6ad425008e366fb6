"""What a block tells other services through openedx-events, once it is saved for good."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import transaction

from xblocks.competency.grading import AttemptScore
from xblocks.competency.results import AttemptResult

from .people import is_own_work, learner

__all__ = ["announce_submission"]

STEP = Decimal("0.000001")


def announce_submission(
    block: Any, attempt: int, submitted_at: str, result: AttemptResult, score: AttemptScore
) -> None:
    """Tell that the learner handed in an attempt, after the transaction that saved it.

    ``submitted_at`` is ISO 8601, ``score`` what the attempt earned. Saves the block's state first: the LMS
    runs handlers without a transaction, and saves only when they return. A receiver or an event bus that
    fails is logged and harms nobody. Nothing is told of what is not the learner's own work in a course, and
    where there is no account or no openedx-events.
    """
    user_id, usage_key = learner(block).user_id, block.scope_ids.usage_id
    if user_id is None or not apps.is_installed("openedx_events") or not is_own_work(block):
        return
    # attrs and openedx-events are the platform's; the one-machine site has no use for them.
    from xblocks.records.signals import ASSESSMENT_SUBMITTED, CompetencyPointsData, SubmittedAssessmentData

    def send() -> None:
        data = SubmittedAssessmentData(
            user_id=user_id,
            course_key=usage_key.context_key,
            usage_key=usage_key,
            attempt=attempt,
            submitted_at=datetime.fromisoformat(submitted_at).astimezone(UTC),
            items=len(result.items),
            answered=result.answered,
            earned=_text(Decimal(repr(score.earned))),
            possible=_text(Decimal(repr(score.possible))),
            competencies=[
                CompetencyPointsData(
                    competency=one.competency,
                    items=one.items,
                    answered=one.answered,
                    earned=_text(one.earned),
                    possible=_text(one.possible),
                )
                for one in result.by_competency()
            ],
        )
        ASSESSMENT_SUBMITTED.send_event(assessment=data, time=data.submitted_at)

    block.save()
    transaction.on_commit(send, robust=True)


def _text(points: Decimal) -> str:
    return f"{points.quantize(STEP).normalize():f}"

"""The result of an attempt as values for its page: points, competencies, and how sure the learner was."""

from decimal import Decimal
from typing import Any

from xblocks.competency.certainty import CertaintyShare, advice, calibration
from xblocks.competency.messages import Message
from xblocks.competency.results import AttemptResult

from .facts import PageFacts
from .situation import Situation

__all__ = ["certainty_view", "points_view"]

# As wide as the drawing of a share.
WIDTH = 300


def points_view(result: AttemptResult, facts: PageFacts) -> dict[str, Any]:
    """Return the points, in total and by competency."""
    by_competency = result.by_competency()
    names = facts.names(one.competency for one in by_competency)
    return {
        "earned": facts.number(result.earned),
        "possible": facts.number(result.possible),
        "percent": facts.number(result.share * 100),
        "competencies": [
            {
                "id": one.competency,
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


def certainty_view(situation: Situation, result: AttemptResult, facts: PageFacts) -> dict[str, Any] | None:
    """Return the chart of how sure the learner was and how often right; None where it is not to be shown.

    It could tell of a single item whether it was right, so that it waits until that may be seen.
    """
    attempt = situation.attempt
    if attempt is None or not situation.assessment.certainty:
        return None
    if not all(situation.shows_feedback(one.item) for one in result.items):
        return None
    answers = [
        (kept.certainty, one.score.fraction)
        for one in result.items
        if one.answered and (kept := attempt.answers[one.item.id]).certainty is not None
    ]
    rows = calibration(answers)
    return {
        "rows": [_certainty_row(row, facts) for row in rows],
        "answers": len(answers),
        "advice": facts.text(advice(rows)),
    }


def _certainty_row(row: CertaintyShare, facts: PageFacts) -> dict[str, Any]:
    share = row.share if row.share is not None else Decimal(0)
    return {
        "text": facts.text(Message(row.certainty.label)),
        "answers": row.answers,
        "percent": facts.number(share * 100) if row.share is not None else "",
        "width": f"{share * WIDTH:.1f}",
    }

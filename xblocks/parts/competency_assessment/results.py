"""The result of an attempt as values for its page: points, competencies, and how sure the learner was."""

from decimal import Decimal
from typing import Any

from xblocks.competency.certainty import CertaintyShare, advice, calibration
from xblocks.competency.messages import Message
from xblocks.competency.results import AttemptResult, CompetencyResult

from .facts import PageFacts
from .situation import Situation

__all__ = ["certainty_view", "points_view", "told_by_competency"]

# As wide as the drawing of a share.
WIDTH = 300
# Items of a competency whose points together say little of each.
LEAST = 3


def told_by_competency(situation: Situation, result: AttemptResult) -> tuple[CompetencyResult, ...]:
    """Return the results by competency that the learner may see.

    While the key is not to be seen, those of few items are left out: they would tell of single answers. So
    would the total less the others, where few items are in none of them: then none is told.
    """
    rows = result.by_competency()
    if all(situation.shows_feedback(one.item) for one in result.items):
        return rows
    told = tuple(row for row in rows if row.items >= LEAST)
    named = {row.competency for row in told}
    others = sum(named.isdisjoint(one.item.competencies) for one in result.items)
    return () if 0 < others < LEAST else told


def points_view(
    result: AttemptResult, facts: PageFacts, told: tuple[CompetencyResult, ...] | None = None
) -> dict[str, Any]:
    """Return the points, in total and by competency; ``told`` are those that may be told, by default all."""
    every = result.by_competency()
    by_competency = every if told is None else told
    names = facts.names(one.competency for one in by_competency)
    return {
        "earned": facts.number(result.earned),
        "possible": facts.number(result.possible),
        "percent": facts.number(result.share * 100),
        "left_out": len(by_competency) < len(every),
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

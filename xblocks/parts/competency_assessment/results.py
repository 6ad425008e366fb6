"""The result of an attempt as values for its page: points, competencies, and how sure the learner was."""

from collections.abc import Collection
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
# Of so many items the points together do not say what each earned.
LEAST = 2


def told_by_competency(situation: Situation, result: AttemptResult) -> tuple[CompetencyResult, ...]:
    """Return the results by competency that the learner may see.

    While the key is not to be seen, those of a single item are left out: they would tell whether it was
    right. So would the total less the others, where one item is in none of them: then another is left out.
    """
    told = list(result.by_competency())
    if all(situation.shows_feedback(one.item) for one in result.items):
        return tuple(told)
    told = [row for row in told if row.items >= LEAST]
    while told and 0 < _in_none_of(told, result) < LEAST:
        told.remove(min(told, key=lambda row: row.items))
    return tuple(told)


def _in_none_of(rows: Collection[CompetencyResult], result: AttemptResult) -> int:
    named = {row.competency for row in rows}
    return sum(named.isdisjoint(one.item.competencies) for one in result.items)


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

"""Levels as values for the result page: words, a chart, and the same as a table."""

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any

from xblocks.competency.levels import HIGHEST, LevelCuts, certainty, gap_words, level_words
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.values import replace
from xblocks.records.values import LevelWords

from .facts import PageFacts
from .findings import Finding, Measured, findings
from .situation import Situation

__all__ = ["levels_view"]

# As wide as the drawing.
WIDTH = 300
BANDS = HIGHEST + 1
# Half the width of an interval of 80 %.
SPREAD = 1.2816


def levels_view(
    situation: Situation, measured: Measured, facts: PageFacts, told: Collection[str]
) -> dict[str, Any] | None:
    """Return the levels that the attempt shows of the competencies ``told``; None where it shows none."""
    evidence = tuple(one for one in measured.evidence if one.competency in told)
    found = findings(replace(measured, evidence=evidence), situation.content.study)
    if not found:
        return None
    names = facts.names(one.competency for one in found)
    rows = [_row(one, names[one.competency], measured, facts) for one in found]
    return {
        "rows": rows,
        "provisional": measured.provisional,
        "required": bool(measured.requirement.levels),
        "proposed": any(row["proposed"] for row in rows),
        "width": WIDTH,
        "bands": [
            {"level": level, "x": _units(level), "middle": _units(level + 0.5), "wide": _units(1)}
            for level in range(BANDS)
        ],
    }


def _row(one: Finding, name: str, measured: Measured, facts: PageFacts) -> dict[str, Any]:
    estimate, cuts = one.estimate, measured.cuts
    low, high = estimate.theta - SPREAD * estimate.se, estimate.theta + SPREAD * estimate.se
    left, right = _place(low, cuts), _place(high, cuts)
    words = measured.words.get(one.competency, {})
    return {
        "name": name,
        "words": facts.text(level_words(estimate)),
        "level": estimate.level,
        "does": words[estimate.level].description if estimate.level in words else "",
        "aim": _aim(one, words),
        "sure": facts.text(_sure(one)),
        "items": one.items,
        "required": one.required,
        "missing": facts.text(gap_words(estimate, one.required)) if one.required and one.missing else "",
        "proposed": one.required is not None and one.competency in measured.requirement.proposed,
        "likely": facts.text(certainty(estimate.reaches(one.required))) if one.required else "",
        "study": [facts.link(place.href, place.title) for place in one.study],
        "left": _units(left),
        "wide": _units(right - left),
        "middle": _units(_place(estimate.theta, cuts)),
        "needed": _units(float(one.required)) if one.required else "",
    }


def _aim(one: Finding, words: Mapping[int, LevelWords]) -> dict[str, Any] | None:
    """Return by which behaviours the level shows that the learner should reach next; None without any.

    That is what the post requires; where nothing is missing, the level after the one reached.
    """
    reached = one.estimate.level
    level = one.required if one.missing and one.required else min(reached + 1, HIGHEST)
    if level == reached or level not in words:
        return None
    return {"level": level, "does": words[level].description, "indicators": words[level].indicators}


def _sure(one: Finding) -> Message:
    """Return how sure it is that the level in the middle is reached."""
    level = max(1, one.estimate.level)
    return Message(
        _("At least level {level}: {certainty}"),
        {"level": level, "certainty": certainty(one.estimate.reaches(level))},
    )


def _place(theta: float, cuts: LevelCuts) -> float:
    """Return the ability in levels, 0..6: each level as wide as the others, whatever its cut scores."""
    edges = [2 * cuts.thetas[0] - cuts.thetas[1], *cuts.thetas, 2 * cuts.thetas[-1] - cuts.thetas[-2]]
    for level, (low, high) in enumerate(pairwise(edges)):
        if theta < high:
            return level + max(0.0, theta - low) / (high - low)
    return float(BANDS)


def _units(levels: float) -> str:
    # SVG wants a point, whatever the language.
    return f"{levels * WIDTH / BANDS:.1f}"

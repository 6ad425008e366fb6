"""What staff read of a person's competencies: findings in words, what they rest on, and what was decided."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from xblocks.competency.evidence import PROVISIONAL, Evidence
from xblocks.competency.levels import HIGHEST, certainty, gap, level_words
from xblocks.competency.mastery import Mastery, Override, why
from xblocks.competency.numbers import format_number
from xblocks.competency.values import dataclass
from xblocks.records import api
from xblocks.records.models.mastery import KIND_NAMES, STATUS_NAMES
from xblocks.records.values import Requirement

from .words import language, say

__all__ = ["CompetencyRow", "DecisionRow", "Detail", "EvidenceRow", "LevelRow", "competency_rows", "detail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetencyRow:
    """One competency. ``found`` is empty where there is no evidence, ``decided`` where nobody decided.

    ``missing`` levels to what is required are said only where the level is known well enough.
    """

    id: str
    name: str
    found: str
    level: str
    certainty: str
    required: str
    proposed: bool
    missing: int
    decided: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRow:
    """One level: what a person at it does, and how sure it is reached."""

    number: int
    words: str
    indicators: tuple[str, ...]
    reached: str
    certainty: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One evidence; ``weight`` is empty where it does not count."""

    on: str
    kind: str
    source: str
    attempt: int
    items: int
    share: str
    ability: str
    scale: str
    weight: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """One decision of a person."""

    on: str
    by: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """All that is known of one competency of a person."""

    row: CompetencyRow
    levels: tuple[LevelRow, ...]
    evidence: tuple[EvidenceRow, ...]
    decisions: tuple[DecisionRow, ...]
    decided: bool


def competency_rows(user_id: int, at: datetime) -> tuple[CompetencyRow, ...]:
    """Return every competency that has evidence or a decision, then those that are required without."""
    requirement = api.requirement_of(user_id)
    found = api.mastery_of(user_id, at=at, required=requirement.levels)
    ids = [*found, *(id_ for id_ in requirement.levels if id_ not in found)]
    names = api.competency_names(ids, language())
    rows = (_row(id_, names[id_], found.get(id_), requirement) for id_ in ids)
    return tuple(sorted(rows, key=lambda row: (not (row.found or row.decided), row.name.casefold())))


def detail(user_id: int, competency: str, at: datetime) -> Detail:
    """Return one competency with its evidence, newest first, and the decisions about it."""
    requirement = api.requirement_of(user_id)
    found = api.mastery_of(user_id, [competency], at=at).get(competency)
    name = api.competency_names([competency], language())[competency]
    weights = dict(found.reasons) if found else {}
    evidence = sorted(api.evidence_on(user_id, [competency]), key=lambda one: one.occurred_at, reverse=True)
    return Detail(
        row=_row(competency, name, found, requirement),
        levels=_levels(competency, found, requirement.levels.get(competency)),
        evidence=tuple(_evidence(one, weights.get(one)) for one in evidence),
        decisions=_decisions(api.decisions_on(user_id, [competency])),
        decided=found is not None and found.overridden is not None,
    )


def _row(id_: str, name: str, found: Mastery | None, requirement: Requirement) -> CompetencyRow:
    required = requirement.levels.get(id_)
    known = found is not None and (found.enough or found.overridden is not None)
    return CompetencyRow(
        id=id_,
        name=name,
        found=str(STATUS_NAMES[found.found]) if found and found.found else "",
        level=say(level_words(found.estimate)) if found and found.found else "",
        certainty=gettext("level %(level)s reached: %(certainty)s")
        % {"level": found.target, "certainty": say(certainty(found.probability))}
        if found and found.found
        else "",
        required="" if required is None else str(required),
        proposed=required is not None and id_ in requirement.proposed,
        missing=gap(found.level, required) if required and found and known else 0,
        decided=_decision(found.overridden) if found and found.overridden else "",
        why=tuple(map(say, why(found, _day))) if found else (),
    )


def _levels(competency: str, found: Mastery | None, required: int | None) -> tuple[LevelRow, ...]:
    words = api.competency_levels([competency], language()).get(competency, {})
    observed = found is not None and found.found is not None
    return tuple(
        LevelRow(
            number=level,
            words=words[level].description if level in words else "",
            indicators=words[level].indicators if level in words else (),
            reached=_percent(found.estimate.reaches(level)) if found and observed else "",
            certainty=say(certainty(found.estimate.reaches(level))) if found and observed else "",
            required=level == required,
        )
        for level in range(1, HIGHEST + 1)
    )


def _evidence(one: Evidence, weight: float | None) -> EvidenceRow:
    calibration = gettext("experts' estimate") if one.model_version == PROVISIONAL else one.model_version
    return EvidenceRow(
        on=_day(one.occurred_at),
        kind=str(KIND_NAMES[one.kind]),
        source=one.source,
        attempt=one.attempt,
        items=one.items,
        share=f"{_number(float(one.share) * 100, 0)}%",
        ability=f"{_number(one.theta)} ± {_number(one.se)}",
        scale=" · ".join(filter(None, (one.scale, calibration))),
        weight="" if weight is None else _number(weight),
    )


def _decisions(decisions: Iterable[Override]) -> tuple[DecisionRow, ...]:
    newest_first = sorted(decisions, key=lambda one: one.decided_at, reverse=True)
    users = get_user_model().objects.in_bulk({one.decided_by for one in newest_first if one.decided_by})
    return tuple(
        DecisionRow(
            on=_day(one.decided_at),
            by=users[one.decided_by].get_username() if one.decided_by in users else "",
            what=_decision(one),
            reason=one.reason,
        )
        for one in newest_first
    )


def _decision(decision: Override) -> str:
    if decision.level is None or decision.status is None:
        return gettext("Decision withdrawn")
    return gettext("Level %(level)s, %(status)s") % {
        "level": decision.level,
        "status": str(STATUS_NAMES[decision.status]).lower(),
    }


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j F Y")


def _number(value: float, places: int = 2) -> str:
    return format_number(Decimal(f"{value:.{places}f}"), language=language())


def _percent(probability: float) -> str:
    """Write a probability in whole percent, never as certain."""
    if probability < 0.01:
        return "< 1%"
    return "> 99%" if probability > 0.99 else f"{probability * 100:.0f}%"

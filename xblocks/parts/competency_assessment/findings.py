"""What an attempt says about the learner's levels."""

from collections.abc import Mapping
from datetime import datetime

from xblocks.competency.blueprint import Study
from xblocks.competency.evidence import PROVISIONAL, Evidence, evidence_of
from xblocks.competency.levels import LevelCuts, LevelEstimate, gap, level_of
from xblocks.competency.values import dataclass, field
from xblocks.measurement.ability import Estimate
from xblocks.measurement.models import ItemModel
from xblocks.records.values import LevelWords, Requirement

from .situation import Situation
from .supplies import bank_of

__all__ = ["Finding", "Measured", "evidence_in", "findings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The evidence of an attempt, and what it is read by.

    ``cuts`` are where levels begin on the attempt's scale, ``requirement`` what the learner's post requires,
    ``words`` what a person at each level does, by competency.
    """

    evidence: tuple[Evidence, ...]
    cuts: LevelCuts
    requirement: Requirement = field(default_factory=Requirement)
    words: Mapping[str, Mapping[int, LevelWords]] = field(default_factory=dict)

    @property
    def provisional(self) -> bool:
        """Whether it rests on experts' difficulties alone."""
        return any(one.model_version == PROVISIONAL for one in self.evidence)


def evidence_in(
    situation: Situation, models: Mapping[str, ItemModel], usage_key: str
) -> tuple[Evidence, ...]:
    """Return what the attempt that was handed in says of each competency. ``models`` are the bank's."""
    attempt = situation.attempt
    if attempt is None or not attempt.submitted:
        return ()
    return evidence_of(
        situation.result(),
        models,
        source=usage_key,
        attempt=attempt.number,
        occurred_at=datetime.fromisoformat(attempt.submitted_at),
        scale=bank_of(attempt.bank),
        model_version=attempt.calibration or PROVISIONAL,
        unanswered_count=not attempt.adaptive,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One competency's level as the attempt shows it, what is missing, and where to study it."""

    competency: str
    estimate: LevelEstimate
    items: int
    required: int | None
    missing: int
    study: tuple[Study, ...]


def findings(measured: Measured, study: tuple[Study, ...]) -> tuple[Finding, ...]:
    """Return the findings, in the order of the evidence.

    Where to study is told of what is below the requirement; where no requirement is known, of what is lowest.
    """
    levels = {
        one.competency: level_of(Estimate(one.theta, one.se), measured.cuts) for one in measured.evidence
    }
    lowest = min((estimate.level for estimate in levels.values()), default=0)
    found = []
    for one in measured.evidence:
        estimate, required = levels[one.competency], measured.requirement.levels.get(one.competency)
        missing = gap(estimate.level, required) if required else 0
        wanted = bool(missing) if measured.requirement.levels else estimate.level == lowest
        found.append(
            Finding(
                competency=one.competency,
                estimate=estimate,
                items=one.items,
                required=required,
                missing=missing,
                study=tuple(place for place in study if wanted and place.competency == one.competency),
            )
        )
    return tuple(found)

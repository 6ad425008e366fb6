"""Measuring an attempt: what the records app knows is brought to it, and what it says is brought there."""

from typing import Any

from xblocks.competency.evidence import Evidence
from xblocks.competency.levels import LevelCuts
from xblocks.host import people, records

from .findings import Measured, evidence_in
from .situation import Situation
from .supplies import bank_of, models_of

__all__ = ["measured", "record_evidence"]


def evidence(block: Any, situation: Situation) -> tuple[Evidence, ...]:
    """Return what the attempt says, if it was handed in."""
    if situation.attempt is None or not situation.attempt.submitted:
        return ()
    return evidence_in(situation, models_of(situation.attempt), str(block.scope_ids.usage_id))


def measured(block: Any, situation: Situation, language: str) -> Measured:
    """Return what the attempt says of the learner's levels, and what that is read by."""
    found = evidence(block, situation)
    bank = situation.attempt.bank if situation.attempt else ""
    return Measured(
        evidence=found,
        cuts=LevelCuts(records.level_cuts(bank_of(bank))),
        requirement=records.requirement_of(people.learner(block).user_id),
        words=records.competency_levels([one.competency for one in found], language),
    )


def record_evidence(block: Any, situation: Situation) -> None:
    """Put what the attempt says on record; after a rescore, what it says now."""
    if situation.attempt is not None and people.is_own_work(block):
        records.record_evidence(
            people.learner(block).user_id,
            str(block.scope_ids.usage_id),
            situation.attempt.number,
            evidence(block, situation),
        )

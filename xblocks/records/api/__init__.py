"""The public interface of records: plain values in, plain values out; no model escapes.

Callers check permission themselves. Every function that writes joins the caller's transaction.
"""

from xblocks.records.values import BankPool, LevelWords, Requirement, ResponseRecord

from .answers import last_attempt, record_responses
from .calibrations import activate_calibration, adopted_cuts, bank_models, bank_pool, level_cuts
from .content import (
    ChangedContentError,
    InvalidContentError,
    bank_items,
    blueprint_problems,
    competency_names,
    known_competencies,
    load_bank,
    load_framework,
)
from .mastery import (
    competency_levels,
    decisions_on,
    evidence_on,
    mastery_of,
    override_mastery,
    record_evidence,
    requirement_of,
)
from .people import OfficialIdentity, forget_person, official_of, officials_with_nip, record_official
from .presentations import met_items, over_exposed, record_presentations

__all__ = [
    "BankPool",
    "ChangedContentError",
    "InvalidContentError",
    "LevelWords",
    "OfficialIdentity",
    "Requirement",
    "ResponseRecord",
    "activate_calibration",
    "adopted_cuts",
    "bank_items",
    "bank_models",
    "bank_pool",
    "blueprint_problems",
    "competency_levels",
    "competency_names",
    "decisions_on",
    "evidence_on",
    "forget_person",
    "known_competencies",
    "last_attempt",
    "level_cuts",
    "load_bank",
    "load_framework",
    "mastery_of",
    "met_items",
    "official_of",
    "officials_with_nip",
    "over_exposed",
    "override_mastery",
    "record_evidence",
    "record_official",
    "record_presentations",
    "record_responses",
    "requirement_of",
]

"""Evidence: what one occasion says about one competency of a person.

Items speak through an ability on a bank's scale; so do other kinds, whoever judges them. Evidence is never
changed: what was wrong is followed by a new revision (``xblocks.records``).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from xblocks.measurement.ability import Answer, Estimate, eap
from xblocks.measurement.errors import DataError, within
from xblocks.measurement.models import ItemModel

from .measuring import category, provisional_model
from .results import AttemptResult, ItemResult
from .values import dataclass

__all__ = ["PROVISIONAL", "Evidence", "EvidenceKind", "evidence_of"]

# Nodes of the grid lie .2 apart: it cannot tell a standard error smaller than this from none.
SMALLEST_SE = 0.05
PROVISIONAL = "provisional"
"""The ``model_version`` of evidence that rests on experts' difficulties, not on a calibration."""


class EvidenceKind(StrEnum):
    """What was observed."""

    ITEM = "item"  # answers to items, scored by their key
    RUBRIC = "rubric"  # work that raters judged by a rubric
    MENTOR = "mentor"  # what a mentor saw
    PORTFOLIO = "portfolio"  # work that was handed in as proof
    SELF = "self"  # what the person says of herself or himself


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one attempt at one place says about one competency. Raises a MeasurementError for what cannot be.

    ``theta`` and ``se`` are the mean and the standard deviation of the ability under the prior N(0, 1), on
    the scale of the bank ``scale`` (empty: of no bank) by the calibration ``model_version``. ``items`` is how
    many items, or indicators of a rubric, it rests on; ``share`` of their points were earned. ``observable``
    names them. ``source`` is the block's usage key.
    """

    competency: str
    kind: EvidenceKind
    source: str
    attempt: int
    observable: str
    theta: float
    se: float
    items: int
    share: Decimal
    scale: str
    model_version: str
    occurred_at: datetime

    def __post_init__(self) -> None:
        within("the ability", self.theta, -20, 20)
        # The 3PL can leave more doubt than there was before; never much more.
        within("the standard error", self.se, 1e-6, 5)
        if isinstance(self.items, bool) or self.items < 1:
            raise DataError(f"evidence of {self.competency} rests on {self.items!r} items; it needs one")
        if not (self.share.is_finite() and 0 <= self.share <= 1):
            raise DataError(f"the share of {self.competency} is {self.share}; it must be from 0 to 1")
        if self.occurred_at.tzinfo is None:
            raise DataError("the time of evidence has no zone")


def evidence_of(
    result: AttemptResult,
    models: Mapping[str, ItemModel],
    *,
    source: str,
    attempt: int,
    occurred_at: datetime,
    scale: str = "",
    model_version: str = PROVISIONAL,
    unanswered_count: bool = True,
) -> tuple[Evidence, ...]:
    """Return the evidence of an attempt that was handed in, one for each competency of its items.

    The ability is the expected a posteriori one over the items of the competency (Bock & Mislevy 1982); an
    item of several competencies counts in full for each. An item without a model is taken as experts expect
    it. An item without an answer counts as wrong, in an adaptive test
    (``unanswered_count`` False) for nothing: there the learner did not choose to pass it over.
    """
    groups: dict[str, list[ItemResult]] = {}
    for one in result.items:
        if one.response is not None or unanswered_count:
            for competency in one.item.competencies:
                groups.setdefault(competency, []).append(one)
    found = []
    for competency, group in groups.items():
        ability = _ability(group, models)
        earned = sum((one.score.points for one in group), Decimal(0))
        possible = sum((one.score.possible for one in group), Decimal(0))
        found.append(
            Evidence(
                competency=competency,
                kind=EvidenceKind.ITEM,
                source=source,
                attempt=attempt,
                observable=" ".join(one.item.id for one in group),
                theta=ability.theta,
                se=max(ability.se, SMALLEST_SE),
                items=len(group),
                share=earned / possible,
                scale=scale,
                model_version=model_version,
                occurred_at=occurred_at,
            )
        )
    return tuple(found)


def _ability(group: Iterable[ItemResult], models: Mapping[str, ItemModel]) -> Estimate:
    return eap(
        Answer(models.get(one.item.id) or provisional_model(one.item), category(one.item, one.score.fraction))
        for one in group
    )

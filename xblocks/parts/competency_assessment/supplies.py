"""What the records app supplies to attempts: calibrations, cut scores, and what a learner met before."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from xblocks.competency.assessment import Form
from xblocks.competency.errors import UnknownReferenceError
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.host import people, records
from xblocks.measurement.models import ItemModel

from . import forms
from .adaptive import Course
from .content import Content
from .forms import Supply
from .state import Attempt

__all__ = ["adapts", "bank_of", "course_of", "models_of", "supply_of", "warnings_of"]


def supply_of(block: Any, authored: Content, attempt: Attempt) -> Supply:
    """Return what is known beside the content when the attempt begins."""
    if not authored.bank:
        return Supply()
    pool = records.bank_pool(authored.bank) if authored.bank_items else None
    calibration = pool.calibration if pool else ""
    if not authored.drawn:
        return Supply(calibration=calibration)
    bank_id = bank_of(authored.bank)
    return Supply(
        calibration=calibration,
        pool=pool.pool if pool else None,
        trial=pool.trial if pool else {},
        cut=_cut(authored, bank_id),
        met=records.met_items(
            people.learner(block).user_id,
            bank_id,
            except_attempt=(str(block.scope_ids.usage_id), attempt.number),
        ),
        over_exposed=records.over_exposed(bank_id) if authored.assessment.form is Form.ADAPTIVE else (),
    )


def _cut(authored: Content, bank_id: str) -> float | None:
    level = authored.adaptive.level if authored.adaptive else None
    return None if level is None else records.level_cuts(bank_id)[level - 1]


def course_of(authored: Content, attempt: Attempt | None) -> Course | None:
    """Return how an adaptive attempt goes on, by the parameters it began with; None of others."""
    if attempt is None or not attempt.adaptive:
        return None
    found = None
    with suppress(UnknownReferenceError):
        found = records.bank_pool(attempt.bank, attempt.calibration)
    return forms.course_of(authored, attempt, found.pool, found.trial) if found else None


def models_of(attempt: Attempt) -> Mapping[str, ItemModel]:
    """Return how the bank's items work by the attempt's calibration; none where that is gone."""
    if not attempt.bank:
        return {}
    with suppress(UnknownReferenceError):
        return records.bank_models(attempt.bank, attempt.calibration or None)
    return {}


def bank_of(reference: str) -> str:
    """Return the bank's id of ``id@version``."""
    return reference.partition("@")[0]


def adapts(authored: Content) -> bool:
    """Tell whether an attempt that begins now is an adaptive test."""
    if authored.assessment.form is not Form.ADAPTIVE or not authored.bank_items:
        return False
    found = records.bank_pool(authored.bank)
    return forms.can_adapt(authored, found.pool if found else None)


def warnings_of(authored: Content) -> tuple[Message, ...]:
    """Return what the author should know, though learners are let in."""
    if authored.assessment.form is not Form.ADAPTIVE or not authored.bank_items:
        return ()
    if adapts(authored):
        return ()
    return (
        Message(
            _(
                "The item bank {bank} is not calibrated for this adaptive test: until it is, learners get a "
                "random form by the blueprint."
            ),
            {"bank": authored.bank},
        ),
    )

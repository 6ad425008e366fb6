"""Which items an attempt has: the author's list, a form that is drawn once, or what an adaptive test asks.

An attempt remembers its bank. An item is asked and scored as the bank that the author names now has it, so
that a key that was mended counts; what that bank no longer has is taken from the attempt's own.
"""

from collections.abc import Collection, Mapping

from xblocks.competency.assessment import Assessment, Form
from xblocks.competency.blueprint import draw_fresh
from xblocks.competency.errors import BlueprintError, UnknownReferenceError
from xblocks.competency.items import Item, ItemStatus
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.values import dataclass, field, replace
from xblocks.host import records
from xblocks.measurement.pool import Pool

from . import adaptive
from .adaptive import Course
from .content import Content
from .requests import RefusedError
from .state import Attempt

__all__ = ["Supply", "assessment_of", "can_adapt", "course_of", "given_form", "gone_on", "items_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What is known beside the content when an attempt begins.

    ``calibration`` and ``pool`` are the bank's in force, empty and None where it is not calibrated; ``cut``
    is where the level of the adaptive rules begins. ``met`` are items that the learner had before.
    """

    calibration: str = ""
    pool: Pool | None = None
    trial: Mapping[str, frozenset[str]] = field(default_factory=dict)
    cut: float | None = None
    met: Collection[str] = field(default_factory=frozenset)
    over_exposed: Collection[str] = field(default_factory=frozenset)


def given_form(authored: Content, attempt: Attempt, supply: Supply) -> Attempt:
    """Return the attempt that has just begun with its form; raises RefusedError where none can be drawn."""
    attempt = replace(attempt, bank=authored.bank, calibration=supply.calibration)
    if not authored.drawn or authored.blueprint is None:
        return attempt
    met = frozenset() if authored.blueprint.repeats else frozenset(supply.met)
    rules, pool = authored.adaptive, supply.pool
    if not (can_adapt(authored, pool) and rules and pool):
        return _drawn(authored, attempt, met)
    asked = adaptive.rules_of(rules, authored.blueprint, supply.cut)
    barred = adaptive.barred_of(pool, asked, met=met, over_exposed=supply.over_exposed)
    return replace(attempt, form=Form.ADAPTIVE, cut=supply.cut, barred=tuple(sorted(barred)))


def can_adapt(authored: Content, pool: Pool | None) -> bool:
    """Tell whether the author wants an adaptive test and the bank's calibration allows it."""
    if authored.assessment.form is not Form.ADAPTIVE or pool is None:
        return False
    rules, blueprint = authored.adaptive, authored.blueprint
    return rules is not None and blueprint is not None and adaptive.usable(pool, rules, blueprint)


def _drawn(authored: Content, attempt: Attempt, met: Collection[str]) -> Attempt:
    items = authored.bank_items
    if authored.blueprint is None:
        raise ValueError("a form is drawn by a blueprint only")
    try:
        ids = draw_fresh(items.values(), authored.blueprint, seed=attempt.seed, barred=met)
    except BlueprintError as error:
        raise RefusedError(
            409, Message(_("This assessment is not ready yet; please tell the instructor."))
        ) from error
    pilots = tuple(id_ for id_ in ids if items[id_].status is ItemStatus.PILOT)
    return replace(attempt, form=Form.RANDOM, items=ids, pilots=pilots)


def items_of(authored: Content, attempt: Attempt) -> Mapping[str, Item]:
    """Return the items that the attempt's ids stand for."""
    if not attempt.bank or attempt.bank == authored.bank:
        return authored.bank_items
    try:
        return {**records.bank_items(attempt.bank), **authored.bank_items}
    except UnknownReferenceError:
        return authored.bank_items


def assessment_of(
    authored: Content, attempt: Attempt | None, items: Mapping[str, Item] | None = None
) -> Assessment:
    """Return the assessment with the attempt's own items, in the order in which they are asked.

    ``items`` is what ``items_of`` gives, where that is at hand.
    """
    if attempt is None or attempt.form is Form.FIXED:
        return authored.assessment
    known = items_of(authored, attempt) if items is None else items
    ids = attempt.offered if attempt.adaptive else attempt.items or ()
    return replace(
        authored.assessment, form=attempt.form, items=tuple(known[id_] for id_ in ids if id_ in known)
    )


def course_of(
    authored: Content, attempt: Attempt, pool: Pool, trial: Mapping[str, frozenset[str]]
) -> Course | None:
    """Return how the adaptive attempt goes on; None where the author has taken the rules away.

    ``trial`` has the items on trial of the attempt's bank, and the enemies of each.
    """
    if authored.adaptive is None or authored.blueprint is None:
        return None
    if not adaptive.usable(pool, authored.adaptive, authored.blueprint):
        return None
    items = items_of(authored, attempt)
    wanted = {id_ for id_ in items if any(one.takes(items[id_]) for one in authored.blueprint.draws)}
    return Course(
        attempt=attempt,
        given=adaptive.given_of(attempt, items),
        pool=pool,
        rules=adaptive.rules_of(authored.adaptive, authored.blueprint, attempt.cut),
        trial={id_: enemies for id_, enemies in trial.items() if id_ in wanted and id_ not in attempt.barred},
    )


def gone_on(authored: Content, course: Course, attempt: Attempt) -> Course:
    """Return the course with the answers that the attempt has now."""
    return replace(course, attempt=attempt, given=adaptive.given_of(attempt, items_of(authored, attempt)))

"""What the pages read of the database: banks, parameters, levels, and abilities of people."""

from collections.abc import Collection, Mapping

from xblocks.competency.calibration_report import CalibrationReport
from xblocks.competency.items import Item
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.panels import PanelError
from xblocks.competency.parts import ItemStatus
from xblocks.competency.values import dataclass
from xblocks.measurement.ability import Answer, Estimate, eap
from xblocks.measurement.models import ItemModel
from xblocks.records.answered import first_answers
from xblocks.records.api import bank_items, bank_pool
from xblocks.records.api import calibrations as api
from xblocks.records.models import Calibration, ItemBank, ItemParameters

from .reading import ItemFigures, LevelLine

__all__ = [
    "Figures",
    "abilities",
    "bank_ids",
    "bank_versions",
    "calibrated",
    "figures",
    "items_in_use",
    "levels",
    "models_of",
    "reading",
]


def bank_ids() -> list[str]:
    """Return the loaded banks by id."""
    return sorted(set(ItemBank.objects.values_list("bank_id", flat=True)))


def bank_versions() -> list[str]:
    """Return the loaded bank versions, the one loaded last first."""
    rows = ItemBank.objects.order_by("-loaded_at", "-pk").values_list("bank_id", "version")
    return [f"{bank_id}@{version}" for bank_id, version in rows]


def items_in_use(reference: str) -> Mapping[str, Item]:
    """Return the bank version's items that learners may get, pilots included."""
    usable = (ItemStatus.LIVE, ItemStatus.PILOT)
    return {id_: item for id_, item in bank_items(reference).items() if item.status in usable}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Models of every item of a bank version, and the calibration they come from ("" where there is none)."""

    models: Mapping[str, ItemModel]
    calibration: str


def figures(reference: str) -> Figures:
    """Return the models in force, those of the items' levels where nothing is calibrated."""
    active = api.active_calibration(reference.partition("@")[0])
    calibration = str(active) if active else ""
    return Figures(models=models_of(reference, calibration), calibration=calibration)


def models_of(reference: str, calibration: str) -> Mapping[str, ItemModel]:
    """Return the models of the bank version's items in a calibration, provisional ones for "" ."""
    return api.bank_models(reference, calibration or None)


def calibrated(reference: str) -> Figures:
    """Return the models of the items that count by the active calibration; raises PanelError without one."""
    pool = bank_pool(reference)
    if pool is None:
        raise PanelError(
            Message(
                _("The bank {bank} has no active calibration: activate one first, or use Angoff."),
                {"bank": reference},
            )
        )
    return Figures(models={item.id: item.model for item in pool.pool.items}, calibration=pool.calibration)


def levels(bank_id: str) -> list[LevelLine]:
    """Return where each level begins, and whether that was adopted."""
    adopted = api.adopted_cuts(bank_id)
    return [
        LevelLine(level=level, theta=theta, adopted=level in adopted)
        for level, theta in enumerate(api.level_cuts(bank_id), start=1)
    ]


def reading(row: Calibration) -> tuple[CalibrationReport, list[ItemFigures], list[LevelLine]]:
    """Return what ``Reader`` reads of a calibration."""
    rows = row.parameters.order_by("item_id")
    return row.report, [_figures_of(one) for one in rows], levels(row.bank_id)


def _figures_of(row: ItemParameters) -> ItemFigures:
    return ItemFigures(
        id=row.item_id,
        name=row.model,
        model=api.item_model(row),
        a=row.a,
        c=row.c,
        steps=tuple(row.steps),
        a_error=row.errors.get("a"),
        c_error=row.errors.get("c"),
        step_errors=tuple(row.errors.get("steps") or [None] * len(row.steps)),
        standing=row.standing,
        answers=row.answers,
    )


def abilities(
    reference: str, user_ids: Collection[int], models: Mapping[str, ItemModel]
) -> Mapping[int, Estimate]:
    """Return the abilities of those of the people who have answered items of the bank.

    The first answer of each to an item counts, as in a calibration.
    """
    bank_id, _at, version = reference.partition("@")
    answers: dict[int, list[Answer]] = {}
    for one in first_answers(ItemBank.objects.get(bank_id=bank_id, version=version), user_ids):
        if one.item_id in models:
            answers.setdefault(one.user_id, []).append(Answer(models[one.item_id], one.category))
    return {user_id: eap(mine) for user_id, mine in answers.items()}

"""What is known of a bank's items: parameters of the calibration in use, and where levels begin."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from django.db.models import QuerySet, Subquery
from django.utils import timezone

from xblocks.competency.blueprint import enemies_of
from xblocks.competency.errors import UnknownReferenceError
from xblocks.competency.items import Item, ItemStatus
from xblocks.competency.measuring import Parameters, cut_scores, provisional_model
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.measurement.models import (
    GeneralizedPartialCredit,
    GradedResponse,
    ItemModel,
    ThreeParameterLogistic,
    TwoParameterLogistic,
)
from xblocks.measurement.policy import Standing
from xblocks.measurement.pool import Pool, PoolItem
from xblocks.olx.fingerprint import fingerprint
from xblocks.records.models import Calibration, CutScore, ItemBank, ItemParameters
from xblocks.records.values import BankPool

from .content import bank_key, items_of

# Which model a row's parameters are of, and how it is made of slope, steps and guessing.
MODELS: Mapping[str, Callable[[float, Sequence[float], float], ItemModel]] = {
    "1PL": lambda a, steps, c: TwoParameterLogistic(a, steps[0]),
    "2PL": lambda a, steps, c: TwoParameterLogistic(a, steps[0]),
    "3PL": lambda a, steps, c: ThreeParameterLogistic(a, steps[0], c),
    "GRM": lambda a, steps, c: GradedResponse(a, steps),
    "GPCM": lambda a, steps, c: GeneralizedPartialCredit(a, steps),
}
# A bank version: the key of its row, and its content hash. A calibration: the key of its row, and its birth,
# which guards against a database that was replaced.
type BankKey = tuple[int, str]
type CalibrationKey = tuple[int, datetime]


def active_calibration(bank_id: str) -> Calibration | None:
    """Return the calibration in use, the one activated last, its report not read yet; for this app only."""
    rows = _without_reports().filter(bank_id=bank_id, activated_at__isnull=False)
    return rows.order_by("-activated_at", "-pk").first()


def _without_reports() -> QuerySet[Calibration]:
    # A report holds hundreds of kilobytes of JSON, and every attempt that begins asks for the calibration.
    return Calibration.objects.defer("report", "link")


def activate_calibration(
    bank_id: str, number: int, *, by: int | None = None, at: datetime | None = None
) -> None:
    """Use this calibration for attempts that begin from now on; those going on keep theirs.

    Nothing changes where it is in use already. An older one may be activated again. Raises
    UnknownReferenceError. The caller has checked that ``by`` may do it.
    """
    row = _calibration(f"{bank_id}#{number}")
    active = active_calibration(bank_id)
    if active is None or active.pk != row.pk:
        row.activated_at, row.activated_by_id = at or timezone.now(), by
        row.save(update_fields=["activated_at", "activated_by"])


def _calibration(name: str) -> Calibration:
    bank_id, _hash, number = name.partition("#")
    rows = _without_reports().filter(bank_id=bank_id, number=int(number) if number.isdecimal() else 0)
    row = rows.first()
    if row is None:
        raise UnknownReferenceError(Message(_("There is no calibration {name}."), {"name": name or "-"}))
    return row


def item_model(row: ItemParameters) -> ItemModel:
    """Return the model of which the row has the parameters."""
    return MODELS[row.model](row.a, row.steps, row.c)


def bank_pool(reference: str, calibration: str | None = None) -> BankPool | None:
    """Return the bank ``id@version`` with the calibration in use; None where no item of it may be used so.

    ``calibration`` names another one, in use or not, such as the one that an attempt began with: one query.
    Raises UnknownReferenceError for a bank or a calibration that is not there. Kept in memory by bank version
    and calibration, which never change.
    """
    if calibration is not None:
        return _pool(*_keys(reference, calibration), reference, calibration)
    bank = bank_key(reference)
    active = active_calibration(reference.partition("@")[0])
    return None if active is None else _pool(bank, (active.pk, active.made_at), reference, str(active))


def bank_models(reference: str, calibration: str | None) -> Mapping[str, ItemModel]:
    """Return the model of every item of the bank ``id@version`` by a calibration, in use or not.

    An item that the calibration does not know, or all of them for None, has the model of its level.
    Raises UnknownReferenceError for a bank or a calibration that is not there.
    """
    bank = bank_key(reference)
    if not calibration:
        return _models(bank, None)
    row = _calibration(calibration)
    return _models(bank, (row.pk, row.made_at))


def _keys(reference: str, calibration: str) -> tuple[BankKey, CalibrationKey]:
    bank_id, _at, version = reference.partition("@")
    named, _hash, number = calibration.partition("#")
    one = Calibration.objects.filter(bank_id=named, number=int(number) if number.isdecimal() else 0)
    rows = ItemBank.objects.filter(bank_id=bank_id, version=version).annotate(
        calibration=Subquery(one.values("pk")[:1]), made_at=Subquery(one.values("made_at")[:1])
    )
    row = rows.values_list("pk", "content_hash", "calibration", "made_at").first()
    if row is None or row[2] is None:
        missing = _("There is no calibration {name} of the item bank {bank}.")
        raise UnknownReferenceError(Message(missing, {"name": calibration or "-", "bank": reference or "-"}))
    return (row[0], row[1]), (row[2], row[3])


@lru_cache(maxsize=32)
def _models(bank: BankKey, calibration: CalibrationKey | None) -> Mapping[str, ItemModel]:
    known = _parameters(bank, calibration) if calibration else {}
    return {
        id_: known[id_].model if id_ in known else provisional_model(item)
        for id_, item in items_of(*bank).items()
    }


@lru_cache(maxsize=32)
def _parameters(bank: BankKey, calibration: CalibrationKey) -> Mapping[str, Parameters]:
    """Return the parameters by the id that the item has in this version of the bank."""
    by_fingerprint = {
        row.fingerprint: Parameters(item_model(row), Standing(row.standing), row.answers)
        for row in ItemParameters.objects.filter(calibration_id=calibration[0])
    }
    prints = {id_: fingerprint(item) for id_, item in items_of(*bank).items()}
    return {id_: by_fingerprint[one] for id_, one in prints.items() if one in by_fingerprint}


@lru_cache(maxsize=16)
def _pool(bank: BankKey, calibration: CalibrationKey, reference: str, name: str) -> BankPool | None:
    items = items_of(*bank)
    known = _parameters(bank, calibration)
    models = _models(bank, calibration)
    enemies = enemies_of(items.values())
    usable = [item for item in items.values() if _usable(item, known.get(item.id))]
    if not usable:
        return None
    return BankPool(
        reference=reference,
        calibration=name,
        pool=Pool(
            PoolItem(item.id, models[item.id], item.competencies[0], enemies.get(item.id, frozenset()))
            for item in usable
        ),
        models=models,
        trial={
            item.id: enemies.get(item.id, frozenset())
            for item in items.values()
            if item.status is ItemStatus.PILOT
        },
        standings={id_: known[id_].standing if id_ in known else Standing.PILOT for id_ in items},
    )


def _usable(item: Item, parameters: Parameters | None) -> bool:
    return (
        item.status is ItemStatus.LIVE
        and parameters is not None
        and parameters.standing is not Standing.PILOT
    )


def level_cuts(bank_id: str) -> tuple[float, ...]:
    """Return where levels 1 to 5 begin on the bank's scale, rising: as adopted, else as experts expect it."""
    return cut_scores(adopted_cuts(bank_id))


def adopted_cuts(bank_id: str) -> Mapping[int, float]:
    """Return the cut scores in force by level: of each level the one adopted last.

    An older one that a newer one of another level contradicts, so that they would not rise, is not in force.
    """
    found: dict[int, float] = {}
    for row in CutScore.objects.filter(bank_id=bank_id).order_by("-adopted_at", "-pk"):
        if all((row.level - level) * (row.theta - theta) > 0 for level, theta in found.items()):
            found[row.level] = row.theta
    return dict(sorted(found.items()))

"""Calibrating a bank from the answers on record. Imports numpy: for commands and tasks, no web worker."""

from django.db import transaction

from xblocks.competency.calibration_report import CalibrationLink
from xblocks.competency.errors import CompetencyError
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.measurement.errors import MeasurementError
from xblocks.measurement.policy import MINIMUM_PROVISIONAL
from xblocks.olx.fingerprint import fingerprint
from xblocks.records.api.calibrations import active_calibration, item_model
from xblocks.records.api.content import newest_bank
from xblocks.records.api.presentations import exposure
from xblocks.records.models import Calibration, ItemBank, ItemParameters

from .estimating import DICHOTOMOUS, POLYTOMOUS, Anchor, Estimated, estimated
from .reading import Answers, read_answers
from .reporting import report_of

__all__ = ["FAMILIES", "PARTIAL_FAMILIES", "CalibrationError", "calibrate"]

FAMILIES, PARTIAL_FAMILIES = tuple(DICHOTOMOUS), tuple(POLYTOMOUS)


class CalibrationError(CompetencyError):
    """The answers do not allow a calibration; nothing was kept."""


def calibrate(bank_id: str, *, family: str = "2PL", partial: str = "GPCM", made_by: int | None = None) -> int:
    """Calibrate the version of the bank that was loaded last, keep the result, and return its number.

    Counts the first complete answer of each learner to each item that is, or was in an earlier version, what
    it is now. ``family`` (1PL, 2PL or 3PL) is for items that are right or wrong, ``partial`` (GPCM or GRM)
    for those with partial points. The scale is that of the calibration in use, by the items that both hold.
    Nothing is activated: a person does that. The caller has checked that ``made_by`` may calibrate.

    Raises UnknownReferenceError for a bank that is not loaded and CalibrationError where too few have
    answered. May take minutes; reads in no transaction, writes in one.
    """
    bank = newest_bank(bank_id)
    answers = read_answers(bank)
    active = active_calibration(bank_id)
    try:
        found = estimated(answers, family, partial, _anchors(active))
    except MeasurementError as error:
        raise CalibrationError(
            Message(
                _("Too few answers for the {family}, or they contradict one another: try a simpler model."),
                {"family": family},
            )
        ) from error
    if not found.parameters:
        raise CalibrationError(
            Message(
                _("Two items of {bank} with answers of {n} people each are needed; there are not yet."),
                {"bank": str(bank), "n": MINIMUM_PROVISIONAL},
            )
        )
    shown, attempts = exposure(bank_id)
    report = report_of(str(bank), answers, found, shown, attempts)
    link: CalibrationLink = {
        "method": found.method,
        "to": active.number if active else None,
        "slope": found.link.slope,
        "intercept": found.link.intercept,
        "anchors": found.anchors,
    }
    return _kept(bank_id, family, made_by, answers, found, {"report": report, "link": link})


def _anchors(active: Calibration | None) -> dict[str, Anchor]:
    """Return what the calibration in use says of items, by fingerprint."""
    if active is None:
        return {}
    rows = active.parameters.exclude(standing="pilot")
    return {row.fingerprint: Anchor(row.item_id, item_model(row)) for row in rows}


def _kept(
    bank_id: str,
    family: str,
    made_by: int | None,
    answers: Answers,
    found: Estimated,
    more: dict[str, object],
) -> int:
    with transaction.atomic():
        # Two runs at a time would find the same number free.
        list(ItemBank.objects.select_for_update().filter(bank_id=bank_id).values_list("pk"))
        last = Calibration.objects.filter(bank_id=bank_id).order_by("-number").first()
        row = Calibration.objects.create(
            bank_id=bank_id,
            number=last.number + 1 if last else 1,
            family=family,
            persons=len(answers.table),
            log_likelihood=found.log_likelihood,
            made_by_id=made_by,
            **more,
        )
        ItemParameters.objects.bulk_create(
            ItemParameters(
                calibration=row,
                item_id=one.item.id,
                fingerprint=fingerprint(one.item),
                model=one.name,
                a=one.a,
                c=one.c,
                steps=list(one.steps),
                errors={"a": one.a_error, "c": one.c_error, "steps": list(one.step_errors)},
                answers=one.answers,
                standing=one.standing.value,
            )
            for one in found.parameters
        )
    return row.number

"""Parameters from the table of answers: by kind of item, put on one scale, with what they may be used for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import exp, isfinite, sqrt
from statistics import fmean
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

from xblocks.competency.calibration_report import AnchorRow, LeftOutRow
from xblocks.competency.items import Item, Numeric, ShortText
from xblocks.competency.measuring import Standing, categories
from xblocks.competency.values import dataclass
from xblocks.measurement.linking import Link, Linkable, mean_sigma, stocking_lord
from xblocks.measurement.models import ItemModel, ThreeParameterLogistic
from xblocks.measurement.offline.calibration import MISSING, calibrate
from xblocks.measurement.offline.calibration import Calibration as Found
from xblocks.measurement.offline.families import GPCM, GRM, ONE_PL, THREE_PL, TWO_PL, Array, Family
from xblocks.measurement.policy import MINIMUM_PROVISIONAL, standing
from xblocks.olx.fingerprint import fingerprint

from .reading import Answers

__all__ = ["DICHOTOMOUS", "POLYTOMOUS", "Anchor", "Estimated", "EstimatedItem", "estimated"]

DICHOTOMOUS: Mapping[str, Family] = {"1PL": ONE_PL, "2PL": TWO_PL, "3PL": THREE_PL}
POLYTOMOUS: Mapping[str, Family] = {"GPCM": GPCM, "GRM": GRM}
# With fewer the curves are of so few items that Stocking & Lord's line bends to one of them.
FEWEST_FOR_CURVES = 5
FEWEST_ANCHORS = 3

type Method = Literal["none", "stocking_lord", "mean_sigma"]
type Reason = Literal["no_answers", "too_few", "no_variance", "alone"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """An item of the calibration in use: its id there, and its model."""

    item_id: str
    model: ItemModel


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedItem:
    """An item's parameters and their standard errors on the linked scale.

    ``column`` is that of the table, ``raw`` the model before linking, on the N(0, 1) of the people.
    """

    item: Item
    column: int
    name: str
    raw: ItemModel
    a: float
    c: float
    steps: tuple[float, ...]
    a_error: float | None
    c_error: float | None
    step_errors: tuple[float | None, ...]
    answers: int
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """All that was found, the items in the bank's order."""

    parameters: tuple[EstimatedItem, ...]
    left_out: tuple[LeftOutRow, ...]
    log_likelihood: float
    passes: int
    method: Method
    link: Link
    anchors: list[AnchorRow]


@dataclass(frozen=True, slots=True)
class _Group:
    """Items that were calibrated together."""

    family: Family
    columns: tuple[int, ...]
    found: Found


def estimated(answers: Answers, family: str, partial: str, anchors: Mapping[str, Anchor]) -> Estimated:
    """Calibrate every item that has answers enough; raises MeasurementError where it does not succeed.

    Items that are right or wrong and items with partial points are calibrated apart, each on the N(0, 1) of
    the people who answered them: one scale as far as they are the same people. Numbers and short texts
    cannot be guessed: beside the 3PL they get the 2PL. ``anchors`` are by fingerprint.
    """
    lacking = {
        column: reason
        for column, item in enumerate(answers.items)
        if (reason := _lack(item, answers.table[:, column])) is not None
    }
    groups: list[_Group] = []
    usable = [column for column in range(len(answers.items)) if column not in lacking]
    kinds = _by_family(answers.items, usable, DICHOTOMOUS[family], POLYTOMOUS[partial])
    for kind, columns in kinds.items():
        if len(columns) < 2:
            lacking |= dict.fromkeys(columns, "alone")
        else:
            groups.append(_Group(kind, columns, _calibrated(answers.table, columns, kind)))
    raw = {
        column: model
        for group in groups
        for column, model in zip(group.columns, group.found.items, strict=True)
    }
    method, link, rows = _linked(answers.items, raw, anchors)
    counts = (answers.table != MISSING).sum(axis=0)
    return Estimated(
        parameters=tuple(
            sorted(
                (one for group in groups for one in _items(answers.items, group, link)),
                key=lambda one: one.column,
            )
        ),
        left_out=tuple(
            LeftOutRow(id=answers.items[column].id, answers=int(counts[column]), reason=reason)
            for column, reason in sorted(lacking.items())
        ),
        log_likelihood=sum(group.found.log_likelihood for group in groups),
        passes=sum(group.found.passes for group in groups),
        method=method,
        link=link,
        anchors=rows,
    )


def _lack(item: Item, column: npt.NDArray[np.int8]) -> Reason | None:
    """Return why the item cannot be calibrated."""
    given = column[column != MISSING]
    if not len(given):
        return "no_answers"
    if len(given) < MINIMUM_PROVISIONAL:
        return "too_few"
    return "no_variance" if len(np.unique(given)) < categories(item) else None


def _by_family(
    items: Sequence[Item], columns: Iterable[int], family: Family, partial: Family
) -> Mapping[Family, tuple[int, ...]]:
    found: dict[Family, tuple[int, ...]] = {}
    for column in columns:
        item = items[column]
        kind = family if categories(item) == 2 else partial
        if kind is THREE_PL and isinstance(item, Numeric | ShortText):
            kind = TWO_PL
        found[kind] = (*found.get(kind, ()), column)
    return found


def _calibrated(table: npt.NDArray[np.int8], columns: Sequence[int], family: Family) -> Found:
    part = table[:, columns]
    return calibrate(part[(part != MISSING).any(axis=1)], family)


def _linked(
    items: Sequence[Item], raw: Mapping[int, ItemModel], anchors: Mapping[str, Anchor]
) -> tuple[Method, Link, list[AnchorRow]]:
    """Return the line to the calibration in use: that of the anchors, or none where there are too few."""
    pairs = []
    for column, model in raw.items():
        anchor = anchors.get(fingerprint(items[column]))
        if anchor is not None and anchor.model.categories == model.categories:
            pairs.append((items[column].id, cast(Linkable, model), cast(Linkable, anchor.model)))
    method: Method = "none"
    link = Link(1.0, 0.0)
    if len(pairs) >= FEWEST_ANCHORS:
        method = "stocking_lord" if len(pairs) >= FEWEST_FOR_CURVES else "mean_sigma"
        line = stocking_lord if method == "stocking_lord" else mean_sigma
        link = line([new for _id, new, _old in pairs], [old for _id, _new, old in pairs])
    rows = [
        AnchorRow(id=id_, old=fmean(old.locations), new=fmean(link.item(new).locations))
        for id_, new, old in pairs
    ]
    return method, link, rows


def _items(items: Sequence[Item], group: _Group, link: Link) -> Iterator[EstimatedItem]:
    found = group.found
    rows = zip(group.columns, found.items, found.parameters, found.covariances, found.answers, strict=True)
    for column, raw, parameters, covariance, count in rows:
        model = link.item(cast(Linkable, raw))
        a_error, step_errors, c_error = _errors(parameters, covariance, group.family)
        yield EstimatedItem(
            item=items[column],
            column=column,
            name=group.family.name,
            raw=raw,
            a=float(parameters[0]) / link.slope,
            c=model.c if isinstance(model, ThreeParameterLogistic) else 0.0,
            steps=tuple(map(float, model.locations)),
            a_error=_finite(a_error / link.slope),
            c_error=None if c_error is None else _finite(c_error),
            step_errors=tuple(_finite(error * link.slope) for error in step_errors),
            answers=count,
            standing=standing(count, guessing=group.family is THREE_PL),
        )


def _errors(parameters: Array, covariance: Array, family: Family) -> tuple[float, list[float], float | None]:
    """Return standard errors of slope, locations and guessing, by the delta method: location = -d / a."""
    a = float(parameters[0])
    intercepts = range(1, 2 if family is THREE_PL else len(parameters))
    steps = []
    for number in intercepts:
        gradient = np.array([parameters[number] / a**2, -1.0 / a])
        here = np.ix_([0, number], [0, number])
        steps.append(sqrt(max(float(gradient @ covariance[here] @ gradient), 0.0)))
    c_error = None
    if family is THREE_PL:
        c = 1.0 / (1.0 + exp(-float(parameters[2])))
        c_error = c * (1.0 - c) * sqrt(max(float(covariance[2, 2]), 0.0))
    return sqrt(max(float(covariance[0, 0]), 0.0)), steps, c_error


def _finite(number: float) -> float | None:
    return number if isfinite(number) else None

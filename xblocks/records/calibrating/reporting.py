"""The report of a calibration: aggregates of the answers, for whoever decides whether to activate it."""

from collections.abc import Iterator, Mapping
from math import floor, isfinite, sqrt
from statistics import variance
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from xblocks.competency.calibration_report import (
    SCHEMA,
    AbilityBin,
    CalibrationReport,
    DifRow,
    DifSplit,
    ItemRow,
    OptionRow,
    PairRow,
    Point,
)
from xblocks.competency.items import MultipleResponse, SingleChoice
from xblocks.measurement.classical import alpha, sem
from xblocks.measurement.dif import mantel_haenszel
from xblocks.measurement.errors import MeasurementError
from xblocks.measurement.offline.calibration import MISSING
from xblocks.measurement.offline.families import Array
from xblocks.measurement.offline.fit import abilities, dependent_pairs, mean_squares, q3
from xblocks.measurement.policy import enough_for_dif

from .estimating import Estimated, EstimatedItem
from .reading import Answers

__all__ = ["report_of"]

# Smaller groups are not shown: a person could be told from them.
FEWEST_IN_GROUP = 5
FEWEST_FOR_DIF = 100
GROUPS = 10
FIFTHS = 5
# People of about one ability are compared; so many levels of it.
STRATA = 20
MOST_PAIRS = 50

type Indices = npt.NDArray[np.intp]


def report_of(
    bank: str, answers: Answers, found: Estimated, shown: Mapping[str, int], attempts: int
) -> CalibrationReport:
    """Return the report; ``shown`` and ``attempts`` are what ``exposure`` counted."""
    return _Report(answers, found).written(bank, shown, attempts)


class _Report:
    """What several parts of the report need: shares of points and abilities, of the calibrated items."""

    def __init__(self, answers: Answers, found: Estimated) -> None:
        self.answers, self.found = answers, found
        columns = [one.column for one in found.parameters]
        table = answers.table[:, columns].astype(np.int64)
        kept = (table != MISSING).any(axis=1)
        self.rows: Indices = np.flatnonzero(kept)
        self.table = table[kept]
        models = [one.raw for one in found.parameters]
        # On the people's own N(0, 1), which is the prior; then on the linked scale.
        theta, se = abilities(self.table, models)
        self.theta: Array = found.link.slope * theta + found.link.intercept
        self.se: Array = found.link.slope * se
        self.fit = mean_squares(self.table, models, theta)
        self.residuals = q3(self.table, models, theta)
        highest = np.array([model.categories - 1 for model in models])
        self.shares: Array = np.where(self.table == MISSING, np.nan, self.table / highest)

    def written(self, bank: str, shown: Mapping[str, int], attempts: int) -> CalibrationReport:
        answers = self.answers
        complete = self.shares[~np.isnan(self.shares).any(axis=1)]
        reliability = _alpha(complete)
        splits = list(self._splits())
        return {
            "schema": SCHEMA,
            "bank": bank,
            "persons": len(answers.table),
            "answers": int((answers.table != MISSING).sum()),
            "first_answer": answers.first.isoformat() if answers.first else None,
            "last_answer": answers.last.isoformat() if answers.last else None,
            "passes": self.found.passes,
            "items": [
                self._item(place, one, shown.get(one.item.id, 0), attempts)
                for place, one in enumerate(self.found.parameters)
            ],
            "left_out": list(self.found.left_out),
            "alpha": reliability,
            "sem": _sem(complete, reliability),
            "complete": len(complete),
            "q3": self._pairs(),
            "splits": [split for split, _reference in splits],
            "dif": [row for split, men in splits if split["tested"] for row in self._dif(split, men)],
            "abilities": self._abilities(),
            "attempts": attempts,
        }

    def _item(self, place: int, one: EstimatedItem, shown: int, attempts: int) -> ItemRow:
        column = self.shares[:, place]
        who: Indices = np.flatnonzero(~np.isnan(column))
        mine = column[who]
        total, rest = self._scores(who, place)
        ordered = who[np.argsort(self.theta[who], kind="stable")]
        return {
            "id": one.item.id,
            "type": one.item.type,
            "competencies": list(one.item.competencies),
            "level": one.item.level,
            "status": one.item.status.value,
            "answers": len(who),
            "p": _number(float(mine.mean())),
            "item_total": _correlation(mine, total),
            "item_rest": _correlation(mine, rest),
            "options": list(self._options(one, who, rest, ordered)),
            "infit": _number(self.fit[place].infit),
            "outfit": _number(self.fit[place].outfit),
            "points": [
                Point(
                    theta=round(float(self.theta[group].mean()), 4),
                    share=round(float(column[group].mean()), 4),
                    persons=len(group),
                )
                for group in np.array_split(ordered, GROUPS)
                if len(group) >= FEWEST_IN_GROUP
            ],
            "shown": shown,
            "exposure": _number(shown / attempts) if attempts else None,
        }

    def _scores(self, who: Indices, place: int) -> tuple[Array, Array]:
        """Return the mean share of the points over all the items that each answered, and over the others."""
        shares = self.shares[who]
        counts = (~np.isnan(shares)).sum(axis=1)
        sums = np.nansum(shares, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            rest: Array = (sums - shares[:, place]) / (counts - 1)
        return sums / counts, rest

    def _options(
        self, one: EstimatedItem, who: Indices, rest: Array, ordered: Indices
    ) -> Iterator[OptionRow]:
        if not isinstance(one.item, SingleChoice | MultipleResponse):
            return
        chosen = self.answers.chosen.get(one.item.id, {})
        for option in one.item.options:
            picked = np.zeros(len(self.rows))
            picked[[place for place in who if option.id in chosen.get(int(self.rows[place]), ())]] = 1.0
            mine = picked[who]
            yield {
                "id": option.id,
                "right": option.correct,
                "chosen": int(mine.sum()),
                "share": round(float(mine.mean()), 6),
                "correlation": _correlation(mine, rest),
                "fifths": [
                    round(float(picked[group].mean()), 4) if len(group) >= FEWEST_IN_GROUP else None
                    for group in np.array_split(ordered, FIFTHS)
                ],
            }

    def _pairs(self) -> list[PairRow]:
        ids = [one.item.id for one in self.found.parameters]
        if len(ids) < 3:
            return []
        return [
            {"first": ids[i], "second": ids[j], "q3": round(float(self.residuals[i, j]), 4)}
            for i, j, _excess in dependent_pairs(self.residuals)[:MOST_PAIRS]
        ]

    def _splits(self) -> Iterator[tuple[DifSplit, npt.NDArray[np.int8]]]:
        """Yield each split, and who is of the reference group: 1, 0, or -1 for unknown."""
        men, java = self.answers.men[self.rows], self.answers.java[self.rows]
        for group, split in (
            (men, DifSplit(split="gender", reference="men", focal="women", **_counts(men))),
            (java, DifSplit(split="region", reference="java", focal="outside_java", **_counts(java))),
        ):
            yield split, group

    def _dif(self, split: DifSplit, group: npt.NDArray[np.int8]) -> Iterator[DifRow]:
        """Yield Mantel-Haenszel of the items that are right or wrong, people matched by their ability."""
        bounds = np.quantile(self.theta, np.linspace(0, 1, STRATA + 1)[1:-1])
        strata = np.searchsorted(bounds, self.theta)
        for place, one in enumerate(self.found.parameters):
            column = self.table[:, place]
            known = (column != MISSING) & (group >= 0)
            enough = min((known & (group == side)).sum() for side in (0, 1)) >= FEWEST_FOR_DIF
            if one.raw.categories != 2 or not enough or not enough_for_dif(int(known.sum())):
                continue
            tables = [
                _table(column[here], group[here]) for here in (known & (strata == k) for k in range(STRATA))
            ]
            try:
                tested = mantel_haenszel(tables)
            except MeasurementError:
                # No stratum holds both groups: nothing can be said of this item.
                continue
            if all(map(isfinite, (tested.odds_ratio, tested.low, tested.high, tested.delta))):
                yield {
                    "item": one.item.id,
                    "split": split["split"],
                    "chi_square": tested.chi_square,
                    "odds_ratio": tested.odds_ratio,
                    "low": tested.low,
                    "high": tested.high,
                    "delta": tested.delta,
                    "ets_class": tested.ets_class,
                }

    def _abilities(self) -> list[AbilityBin]:
        bins: dict[int, list[float]] = {}
        for theta, se in zip(self.theta, self.se, strict=True):
            bins.setdefault(floor(float(theta) * 10), []).append(float(se))
        return [
            AbilityBin(
                theta=round(place / 10 + 0.05, 2),
                se=round(sum(errors) / len(errors), 4),
                persons=len(errors),
            )
            for place, errors in sorted(bins.items())
        ]


def _table(right: npt.NDArray[np.int64], group: npt.NDArray[np.int8]) -> list[list[float]]:
    """Return ((reference right, reference wrong), (focal right, focal wrong))."""
    return [[float(((group == side) & (right == answer)).sum()) for answer in (1, 0)] for side in (1, 0)]


class _Counts(TypedDict):
    reference_persons: int
    focal_persons: int
    tested: bool


def _counts(group: npt.NDArray[np.int8]) -> _Counts:
    reference, focal = int((group == 1).sum()), int((group == 0).sum())
    return {
        "reference_persons": reference,
        "focal_persons": focal,
        "tested": min(reference, focal) >= FEWEST_FOR_DIF,
    }


def _alpha(complete: Array) -> float | None:
    try:
        return _number(alpha(complete.tolist()))
    except MeasurementError:
        return None


def _sem(complete: Array, reliability: float | None) -> float | None:
    """Return the standard error of measurement of the sum of shares; None where alpha is none or negative."""
    if reliability is None or reliability < 0:
        return None
    return _number(sem(sqrt(variance(complete.sum(axis=1).tolist())), min(reliability, 1.0)))


def _correlation(left: Array, right: Array) -> float | None:
    known = ~np.isnan(right)
    x, y = left[known], right[known]
    if len(x) < 3 or x.std() == 0.0 or y.std() == 0.0:
        return None
    return _number(float(np.corrcoef(x, y)[0, 1]))


def _number(value: float) -> float | None:
    return round(value, 6) if isfinite(value) else None

"""What a calibration found out beside the parameters: the JSON of its report and of its link.

Calibrating writes it, the pages for psychometric staff read it. Aggregates only, no person. Every number is
finite; None stands where a figure cannot be had (no variance, too few answers). Thetas are on the scale of
the calibration after linking.
"""

from typing import Literal, TypedDict

__all__ = [
    "SCHEMA",
    "AbilityBin",
    "AnchorRow",
    "CalibrationLink",
    "CalibrationReport",
    "DifRow",
    "DifSplit",
    "ItemRow",
    "LeftOutRow",
    "OptionRow",
    "PairRow",
    "Point",
]

# Raised when a member changes its meaning; pages say of a report of another schema to calibrate again.
SCHEMA = 1


class OptionRow(TypedDict):
    """How one option of a choice item drew.

    ``correlation`` is of choosing it with the rest score. ``fifths`` has the share who chose it in each fifth
    of ability, lowest first (Haladyna 2004, distractor trace lines).
    """

    id: str
    right: bool
    chosen: int
    share: float
    correlation: float | None
    fifths: list[float | None]


class Point(TypedDict):
    """Persons of about one ability: their mean share of an item's highest category, 0..1."""

    theta: float
    share: float
    persons: int


class ItemRow(TypedDict):
    """One item of the bank version. Parameters are in ItemParameters, by ``id``.

    ``p`` is the mean share of the highest category, 0..1; correlations as in ``measurement.classical``;
    ``infit`` and ``outfit`` are mean squares. ``shown`` counts attempts that showed the item, ``exposure`` is
    their share of all attempts with items of the bank.
    """

    id: str
    type: str
    competencies: list[str]
    level: int
    status: str
    answers: int
    p: float | None
    item_total: float | None
    item_rest: float | None
    options: list[OptionRow]
    infit: float | None
    outfit: float | None
    points: list[Point]
    shown: int
    exposure: float | None


class LeftOutRow(TypedDict):
    """An item that has no parameters of its own in this calibration, and why.

    ``alone``: it is the only one of its kind of points, and cannot be calibrated without another.
    """

    id: str
    answers: int
    reason: Literal["no_answers", "too_few", "no_variance", "alone"]


class PairRow(TypedDict):
    """Two items whose residuals correlate beyond what ability explains; Q3 of either sign, Yen (1984)."""

    first: str
    second: str
    q3: float


class DifSplit(TypedDict):
    """A split of people for DIF. Where a group is smaller than it must be, ``tested`` is false."""

    split: Literal["gender", "region"]
    reference: Literal["men", "java"]
    focal: Literal["women", "outside_java"]
    reference_persons: int
    focal_persons: int
    tested: bool


class DifRow(TypedDict):
    """Mantel-Haenszel of one item for one split, as in ``measurement.dif``."""

    item: str
    split: Literal["gender", "region"]
    chi_square: float
    odds_ratio: float
    low: float
    high: float
    delta: float
    ets_class: str


class AbilityBin(TypedDict):
    """How many persons have an ability near ``theta`` (bins of 0.1 logits), and their mean SE."""

    theta: float
    se: float
    persons: int


class CalibrationReport(TypedDict):
    """The whole report. ``alpha`` and ``sem`` are of the persons and items of ``complete``.

    ``bank`` is the version whose items were calibrated (``governance@3``); ``first_answer`` and
    ``last_answer`` are ISO times of the answers used, None where there are none.
    """

    schema: int
    bank: str
    persons: int
    answers: int
    first_answer: str | None
    last_answer: str | None
    passes: int
    items: list[ItemRow]
    left_out: list[LeftOutRow]
    alpha: float | None
    sem: float | None
    complete: int
    q3: list[PairRow]
    splits: list[DifSplit]
    dif: list[DifRow]
    abilities: list[AbilityBin]
    attempts: int


class AnchorRow(TypedDict):
    """An anchor's location in the active calibration and in this one after linking."""

    id: str
    old: float
    new: float


class CalibrationLink(TypedDict):
    """theta_active = slope theta_new + intercept; the parameters stored are linked already.

    ``to`` is the number of the active calibration, None for the first one. The method is "none" there, and
    where fewer than three anchors are left: then the scale is a new one, and cut scores must be set anew.
    """

    method: Literal["none", "stocking_lord", "mean_sigma"]
    to: int | None
    slope: float
    intercept: float
    anchors: list[AnchorRow]

"""What the page of a calibration says, as tables in words and figures."""

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from math import floor

from xblocks.competency.calibration_report import ItemRow
from xblocks.competency.item_review import (
    SPLITS,
    Flag,
    difficulty_words,
    discrimination_words,
    flags_by_item,
)
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.values import dataclass
from xblocks.measurement.ability import expected_fraction

from .reading import NOTHING, STEPS, ItemFigures, Reader, error_of

__all__ = [
    "Analysis",
    "Band",
    "DifLine",
    "FlagLine",
    "ItemLine",
    "OptionLine",
    "PrecisionLine",
    "reliability_words",
]

BAND = 0.5
STANDINGS = {
    "operational": Message(_("operational")),
    "provisional": Message(_("provisional")),
    "pilot": Message(_("pilot")),
}
STATUSES = {
    "draft": Message(_("draft")),
    "pilot": Message(_("pilot")),
    "live": Message(_("in use")),
    "retired": Message(_("retired")),
}
REASONS = {
    "no_answers": Message(_("nobody has answered it")),
    "too_few": Message(_("too few answers")),
    "no_variance": Message(_("some result never came up: wrong, partly right, or right")),
    "alone": Message(_("the only item of its kind of points")),
}
ETS = {"A": Message(_("negligible")), "B": Message(_("moderate")), "C": Message(_("large"))}
GROUPS = {
    "men": Message(_("men")),
    "women": Message(_("women")),
    "java": Message(_("officials on Java")),
    "outside_java": Message(_("officials outside Java")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagLine:
    """A flag in the reader's language."""

    item: str
    grave: bool
    short: str
    found: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """A row of the item table, written out for the reader."""

    id: str
    competencies: str
    level: int
    status: str
    answers: int
    p: str
    difficulty: str
    rest: str
    discrimination: str
    model: str
    a: str
    b: str
    c: str
    infit: str
    outfit: str
    standing: str
    exposure: str
    flags: tuple[FlagLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionLine:
    """How one option drew, in all and in each fifth of ability, the weakest first."""

    id: str
    right: bool
    chosen: int
    share: str
    correlation: str
    fifths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Half a logit of the Wright map."""

    span: str
    people: int
    share: str
    items: tuple[str, ...]
    cuts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionLine:
    """How exactly the whole bank measures at an ability."""

    theta: str
    information: str
    se: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DifLine:
    """One item that was tested for fairness between two groups."""

    item: str
    groups: str
    easier_for: str
    ratio: str
    delta: str
    ets_class: str
    words: str


def reliability_words(alpha: float | None) -> Message:
    """Return what a reliability is enough for (Nunnally & Bernstein 1994, chapter 7)."""
    if alpha is None:
        return Message(_("not known"))
    for least, words in (
        (0.9, Message(_("enough for decisions about a person"))),
        (0.8, Message(_("good"))),
        (0.7, Message(_("sufficient for a first impression"))),
    ):
        if alpha >= least:
            return words
    return Message(_("weak: no decision should rest on this test alone"))


class Analysis(Reader):
    """The tables; ``Pictures`` draws the same."""

    @cached_property
    def flags(self) -> Mapping[str, tuple[Flag, ...]]:
        """What to look at, by item."""
        return flags_by_item(self.report)

    # Items

    def items(self) -> list[ItemLine]:
        """Return the item table in the order of the bank."""
        return [self._item(row) for row in self.report["items"]]

    def line(self, item_id: str) -> ItemLine | None:
        """Return the table's row of one item, None where there is none."""
        row = self.row(item_id)
        return None if row is None else self._item(row)

    def _item(self, row: ItemRow) -> ItemLine:
        figures = self.figures.get(row["id"])
        return ItemLine(
            id=row["id"],
            competencies=", ".join(row["competencies"]),
            level=row["level"],
            status=self._say(STATUSES[row["status"]]),
            answers=row["answers"],
            p=self.figure(row["p"]),
            difficulty=self._say(difficulty_words(row["p"])),
            rest=self.figure(row["item_rest"]),
            discrimination=self._say(discrimination_words(row["item_rest"])),
            model=figures.name if figures else NOTHING,
            a=self._with_error(figures.a, figures.a_error) if figures else NOTHING,
            b=self._steps(figures) if figures else NOTHING,
            c=self._with_error(figures.c, figures.c_error) if figures and figures.name == "3PL" else NOTHING,
            infit=self.figure(row["infit"]),
            outfit=self.figure(row["outfit"]),
            standing=self._say(STANDINGS[figures.standing] if figures else Message(_("not calibrated"))),
            exposure=self._percent(row["exposure"]),
            flags=tuple(self._flag(row["id"], flag) for flag in self.flags.get(row["id"], ())),
        )

    def _flag(self, item: str, flag: Flag) -> FlagLine:
        say = self._say
        return FlagLine(
            item=item,
            grave=flag.grave,
            short=say(flag.short),
            found=say(flag.found),
            advice=say(flag.advice),
        )

    def flagged(self) -> list[FlagLine]:
        """Return what to look at, grave signs first, else in the order of the bank."""
        found = [self._flag(item, flag) for item, some in self.flags.items() for flag in some]
        return sorted(found, key=lambda line: not line.grave)

    def _percent(self, share: float | None) -> str:
        return NOTHING if share is None else f"{self._number(100 * share, 0)}%"

    def _with_error(self, value: float, error: float | None) -> str:
        return self._number(value, 2) + ("" if error is None else f" ± {self._number(error, 2)}")

    def _steps(self, figures: ItemFigures) -> str:
        pairs = zip(figures.steps, figures.step_errors, strict=True)
        return "; ".join(self._with_error(step, error) for step, error in pairs)

    def left_out(self) -> list[tuple[str, int, str]]:
        """Return (item, answers, why) of the items without parameters of their own."""
        return [
            (row["id"], row["answers"], self._say(REASONS[row["reason"]])) for row in self.report["left_out"]
        ]

    def standings(self) -> Mapping[str, int]:
        """Return how many items stand where, in words."""
        counts = Counter(one.standing for one in self.figures.values())
        return {self._say(words): counts[name] for name, words in STANDINGS.items() if counts[name]}

    # Map and precision

    def bands(self) -> list[Band]:
        """Return the Wright map as a table of half logits, highest first."""
        people: Counter[int] = Counter()
        for row in self.report["abilities"]:
            people[_band(row["theta"])] += row["persons"]
        items: dict[int, list[str]] = {}
        for figures in sorted(self.figures.values(), key=lambda one: one.location):
            items.setdefault(_band(figures.location), []).append(figures.id)
        cuts: dict[int, list[str]] = {}
        for label, theta in self.cuts():
            cuts.setdefault(_band(theta), []).append(f"{label}: {self._number(theta, 2)}")
        used = {*people, *items, *cuts}
        everybody = max(people.total(), 1)
        return [
            Band(
                span=f"{self._number(band * BAND, 1)} … {self._number((band + 1) * BAND, 1)}",
                people=people[band],
                share=self._percent(people[band] / everybody),
                items=tuple(items.get(band, ())),
                cuts="; ".join(cuts.get(band, ())),
            )
            for band in sorted(used, reverse=True)
        ]

    def precision_table(self) -> list[PrecisionLine]:
        """Return both curves as a table, every half logit."""
        return [
            PrecisionLine(
                theta=self._number(theta, 1),
                information=self._number(self.information_at(theta), 2),
                se=self.figure(
                    None if self.information_at(theta) == 0 else error_of(self.information_at(theta))
                ),
            )
            for theta in STEPS
        ]

    # One item

    def curve_table(self, item_id: str) -> list[tuple[str, str, str]]:
        """Return (ability, expected share, information) every half logit.

        Raises KeyError for an item that has no parameters.
        """
        model = self.figures[item_id].model
        return [
            (
                self._number(theta, 1),
                self._number(expected_fraction(model, theta), 2),
                self._number(model.information(theta), 2),
            )
            for theta in STEPS
        ]

    def options(self, item_id: str) -> list[OptionLine]:
        """Return how the options of a choice item drew; none for other items."""
        row = self.row(item_id)
        return [
            OptionLine(
                id=option["id"],
                right=option["right"],
                chosen=option["chosen"],
                share=self._percent(option["share"]),
                correlation=self.figure(option["correlation"]),
                fifths=tuple(map(self._percent, option["fifths"])),
            )
            for option in (row["options"] if row else ())
        ]

    def points(self, item_id: str) -> list[tuple[str, int, str]]:
        """Return (ability, persons, share of the points) of people of about one ability."""
        row = self.row(item_id)
        return [
            (self._number(point["theta"], 1), point["persons"], self._number(point["share"], 2))
            for point in (row["points"] if row else ())
        ]

    # Fairness and dependence

    def splits(self) -> list[tuple[str, int, int, bool]]:
        """Return (groups, persons of each, whether they were enough to be tested)."""
        return [
            (
                self._say(SPLITS[one["split"]]),
                one["reference_persons"],
                one["focal_persons"],
                one["tested"],
            )
            for one in self.report["splits"]
        ]

    def dif(self, item_id: str | None = None) -> list[DifLine]:
        """Return what was tested for fairness, the largest differences first."""
        names = {one["split"]: (one["reference"], one["focal"]) for one in self.report["splits"]}
        rows = [row for row in self.report["dif"] if item_id in (None, row["item"])]
        return [
            DifLine(
                item=row["item"],
                groups=self._say(SPLITS[row["split"]]),
                easier_for=self._group(names[row["split"]][row["odds_ratio"] <= 1.0]),
                ratio=f"{self._number(row['odds_ratio'], 2)} "
                f"({self._number(row['low'], 2)} … {self._number(row['high'], 2)})",
                delta=self._number(row["delta"], 2),
                ets_class=row["ets_class"],
                words=self._say(ETS[row["ets_class"]]),
            )
            for row in sorted(rows, key=lambda row: (-ord(row["ets_class"]), -abs(row["delta"])))
        ]

    def _group(self, name: str) -> str:
        return self._say(GROUPS[name])

    def pairs(self) -> list[tuple[str, str, str]]:
        """Return (item, item, Q3) of pairs whose answers depend on one another."""
        rows = sorted(self.report["q3"], key=lambda row: -abs(row["q3"]))
        return [(row["first"], row["second"], self._number(row["q3"], 2)) for row in rows]


def _band(theta: float) -> int:
    return floor(theta / BAND + 1e-9)

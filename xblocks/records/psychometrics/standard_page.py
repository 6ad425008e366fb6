"""What the page of a standard says: sheets, rounds, where judges differ, and what the cut does. Pure."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import repeat
from statistics import fmean, stdev

from xblocks.competency.calibration_report import AbilityBin
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.panels import Cut, Group, Panel, Place
from xblocks.competency.values import dataclass
from xblocks.measurement.ability import Estimate, expected_fraction
from xblocks.measurement.decisions import decision_quality
from xblocks.measurement.models import ItemModel

from .charts import Chart, line_chart
from .reading import NOTHING

__all__ = [
    "CutLine",
    "HeatLine",
    "Number",
    "Say",
    "SheetLine",
    "bookmark_chart",
    "cut_line",
    "group_bands",
    "group_chart",
    "heat",
    "place_lines",
    "quality",
    "round_foots",
    "sheet_lines",
]

type Number = Callable[[float, int], str]
type Say = Callable[[Message], str]

# Of 100: judges this far apart have not read the item alike, or think of other people.
WIDE = Decimal("0.40")
Z95 = 1.959963984540054
BIN = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """A judge's row: what each round's sheet comes to, and whether this round's is in."""

    judge: int
    name: str
    values: tuple[str, ...]
    handed_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FootLine:
    """A row below the judges', such as their mean."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A judgement of 100, and how dark it is."""

    text: str
    shade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatLine:
    """An item's row of the heat map."""

    item: str
    cells: tuple[Cell, ...]
    mean: str
    spread: str
    wide: bool
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CutLine:
    """A cut in words."""

    words: str
    theta: str
    theta_interval: str
    raw: str
    raw_interval: str
    scale: str
    provisional: bool


def sheet_lines[Sheet](
    panel: Panel[Sheet], value: Callable[[Sheet], float], number: Number, say: Say, places: int
) -> list[SheetLine]:
    """Return a row for each judge; ``value`` is what a sheet comes to."""
    return [
        SheetLine(
            judge=judge,
            name=say(Message(_("Judge {number}"), {"number": judge})),
            values=tuple(
                number(value(sheets[judge]), places) if judge in sheets else NOTHING
                for sheets in panel.rounds
            ),
            handed_in=judge in panel.rounds[-1],
        )
        for judge in range(1, panel.judges + 1)
    ]


def round_foots[Sheet](
    panel: Panel[Sheet], value: Callable[[Sheet], float], number: Number, say: Say
) -> list[FootLine]:
    """Return mean and spread of each round: judges who talk come closer."""
    columns = [[value(sheet) for sheet in sheets.values()] for sheets in panel.rounds]
    return [
        FootLine(
            name=say(Message(_("Mean"))),
            values=tuple(number(fmean(column), 2) if column else NOTHING for column in columns),
        ),
        FootLine(
            name=say(Message(_("Spread (SD)"))),
            values=tuple(number(stdev(column), 2) if column[1:] else NOTHING for column in columns),
        ),
    ]


def heat(
    items: Sequence[str],
    panel: Panel[Mapping[str, Decimal]],
    cut: Cut | None,
    models: Mapping[str, ItemModel],
    number: Number,
) -> list[HeatLine]:
    """Return judge by item of the current round, with what the model expects at the cut."""
    sheets = panel.rounds[-1]
    return [_heat_line(item, sheets, panel.judges, cut, models, number) for item in items] if sheets else []


def _heat_line(
    item: str,
    sheets: Mapping[int, Mapping[str, Decimal]],
    judges: int,
    cut: Cut | None,
    models: Mapping[str, ItemModel],
    number: Number,
) -> HeatLine:
    shares = [sheet[item] for sheet in sheets.values()]
    spread = max(shares) - min(shares)
    return HeatLine(
        item=item,
        cells=tuple(
            _cell(sheets[judge][item] if judge in sheets else None) for judge in range(1, judges + 1)
        ),
        mean=number(100 * float(sum(shares, Decimal(0))) / len(shares), 0),
        spread=number(100 * float(spread), 0),
        wide=spread >= WIDE,
        model=number(100 * expected_fraction(models[item], cut.theta), 0) if cut else "",
    )


def _cell(share: Decimal | None) -> Cell:
    if share is None:
        return Cell(text=NOTHING, shade="kp-none")
    return Cell(text=f"{100 * share:.0f}", shade=f"kp-h{min(int(share * 5), 4)}")


def cut_line(cut: Cut, level: int, calibration: str, number: Number, say: Say) -> CutLine:
    """Return the cut in words, with 95 % intervals of the panel's error."""
    words = Message(
        _(
            "Somebody who only just reaches level {level} is expected to solve {raw} of {items} items "
            "({percent} percent)."
        ),
        {
            "level": level,
            "raw": number(cut.raw, 1),
            "items": cut.items,
            "percent": number(100 * cut.raw / cut.items, 0),
        },
    )
    return CutLine(
        words=say(words),
        theta=number(cut.theta, 2),
        theta_interval=_interval(cut.theta, cut.theta_se, number, say, 2),
        raw=number(cut.raw, 1),
        raw_interval=_interval(cut.raw, cut.raw_se, number, say, 1),
        scale=calibration or say(Message(_("estimate from levels"))),
        provisional=not calibration,
    )


def _interval(value: float, error: float, number: Number, say: Say, places: int) -> str:
    return say(
        Message(
            _("standard error {se}; another panel would likely set it between {low} and {high}"),
            {
                "se": number(error, 2),
                "low": number(value - Z95 * error, places),
                "high": number(value + Z95 * error, places),
            },
        )
    )


def quality(bins: Sequence[AbilityBin], cut: Cut, number: Number, say: Say) -> list[str]:
    """Return what the cut does to the people measured so far; nothing where nobody was."""
    people = sum(row["persons"] for row in bins)
    if not people:
        return []
    reached = sum(row["persons"] for row in bins if row["theta"] >= cut.theta)
    estimates = [
        estimate
        for row in bins
        for estimate in repeat(Estimate(row["theta"], max(row["se"], 1e-6)), row["persons"])
    ]
    found = decision_quality(estimates, cut.theta)
    lines = (
        Message(
            _("{reached} of {people} people measured so far ({percent} percent) are at or above the cut."),
            {"reached": reached, "people": people, "percent": number(100 * reached / people, 0)},
        ),
        Message(
            _("Of 100 people, about {n} are put on the right side of the cut (accuracy)."),
            {"n": number(100 * found.accuracy, 0)},
        ),
        Message(
            _("Of 100 people tested twice, about {n} are put on the same side both times (consistency)."),
            {"n": number(100 * found.consistency, 0)},
        ),
    )
    return [say(line) for line in lines]


def bookmark_chart(places: Sequence[Place], panel: Panel[int], number: Number, say: Say) -> Chart:
    """Return the booklet's locations by page, with the judges' marks of this round as dots."""
    curve = [(float(page), place.location) for page, place in enumerate(places, start=1)]
    low = min(place.location for place in places)
    return line_chart(
        title=say(Message(_("Bookmarks in the booklet"))),
        description=say(
            Message(_("The line rises with the difficulty of the pages; each dot is a judge's bookmark."))
        ),
        x_label=say(Message(_("page"))),
        y_label=say(Message(_("ability (logits)"))),
        curves=[("", curve)],
        points=[
            (
                float(mark),
                places[mark - 1].location,
                say(Message(_("Judge {number}: page {page}"), {"number": judge, "page": mark})),
            )
            for judge, mark in panel.rounds[-1].items()
        ],
        number=lambda value: number(value, 0),
        x_range=(1.0, float(len(places))),
        y_low=min(low - 0.2, 0.0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    """A page of the booklet, and the judges whose bookmark lies on it."""

    page: int
    item: str
    location: str
    judges: str


def place_lines(places: Sequence[Place], panel: Panel[int], number: Number) -> list[PlaceLine]:
    """Return the booklet as a table."""
    marks = panel.rounds[-1].items()
    return [
        PlaceLine(
            page=page,
            item=place.item,
            location=number(place.location, 2),
            judges=", ".join(str(judge) for judge, mark in marks if mark == page),
        )
        for page, place in enumerate(places, start=1)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class BandLine:
    """How many of each group have an ability in half a logit."""

    span: str
    values: tuple[int, ...]


def group_chart(groups: Sequence[tuple[str, Group]], cut: Cut, level: int, number: Number, say: Say) -> Chart:
    """Return the groups' abilities as two histograms, with the cut."""
    return line_chart(
        title=say(Message(_("Abilities of the two groups"))),
        description=say(
            Message(_("How many people of each group have which ability. The cut lies where they part."))
        ),
        x_label=say(Message(_("ability (logits)"))),
        y_label=say(Message(_("people"))),
        curves=[],
        bars=[[(low, low + BIN, float(n)) for low, n in group.bins.items()] for _name, group in groups],
        names=[name for name, _group in groups],
        cuts=[(say(Message(_("Level {level}"), {"level": level})), cut.theta)],
        number=lambda value: number(value, 0),
    )


def group_bands(groups: Sequence[Group], number: Number) -> list[BandLine]:
    """Return the histograms as a table."""
    lows = sorted({low for group in groups for low in group.bins})
    return [
        BandLine(
            span=f"{number(low, 1)} … {number(low + BIN, 1)}",
            values=tuple(group.bins.get(low, 0) for group in groups),
        )
        for low in lows
    ]

"""Pictures as plain geometry, drawn as SVG by a template.

Coordinates are text, so that no locale changes them. Every chart has a title, a sentence that says what it
shows, and a table with the same figures beside it on the page. Series differ by dash and shape, not by
colour alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil, floor, log10

from xblocks.competency.values import dataclass, field

__all__ = ["Axis", "Bar", "Chart", "Dot", "Line", "Rule", "Series", "Tick", "line_chart", "wright_map"]

WIDTH, HEIGHT = 400, 280
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 38, 42

type Number = Callable[[float], str]


def at(value: float) -> str:
    """Return a coordinate as SVG writes it."""
    return f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on an axis with its label."""

    x: str
    y: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A polyline; ``series`` is 0, 1, … in the order of the legend."""

    points: str
    series: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A round mark; ``title`` is read out and shown on hovering."""

    x: str
    y: str
    r: str
    series: int
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar of a histogram."""

    x: str
    y: str
    width: str
    height: str
    series: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A line across the plot, such as a cut, and its label."""

    x1: str
    y1: str
    x2: str
    y2: str
    label: str
    label_x: str
    label_y: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """An entry of the legend."""

    number: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What the template draws."""

    title: str
    description: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    bars: tuple[Bar, ...] = ()
    rules: tuple[Rule, ...] = ()
    legend: tuple[Series, ...] = ()
    height: int = HEIGHT
    frame: Mapping[str, str] = field(default_factory=dict)

    @property
    def view_box(self) -> str:
        """The picture's own measures."""
        return f"0 0 {WIDTH} {self.height}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Values ``low``..``high`` laid over ``start``..``end`` of the picture."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where the value lies; values outside lie at the end."""
        inside = min(max(value, self.low), self.high)
        return self.start + (inside - self.low) / (self.high - self.low) * (self.end - self.start)

    def steps(self, most: int = 7) -> list[float]:
        """Return round values along the axis, at most so many."""
        raw = (self.high - self.low) / most
        power = 10.0 ** floor(log10(raw))
        step = next(one * power for one in (1, 2, 5, 10) if one * power >= raw * 0.999999)
        first = ceil(self.low / step - 1e-9)
        last = floor(self.high / step + 1e-9)
        return [round(number * step, 10) for number in range(first, last + 1)]


def _x(low: float, high: float) -> Axis:
    return Axis(low=low, high=high, start=LEFT, end=WIDTH - RIGHT)


def _y(low: float, high: float, height: int = HEIGHT) -> Axis:
    return Axis(low=low, high=high, start=height - BOTTOM, end=TOP)


def _x_ticks(axis: Axis, number: Number, height: int = HEIGHT) -> tuple[Tick, ...]:
    return tuple(
        Tick(x=at(axis.at(value)), y=at(height - BOTTOM), label=number(value)) for value in axis.steps()
    )


def _y_ticks(axis: Axis, number: Number, most: int = 5) -> tuple[Tick, ...]:
    return tuple(Tick(x=at(LEFT), y=at(axis.at(value)), label=number(value)) for value in axis.steps(most))


def _frame(height: int = HEIGHT) -> Mapping[str, str]:
    return {"left": at(LEFT), "right": at(WIDTH - RIGHT), "top": at(TOP), "bottom": at(height - BOTTOM)}


def line_chart(
    *,
    title: str,
    description: str,
    x_label: str,
    y_label: str,
    curves: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    number: Number,
    x_number: Number | None = None,
    points: Sequence[tuple[float, float, str]] = (),
    cuts: Sequence[tuple[str, float]] = (),
    bars: Sequence[Sequence[tuple[float, float, float]]] = (),
    names: Sequence[str] = (),
    x_range: tuple[float, float] = (-4.0, 4.0),
    y_low: float = 0.0,
    y_high: float | None = None,
) -> Chart:
    """Return curves over an ability, with points, bars, and cuts as upright lines.

    ``curves`` are (name, points); the legend lists them where there are several, or else ``names``.
    ``points`` are (x, y, what it says); ``bars`` hold one histogram (low, high, value) a series.
    """
    highest = max(
        [y for _name, curve in curves for _theta, y in curve]
        + [y for _x, y, _title in points]
        + [value for series in bars for _low, _high, value in series],
        default=1.0,
    )
    x, y = _x(*x_range), _y(y_low, y_high or (highest * 1.05) or 1.0)
    return Chart(
        title=title,
        description=description,
        x_label=x_label,
        y_label=y_label,
        x_ticks=_x_ticks(x, x_number or number),
        y_ticks=_y_ticks(y, number),
        lines=tuple(
            Line(points=" ".join(f"{at(x.at(t))},{at(y.at(v))}" for t, v in curve), series=n)
            for n, (_name, curve) in enumerate(curves)
        ),
        dots=tuple(Dot(x=at(x.at(t)), y=at(y.at(v)), r="3", series=0, title=said) for t, v, said in points),
        bars=tuple(_bar(x, y, bar, n) for n, series in enumerate(bars) for bar in series),
        rules=tuple(_upright(x, label, cut, n) for n, (label, cut) in enumerate(cuts)),
        legend=tuple(
            Series(number=n, name=name)
            for n, name in enumerate(names or ([name for name, _curve in curves] if curves[1:] else ()))
        ),
        frame=_frame(),
    )


def _bar(x: Axis, y: Axis, bar: tuple[float, float, float], series: int) -> Bar:
    low, high, value = bar
    left, right, top = x.at(low), x.at(high), y.at(value)
    return Bar(
        x=at(left + 0.5),
        y=at(top),
        width=at(max(right - left - 1.0, 0.5)),
        height=at(max(y.start - top, 0.0)),
        series=series,
    )


def _upright(x: Axis, label: str, cut: float, number: int) -> Rule:
    place = x.at(cut)
    return Rule(
        x1=at(place),
        x2=at(place),
        y1=at(TOP),
        y2=at(HEIGHT - BOTTOM),
        label=label,
        label_x=at(place),
        # Neighbours stand on two lines, so that they can be read.
        label_y=at(TOP - 4 - 11 * (number % 2)),
        anchor="middle",
    )


MAP_HEIGHT = 420
MIDDLE = 190.0


def wright_map(
    *,
    title: str,
    description: str,
    y_label: str,
    people: Iterable[tuple[float, int]],
    items: Iterable[tuple[float, str]],
    cuts: Sequence[tuple[str, float]],
    number: Number,
    half: tuple[str, str],
    width: float = 0.2,
) -> Chart:
    """Return people (ability, how many) left and items (location, what it says) right of one scale.

    Wright & Stone (1979). Cuts lie across. ``half`` names the two sides.
    """
    people, items = list(people), list(items)
    values = (
        [theta for theta, _n in people] + [b for b, _t in items] + [cut for _l, cut in cuts] + [-3.0, 3.0]
    )
    low, high = max(floor(min(values)), -6), min(ceil(max(values)), 6)
    y = Axis(low=low, high=high, start=MAP_HEIGHT - BOTTOM, end=TOP)
    return Chart(
        title=title,
        description=description,
        x_label="",
        y_label=y_label,
        x_ticks=(
            Tick(x=at((LEFT + MIDDLE) / 2), y=at(MAP_HEIGHT - BOTTOM), label=half[0]),
            Tick(x=at((MIDDLE + WIDTH - RIGHT) / 2), y=at(MAP_HEIGHT - BOTTOM), label=half[1]),
        ),
        y_ticks=_y_ticks(y, number, high - low),
        bars=_lying(y, _binned(people, width), width),
        dots=_stacked(y, items, width),
        lines=(Line(points=f"{at(MIDDLE)},{at(TOP)} {at(MIDDLE)},{at(MAP_HEIGHT - BOTTOM)}", series=9),),
        rules=tuple(_across(y, label, cut) for label, cut in cuts),
        height=MAP_HEIGHT,
        frame=_frame(MAP_HEIGHT),
    )


def _lying(y: Axis, counts: Mapping[float, int], width: float) -> tuple[Bar, ...]:
    """Return the histogram of a map, its bars leftwards from the middle."""
    most = max(counts.values(), default=1)
    room = MIDDLE - LEFT - 6
    thick = abs(y.at(width) - y.at(0.0))
    return tuple(
        Bar(
            x=at(MIDDLE - room * n / most),
            y=at(y.at(theta + width) + 0.5),
            width=at(room * n / most),
            height=at(max(thick - 1.0, 0.5)),
        )
        for theta, n in counts.items()
    )


def _across(y: Axis, label: str, cut: float) -> Rule:
    place = y.at(cut)
    return Rule(
        x1=at(LEFT),
        x2=at(WIDTH - RIGHT),
        y1=at(place),
        y2=at(place),
        label=label,
        label_x=at(WIDTH - RIGHT),
        label_y=at(place - 3),
        anchor="end",
    )


def _binned(people: Iterable[tuple[float, int]], width: float) -> dict[float, int]:
    counts: dict[float, int] = {}
    for theta, n in people:
        # A hair's breadth up, so that 0.5 does not fall below 0.5 by rounding.
        low = floor(theta / width + 1e-9) * width
        counts[low] = counts.get(low, 0) + n
    return dict(sorted(counts.items()))


def _stacked(y: Axis, items: Sequence[tuple[float, str]], width: float) -> tuple[Dot, ...]:
    """Return the items as dots, those of a bin side by side, closer where they are many."""
    rows: dict[int, list[str]] = {}
    for location, said in sorted(items):
        rows.setdefault(floor(location / width + 1e-9), []).append(said)
    room = WIDTH - RIGHT - 12 - (MIDDLE + 12)
    return tuple(
        Dot(
            x=at(MIDDLE + 12 + place * min(13.0, room / len(row))),
            y=at(y.at((number + 0.5) * width)),
            r="4.5",
            series=1,
            title=said,
        )
        for number, row in rows.items()
        for place, said in enumerate(row)
    )

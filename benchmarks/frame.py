"""Figures, the table that shows them, and the timing that makes them. Nothing is asserted by time."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Contestant", "Figure", "medians_ms", "table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value; less is better in every unit used here.

    ``against`` names the peer or the bound, ``reference`` is its value in the same unit, ``target`` the
    highest ratio to it that we want. A figure without a reference stands for itself.
    """

    benchmark: str
    measured: str
    value: float
    unit: str
    against: str = ""
    reference: float | None = None
    target: float | None = None

    @property
    def ratio(self) -> float | None:
        """The value as a multiple of the reference."""
        return self.value / self.reference if self.reference else None

    @property
    def verdict(self) -> str:
        """Whether the target is met; empty where there is none."""
        if self.ratio is None or self.target is None:
            return ""
        return "met" if self.ratio <= self.target else "MISSED"

    def to_json(self) -> dict[str, Any]:
        """Return the fields; ``Figure(**fields)`` makes it again."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """What is timed. ``prepare`` runs before each round, untimed; ``calls`` calls share one reading."""

    act: Callable[[], object]
    prepare: Callable[[], object] = lambda: None
    calls: int = 1


def medians_ms(
    contestants: Mapping[str, Contestant], *, rounds: int = 15, warm_up: int = 3
) -> dict[str, float]:
    """Return each contestant's median time of a call, in milliseconds.

    They alternate, so that a slow moment of the machine hits all of them; the order turns with every
    round, so that none always follows the same one.
    """
    names = list(contestants)
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(warm_up + rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            contestant = contestants[name]
            contestant.prepare()
            started = time.perf_counter()
            for _ in range(contestant.calls):
                contestant.act()
            elapsed = (time.perf_counter() - started) * 1000 / contestant.calls
            if number >= warm_up:
                times[name].append(elapsed)
    return {name: statistics.median(found) for name, found in times.items()}


HEADINGS = ("benchmark", "measured", "value", "against", "reference", "ratio", "target", "")


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table in Markdown that also reads well in a terminal."""
    rows = [HEADINGS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    rule = tuple("-" * width for width in widths)
    lines = [rows[0], rule, *rows[1:]]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def _row(figure: Figure) -> tuple[str, ...]:
    reference = "" if figure.reference is None else f"{_digits(figure.reference)} {figure.unit}"
    return (
        figure.benchmark,
        figure.measured,
        f"{_digits(figure.value)} {figure.unit}",
        figure.against,
        reference,
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        "" if figure.target is None else f"≤ {figure.target:g}",
        figure.verdict,
    )


def _digits(value: float) -> str:
    return f"{value:.0f}" if value == int(value) or value >= 1000 else f"{value:.3g}"

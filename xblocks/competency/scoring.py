"""Scores of single items, with partial credit, and the rule in words.

Every score is a fraction of the item's points: 0 without an answer, 1 for the key. Shares are exact
Decimals to the precision of the default context.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import combinations

from .formulas import Formula
from .items import (
    FindTheError,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    Quantity,
    ShortText,
    SingleChoice,
    SituationalJudgement,
    TableFill,
    normalised,
)
from .responses import Chosen, Matched, Numbers, Placed, Rated, Written
from .values import dataclass

__all__ = [
    "ZERO",
    "Score",
    "cells_right",
    "choices",
    "matching",
    "numeric",
    "ordering",
    "short_text",
    "single_choice",
    "situational_judgement",
    "table_fill",
]

ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What an answer earns: ``fraction`` 0..1 of the item's points."""

    fraction: Decimal
    possible: Decimal

    @property
    def points(self) -> Decimal:
        """The points earned."""
        return self.fraction * self.possible

    @property
    def full(self) -> bool:
        """Whether the answer is right through and through."""
        return self.fraction == ONE


def chosen_right(item: SingleChoice | MultipleResponse | FindTheError) -> frozenset[str]:
    """Return the ids to be chosen."""
    if isinstance(item, FindTheError):
        return frozenset(line.id for line in item.lines if line.wrong)
    return frozenset(option.id for option in item.options if option.correct)


def single_choice(item: SingleChoice, response: Chosen) -> Decimal:
    """1 for the right option, else 0."""
    return ONE if chosen_right(item) == {*response.ids} else ZERO


def choices(item: MultipleResponse | FindTheError, response: Chosen) -> Decimal:
    """Right choices less wrong ones, by the number of right ones; never below 0."""
    right = chosen_right(item)
    hits = len(right & {*response.ids})
    return max(ZERO, Decimal(hits - (len(response.ids) - hits)) / len(right))


def ordering(item: Ordering, response: Placed) -> Decimal:
    """Share of pairs of entries whose order is right; entries without a place, or sharing one, are not."""
    return _pairs_in_order([entry.id for entry in item.entries], response.places)


def matching(item: Matching, response: Matched) -> Decimal:
    """Share of pairs matched. Right-hand sides that read alike are as good as one another."""
    rights = item.right_sides
    return _share(rights.get(response.matches.get(pair.id, "")) == pair.right for pair in item.pairs)


def numeric(item: Numeric, response: Numbers) -> Decimal:
    """1 within the tolerance, else 0."""
    given = response.values.get("value")
    return ONE if given is not None and item.answer.accepts(given) else ZERO


def short_text(item: ShortText, response: Written) -> Decimal:
    """1 for an accepted answer, compared without case, spacing and punctuation."""
    return ONE if normalised(response.text) in map(normalised, item.accepted) else ZERO


def situational_judgement(item: SituationalJudgement, response: Placed | Rated) -> Decimal:
    """Ratings: closeness to the key, 1 - abs(r - k) / 4, on average. Ranks: pairs in the experts' order."""
    if isinstance(response, Rated):
        close = [
            ONE - Decimal(abs(response.ratings[action.id] - action.effectiveness)) / 4
            if action.id in response.ratings
            else ZERO
            for action in item.actions
        ]
        return sum(close, ZERO) / len(close)
    differing = [
        (first, second) if first.effectiveness > second.effectiveness else (second, first)
        for first, second in combinations(item.actions, 2)
        if first.effectiveness != second.effectiveness
    ]
    return _share(_before(response.places, better.id, worse.id) for better, worse in differing)


def cells_right(item: TableFill, response: Numbers) -> dict[str, bool]:
    """Tell of each cell whether it is right: against its value, or its formula over the learner's cells."""
    return {
        cell.id: cell.id in response.values
        and (expected := cell.value if cell.formula is None else _follow(cell.formula, response)) is not None
        and Quantity(value=expected, tolerance=cell.tolerance).accepts(response.values[cell.id])
        for cell in item.cells
    }


def table_fill(item: TableFill, response: Numbers) -> Decimal:
    """Share of cells right; an error is not punished again in the cells that follow from it."""
    return _share(cells_right(item, response).values())


def _follow(formula: Formula, response: Numbers) -> Decimal | None:
    return formula.value(response.values) if response.values.keys() >= {*formula.cells} else None


def _share(right: Iterable[bool]) -> Decimal:
    marks = list(right)
    return Decimal(sum(marks)) / len(marks)


def _before(places: Mapping[str, int], first: str, second: str) -> bool:
    return first in places and second in places and places[first] < places[second]


def _pairs_in_order(ids: list[str], places: Mapping[str, int]) -> Decimal:
    return _share(_before(places, first, second) for first, second in combinations(ids, 2))

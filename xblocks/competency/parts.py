"""The parts that items are made of: options, entries, pairs, actions, lines, numbers, cells; their status."""

from decimal import Decimal
from enum import StrEnum

from .formulas import Formula
from .numbers import NumberFormat
from .values import dataclass

__all__ = [
    "Action",
    "Entry",
    "FillCell",
    "ItemStatus",
    "JudgementMode",
    "LabelCell",
    "Line",
    "Option",
    "Pair",
    "Quantity",
]


class ItemStatus(StrEnum):
    """Where an item stands in its life. ``LIVE`` items are drawn to count, ``PILOT`` ones to be tried."""

    DRAFT = "draft"
    PILOT = "pilot"
    LIVE = "live"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A choice; ``feedback`` says why this one is (not) right."""

    id: str
    body: str
    correct: bool = False
    feedback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A thing to put in order, or a right-hand side that matches nothing."""

    id: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A left-hand side and the right-hand side that belongs to it."""

    id: str
    left: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A way to act in a situation; ``effectiveness`` 1 (worst) to 5 (best) is the experts' key."""

    id: str
    body: str
    effectiveness: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a document; ``wrong`` where the learner should find an error."""

    id: str
    body: str
    wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number that is the key. ``tolerance`` and ``style`` None mean 0 and plain."""

    value: Decimal
    tolerance: Decimal | None = None
    style: NumberFormat | None = None
    unit: str = ""

    def accepts(self, given: Decimal) -> bool:
        """Tell whether the number lies within the tolerance, its ends included."""
        return abs(given - self.value) <= (self.tolerance or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCell:
    """A cell that is only read."""

    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FillCell:
    """A cell to fill: its key is ``value``, or ``formula`` over other cells."""

    id: str
    value: Decimal | None = None
    formula: Formula | None = None
    tolerance: Decimal | None = None
    style: NumberFormat | None = None


class JudgementMode(StrEnum):
    """How actions are judged: each on a scale, or against one another."""

    RATE = "rate"
    RANK = "rank"

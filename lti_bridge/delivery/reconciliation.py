"""Three ways: what we hold of a person, what we have sent, and what the platform holds.

A platform's results carry no time, so that a value alone tells where it comes from: the newest of ours, an
earlier one of ours, or none that we ever sent.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from .report import Result, says_the_same

__all__ = ["MOST_POINTS", "Finding", "Kept", "Ours", "Standing", "compare", "points_of"]

# What a table of ours takes: eight digits, two of them decimals.
MOST_POINTS = Decimal("999999.99")
_CENT = Decimal("0.01")


class Finding(StrEnum):
    """What the three values mean together.

    ``CLEARED``: what ours was held back for is gone. ``NOT_SENT``: nothing can be said yet; ours waits, is
    under way, was given up or waived.
    """

    AGREES = "agrees"
    CLEARED = "cleared"
    NOT_SENT = "not_sent"
    MISSING = "missing"
    OUTDATED = "outdated"
    CHANGED = "changed"


class Standing(StrEnum):
    """Where the newest state of ours stands. ``MOVING``: being sent, or sent since the reading began."""

    WAITING = "waiting"
    MOVING = "moving"
    DELIVERED = "delivered"
    HELD = "held"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """That somebody let ``theirs`` stand (points; None: that there is nothing) while ours was ``ours``."""

    ours: Decimal | None
    theirs: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What we know of one person and one kind of report; values are points of ``maximum``.

    ``newest`` is None where we hold no state at all. ``ever_sent`` are all values that may have reached
    the platform, ``sent`` the last that surely did.
    """

    newest: Decimal | None
    maximum: Decimal
    standing: Standing
    sent: Decimal | None = None
    ever_sent: frozenset[Decimal] = frozenset()
    kept: tuple[Kept, ...] = ()


def compare(ours: Ours, theirs: Result | None, *, may_have_forgotten: bool = False) -> Finding:
    """Return what the values mean; ``theirs`` is None where the platform holds nothing for the person.

    ``may_have_forgotten``: our own rows may have gaps, as after a restore. A value there then counts as
    changed although nothing was sent; else a platform may fill in what it likes before our first report.

    >>> ours = Ours(newest=Decimal(80), maximum=Decimal(100), standing=Standing.DELIVERED, sent=Decimal(80),
    ...             ever_sent=frozenset({Decimal(60), Decimal(80)}))
    >>> [str(compare(ours, Result(score=Decimal(score), maximum=Decimal(100)))) for score in (80, 60, 70)]
    ['agrees', 'outdated', 'changed']
    >>> str(compare(ours, None))
    'missing'
    """
    if ours.standing == Standing.MOVING:
        return Finding.NOT_SENT
    if theirs is not None and ours.newest is not None and says_the_same(theirs, ours.newest, ours.maximum):
        return Finding.AGREES
    if any(kept.ours == ours.newest and _same(kept.theirs, ours.maximum, theirs) for kept in ours.kept):
        return Finding.AGREES
    if theirs is not None and not _is_known(ours, theirs):
        # One that is held waits for somebody because of just such a value.
        was_told = bool(ours.ever_sent) or ours.standing == Standing.HELD
        return Finding.CHANGED if was_told or may_have_forgotten else Finding.NOT_SENT
    if ours.standing == Standing.HELD:
        return Finding.CLEARED
    if ours.standing != Standing.DELIVERED:
        return Finding.NOT_SENT
    return Finding.MISSING if theirs is None else Finding.OUTDATED


def points_of(theirs: Result, maximum: Decimal) -> Decimal:
    """Return a result as points of ``maximum``, to the cent, within what can be kept.

    >>> points_of(Result(score=Decimal("0.855"), maximum=Decimal(1)), Decimal(100))
    Decimal('85.50')
    """
    points = theirs.score * maximum / theirs.maximum
    return max(-MOST_POINTS, min(points, MOST_POINTS)).quantize(_CENT, ROUND_HALF_UP)


def _is_known(ours: Ours, theirs: Result) -> bool:
    values = ours.ever_sent.union(kept.theirs for kept in ours.kept if kept.theirs is not None)
    return any(says_the_same(theirs, value, ours.maximum) for value in values)


def _same(value: Decimal | None, maximum: Decimal, theirs: Result | None) -> bool:
    if value is None or theirs is None:
        return value is None and theirs is None
    return says_the_same(theirs, value, maximum)

"""What is sent, and what sends it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

__all__ = [
    "Reading",
    "Report",
    "Result",
    "ResultsService",
    "holds",
    "is_known",
    "result_of",
    "same_result",
    "says_the_same",
]

# No gradebook's number has more digits before its point, or differs from nothing only behind so many.
MOST_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One state of one learner, ready for the wire.

    ``recipient`` is the platform's id of the person; it is personal data and stays out of reprs.
    """

    kind: str
    recipient: str = field(repr=False)
    value: Decimal
    maximum: Decimal
    completed: bool
    wire_timestamp: datetime

    def __post_init__(self) -> None:
        if not (self.value.is_finite() and self.maximum.is_finite()):
            raise ValueError("values are finite")
        if not (0 <= self.value <= self.maximum and self.maximum > 0):
            raise ValueError("the value lies in 0..maximum, and the maximum is positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A score out of a maximum, as the platform holds it or as we sent it; scales may differ."""

    score: Decimal
    maximum: Decimal

    def __post_init__(self) -> None:
        if not (self.score.is_finite() and self.maximum.is_finite() and self.maximum > 0):
            raise ValueError("a result is finite, and its maximum positive")


def result_of(score: object, maximum: object) -> Result | None:
    """Return the result that a stranger's two JSON numbers are, or None where they are none.

    Decimal takes exponents that it cannot reckon with: beyond ``MOST_DIGITS`` nothing is a score.

    >>> result_of(Decimal("0.855"), 1)
    Result(score=Decimal('0.855'), maximum=Decimal('1'))
    >>> [result_of(*said) for said in ((None, 1), (True, 1), (5, 0), (Decimal("1e9999999"), 1))]
    [None, None, None, None]
    >>> result_of(5, Decimal("1e-9999999")) is None
    True
    """
    found, most = _number(score), _number(maximum)
    if found is None or most is None or most <= 0:
        return None
    return Result(score=found, maximum=most)


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    if not number.is_finite():
        return None
    # The exponent by itself: nothing is reckoned with before it is known to be within bounds.
    if not number or number.adjusted() < -MOST_DIGITS:
        return Decimal(0)
    return number if number.adjusted() < MOST_DIGITS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the platform holds for a person: ``result`` is None where it holds nothing.

    Where the platform lets nobody read, ``is_readable`` is False.
    """

    is_readable: bool = True
    result: Result | None = None


class ResultsService(Protocol):
    """A way to tell one target of results. Every failure is a DeliveryError.

    One service is used by several threads at once. Work on the database goes through
    ``lti_bridge.errands.at_desk``.
    """

    def send(self, report: Report) -> None:
        """Return when the platform has taken the report."""
        ...

    def read(self, report: Report) -> Reading:
        """Return the platform's present result for the report's person and kind."""
        ...


def same_result(report: Report, read: Result) -> bool:
    """Whether a result read back says the same; scales may differ, cents of 100 points may not.

    >>> from datetime import UTC, datetime
    >>> report = Report(kind="grade", recipient="x", value=Decimal("85.5"), maximum=Decimal(100),
    ...                 completed=True, wire_timestamp=datetime(2026, 3, 1, tzinfo=UTC))
    >>> same_result(report, Result(score=Decimal("0.855"), maximum=Decimal(1)))
    True
    >>> same_result(report, Result(score=Decimal(85), maximum=Decimal(100)))
    False
    """
    return says_the_same(read, report.value, report.maximum)


def holds(service: ResultsService, report: Report) -> bool | None:
    """Return whether the platform's present result is the report's; None where it cannot be read."""
    reading = service.read(report)
    if not reading.is_readable:
        return None
    return reading.result is not None and same_result(report, reading.result)


def is_known(read: Result, ours: Iterable[Result]) -> bool:
    """Whether what was read says the same as any of ours; the tolerance is ``same_result``'s.

    >>> half, sent = Result(score=Decimal("0.5"), maximum=Decimal(1)), Decimal(100)
    >>> is_known(half, [Result(score=Decimal(50), maximum=sent), Result(score=Decimal(70), maximum=sent)])
    True
    """
    return any(says_the_same(read, one.score, one.maximum) for one in ours)


def says_the_same(read: Result, value: Decimal, maximum: Decimal) -> bool:
    """Whether what was read is ``value`` of ``maximum``."""
    # Cross-multiplied, so that no division rounds; tolerance is half a cent of 100 points.
    difference = abs(read.score * maximum - value * read.maximum)
    return difference * 20_000 <= maximum * read.maximum

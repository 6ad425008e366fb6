"""What is sent, and what sends it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

__all__ = ["Report", "ResultsService", "same_result"]


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


class ResultsService(Protocol):
    """A way to tell one target of results. Every failure is a DeliveryError."""

    def send(self, report: Report) -> None:
        """Return when the platform has taken the report."""
        ...

    def holds(self, report: Report) -> bool | None:
        """Return whether the platform's present result is the report's; None where it cannot be read."""
        ...


def same_result(report: Report, score: Decimal, maximum: Decimal) -> bool:
    """Whether a result read back says the same; scales may differ, cents of 100 points may not.

    >>> from datetime import UTC, datetime
    >>> report = Report(kind="grade", recipient="x", value=Decimal("85.5"), maximum=Decimal(100),
    ...                 completed=True, wire_timestamp=datetime(2026, 3, 1, tzinfo=UTC))
    >>> same_result(report, Decimal("0.855"), Decimal(1)), same_result(report, Decimal(85), Decimal(100))
    (True, False)
    """
    if not (score.is_finite() and maximum.is_finite() and maximum > 0):
        return False
    # Cross-multiplied, so that no division rounds; tolerance is half a cent of 100 points.
    difference = abs(score * report.maximum - report.value * maximum)
    return difference * 20_000 <= report.maximum * maximum

"""How right decisions at a cut are: classification accuracy and consistency. Rudner (2001, 2005)."""

from collections.abc import Iterable
from math import erf, sqrt
from typing import NamedTuple

from .ability import Estimate
from .errors import DataError, ParameterError

__all__ = ["DecisionQuality", "decision_quality", "probability_above"]


class DecisionQuality(NamedTuple):
    """Shares expected on the right side (accuracy), and on the same side when tested twice (consistency)."""

    accuracy: float
    consistency: float


def probability_above(estimate: Estimate, cut: float) -> float:
    """Return P(theta > cut) for an estimate with a normal error; raises ParameterError for an SE of 0."""
    if not estimate.se > 0.0:
        raise ParameterError(f"the standard error is {estimate.se!r}; it must be above 0")
    return 0.5 * (1.0 + erf((estimate.theta - cut) / (estimate.se * sqrt(2.0))))


def decision_quality(estimates: Iterable[Estimate], cut: float) -> DecisionQuality:
    """Return expected accuracy and consistency over everybody tested; raises DataError for nobody."""
    above = [probability_above(estimate, cut) for estimate in estimates]
    if not above:
        raise DataError("nobody was tested")
    accuracy = sum(max(p, 1.0 - p) for p in above) / len(above)
    consistency = sum(p * p + (1.0 - p) ** 2 for p in above) / len(above)
    return DecisionQuality(accuracy, consistency)

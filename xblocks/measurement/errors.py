"""What measurement refuses.

Every message names the value and the range; callers put it into words for people.

::

    MeasurementError(ValueError)
    ├── ParameterError   a parameter or an argument is outside the range that the method is defined for
    └── DataError        the answers or ratings do not allow the figure (none at all, no variance, …)
"""

from math import isfinite

__all__ = ["DataError", "MeasurementError", "ParameterError", "within"]


class MeasurementError(ValueError):
    """Base of what measurement refuses."""


class ParameterError(MeasurementError):
    """A value is outside the range that the method is defined for."""


class DataError(MeasurementError):
    """The data do not allow this figure."""


def within(name: str, value: float, low: float, high: float) -> float:
    """Return the value as float; raises ParameterError unless it is a number in ``low``..``high``."""
    # True would read as 1: a parameter that is a truth value is a mistake of the caller's.
    if isinstance(value, bool) or not isfinite(value) or not low <= value <= high:
        raise ParameterError(f"{name} is {value!r}; it must be a number from {low:g} to {high:g}")
    return float(value)

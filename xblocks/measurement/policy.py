"""What an item's parameters may be used for, by how many people have answered it.

Parameters from few answers scatter: without priors the 2PL's difficulty from 100 answers is off by 1.5 in the
root mean square, with them by .35. The bounds are those of the project's measurement policy (decision 0010).
"""

from enum import Enum

from .errors import ParameterError

__all__ = [
    "MINIMUM_FOR_3PL",
    "MINIMUM_FOR_DIF",
    "MINIMUM_OPERATIONAL",
    "MINIMUM_PROVISIONAL",
    "Standing",
    "enough_for_dif",
    "standing",
]

MINIMUM_PROVISIONAL = 100
MINIMUM_OPERATIONAL = 300
MINIMUM_FOR_3PL = 500
MINIMUM_FOR_DIF = 500


class Standing(Enum):
    """How far the parameters of an item are to be trusted."""

    PILOT = "pilot"  # the experts' difficulty only: the item is slipped in and counts for nothing
    PROVISIONAL = "provisional"  # estimated with priors: for practice, not for a decision about a person
    OPERATIONAL = "operational"  # for adaptive tests and mastery decisions


def standing(answers: int, *, guessing: bool = False) -> Standing:
    """Return what ``answers`` calibrated answers allow; ``guessing``: the model has a lower asymptote (3PL).

    Raises ParameterError for fewer than 0.
    """
    _checked(answers)
    if answers < MINIMUM_PROVISIONAL:
        return Standing.PILOT
    enough = MINIMUM_FOR_3PL if guessing else MINIMUM_OPERATIONAL
    return Standing.OPERATIONAL if answers >= enough else Standing.PROVISIONAL


def enough_for_dif(answers: int) -> bool:
    """Return whether a finding of differential functioning may be reported; raises ParameterError below 0."""
    return _checked(answers) >= MINIMUM_FOR_DIF


def _checked(answers: int) -> int:
    if isinstance(answers, bool) or answers < 0:
        raise ParameterError(f"{answers!r} answers; an item has been answered 0 times or more")
    return answers

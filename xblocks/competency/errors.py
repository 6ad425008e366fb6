"""What can go wrong in the domain; the class says whose turn it is.

::

    CompetencyError
    ├── DefinitionError        an author's content breaks a rule: the author mends it
    │   └── BlueprintError       no form can be drawn from the items there are: more items, or fewer drawn
    ├── UnknownItemError       the client names an item that is not in this assessment: refuse
    ├── UnknownReferenceError  content names a bank, item or competency that is not loaded: load it
    └── ResponseError          a learner's answer cannot be taken: refuse, nothing is lost
        ├── ResponseShapeError   the client sent something else than this item takes
        └── NumberFormatError    the learner typed something that is not a number
"""

from collections.abc import Iterable

from .messages import Message

__all__ = [
    "BlueprintError",
    "CompetencyError",
    "DefinitionError",
    "NumberFormatError",
    "ResponseError",
    "ResponseShapeError",
    "UnknownItemError",
    "UnknownReferenceError",
]


class CompetencyError(Exception):
    """Base of the domain's errors; ``message`` can be translated."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class DefinitionError(CompetencyError):
    """Content breaks rules; ``faults`` holds every one of them, ``message`` the first."""

    def __init__(self, faults: Iterable[Message]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults[0])

    def __str__(self) -> str:
        return " ".join(map(str, self.faults))


class BlueprintError(DefinitionError):
    """The items there are do not fill the blueprint."""


class UnknownItemError(CompetencyError):
    """No item of this id in the assessment."""


class UnknownReferenceError(CompetencyError):
    """A bank, item or competency that content refers to is not there."""


class ResponseError(CompetencyError):
    """An answer that cannot be taken."""


class ResponseShapeError(ResponseError):
    """The answer's JSON is not what the item takes."""


class NumberFormatError(ResponseError):
    """The text is not a number written the Indonesian way."""

"""An assessment: its items in order, and when the learner may see what."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from .errors import UnknownItemError
from .items import Item
from .messages import Message
from .messages import mark as _
from .values import dataclass

__all__ = ["Assessment", "FeedbackPolicy", "Form", "Grading", "ItemRef", "resolved"]


class Form(StrEnum):
    """How an attempt comes by its items: the same for all, drawn, or chosen by the answers so far."""

    FIXED = "fixed"
    RANDOM = "random"
    ADAPTIVE = "adaptive"


class Grading(StrEnum):
    """Which of several attempts makes the grade."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"
    AVERAGE = "average"


class FeedbackPolicy(StrEnum):
    """When keys, scores of items and reasons are shown to the learner."""

    IMMEDIATE = "immediate"
    AFTER_SUBMISSION = "after_submission"
    AFTER_DUE = "after_due"
    NEVER = "never"

    def shows(self, *, answered_for_good: bool, submitted: bool, due_passed: bool) -> bool:
        """Tell whether the feedback of an item is due.

        ``answered_for_good``: the learner has given the item up for scoring and cannot change it.
        """
        if self is FeedbackPolicy.IMMEDIATE:
            return answered_for_good or submitted
        if self is FeedbackPolicy.AFTER_SUBMISSION:
            return submitted
        return self is FeedbackPolicy.AFTER_DUE and submitted and due_passed


@dataclass(frozen=True, slots=True)
class ItemRef:
    """An item of the bank that the assessment names."""

    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Items in the order shown, with distinct ids. ``attempts`` None means any number.

    ``time_limit`` None means all the time there is. ``certainty``: whether learners are asked how sure they
    are.
    """

    items: tuple[Item, ...]
    feedback: FeedbackPolicy = FeedbackPolicy.AFTER_SUBMISSION
    attempts: int | None = None
    form: Form = Form.FIXED
    time_limit: timedelta | None = None
    grading: Grading = Grading.BEST
    certainty: bool = False

    @property
    def possible(self) -> Decimal:
        """The points of all items together."""
        return sum((item.worth for item in self.items), Decimal(0))

    def item(self, id_: object) -> Item:
        """Return one item; raises UnknownItemError."""
        for item in self.items:
            if item.id == id_:
                return item
        raise UnknownItemError(
            Message(_("There is no item {item} in this assessment."), {"item": repr(id_)[:60]})
        )

    def attempts_left(self, used: int) -> int | None:
        """Return how many more attempts may be begun; None means any number."""
        return None if self.attempts is None else max(0, self.attempts - used)


def resolved(
    entries: Iterable[Item | ItemRef], bank: Mapping[str, Item]
) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """Return the items that the entries stand for, and the ids that the bank lacks."""
    items, missing = [], []
    for entry in entries:
        if isinstance(entry, Item):
            items.append(entry)
        elif entry.ref in bank:
            items.append(bank[entry.ref])
        else:
            missing.append(entry.ref)
    return tuple(items), tuple(missing)

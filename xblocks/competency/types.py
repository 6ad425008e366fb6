"""The nine item types in one table: what is read, how it is scored, how the rule is put to the learner.

OLX readers and views have tables of their own, keyed by the same names; tests hold them together.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from . import responses, scoring
from .items import (
    FindTheError,
    Item,
    JudgementMode,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortText,
    SingleChoice,
    SituationalJudgement,
    TableFill,
)
from .messages import Message
from .messages import mark as _
from .responses import Response
from .scoring import ZERO, Score
from .values import dataclass

__all__ = ["ITEM_TYPES", "ItemType", "read_response", "rule", "score"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemType:
    """One row of the table. ``title`` and ``rule`` are message keys."""

    item: type[Item]
    read: Callable[[Any, Any], Response]
    score: Callable[[Any, Any], Decimal]
    title: str
    rule: str

    @property
    def name(self) -> str:
        """The type as OLX names it."""
        return self.item.type


_ROWS = (
    ItemType(
        item=SingleChoice,
        read=responses.Chosen.read,
        score=scoring.single_choice,
        title=_("Single choice"),
        rule=_("Full points for the right option, otherwise none."),
    ),
    ItemType(
        item=MultipleResponse,
        read=responses.Chosen.read,
        score=scoring.choices,
        title=_("Multiple response"),
        rule=_("Each right choice counts for you and each wrong one against you, never below zero."),
    ),
    ItemType(
        item=Ordering,
        read=responses.Placed.read,
        score=scoring.ordering,
        title=_("Ordering"),
        rule=_("Points for the share of pairs that are in the right order."),
    ),
    ItemType(
        item=Matching,
        read=responses.Matched.read,
        score=scoring.matching,
        title=_("Matching"),
        rule=_("Points for the share of pairs matched rightly."),
    ),
    ItemType(
        item=Numeric,
        read=responses.Numbers.read,
        score=scoring.numeric,
        title=_("Number"),
        rule=_("Full points for a number within the tolerance, otherwise none."),
    ),
    ItemType(
        item=ShortText,
        read=responses.Written.read,
        score=scoring.short_text,
        title=_("Short answer"),
        rule=_("Full points for an accepted answer; capitals, spaces and punctuation do not matter."),
    ),
    ItemType(
        item=SituationalJudgement,
        read=responses.judged,
        score=scoring.situational_judgement,
        title=_("Situational judgement"),
        rule=_("The closer each rating is to the experts' judgement, the more points."),
    ),
    ItemType(
        item=TableFill,
        read=responses.Numbers.read,
        score=scoring.table_fill,
        title=_("Table"),
        rule=_(
            "Points for the share of cells that are right; a cell that follows rightly "
            "from your own earlier number counts as right."
        ),
    ),
    ItemType(
        item=FindTheError,
        read=responses.Chosen.read,
        score=scoring.choices,
        title=_("Find the error"),
        rule=_(
            "Each error found counts for you and each sound line marked counts against you, never below zero."
        ),
    ),
)
ITEM_TYPES: Mapping[str, ItemType] = {row.name: row for row in _ROWS}
RANK_RULE = _("Points for the share of pairs that are in the experts' order.")


def read_response(item: Item, data: object, names: Mapping[str, str] | None = None) -> Response:
    """Return the answer in untrusted JSON; raises ResponseError. ``names`` maps tokens to ids.

    >>> item = ShortText(id="q", competencies=("c",), level=1, prompt="Who?", accepted=("camat",))
    >>> read_response(item, {"text": "Camat"})
    Written(complete=True, text='Camat')
    """
    return ITEM_TYPES[item.type].read(item, responses.renamed(data, names or {}))


def score(item: Item, response: Response | None) -> Score:
    """Return what the answer earns; nothing without one."""
    fraction = ZERO if response is None else ITEM_TYPES[item.type].score(item, response)
    return Score(fraction=fraction, possible=item.worth)


def rule(item: Item) -> Message:
    """Return the scoring rule in one sentence for the learner."""
    if isinstance(item, SituationalJudgement) and item.mode is JudgementMode.RANK:
        return Message(RANK_RULE)
    return Message(ITEM_TYPES[item.type].rule)

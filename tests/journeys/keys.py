"""What the author knows: the right answer of every item, as the page's controls take it."""

from dataclasses import dataclass
from functools import singledispatch
from pathlib import Path

from lxml import etree, html

from xblocks.competency.items import (
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
from xblocks.olx.assessments import read_assessment
from xblocks.olx.banks import read_bank

CONTENT = Path(__file__).parents[2] / "course_content"


def all_items(course: str = "governance") -> dict[str, Item]:
    """Every item of a course and its bank, by id."""
    bank, problems = read_bank((CONTENT / f"banks/{course}.xml").read_bytes())
    assert bank is not None and not problems
    found = dict(bank.items)
    for path in (CONTENT / course).glob("vertical/*.xml"):
        for element in etree.parse(path).iter("competency_assessment"):
            _, definition, problems = read_assessment(element)
            assert not problems
            found |= {entry.id: entry for entry in definition.entries if isinstance(entry, Item)}
    return found


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: ``tick``, ``fill`` or ``rate`` a part by its id; ``choose`` in a list by its label.

    Parts that are shuffled carry ids that tell nothing, so they are found as a learner finds them.
    """

    act: str
    part: str
    value: str = ""


def text(markup: str) -> str:
    """The words of a piece of markup."""
    return " ".join(html.fragment_fromstring(markup, create_parent=True).text_content().split())


def number(value: object) -> str:
    """A number as an official writes it."""
    return str(value).replace(".", ",")


@singledispatch
def right_answer(item: Item) -> list[Step]:
    """The steps that give the key."""
    raise NotImplementedError(item.type)


@right_answer.register
def _(item: SingleChoice | MultipleResponse) -> list[Step]:
    return [Step("tick", option.id) for option in item.options if option.correct]


@right_answer.register
def _(item: FindTheError) -> list[Step]:
    return [Step("tick", line.id) for line in item.lines if line.wrong]


@right_answer.register
def _(item: Ordering) -> list[Step]:
    return [Step("choose", text(entry.body), str(place)) for place, entry in enumerate(item.entries, 1)]


@right_answer.register
def _(item: Matching) -> list[Step]:
    return [Step("choose", text(pair.left), text(pair.right)) for pair in item.pairs]


@right_answer.register
def _(item: Numeric) -> list[Step]:
    return [Step("fill", "value", number(item.answer.value))]


@right_answer.register
def _(item: ShortText) -> list[Step]:
    return [Step("fill", "text", item.accepted[0])]


@right_answer.register
def _(item: SituationalJudgement) -> list[Step]:
    if item.mode is JudgementMode.RATE:
        return [Step("rate", action.id, str(action.effectiveness)) for action in item.actions]
    ranked = sorted(item.actions, key=lambda action: -action.effectiveness)
    return [Step("choose", text(action.body), str(place)) for place, action in enumerate(ranked, 1)]


@right_answer.register
def _(item: TableFill) -> list[Step]:
    return [Step("fill", cell, number(value)) for cell, value in item.key().items()]

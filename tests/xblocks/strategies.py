"""Hypothesis strategies for items of every type, and for answers to them."""

from decimal import Decimal

from hypothesis import strategies as st

from xblocks.competency.blueprint import AdaptiveRules, Blueprint, Draw, Study
from xblocks.competency.formulas import Formula
from xblocks.competency.items import (
    Action,
    Entry,
    FillCell,
    FindTheError,
    Item,
    ItemStatus,
    JudgementMode,
    LabelCell,
    Line,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    Ordering,
    Pair,
    Quantity,
    ShortText,
    SingleChoice,
    SituationalJudgement,
    TableFill,
)
from xblocks.competency.numbers import NumberFormat, format_number
from xblocks.competency.types import ITEM_TYPES
from xblocks.competency.values import replace
from xblocks.olx.xml import element_of, inner

ids = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True)
cell_ids = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
# What XML can hold: no control characters but tab and line break, no surrogates.
characters = st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\n"
)
texts = st.text(characters, min_size=1, max_size=20).filter(str.strip) | st.sampled_from(
    ["1e-05", " a  b ", "😀 surat", "&amp; < > \" '", "]]>", "é\u0301", "\n baris\n"]
)


def markup_of(text: str, tag: str) -> str:
    element = element_of("x", f"<{tag}></{tag}><br></br>tail" if tag else "")
    if tag:
        element[0].text = text
    else:
        element.text = text
    return inner(element)


inline = st.builds(markup_of, texts, st.sampled_from(["", "em", "code", "sub"]))
flow = st.builds(markup_of, texts, st.sampled_from(["", "p", "em", "li"]))
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**9), max_value=10**9)
tolerances = st.none() | st.decimals(places=2, min_value=0, max_value=100)
styles = st.none() | st.sampled_from(NumberFormat)
common = {
    "id": ids,
    "competencies": st.lists(
        st.from_regex(r"[a-z]{1,5}\.[a-z_]{1,8}", fullmatch=True), min_size=1, max_size=3, unique=True
    ).map(tuple),
    "level": st.integers(1, 5),
    "points": st.none() | st.decimals(min_value="0.01", max_value=100, places=2),
    "prompt": flow,
    "source": st.just("") | texts,
    "feedback": st.just("") | flow.filter(lambda text: bool(text.strip())),
    "seconds": st.none() | st.integers(5, 3600),
    "status": st.sampled_from(ItemStatus),
    # Longer than any of ``ids``: an item must not name itself.
    "enemies": st.lists(ids.map("enemy-of-{}".format), max_size=2, unique=True).map(tuple),
}


@st.composite
def parts(draw, made, least=2, most=6, key=ids):
    names = draw(st.lists(key, min_size=least, max_size=most, unique=True))
    return tuple(draw(made(name)) for name in names)


def option(name):
    return st.builds(
        Option,
        id=st.just(name),
        body=inline,
        correct=st.booleans(),
        feedback=st.just("") | flow.filter(lambda text: bool(text.strip())),
    )


@st.composite
def single_choices(draw):
    options = draw(parts(option))
    right = draw(st.sampled_from(options))
    options = tuple(
        Option(id=one.id, body=one.body, feedback=one.feedback, correct=one is right) for one in options
    )
    return draw(st.builds(SingleChoice, options=st.just(options), **common))


@st.composite
def matchings(draw):
    names = draw(st.lists(ids, min_size=2, max_size=6, unique=True))
    split = draw(st.integers(1, len(names)))
    pairs = tuple(
        draw(st.builds(Pair, id=st.just(name), left=inline, right=inline)) for name in names[:split]
    )
    extra = tuple(draw(st.builds(Entry, id=st.just(name), body=inline)) for name in names[split:])
    return draw(st.builds(Matching, pairs=st.just(pairs), distractors=st.just(extra), **common))


@st.composite
def table_fills(draw):
    names = draw(st.lists(cell_ids, min_size=1, max_size=4, unique=True))
    values = [
        draw(st.builds(FillCell, id=st.just(name), value=decimals, tolerance=tolerances, style=styles))
        for name in names
    ]
    sum_ = FillCell(id="total_of_all", formula=Formula.parse(" + ".join(names)), tolerance=draw(tolerances))
    rows = tuple((LabelCell(body=draw(inline)), cell) for cell in (*values, sum_))
    return draw(st.builds(TableFill, rows=st.just(rows), **common))


def judged(mode):
    def action(name):
        return st.builds(Action, id=st.just(name), body=inline, effectiveness=st.integers(1, 5))

    actions = parts(action)
    if mode is JudgementMode.RANK:
        actions = actions.filter(lambda found: len({one.effectiveness for one in found}) > 1)
    return st.builds(SituationalJudgement, mode=st.just(mode), actions=actions, **common)


BY_TYPE: dict[str, st.SearchStrategy[Item]] = {
    "single_choice": single_choices(),
    "multiple_response": st.builds(
        MultipleResponse,
        options=parts(option).filter(lambda found: any(one.correct for one in found)),
        **common,
    ),
    "ordering": st.builds(
        Ordering, entries=parts(lambda name: st.builds(Entry, id=st.just(name), body=inline)), **common
    ),
    "matching": matchings(),
    "numeric": st.builds(
        Numeric,
        answer=st.builds(
            Quantity,
            value=decimals,
            tolerance=tolerances,
            style=styles,
            unit=st.just("") | st.just("hari kerja"),
        ),
        **common,
    ),
    "short_text": st.builds(
        ShortText,
        accepted=st.lists(texts.filter(lambda text: any(map(str.isalnum, text))), min_size=1, max_size=3).map(
            tuple
        ),
        **common,
    ),
    "situational_judgement": judged(JudgementMode.RATE) | judged(JudgementMode.RANK),
    "table_fill": table_fills(),
    "find_the_error": st.builds(
        FindTheError,
        lines=parts(lambda name: st.builds(Line, id=st.just(name), body=inline, wrong=st.booleans())).filter(
            lambda found: any(one.wrong for one in found)
        ),
        **common,
    ),
}
assert BY_TYPE.keys() == ITEM_TYPES.keys()
items = st.one_of(*BY_TYPE.values())


@st.composite
def assessments(draw, most=3):
    """The items of one assessment: their enemies are among them, and none is a draft."""
    found = draw(st.lists(items, min_size=1, max_size=most, unique_by=lambda item: item.id))
    made = []
    for item in found:
        others = [other.id for other in found if other is not item]
        enemies = draw(st.lists(st.sampled_from(others), unique=True)) if others else []
        status = ItemStatus.LIVE if item.status is ItemStatus.DRAFT else item.status
        made.append(replace(item, enemies=tuple(enemies), status=status))
    return made


competencies = st.from_regex(r"[a-z]{1,5}\.[a-z_]{1,8}", fullmatch=True)
blueprints = st.builds(
    Blueprint,
    draws=st.lists(
        st.builds(
            Draw, competency=competencies, count=st.integers(1, 100), level=st.none() | st.integers(1, 5)
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda one: (one.competency, one.level),
    ).map(tuple),
    pilots=st.integers(0, 20),
    repeats=st.booleans(),
)


@st.composite
def adaptive_rules(draw):
    shortest = draw(st.integers(1, 100))
    return AdaptiveRules(
        minimum=shortest,
        maximum=draw(st.integers(shortest, 100)),
        se=draw(st.none() | st.floats(0.1, 1)),
        confidence=draw(st.floats(0.51, 0.999)),
        level=draw(st.none() | st.integers(1, 5)),
    )


ADDRESSES = ["/jump_to_id/unit-dana", "https://example.go.id/?a=1&b=%20", "mailto:a@example.go.id"]
studies = st.builds(
    Study,
    competency=competencies,
    href=st.sampled_from(ADDRESSES),
    title=texts,
)


def key_of(item: Item) -> dict[str, object]:
    """The JSON of the right answer."""
    match item:
        case SingleChoice() | MultipleResponse():
            return {"chosen": [one.id for one in item.options if one.correct]}
        case FindTheError():
            return {"chosen": [one.id for one in item.lines if one.wrong]}
        case Ordering():
            return {"places": {one.id: place for place, one in enumerate(item.entries, 1)}}
        case Matching():
            return {"matches": {one.id: one.id for one in item.pairs}}
        case Numeric():
            return {"numbers": {"value": typed(item.answer.value, item.answer.style)}}
        case ShortText():
            return {"text": item.accepted[0]}
        case SituationalJudgement(mode=JudgementMode.RATE):
            return {"ratings": {one.id: one.effectiveness for one in item.actions}}
        case SituationalJudgement():
            best = sorted(item.actions, key=lambda one: -one.effectiveness)
            return {"places": {one.id: place for place, one in enumerate(best, 1)}}
        case TableFill():
            styles_ = {cell.id: cell.style for cell in item.cells}
            return {"numbers": {name: typed(value, styles_[name]) for name, value in item.key().items()}}
    raise AssertionError(item.type)


def typed(value: Decimal, style: NumberFormat | None) -> str:
    return format_number(value, style or NumberFormat.PLAIN)


@st.composite
def answers(draw, item: Item):
    """JSON of any answer that fits the item, complete or not."""
    match item:
        case SingleChoice():
            return {"chosen": draw(st.lists(st.sampled_from([one.id for one in item.options]), max_size=1))}
        case MultipleResponse():
            return {"chosen": draw(st.lists(st.sampled_from([one.id for one in item.options]), unique=True))}
        case FindTheError():
            return {"chosen": draw(st.lists(st.sampled_from([one.id for one in item.lines]), unique=True))}
        case Ordering() | SituationalJudgement(mode=JudgementMode.RANK):
            names = [one.id for one in (item.entries if isinstance(item, Ordering) else item.actions)]
            places = st.dictionaries(st.sampled_from(names), st.integers(1, len(names)))
            return {"places": draw(places)}
        case SituationalJudgement():
            names = [one.id for one in item.actions]
            return {"ratings": draw(st.dictionaries(st.sampled_from(names), st.integers(1, 5)))}
        case Matching():
            lefts = st.sampled_from([one.id for one in item.pairs])
            return {"matches": draw(st.dictionaries(lefts, st.sampled_from(list(item.right_sides))))}
        case Numeric():
            return {"numbers": {"value": typed(draw(decimals), None)}}
        case TableFill():
            names = [cell.id for cell in item.cells]
            return {
                "numbers": {
                    name: typed(value, None)
                    for name, value in draw(st.dictionaries(st.sampled_from(names), decimals)).items()
                }
            }
        case ShortText():
            return {"text": draw(texts)}
    raise AssertionError(item.type)

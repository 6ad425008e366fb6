"""Laws of scoring over all item types, and the rules by example."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xblocks import strategies
from xblocks.competency.assessment import Assessment, FeedbackPolicy
from xblocks.competency.errors import DefinitionError, ResponseError, UnknownItemError
from xblocks.competency.formulas import Formula
from xblocks.competency.items import (
    Action,
    Entry,
    FillCell,
    FindTheError,
    JudgementMode,
    LabelCell,
    Line,
    Matching,
    MultipleResponse,
    Option,
    Ordering,
    Pair,
    SituationalJudgement,
    TableFill,
)
from xblocks.competency.layout import tokens
from xblocks.competency.results import result_of
from xblocks.competency.types import ITEM_TYPES, read_response, score

COMMON = {"id": "q", "competencies": ("a.b",), "level": 1, "prompt": "P"}


@pytest.mark.parametrize("name", ITEM_TYPES)
@given(data=st.data())
def test_every_answer_scores_between_nothing_and_all(name, data):
    """Any answer that fits earns 0..1 of the points; none earns nothing; the key earns all."""
    item = data.draw(strategies.BY_TYPE[name])
    response = read_response(item, data.draw(strategies.answers(item)))
    assert 0 <= score(item, response).fraction <= 1
    assert score(item, None).points == 0
    key = read_response(item, strategies.key_of(item))
    assert key.complete
    assert score(item, key).points == item.worth


@pytest.mark.parametrize("name", ITEM_TYPES)
@given(data=st.data())
def test_responses_round_trip(name, data):
    """What is kept of an answer reads as the same answer."""
    item = data.draw(strategies.BY_TYPE[name])
    response = read_response(item, data.draw(strategies.answers(item)))
    assert read_response(item, response.to_json()) == response


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(item=strategies.items, data=st.data())
def test_other_shapes_are_refused_by_name(item, data):
    """Arbitrary JSON is either an answer that fits or refused, naming the item; never anything else."""
    fields = ("chosen", "places", "ratings", "matches", "numbers", "text")
    given_ = data.draw(json_values | st.dictionaries(st.sampled_from(fields), json_values, max_size=2))
    try:
        response = read_response(item, given_)
    except ResponseError as error:
        assert str(error)
    else:
        assert response.to_json().keys() == given_.keys()
        assert 0 <= score(item, response).fraction <= 1


@given(data=st.data())
def test_tokens_hide_ids_and_map_back(data):
    """Shuffled parts go out under tokens and come back by them; an ordering is never shown in its order."""
    item = data.draw(strategies.BY_TYPE["ordering"] | strategies.BY_TYPE["matching"])
    names = tokens(item, "seed")
    assert names == tokens(item, "seed")
    if isinstance(item, Ordering):
        ids = [entry.id for entry in item.entries]
        assert list(names.values()) != ids
        places = {token: ids.index(id_) + 1 for token, id_ in names.items()}
        assert score(item, read_response(item, {"places": places}, names)).full
    else:
        matches = {id_: token for token, id_ in names.items() if id_ in {pair.id for pair in item.pairs}}
        assert score(item, read_response(item, {"matches": matches}, names)).full
    assert not set(names) & set(names.values())


def options(*right):
    return tuple(Option(id=f"o{n}", body=f"{n}", correct=one) for n, one in enumerate(right))


@pytest.mark.parametrize(
    ("chosen", "fraction"),
    [
        pytest.param(["o0", "o1"], "1", id="all right"),
        pytest.param(["o0"], "0.5", id="half of them"),
        pytest.param(["o0", "o2"], "0", id="one right and one wrong"),
        pytest.param(["o2", "o3"], "0", id="never below zero"),
        pytest.param(["o0", "o1", "o2", "o3"], "0", id="ticking everything earns nothing"),
        pytest.param(["o0", "o1", "o2"], "0.5", id="one too many"),
    ],
)
def test_multiple_response(chosen, fraction):
    """(right - wrong) / number of right, not below zero."""
    item = MultipleResponse(options=options(True, True, False, False), **COMMON)
    assert score(item, read_response(item, {"chosen": chosen})).fraction == Decimal(fraction)


def test_find_the_error():
    """As a multiple response over the lines."""
    lines = tuple(Line(id=f"l{n}", body="x", wrong=n < 2) for n in range(4))
    item = FindTheError(lines=lines, **COMMON)
    assert score(item, read_response(item, {"chosen": ["l0", "l1", "l3"]})).fraction == Decimal("0.5")


@pytest.mark.parametrize(
    ("places", "fraction"),
    [
        pytest.param({"a": 1, "b": 2, "c": 3, "d": 4}, 6, id="right"),
        pytest.param({"a": 4, "b": 3, "c": 2, "d": 1}, 0, id="reversed"),
        pytest.param({"a": 2, "b": 1, "c": 3, "d": 4}, 5, id="one swap"),
        pytest.param({"a": 1, "b": 1, "c": 1, "d": 1}, 0, id="one place for all"),
        pytest.param({"a": 1, "b": 2}, 1, id="half placed"),
    ],
)
def test_ordering(places, fraction):
    """Share of the six pairs in the right relative order."""
    item = Ordering(entries=tuple(Entry(id=id_, body=id_) for id_ in "abcd"), **COMMON)
    assert score(item, read_response(item, {"places": places})).fraction == Decimal(fraction) / 6


def test_matching_accepts_a_twin():
    """Right-hand sides that read alike are as good as one another."""
    pairs = (Pair(id="p", left="1", right="Camat"), Pair(id="q", left="2", right="Camat"))
    item = Matching(pairs=pairs, distractors=(Entry(id="d", body="Lurah"),), **COMMON)
    assert score(item, read_response(item, {"matches": {"p": "q", "q": "q"}})).full
    assert score(item, read_response(item, {"matches": {"p": "d", "q": "q"}})).fraction == Decimal("0.5")


ACTIONS = tuple(
    Action(id=id_, body=id_, effectiveness=key) for id_, key in zip("abc", (5, 3, 3), strict=True)
)


def test_ratings():
    """1 - |r - k| / 4 for each action, on average; an action without a rating earns nothing."""
    item = SituationalJudgement(mode=JudgementMode.RATE, actions=ACTIONS, **COMMON)
    response = read_response(item, {"ratings": {"a": 1, "b": 4}})
    assert score(item, response).fraction == (0 + Decimal("0.75") + 0) / 3


def test_ranks():
    """Only pairs whose keys differ count: two here, one of them right."""
    item = SituationalJudgement(mode=JudgementMode.RANK, actions=ACTIONS, **COMMON)
    response = read_response(item, {"places": {"a": 2, "b": 1, "c": 3}})
    assert score(item, response).fraction == Decimal("0.5")


def table(formula, **more):
    cells = (
        FillCell(id="b1", value=Decimal(10)),
        FillCell(id="b2", value=Decimal(4)),
        FillCell(id="b3", formula=Formula.parse(formula), **more),
    )
    return TableFill(rows=tuple((LabelCell(body="x"), cell) for cell in cells), **COMMON)


@pytest.mark.parametrize(
    ("numbers", "right"),
    [
        pytest.param({"b1": "10", "b2": "4", "b3": "2,5"}, 3, id="all right"),
        pytest.param({"b1": "8", "b2": "4", "b3": "2"}, 2, id="follows from the learner's own number"),
        pytest.param({"b1": "8", "b2": "4", "b3": "2,5"}, 1, id="the key's result does not follow"),
        pytest.param({"b3": "2,5"}, 0, id="nothing to follow from"),
        pytest.param({"b1": "10", "b2": "0", "b3": "0"}, 1, id="division by the learner's zero"),
    ],
)
def test_table_follow_through(numbers, right):
    """A cell with a formula is measured against the learner's own cells."""
    item = table("b1 / b2")
    assert score(item, read_response(item, {"numbers": numbers})).fraction == Decimal(right) / 3


@pytest.mark.parametrize(
    "text", ["", "b1 +", "(b1", "b1)", "b1 b2", "2..5", "b1 ** 2", "x.y", "b1;b2", "(" * 99 + "1"]
)
def test_formulas_are_arithmetic_only(text):
    """Whatever is not numbers, cells, + - * / and brackets is no formula."""
    with pytest.raises(DefinitionError):
        Formula.parse(text)


@given(st.integers(-99, 99), st.integers(-99, 99), st.integers(1, 99))
def test_formula_values(a, b, c):
    """Values and precedence are those of arithmetic."""
    cells = {"a": Decimal(a), "b": Decimal(b), "c": Decimal(c)}
    assert Formula.parse("a + b * c - (a - b) / c").value(cells) == a + b * c - Decimal(a - b) / c
    assert Formula.parse("-a - -b").value(cells) == -a + b


def test_items_name_every_fault():
    """An item that breaks several rules tells them all."""
    with pytest.raises(DefinitionError) as caught:
        MultipleResponse(
            options=options(False),
            id="Not An Id",
            competencies=(),
            level=9,
            prompt="<p> </p>",
            points=Decimal(0),
        )
    assert len(caught.value.faults) == 7


@given(st.lists(strategies.items, min_size=1, max_size=4, unique_by=lambda item: item.id), st.data())
def test_results_add_up(items, data):
    """The total is the sum of the items; each competency counts its items in full; shares are 0..1."""
    responses = {
        item.id: read_response(item, data.draw(strategies.answers(item)))
        for item in items
        if data.draw(st.booleans())
    }
    result = result_of(items, responses)
    assert result.earned == sum(one.score.points for one in result.items)
    assert 0 <= result.earned <= result.possible == Assessment(items=tuple(items)).possible
    for one in result.by_competency():
        named = [item for item in items if one.competency in item.competencies]
        assert one.items == len(named)
        assert one.possible == sum(item.worth for item in named)
        assert 0 <= one.share <= 1
        assert 0 <= one.answered <= one.items


def test_unknown_items_are_named():
    """There is no silent None for an item that is not there."""
    with pytest.raises(UnknownItemError, match="nope"):
        Assessment(items=()).item("nope")


@pytest.mark.parametrize(
    ("policy", "facts", "shown"),
    [
        ("immediate", (False, False, True), False),
        ("immediate", (True, False, False), True),
        ("immediate", (False, True, False), True),
        ("after_submission", (True, False, True), False),
        ("after_submission", (False, True, False), True),
        ("after_due", (True, True, False), False),
        ("after_due", (True, False, True), False),
        ("after_due", (False, True, True), True),
        ("never", (True, True, True), False),
    ],
)
def test_feedback_policies(policy, facts, shown):
    """(answered for good, submitted, due passed) decide by the policy."""
    final, submitted, due = facts
    policy = FeedbackPolicy(policy)
    assert policy.shows(answered_for_good=final, submitted=submitted, due_passed=due) is shown


@pytest.mark.parametrize(("attempts", "used", "left"), [(None, 9, None), (2, 0, 2), (2, 2, 0), (1, 3, 0)])
def test_attempts_left(attempts, used, left):
    """Attempts run out; an author who lowers the number leaves none, not less than none."""
    assert Assessment(items=(), attempts=attempts).attempts_left(used) == left

"""Answers become categories, monotonely; an item without parameters has those of its level."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xblocks import strategies
from xblocks.competency.items import Entry, FindTheError, Line, Ordering, ShortText
from xblocks.competency.measuring import categories, category, provisional_model
from xblocks.competency.types import read_response, score
from xblocks.measurement.ability import expected_sum_score

fractions = st.decimals(0, 1, allow_nan=False)


@given(item=strategies.items, lower=fractions, higher=fractions)
def test_categories_rise_with_the_points(item, lower, higher):
    """More points are never a lower category; none is the lowest, all are the highest."""
    lower, higher = sorted((lower, higher))
    assert 0 <= category(item, lower) <= category(item, higher) < categories(item)
    assert category(item, Decimal(0)) == 0
    assert category(item, Decimal(1)) == categories(item) - 1


@given(item=strategies.items, data=st.data())
def test_two_categories_are_all_or_nothing(item, data):
    """Where an answer can only be right or wrong there is no category between."""
    answer = read_response(item, data.draw(strategies.answers(item)))
    if categories(item) == 2:
        assert score(item, answer).fraction in (0, 1)


PLAIN = {"id": "q", "competencies": ("c",), "level": 1, "prompt": "P"}
A, B, C = (Entry(id=id_, body=id_) for id_ in "abc")
LINES = tuple(Line(id=id_, body=id_, wrong=id_ < "c") for id_ in "abc")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (ShortText(accepted=("a",), **PLAIN), 2),
        (Ordering(entries=(A, B), **PLAIN), 2),
        (Ordering(entries=(A, B, C), **PLAIN), 3),
        (FindTheError(lines=LINES[1:], **PLAIN), 2),
        (FindTheError(lines=LINES, **PLAIN), 3),
    ],
)
def test_categories(item, expected):
    """Two where there is one thing to get right, three where there are more."""
    assert categories(item) == expected


@pytest.mark.parametrize(("fraction", "expected"), [("0.499999", 0), ("0.5", 1), ("0.999999", 1), ("1", 2)])
def test_three_categories(fraction, expected):
    """Below half, from half on, all."""
    assert category(Ordering(entries=(A, B, C), **PLAIN), Decimal(fraction)) == expected


@given(item=strategies.items)
def test_the_key_is_the_highest_category(item):
    """Whoever answers by the key reaches it."""
    earned = score(item, read_response(item, strategies.key_of(item))).fraction
    assert category(item, earned) == categories(item) - 1


@given(item=strategies.items)
def test_provisional_models_follow_the_level(item):
    """As many categories as answers have; half of the points are expected where the level lies."""
    model = provisional_model(item)
    assert model.categories == categories(item)
    assert expected_sum_score([model], item.level - 3.0) == pytest.approx((categories(item) - 1) / 2)

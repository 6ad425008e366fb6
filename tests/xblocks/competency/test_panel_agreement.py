"""Agreement and severity of judges are those of the literature; where they have no sense, that is said."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xblocks.competency.panel_agreement import angoff_agreement, severities
from xblocks.competency.panels import PanelError

# Shrout & Fleiss (1979), table 2: six targets by four judges.
TABLE = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def sheets(rows: list[list[str]]) -> tuple[list[str], list[dict[str, Decimal]]]:
    """Return items and sheets of rows that are items, columns that are judges."""
    items = [f"q{number}" for number in range(len(rows))]
    columns = zip(*rows, strict=True)
    return items, [dict(zip(items, map(Decimal, column), strict=True)) for column in columns]


def far(*asked: float) -> list[int]:
    """Return which judges stand far outside."""
    return [one.judge for one in severities(dict(enumerate(asked, start=1))) if one.far]


def test_agreement_is_that_of_shrout_and_fleiss() -> None:
    """Their example as shares: a coefficient does not depend on the unit."""
    found = angoff_agreement(*sheets([[f"0.{value:02}" for value in row] for row in TABLE]))
    assert (found.one, found.panel) == pytest.approx((0.29, 0.62), abs=0.005)


def test_agreement_worked_by_hand() -> None:
    """Mean squares: items .105, judges 0, rest .015; so .09 / .11 and .09 / .10."""
    found = angoff_agreement(*sheets([["0.8", "0.7"], ["0.5", "0.4"], ["0.2", "0.4"]]))
    assert (found.one, found.panel) == pytest.approx((9 / 11, 0.9))


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([["0.5"], ["0.6"]], "two or more judges"),
        ([["0.5", "0.6"]], "two or more items"),
        ([["0.1"] * 3] * 7, "the same share"),
    ],
    ids=["one judge", "one item", "all the same"],
)
def test_where_agreement_has_no_sense_the_reason_is_told(rows: list[list[str]], reason: str) -> None:
    with pytest.raises(PanelError, match=reason):
        angoff_agreement(*sheets(rows))


def test_severity_worked_by_hand() -> None:
    """Mean 59; median 53 with distances 3, 1, 1, 27, their median 2: .6745 · 27 / 2 is above 3.5."""
    found = severities({1: 50.0, 2: 52.0, 3: 54.0, 4: 80.0})
    assert [(one.judge, one.asked, one.difference) for one in found] == [
        (1, 50.0, -9.0), (2, 52.0, -7.0), (3, 54.0, -5.0), (4, 80.0, 21.0),
    ]  # fmt: skip
    assert [one.far for one in found] == [False, False, False, True]


@pytest.mark.parametrize(
    ("asked", "judges"),
    [
        ((40, 60), []),
        ((50, 52, 80), [3]),
        ((5, 5, 5, 10), []),
        ((5, 5, 5, 11), [4]),
        ((20, 60, 61, 62, 99), [1, 5]),
        ((30, 40, 50, 60, 70), []),
    ],
    ids=["two", "three", "five pages", "six pages", "on both sides", "all apart"],
)
def test_far_outside_is_by_the_spread_of_the_panel(asked: tuple[float, ...], judges: list[int]) -> None:
    """A wide panel has nobody outside; in one that all but coincides it takes more than five units."""
    assert far(*asked) == judges


@given(st.lists(st.floats(0, 100), min_size=2, max_size=30))
def test_severities_balance(asked: list[float]) -> None:
    """What some ask more than the panel, others ask less; more is never less strict."""
    found = severities(dict(enumerate(asked)))
    assert sum(one.difference for one in found) == pytest.approx(0.0, abs=1e-9)
    ordered = sorted(found, key=lambda one: one.asked)
    assert [one.difference for one in ordered] == sorted(one.difference for one in found)


def test_one_judge_has_no_severity() -> None:
    with pytest.raises(PanelError, match="two judges"):
        severities({1: 50.0})

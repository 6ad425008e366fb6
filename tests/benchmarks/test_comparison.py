"""The comparison after a chaos run finds each kind of loss."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from benchmarks.chaos.comparison import (
    COMPLETION,
    GRADE,
    Arrived,
    Expected,
    Outbox,
    Result,
    differences,
)

EXPECTED = {
    "one": Expected(points=Decimal(80), completed=True),
    "two": Expected(points=Decimal(30), completed=False),
}
GRADES = (
    Result(line_item=1, subject="one", score=Decimal(80)),
    Result(line_item=1, subject="two", score=Decimal(30)),
)
DONE = Result(line_item=2, subject="one", score=Decimal(1))
RIGHT = [GRADES[1], DONE]
ARRIVED = Arrived(line_items={1: GRADE, 2: COMPLETION}, results=[*GRADES, DONE], posts=3)
OUTBOX = Outbox(states={"delivered": 3, "superseded": 2, "pending": 0}, attempts=4, records=1)


def test_everything_arrived_once() -> None:
    """The newest states, each once, and nothing on its way: no difference."""
    assert differences(EXPECTED, ARRIVED, OUTBOX) == []


@pytest.mark.parametrize(
    ("results", "said"),
    [
        pytest.param([GRADES[0], DONE], "is lost", id="lost"),
        pytest.param([*GRADES, DONE, DONE], "arrived 2 times", id="doubled"),
        pytest.param(
            [replace(GRADES[0], score=Decimal(70)), GRADES[1], DONE], "80 is the newest", id="stale"
        ),
        pytest.param([*GRADES, DONE, replace(DONE, subject="two")], "was never due", id="invented"),
    ],
)
def test_what_arrived_wrong_is_found(results: Sequence[Result], said: str) -> None:
    """A result lost, doubled, stale or invented is one difference that says so."""
    (found,) = differences(EXPECTED, replace(ARRIVED, results=results), OUTBOX)
    assert said in found


@pytest.mark.parametrize(
    ("arrived", "outbox", "said"),
    [
        pytest.param({"line_items": {1: GRADE, 2: COMPLETION, 3: GRADE}}, {}, "exists 2 times", id="item"),
        pytest.param({}, {"states": {"delivered": 2, "pending": 1}}, "1 pending", id="left-behind"),
        pytest.param({}, {"states": {"delivered": 2, "dead": 1}}, "1 dead", id="given-up"),
        pytest.param({}, {"attempts": 2}, "3 scores arrived", id="unrecorded-attempt"),
        pytest.param({}, {"records": 2}, "2, where 1 completed", id="record-doubled"),
    ],
)
def test_what_stands_wrong_is_found(arrived: dict, outbox: dict, said: str) -> None:
    """A second line item, a delivery that is not settled, or a record too many is one difference."""
    (found,) = differences(EXPECTED, replace(ARRIVED, **arrived), replace(OUTBOX, **outbox))
    assert said in found

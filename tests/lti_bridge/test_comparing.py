"""The laws of the three ways: what the values alone decide."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.delivery.reconciliation import (
    MOST_POINTS,
    Finding,
    Kept,
    Ours,
    Standing,
    compare,
    points_of,
)
from lti_bridge.delivery.report import Report, Result, same_result

HUNDRED = Decimal(100)
points = st.decimals(0, 100, places=2)
scales = st.sampled_from([Decimal(1), Decimal(4), Decimal(10), HUNDRED, Decimal(1000)])
standings = st.sampled_from(Standing)


@st.composite
def known(draw: st.DrawFn) -> Ours:
    """Some history: what was sent, in whatever state the newest is."""
    newest = draw(points)
    earlier = draw(st.frozensets(points, max_size=4))
    standing = draw(standings)
    ever = earlier | ({newest} if standing == Standing.DELIVERED else frozenset())
    sent = newest if standing == Standing.DELIVERED else next(iter(earlier), None)
    return Ours(newest=newest, maximum=HUNDRED, standing=standing, sent=sent, ever_sent=ever)


results = st.builds(Result, score=st.decimals(-10, 2000, places=3), maximum=scales)


def report(value: Decimal) -> Report:
    return Report(
        kind="grade",
        recipient="x",
        value=value,
        maximum=HUNDRED,
        completed=True,
        wire_timestamp=datetime(2026, 3, 1, tzinfo=UTC),
    )


@given(known(), st.none() | results, st.booleans())
def test_what_is_under_way_is_never_judged(ours, theirs, forgot):
    moving = Ours(
        newest=ours.newest,
        maximum=ours.maximum,
        standing=Standing.MOVING,
        sent=ours.sent,
        ever_sent=ours.ever_sent,
    )
    assert compare(moving, theirs, may_have_forgotten=forgot) == Finding.NOT_SENT


@given(known(), results)
def test_equal_is_what_reading_back_calls_equal(ours, theirs):
    """One tolerance for reading back and for reconciling."""
    if ours.standing == Standing.MOVING:
        return
    says_equal = compare(ours, theirs) == Finding.AGREES
    assert says_equal == same_result(report(ours.newest), theirs)


@given(known(), scales)
def test_whatever_the_scale_our_own_value_is_ours(ours, maximum):
    theirs = Result(score=ours.newest * maximum / HUNDRED, maximum=maximum)
    expected = Finding.NOT_SENT if ours.standing == Standing.MOVING else Finding.AGREES
    assert compare(ours, theirs) == expected


@given(known(), results)
def test_changed_is_a_value_that_we_never_sent_and_nothing_else(ours, theirs):
    finding = compare(ours, theirs)
    sent = any(same_result(report(value), theirs) for value in ours.ever_sent)
    if finding == Finding.CHANGED:
        assert not sent
    elif finding in (Finding.OUTDATED, Finding.MISSING):
        assert sent
        assert ours.standing == Standing.DELIVERED


@given(known(), st.none() | results)
def test_only_what_was_delivered_is_missing_or_outdated(ours, theirs):
    """So that nothing is sent again that waits, was given up, or was waived."""
    if compare(ours, theirs) in (Finding.MISSING, Finding.OUTDATED):
        assert ours.standing == Standing.DELIVERED


@given(known(), st.none() | results, standings)
def test_what_was_kept_does_not_come_up_again(ours, theirs, standing):
    """Until ours is another one; then the value that was kept is one that we know."""
    if standing == Standing.MOVING:
        return
    value = None if theirs is None else points_of(theirs, HUNDRED)
    held = None if value is None else Result(score=value, maximum=HUNDRED)
    kept = (Kept(ours=ours.newest, theirs=value),)
    decided = Ours(
        newest=ours.newest, maximum=HUNDRED, standing=standing, ever_sent=ours.ever_sent, kept=kept
    )
    assert compare(decided, held) == Finding.AGREES
    later = Ours(
        newest=ours.newest + 1, maximum=HUNDRED, standing=standing, ever_sent=ours.ever_sent, kept=kept
    )
    assert compare(later, held) != Finding.CHANGED


@given(results)
def test_points_fit_into_the_table(theirs):
    found = points_of(theirs, HUNDRED)
    assert abs(found) <= MOST_POINTS
    assert found == found.quantize(Decimal("0.01"))


def test_nothing_was_ever_told():
    """A platform may fill in what it likes; after a restore, it may be ours."""
    theirs = Result(score=Decimal(90), maximum=HUNDRED)
    waiting = Ours(newest=Decimal(80), maximum=HUNDRED, standing=Standing.WAITING)
    assert compare(waiting, theirs) == Finding.NOT_SENT
    assert compare(waiting, theirs, may_have_forgotten=True) == Finding.CHANGED
    nothing = Ours(newest=None, maximum=HUNDRED, standing=Standing.ENDED)
    assert compare(nothing, theirs) == Finding.NOT_SENT
    assert compare(nothing, theirs, may_have_forgotten=True) == Finding.CHANGED
    assert compare(nothing, None, may_have_forgotten=True) == Finding.NOT_SENT


def test_what_was_held_back_for_a_reason_that_is_gone():
    held = Ours(
        newest=Decimal(90),
        maximum=HUNDRED,
        standing=Standing.HELD,
        sent=Decimal(80),
        ever_sent=frozenset({Decimal(80)}),
    )
    assert compare(held, Result(score=Decimal(70), maximum=HUNDRED)) == Finding.CHANGED
    assert compare(held, Result(score=Decimal(80), maximum=HUNDRED)) == Finding.CLEARED
    assert compare(held, None) == Finding.CLEARED


@pytest.mark.parametrize(("score", "maximum"), [("NaN", 1), (1, 0), (1, "Infinity"), (1, -1)])
def test_what_is_no_result(score, maximum):
    with pytest.raises(ValueError, match="finite"):
        Result(score=Decimal(score), maximum=Decimal(maximum))

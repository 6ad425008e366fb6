"""The laws of the pure delivery policy."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.delivery.decisions import LONGEST_DELAY, MOST_ATTEMPTS, Outcome, back_off, decide
from lti_bridge.delivery.errors import (
    AmbiguousError,
    BlockedError,
    ConflictError,
    DeliveryError,
    RejectedError,
    TransientError,
)
from lti_bridge.delivery.policy import grade_points, grade_to_report, is_completed
from lti_bridge.delivery.report import Report, Result, same_result
from lti_bridge.delivery.timestamps import STEP, first_wire_timestamp, restamped, wire_text

fractions = st.decimals(0, 1, places=4)
counts = st.integers(0, 50)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
jitters = st.floats(0, 1)


@given(required=counts, done=counts, grade=fractions, passing=fractions, more=counts)
def test_completion_never_goes_away_by_doing_more(required, done, grade, passing, more):
    """More blocks or a better grade cannot undo completion, and both conditions are needed."""
    now = is_completed(required_blocks=required, completed_blocks=done, grade=grade, passing_grade=passing)
    assert now is (done >= required and grade >= passing)
    assert not now or is_completed(
        required_blocks=required,
        completed_blocks=done + more,
        grade=max(grade, passing),
        passing_grade=passing,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"grade": Decimal("1.01")},
        {"grade": Decimal("-0.1")},
        {"passing_grade": Decimal(70)},
        {"completed_blocks": -1},
    ],
    ids=str,
)
def test_values_out_of_range_are_refused(wrong):
    """Percent taken for a fraction is found where it comes in."""
    good = {"required_blocks": 1, "completed_blocks": 1, "grade": Decimal(1), "passing_grade": Decimal(1)}
    with pytest.raises(ValueError, match=r"fractions|negative"):
        is_completed(**{**good, **wrong})


@given(one=fractions, other=fractions)
def test_points_keep_the_order_of_grades(one, other):
    """Points are monotone, within 0..100, and have two decimals."""
    points = grade_points(one)
    assert 0 <= points <= 100
    assert points.as_tuple().exponent == -2
    assert one > other or points <= grade_points(other)


@given(grade=fractions, completed=st.booleans())
def test_what_was_reported_is_not_reported_again(grade, completed):
    """Only changes are news."""
    assert grade_to_report(grade, last_reported=grade_points(grade), completed=completed) is None


@given(attempts=st.integers(1, 10_000), jitter=jitters)
def test_back_off_grows_and_is_bounded(attempts, jitter):
    """Later attempts wait at least as long, never longer than six hours, never less than 15 seconds."""
    delay = back_off(attempts, jitter)
    assert timedelta(seconds=15) <= delay <= LONGEST_DELAY
    assert back_off(attempts + 1, jitter) >= delay


@given(attempts=st.integers(1, MOST_ATTEMPTS - 1), jitter=jitters, wait=st.integers(0, 10**8))
def test_retry_after_is_kept(attempts, jitter, wait):
    """The platform's wish prevails, up to a day."""
    error = TransientError("429", retry_after=timedelta(seconds=wait))
    decision = decide(error, attempts=attempts, jitter=jitter)
    assert decision.outcome is Outcome.RETRY
    assert decision.delay >= min(timedelta(seconds=wait), timedelta(hours=24))


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (TransientError("x"), Outcome.RETRY),
        (AmbiguousError("x"), Outcome.AMBIGUOUS),
        (ConflictError("x"), Outcome.AMBIGUOUS),
        (BlockedError("x"), Outcome.BLOCKED),
        (RejectedError("x"), Outcome.DEAD),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_class_of_an_error_decides(error, outcome):
    """And nothing else does."""
    assert decide(error, attempts=1, jitter=0.5).outcome is outcome


def test_an_error_without_a_meaning_is_a_fault_of_ours():
    """A new class must be given a decision; none is guessed."""
    with pytest.raises(TypeError):
        decide(DeliveryError("x"), attempts=1, jitter=0.5)


def test_giving_up_comes_last():
    """The last attempt ends in a dead letter; a block is no reason to give up."""
    assert decide(TransientError("x"), attempts=MOST_ATTEMPTS, jitter=0).outcome is Outcome.DEAD
    assert decide(BlockedError("x"), attempts=MOST_ATTEMPTS, jitter=0).outcome is Outcome.BLOCKED


@given(events=st.lists(moments, min_size=2, max_size=20))
def test_wire_timestamps_rise_by_a_second_at_least(events):
    """Whatever the times of the events, each state is newer than the one before, in whole seconds."""
    last = None
    for event in events:
        wire = first_wire_timestamp(event, last)
        assert wire.microsecond == 0
        assert last is None or wire - last >= STEP
        last = wire


@given(event=moments)
def test_a_first_timestamp_is_not_ahead_of_its_event(event):
    """The first state of a learner is stamped with the second it happened in."""
    assert event - first_wire_timestamp(event, None) < timedelta(seconds=1)
    assert first_wire_timestamp(event, None) <= event


@given(former=moments, now=moments)
def test_a_new_stamp_is_newer(former, now):
    """A refused timestamp is never repeated."""
    former = former.replace(microsecond=0)
    stamp = restamped(former, now)
    assert stamp > former
    assert datetime.fromisoformat(wire_text(stamp)) == stamp


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 1, 1),  # noqa: DTZ001 - naive on purpose
        datetime(2026, 1, 1, 0, 0, 0, 5, tzinfo=UTC),
    ],
    ids=["naive", "fraction"],
)
def test_only_whole_aware_seconds_go_on_the_wire(moment):
    """Half-understood times are not sent."""
    with pytest.raises(ValueError, match="whole seconds"):
        wire_text(moment)


def report(value: Decimal, maximum: Decimal = Decimal(100)) -> Report:
    return Report(
        kind="grade",
        recipient="orang-7",
        value=value,
        maximum=maximum,
        completed=True,
        wire_timestamp=datetime(2026, 1, 1, tzinfo=UTC),
    )


@given(
    points=st.decimals(0, 100, places=2), scale=st.sampled_from([Decimal(1), Decimal(10), Decimal("37.5")])
)
def test_a_result_is_recognised_on_any_scale(points, scale):
    """Platforms rescale, and keep floats; a cent of 100 points is a difference all the same."""
    there = Decimal(float(points / 100 * scale))
    assert same_result(report(points), Result(score=there, maximum=scale))
    other = points + 1 if points < 50 else points - 1
    assert not same_result(report(points), Result(score=other / 100 * scale, maximum=scale))


@pytest.mark.parametrize(
    ("value", "maximum"), [("NaN", "100"), ("101", "100"), ("-1", "100"), ("0", "0")], ids=str
)
def test_a_report_that_makes_no_sense_cannot_be_made(value, maximum):
    """Refused where it is born."""
    with pytest.raises(ValueError, match=r"finite|0\.\.maximum"):
        report(Decimal(value), Decimal(maximum))


def test_a_report_does_not_show_whose_it_is():
    """Reprs end up in logs."""
    assert "orang-7" not in repr(report(Decimal(1)))

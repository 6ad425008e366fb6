"""When a system that is down is left alone: the policy, without database or clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.delivery.circuit import (
    CLOSED,
    LONGEST_COOL_OFF,
    LONGEST_PAUSE,
    OPENS_AFTER,
    Circuit,
    Standing,
    after,
    cool_off,
    probing,
    standing,
)
from lti_bridge.delivery.errors import (
    AmbiguousError,
    BlockedError,
    ConflictError,
    RejectedError,
    TransientError,
)
from lti_bridge.delivery.pace import granted, window

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
DOWN = {
    "no-connection": TransientError("no connection", no_answer=True),
    "time-out": AmbiguousError("time-out", no_answer=True),
    "500": AmbiguousError("500", http_status=500),
    "503-while-reading": TransientError("503", http_status=503),
}
UP = {
    "taken": None,
    "404": RejectedError("404", http_status=404),
    "422": RejectedError("422", http_status=422),
    "409": ConflictError("409", http_status=409),
    "401": TransientError("401", http_status=401),
    "invalid-scope": BlockedError("scope", http_status=400),
    "line-item-lock": TransientError("another worker is creating the line item"),
}
jitters = st.floats(0, 1)


def then(circuit, *errors, probe=False, now=NOW, jitter=1.0):
    for error in errors:
        circuit = after(circuit, error, now, jitter=jitter, is_probe=probe)
    return circuit


@pytest.mark.parametrize("error", DOWN.values(), ids=DOWN)
def test_failures_in_a_row_that_say_down_open_it(error):
    """One fewer does not."""
    assert standing(then(CLOSED, *[error] * (OPENS_AFTER - 1)), NOW) == Standing.CLOSED
    opened = then(CLOSED, *[error] * OPENS_AFTER)
    assert standing(opened, NOW) == Standing.OPEN
    assert opened.reason == error.message


@pytest.mark.parametrize("answer", UP.values(), ids=UP)
def test_any_answer_begins_the_row_anew(answer):
    """Bad deliveries, however many, say nothing about the system."""
    down = DOWN["500"]
    assert then(CLOSED, *[answer] * 100) == CLOSED
    assert then(CLOSED, *[down] * (OPENS_AFTER - 1), answer) == CLOSED


def test_after_the_cool_off_one_probe_decides():
    """It closes, or the next cool-off is twice as long."""
    opened = then(CLOSED, *[DOWN["500"]] * OPENS_AFTER)
    later = opened.open_until
    assert later - NOW == timedelta(seconds=15)
    assert standing(opened, later) == Standing.HALF_OPEN
    probed = probing(opened, later + timedelta(minutes=5))
    assert standing(probed, later) == Standing.OPEN
    assert then(probed, None, probe=True, now=later) == CLOSED
    again = then(probed, DOWN["500"], probe=True, now=later)
    assert again.open_until - later == timedelta(seconds=30)


def test_what_was_under_way_when_it_opened_does_not_close_it():
    """Only the probe does; a success that began before the pause would end it at once."""
    paused = then(CLOSED, TransientError("429", http_status=429, retry_after=timedelta(minutes=3)))
    assert paused.open_until == NOW + timedelta(minutes=3)
    assert then(paused, None) == paused
    assert then(paused, None, probe=True) == CLOSED


def test_a_pause_that_is_asked_for_is_no_failure():
    """A system that answers 429 for hours is not down; each pause is kept, the longest prevails."""
    pause = TransientError("429", http_status=429, retry_after=timedelta(minutes=3))
    short = TransientError("503", http_status=503, retry_after=timedelta(seconds=1))
    circuit = then(CLOSED, *[pause] * 50, short)
    assert (circuit.failures, circuit.open_until) == (0, NOW + timedelta(minutes=3))
    endless = TransientError("429", http_status=429, retry_after=timedelta(days=4000))
    assert then(CLOSED, endless).open_until == NOW + LONGEST_PAUSE
    assert standing(then(CLOSED, TransientError("429", http_status=429)), NOW) == Standing.OPEN


@given(failures=st.integers(1, 10**6), jitter=jitters)
def test_cool_offs_grow_and_are_bounded(failures, jitter):
    delay = cool_off(failures, jitter)
    assert timedelta(seconds=7) <= delay <= LONGEST_COOL_OFF
    assert cool_off(failures + 1, jitter) >= delay


errors = st.sampled_from([*DOWN.values(), *UP.values(), TransientError("429", http_status=429)])


@given(history=st.lists(st.tuples(errors, st.booleans(), jitters, st.integers(0, 1000)), max_size=40))
def test_whatever_happens_a_system_that_is_there_again_is_sent_to_again(history):
    """From any state, one success after the cool-off closes it."""
    circuit, now = CLOSED, NOW
    for error, probe, jitter, seconds in history:
        now += timedelta(seconds=seconds)
        circuit = after(circuit, error, now, jitter=jitter, is_probe=probe)
        assert circuit.failures >= 0
        assert (circuit.open_until is None) == (circuit.reason == "")
    if circuit.open_until is not None:
        now = max(now, circuit.open_until)
    assert after(circuit, None, now, jitter=0.5, is_probe=True) == CLOSED


def test_nonsense_is_refused():
    for failures, jitter in ((0, 0.5), (1, 1.1), (1, -0.1)):
        with pytest.raises(ValueError, match="jitter"):
            cool_off(failures, jitter)
    with pytest.raises(ValueError, match="negative"):
        granted(1, -1, 1)


@given(limit=st.integers(1, 50), wishes=st.lists(st.integers(0, 60), max_size=30))
def test_whoever_shares_a_second_gets_its_tokens_and_no_more(limit, wishes):
    """The counter runs on beyond the limit; nothing is granted twice."""
    taken = given_out = 0
    for wanted in wishes:
        given_out += granted(limit, taken, wanted)
        taken += wanted
    assert given_out == min(limit, sum(wishes))


def test_a_window_is_a_second():
    assert window(NOW) == window(NOW + timedelta(milliseconds=999)) == window(NOW + timedelta(seconds=1)) - 1


def test_a_circuit_says_nothing_of_what_it_does_not_know():
    assert Circuit() == CLOSED

"""Time limits: the server's clock, the grace, and what a device that lost its connection is believed."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest import mock

import pytest
from django.utils import translation
from hypothesis import given as over
from hypothesis import strategies as st

from tests.xblocks import samples
from tests.xblocks.support import Learner
from xblocks.host import clock
from xblocks.parts.competency_assessment.timing import GRACE, WINDOW, Told, given, seconds_left

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
END = START + timedelta(minutes=30)
RIGHT, WRONG = {"chosen": ["b"]}, {"chosen": ["a"]}


def after(**time):
    return END + timedelta(**time)


# What a client is believed

aware = st.timedeltas(timedelta(days=-2000), timedelta(days=2000)).map(lambda delta: END + delta)
maybe = st.none() | aware


@over(told=st.builds(Told, answered=maybe, sent=maybe), received=aware, again=st.booleans())
def test_no_word_of_a_client_moves_the_end(told, received, again):
    """Whatever is claimed: nothing is taken after the window, nothing given after the end is late."""
    taken = given(told, started=START, ends=END, received=received, again=again)
    if received > END + WINDOW:
        assert taken is None
    if taken is not None and received > END + GRACE:
        assert taken.late
        assert START <= taken.at <= END
        assert not again
    if received <= END + GRACE:
        assert taken is not None
        assert not taken.late


@over(skew=st.timedeltas(timedelta(days=-4000), timedelta(days=4000)))
def test_a_wrong_clock_does_no_harm(skew):
    """Only the time between answering and sending counts, whatever the device's clock says."""
    answered = END - timedelta(minutes=1) + skew
    told = Told(answered=answered, sent=answered + timedelta(hours=2))
    received = END - timedelta(minutes=1) + timedelta(hours=2)
    assert given(told, started=START, ends=END, received=received).at == END - timedelta(minutes=1)


def test_a_clock_that_jumped_by_millennia():
    """What a client can say is more than our calendar has before now."""
    told = Told(answered=datetime(1970, 1, 1, tzinfo=UTC), sent=datetime(9998, 12, 31, tzinfo=UTC))
    assert given(told, started=START, ends=None, received=END).at == END
    assert given(told, started=START, ends=END, received=after(hours=1)) is None


def test_seconds_left():
    assert seconds_left(END, END - timedelta(seconds=1, milliseconds=1)) == 2
    assert seconds_left(END, after(hours=1)) == 0


# The block

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(django_user_model):
    django_user_model.objects.create(pk=7, username="pelajar")
    with translation.override("en"):
        yield


@pytest.fixture
def at(monkeypatch):
    """Sets the server's clock."""

    def to(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    to(START)
    return to


def timed(**attributes):
    one = Learner(samples.olx(time_limit="30", **attributes), services=("user", "replace_urls"))
    one.start()
    return one


def claim(answered, sent):
    return {"answered_at": answered.isoformat(), "sent_at": sent.isoformat()}


def test_the_page_says_how_long(at):
    one = Learner(samples.olx(time_limit="30"))
    assert "30 minutes" in one.page()
    one.start()
    at(START + timedelta(minutes=10))
    html = one.page()
    assert 'data-left="1200"' in html
    assert 'role="timer"' in html


def test_a_limit_that_the_author_changes_leaves_attempts_alone(at):
    one = timed()
    one.olx = samples.olx(time_limit="1")
    at(START + timedelta(minutes=20))
    assert one.answer("single", RIGHT)[0] == 200


@pytest.mark.parametrize(
    ("seconds", "status"), [(-1, 200), (0, 200), (30, 200), (31, 409), (86_400, 409)], ids=str
)
def test_the_end_and_its_grace(at, seconds, status):
    """An answer is taken until half a minute after the end; the reply tells what is left."""
    one = timed()
    at(after(seconds=seconds))
    got, reply = one.answer("single", RIGHT)
    assert got == status
    if status == 200:
        assert reply["left"] == max(0, -seconds)
    else:
        assert "time is over" in reply["error"]


def test_an_answer_of_a_device_that_was_offline(at):
    """It is taken for the time it was given, with both times, and marked; staff see the mark."""
    one = timed()
    at(after(hours=3))
    given_at = after(minutes=-5)
    status, _reply = one.answer("single", RIGHT, **claim(given_at, after(hours=3)))
    assert status == 200
    kept = one.block.attempt["answers"]["single"]
    assert (kept["late"], kept["at"], kept["received"]) == (
        True, given_at.isoformat(), after(hours=3).isoformat(),
    )  # fmt: skip
    html = one.submit()
    assert one.runtime.grades() == [{"value": 1.0, "max_value": 11.0}]
    assert "Answers that came after the time was over: 1" in html


@pytest.mark.parametrize(
    ("answered", "sent", "received"),
    [
        pytest.param(after(seconds=1), after(hours=1), after(hours=1), id="given after the end"),
        pytest.param(
            START - timedelta(seconds=1), after(hours=1), after(hours=1), id="given before the start"
        ),
        pytest.param(after(minutes=-5), after(hours=25), after(hours=25), id="after the window"),
        pytest.param(after(hours=1), after(minutes=-5), after(hours=1), id="sent before it was given"),
    ],
)
def test_claims_that_are_not_believed(at, answered, sent, received):
    one = timed()
    at(received)
    assert one.answer("single", RIGHT, **claim(answered, sent))[0] == 409
    assert one.block.attempt["answers"] == {}


def test_half_a_claim_is_none(at):
    """Without the time of sending a clock that was set back would move the end."""
    one = timed()
    at(after(hours=1))
    assert one.answer("single", RIGHT, answered_at=after(minutes=-5).isoformat())[0] == 409
    assert one.answer("single", RIGHT, sent_at=after(hours=1).isoformat())[0] == 409


def test_a_late_answer_is_believed_once(at):
    """One answer waits on a device; who sends more has thought on. A repetition is told the same."""
    one = timed()
    one.answer("single", WRONG)
    at(after(hours=1))
    word = claim(after(minutes=-5), after(hours=1))
    assert one.answer("single", RIGHT, uuid="00000000-0000-4000-9000-000000000001", **word)[0] == 200
    assert one.answer("single", WRONG, **word)[0] == 409
    assert one.answer("single", RIGHT, uuid="00000000-0000-4000-9000-000000000001", **word)[0] == 200
    assert one.answer("text", {"text": "camat"}, **word)[0] == 200


def test_after_submission_nothing_is_taken(at):
    one = timed()
    at(after(hours=1))
    one.submit()
    assert one.answer("single", RIGHT, **claim(after(minutes=-5), after(hours=1)))[0] == 409


def test_what_was_taken_in_time_can_be_handed_in_late(at):
    one = timed()
    one.answer("single", RIGHT)
    at(after(hours=2))
    assert 'data-left="0"' in one.page()
    one.submit()
    assert one.runtime.grades() == [{"value": 1.0, "max_value": 11.0}]


@pytest.mark.parametrize("handler", ["view", "begin"])
def test_an_attempt_that_was_left_behind_is_closed(at, handler):
    """A day after its end nothing can come any more: the next post hands it in as it is; no page does."""
    one = timed(attempts="2")
    one.answer("single", RIGHT)
    at(after(hours=24, seconds=1))
    one.page()
    assert one.block.attempt["submitted"] is None
    status, reply = one.post(handler)
    assert status == 200
    assert one.runtime.grades() == [{"value": 1.0, "max_value": 11.0}]
    assert ("Your result" in reply["html"]) is (handler == "view")
    assert one.block.attempt["number"] == (2 if handler == "begin" else 1)


def test_before_that_it_is_left_open(at):
    one = timed()
    at(after(hours=23))
    one.post("view")
    assert one.block.attempt["submitted"] is None


# Two devices


@pytest.mark.parametrize(("waited", "stands"), [(600, WRONG), (31, WRONG), (29, RIGHT), (0, RIGHT)], ids=str)
def test_of_two_devices_the_later_answer_stands(at, waited, stands):
    """What waited on one device replaces nothing newer; within the grace the last one counts."""
    one = timed()
    at(START + timedelta(minutes=20))
    assert one.answer("single", WRONG)[0] == 200
    sent = START + timedelta(minutes=20)
    old = claim(sent - timedelta(seconds=waited), sent)
    status, reply = one.answer("single", RIGHT, **old)
    assert status == 200
    assert reply.get("superseded", False) is (stands is WRONG)
    assert ("html" in reply) is (stands is WRONG)
    assert one.block.attempt["answers"]["single"]["response"] == stands
    assert one.answer("single", RIGHT, **claim(sent, sent))[1].get("superseded") is None


def test_an_answer_that_is_superseded_leaves_no_trace(at):
    """Neither on record nor in an event: the learner did not mean it any more."""
    one = timed()
    at(START + timedelta(minutes=20))
    one.answer("single", WRONG)
    before = list(one.runtime.published)
    sent = START + timedelta(minutes=20)
    assert one.answer("single", RIGHT, **claim(START, sent))[1]["superseded"] is True
    assert one.runtime.published == before


@pytest.mark.parametrize("claimed", [START - timedelta(days=9000), START - timedelta(seconds=1)], ids=str)
def test_a_clock_that_was_set_while_it_waited(at, claimed):
    """An answer from before the attempt is none: it counts from when it came, and as the later one."""
    one = timed()
    at(START + timedelta(minutes=20))
    one.answer("single", WRONG)
    at(START + timedelta(minutes=21))
    assert one.answer("single", RIGHT, **claim(claimed, START + timedelta(minutes=21)))[0] == 200
    kept = one.block.attempt["answers"]["single"]
    assert kept["response"] == RIGHT
    assert kept["at"] == kept["received"]


def test_a_client_from_the_future_blocks_nobody(at):
    """A time that the client alone vouches for never makes the answers of others old."""
    one = timed()
    one.answer("single", WRONG, answered_at=after(days=900).isoformat())
    at(START + timedelta(minutes=1))
    word = claim(START + timedelta(minutes=1), START + timedelta(minutes=1))
    assert "superseded" not in one.answer("single", RIGHT, **word)[1]


# The host's due date, for a device that was offline


@pytest.mark.parametrize(("policy", "status"), [("after_submission", 200), ("after_due", 409)])
def test_a_late_answer_and_the_due_date(at, policy, status):
    """What was answered before the due date is taken, unless the key is out by then."""
    one = Learner(samples.olx(feedback=policy), due=END)
    one.start()
    at(after(hours=1))
    word = claim(after(minutes=-5), after(hours=1))
    with mock.patch.object(clock, "due_passed", return_value=True):
        assert one.answer("single", RIGHT, **word)[0] == status
        assert one.answer("text", {"text": "camat"})[0] == 409


@pytest.mark.parametrize("due", [None, "2099-01-01", "2001-01-01"])
def test_a_due_date_without_a_zone_is_none(due):
    """The workbench's: nothing closes by it, and the key is out as where there is none."""
    block = SimpleNamespace(due=due and datetime.fromisoformat(due), graceperiod=timedelta(hours=1))
    assert (clock.due(block), clock.closes(block), clock.closed(block)) == (None, None, False)
    assert clock.due_passed(block)

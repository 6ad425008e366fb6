"""A learner's state at rest: migrations by named steps, round trips, the history of attempts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xblocks.competency.assessment import Form, Grading
from xblocks.competency.certainty import Certainty
from xblocks.competency.grading import AttemptScore, graded
from xblocks.parts.competency_assessment.history import (
    IN_FULL,
    Kept,
    appended,
    grade_after,
    history_of,
    rescored,
    to_json,
)
from xblocks.parts.competency_assessment.state import Answer, Attempt, Traced

AT = "2026-01-01T00:00:00+00:00"
ANSWER_OF_SCHEMA_2 = {"response": {"chosen": ["b"]}, "final": True, "at": AT, "uuids": ["u"]}


def stored(schema, **fields):
    return {
        "schema": schema,
        "number": 2,
        "seed": "s",
        "started": AT,
        "submitted": None,
        "answers": {},
    } | fields


def test_schema_1_is_read_as_a_count_from_one():
    """In: attempt 2 as it was stored before numbers went on for ever. Out: the second of this learner."""
    attempt = Attempt.from_json(stored(1))
    assert (attempt.number, attempt.first, attempt.used) == (2, 1, 2)
    assert attempt.to_json()["schema"] == 3


def test_schema_2_is_read_as_a_fixed_form_without_limit():
    """In: an attempt from before forms, limits and certainty. Out: the same, and its answers as they came."""
    attempt = Attempt.from_json(stored(2, first=2, answers={"q": ANSWER_OF_SCHEMA_2}))
    assert (attempt.form, attempt.ends, attempt.items, attempt.used) == (Form.FIXED, None, None, 1)
    kept = attempt.answers["q"]
    assert (kept.final, kept.answered_at, kept.received_at, kept.late, kept.certainty) == (
        True, AT, AT, False, None,
    )  # fmt: skip


def test_migration_works_on_a_copy():
    before = stored(2, first=1, answers={"q": ANSWER_OF_SCHEMA_2})
    Attempt.from_json(before)
    assert before["schema"] == 2
    assert "late" not in before["answers"]["q"]


@pytest.mark.parametrize("schema", [4, 0, None, "3"])
def test_state_from_the_future_is_not_guessed_at(schema):
    with pytest.raises(ValueError, match="schema"):
        Attempt.from_json({"schema": schema, "number": 1})


def test_everything_survives_the_way_to_the_store_and_back():
    attempt = Attempt(
        number=3, first=2, form=Form.ADAPTIVE, seed="s", started_at=AT, submitted_at=AT, deadline=AT,
        items=("a", "b"), pilots=("b",), bank="governance@1", calibration="governance#3", cut=0.5,
        offered=("a",), barred=("c",), trace=(Traced("a", 1e-05, 0.9, None),),
        answers={
            "a": Answer(
                response={"chosen": ["x"]}, uuids=("u",), final=True, answered_at=AT, received_at=AT,
                late=True, certainty=Certainty.SURE,
            )
        },
    )  # fmt: skip
    assert Attempt.from_json(attempt.to_json()) == attempt


# History


def attempt_of(number, submitted=True):
    return Attempt(number=number, seed="s", started_at=AT, submitted_at=AT if submitted else "")


def by_number(attempt):
    """A score that tells which attempt it was worked out for."""
    return AttemptScore(float(attempt.number), 10.0)


def test_state_without_a_history_has_the_best_and_the_last():
    """In: state of an earlier version. Out: what is known of its attempts, oldest first."""
    state = {"best_attempt": attempt_of(2).to_json(), "attempt": attempt_of(5).to_json()}
    found = history_of(state, by_number)
    assert [(one.number, one.score.earned) for one in found] == [(2, 2.0), (5, 5.0)]
    going_on = {**state, "attempt": attempt_of(6, submitted=False).to_json()}
    assert [one.number for one in history_of(going_on, by_number)] == [2]
    assert history_of({"attempt": {}, "best_attempt": {}}, by_number) == ()


def test_the_last_ten_are_kept_in_full():
    """Of older ones the points are left: state must stay small, and the average right."""
    history = ()
    for number in range(1, 14):
        history = appended(history, attempt_of(number), AttemptScore(number, 20))
    assert [one.number for one in history] == list(range(1, 14))
    assert [one.attempt is not None for one in history] == [False] * 3 + [True] * IN_FULL
    assert history_of({"history": to_json(history)}, by_number) == history


def test_an_attempt_is_in_the_history_once():
    once = appended((), attempt_of(1), AttemptScore(1, 2))
    assert [one.score.earned for one in appended(once, attempt_of(1), AttemptScore(2, 2))] == [2]


def test_rescoring_leaves_what_cannot_be_scored_again():
    history = (
        Kept(number=1, score=AttemptScore(7, 10)),
        Kept(number=2, score=AttemptScore(0, 10), attempt=attempt_of(2)),
    )
    assert [one.score.earned for one in rescored(history, by_number)] == [7, 2.0]


@pytest.mark.parametrize(
    ("method", "before", "after"),
    [
        (Grading.BEST, None, 6),
        (Grading.BEST, 9, 9),
        (Grading.BEST, 5, 6),
        (Grading.FIRST, None, 4),
        (Grading.FIRST, 9, 9),
        (Grading.LAST, 9, 2),
        (Grading.AVERAGE, 9, 4),
    ],
)
def test_a_grade_that_staff_set(method, before, after):
    """Best and first attempt leave it as the methods promise; the last and the average take its place."""
    history = [Kept(number=n, score=AttemptScore(earned, 10)) for n, earned in enumerate((4, 6, 2), 1)]
    grade = grade_after(history, method, None if before is None else AttemptScore(before, 10))
    assert grade == (after, 10)


scores = st.lists(
    st.tuples(st.floats(0, 1), st.integers(1, 50)).map(lambda one: AttemptScore(one[0] * one[1], one[1])),
    min_size=1,
    max_size=12,
)


@given(scores)
def test_laws_of_grading(found):
    """Best is at least as good as any other method, and every grade lies between the worst and the best."""
    shares = [one.share for one in found]
    grades = {method: graded(found, method).share for method in Grading}
    for share in grades.values():
        assert min(shares) - 1e-9 <= share <= grades[Grading.BEST] + 1e-9
    assert grades[Grading.FIRST] == shares[0]
    assert grades[Grading.LAST] == shares[-1]
    assert grades[Grading.AVERAGE] == pytest.approx(sum(shares) / len(shares))


def test_no_attempt_makes_no_grade():
    assert graded([], Grading.AVERAGE) is None


def test_a_limit_counts_from_the_start():
    attempt = attempt_of(1).limited(timedelta(minutes=90))
    assert attempt.ends == datetime(2026, 1, 1, 1, 30, tzinfo=UTC)
    assert attempt_of(1).limited(None).ends is None

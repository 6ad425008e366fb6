"""Certainty: asked when the author wants it, kept, never scored, and mirrored to the learner."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.xblocks import samples
from tests.xblocks.support import Learner
from xblocks.competency.certainty import Certainty, advice, calibration

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(django_user_model):
    django_user_model.objects.create(pk=7, username="pelajar")
    with translation.override("en"):
        yield


def asked(**attributes):
    one = Learner(samples.olx(certainty="true", **attributes))
    one.start()
    return one


def test_it_is_asked_only_where_the_author_wants_it():
    plain = Learner(samples.olx())
    assert "data-sure" not in plain.start()
    assert plain.answer("single", {"chosen": ["a"]}, certainty=2)[0] == 400
    assert "How sure are you?" in asked().page()


@pytest.mark.parametrize("value", [0, 4, "3", True, 1.5, [1]])
def test_only_three_levels_are_taken(value):
    one = asked()
    status, reply = one.answer("single", {"chosen": ["a"]}, certainty=value)
    assert (status, "certainty" in reply["error"]) == (400, True)


def test_it_is_kept_and_shown_again_and_changes_no_score():
    one = asked()
    one.answer("single", {"chosen": ["b"]}, certainty=3)
    assert one.block.attempt["answers"]["single"]["certainty"] == 3
    assert 'value="3" data-sure checked' in one.page()
    html = one.submit()
    assert one.runtime.grades() == [{"value": 1.0, "max_value": 11.0}]
    assert "Share right, by how sure you were" in html


@pytest.mark.parametrize("policy", ["never", "after_due"])
def test_the_chart_tells_no_more_than_the_key(policy):
    """One item marked "sure", all others not: the chart would tell whether that one is right."""
    one = asked(feedback=policy)
    one.host = {"has_deadline_passed": lambda: False}
    one.host["due"] = datetime.now(UTC) + timedelta(days=1)
    one.answer("single", {"chosen": ["b"]}, certainty=3)
    assert "how sure you were" not in one.submit()


SURE, FAIRLY, GUESS = Certainty.SURE, Certainty.FAIRLY, Certainty.GUESS


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([], "too few"),
        ([(SURE, 1), (SURE, 0)], "too few"),
        ([(SURE, 0)] * 3 + [(SURE, 1)], "often not right"),
        ([(GUESS, 1)] * 5, "more than you think"),
        ([(GUESS, 0)] * 3 + [(SURE, 1)] * 3, "judge well"),
        ([(SURE, 1)] * 5, "equally sure"),
        ([(FAIRLY, 0)] * 3 + [(GUESS, 0)] * 2, "equally sure"),
        ([(FAIRLY, 0)] * 3 + [(GUESS, 0)] * 3, "did not go together"),
        ([(FAIRLY, 1)] * 3 + [(SURE, 1)] * 3, "judge well"),
        ([(FAIRLY, 1)] * 4 + [(SURE, 1)] * 3 + [(SURE, 0)], "did not go together"),
    ],
)
def test_advice(answers, said):
    """Being sure and wrong is told first; nothing is made of a handful of answers."""
    rows = calibration((level, Decimal(fraction)) for level, fraction in answers)
    assert said in str(advice(rows))


@given(st.lists(st.tuples(st.sampled_from(Certainty), st.decimals(0, 1, places=3)), max_size=30))
def test_every_answer_is_counted_once(answers):
    rows = calibration(answers)
    assert [row.certainty for row in rows] == list(Certainty)
    assert sum(row.answers for row in rows) == len(answers)
    assert all(row.share is None or 0 <= row.share <= 1 for row in rows)
    total = sum((row.share * row.answers for row in rows if row.share is not None), Decimal(0))
    assert abs(total - sum((fraction for _level, fraction in answers), Decimal(0))) < Decimal("1e-9")

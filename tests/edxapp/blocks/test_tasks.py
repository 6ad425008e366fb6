"""What course staff do to scores and state from the instructor dashboard, and the reports they order."""

import json
from types import SimpleNamespace

import pytest
from completion.models import BlockCompletion

from tests.edxapp.runtimes import tasks

pytestmark = [pytest.mark.django_db, pytest.mark.every_database]


@pytest.fixture
def key(course, adapter):
    return course.add(adapter.olx(attempts="3"))


@pytest.fixture
def handed_in(course, key, adapter, poster, learner):
    post = poster(key, learner)
    adapter.begin(post)
    adapter.finish(post)


def grade(course, key, learner):
    row = course.modules[learner.pk, key]
    return row.grade, row.max_grade


def test_rescore_by_what_the_author_mended(course, key, adapter, learner, handed_in):
    course.replace(key, adapter.mended())
    assert tasks.rescore(course, key, learner) == tasks.SUCCEEDED
    assert grade(course, key, learner) == (adapter.earned_mended, adapter.possible)
    assert tuple(course.block(key, learner).get_score()) == (adapter.earned_mended, adapter.possible)


def test_rescore_if_higher_keeps_what_is_better(course, key, adapter, learner, handed_in):
    course.replace(key, adapter.mended())
    tasks.rescore(course, key, learner)
    course.replace(key, adapter.olx())
    tasks.rescore(course, key, learner, only_if_higher=True)
    assert grade(course, key, learner) == (adapter.earned_mended, adapter.possible)
    tasks.rescore(course, key, learner)
    assert grade(course, key, learner) == (adapter.earned, adapter.possible)


def test_rescore_leaves_out_who_handed_nothing_in(course, key, adapter, poster, learner):
    adapter.begin(poster(key, learner))
    assert tasks.rescore(course, key, learner) == tasks.SKIPPED
    assert grade(course, key, learner) == (None, None)


def test_rescore_of_broken_content_fails_the_task_with_a_sentence(course, key, adapter, learner, handed_in):
    """With content that cannot be read in full every grade would come out wrong: none is touched."""
    for odd in adapter.odd:
        course.replace(key, odd)
        with pytest.raises(TypeError, match="problems"):
            tasks.rescore(course, key, learner)
        assert grade(course, key, learner) == (adapter.earned, adapter.possible)


@pytest.mark.parametrize("weight", ["0.5", "1.0", "2.0"])
def test_override(course, adapter, poster, learner, weight):
    """Staff set a score of the maximum: the share of the weight that it makes is the grade."""
    key = course.add(adapter.olx(weight=weight))
    adapter.begin(poster(key, learner))
    adapter.finish(poster(key, learner))
    tasks.override(course, key, learner, 5)
    earned, possible = grade(course, key, learner)
    assert earned / possible == pytest.approx(5 / adapter.possible)
    assert course.weighted[learner.pk, key] == (
        pytest.approx(5 / adapter.possible * float(weight)),
        float(weight),
    )
    assert course.block(key, learner).get_score().raw_earned == pytest.approx(5 / float(weight))
    assert course.render(key, learner).content


def test_override_stands_until_a_better_attempt(course, key, adapter, poster, learner, handed_in):
    tasks.override(course, key, learner, adapter.possible)
    adapter.finish_better(poster(key, learner))
    assert grade(course, key, learner) == (adapter.possible, adapter.possible)


def test_override_of_who_never_answered(course, key, adapter, poster, learner):
    """Staff may grade who began and handed nothing in; what was begun can still be handed in."""
    adapter.begin(poster(key, learner))
    tasks.override(course, key, learner, 3)
    assert grade(course, key, learner) == (3, adapter.possible)
    adapter.finish(poster(key, learner))
    assert grade(course, key, learner) == (3, adapter.possible)


@pytest.mark.parametrize("score", [-1, 1000])
def test_override_out_of_range(course, key, learner, handed_in, score):
    with pytest.raises(ValueError, match="between 0"):
        tasks.override(course, key, learner, score)


def test_delete_state_begins_anew(course, key, adapter, poster, learner, handed_in):
    """State, grade and completion are gone; the learner has all attempts again."""
    tasks.delete_state(course, key, learner)
    assert (learner.pk, key) not in course.modules
    assert course.weighted[learner.pk, key] == (0, 1.0)
    assert BlockCompletion.objects.get(user=learner, block_key=key).completion == 0
    assert not course.block(key, learner).has_submitted_answer()
    post = poster(key, learner)
    adapter.begin(post)
    adapter.finish(post)
    for _ in range(2):
        adapter.begin(post)
        adapter.finish(post)
    assert post(adapter.handlers[0], {})[0] == 409
    assert BlockCompletion.objects.get(user=learner, block_key=key).completion == 1


def test_the_answers_after_a_deletion_are_on_record_beside_those_before(
    course, key, adapter, poster, learner, handed_in, monkeypatch
):
    """No attempt's number is given twice, so that not even the same client ids hide the second answers."""
    import uuid

    first = adapter.recorded(learner)
    assert first
    tasks.delete_state(course, key, learner)
    numbers = iter(range(1000))
    monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=next(numbers)))
    post = poster(key, learner)
    adapter.begin(post)
    adapter.finish(post)
    assert adapter.recorded(learner) == 2 * first
    tasks.delete_state(course, key, learner)
    numbers = iter(range(1000))
    adapter.begin(post)
    adapter.finish(post)
    assert adapter.recorded(learner) == 3 * first


def test_a_page_from_before_the_deletion_is_refused(course, key, adapter, poster, learner, handed_in):
    """A tab that was left open holds another attempt's number, and says so."""
    tasks.delete_state(course, key, learner)
    post = poster(key, learner)
    adapter.begin(post)
    status, reply = post("submit", {"attempt": 1})
    assert status == 409
    assert "reload" in reply["error"]


def test_report_of_responses(course, key, adapter, poster, learner, teacher, handed_in):
    """The report gets states alone, one a learner, of some who never answered; rows are flat and limited."""
    states = [
        SimpleNamespace(username=one.user.username, block_key=key, state=json.loads(one.state or "{}"))
        for one in course.modules.values()
    ] + [SimpleNamespace(username=teacher.username, block_key=key, state={})]
    block = course.collected(key)
    rows = list(block.generate_report_data(iter(states)))
    assert rows
    assert {name for name, _row in rows} == {learner.username}
    for _name, row in rows:
        assert all(isinstance(value, str | int | float | None) for value in row.values())
    assert len(list(block.generate_report_data(iter(states), limit_responses=2))) == 2

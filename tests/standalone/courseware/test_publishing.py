"""Grades and completions mean what they mean in the LMS."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from standalone.courseware import progress, regrading
from standalone.courseware.host import StandaloneHost
from standalone.courseware.models import BlockCompletion, LearnerState, TrackedEvent
from standalone.courseware.publishing import InvalidEventError, delete_state
from standalone.courseware.runtime import SiteRuntime
from standalone.courseware.signals import progress_changed
from standalone.courseware.tree import CourseTree

from .conftest import KEY, usage


@pytest.fixture
def told() -> Iterator[list[tuple[int, str]]]:
    """Collect what progress_changed tells."""
    heard: list[tuple[int, str]] = []

    def listen(user_id: int, course_key: str, **_: Any) -> None:
        heard.append((user_id, course_key))

    progress_changed.connect(listen)
    yield heard
    progress_changed.disconnect(listen)


def publish(tree: CourseTree, user: User | None, name: str, event: str, data: dict[str, Any]) -> None:
    block_type = {"k": "custom", "r": "read"}.get(name[0], "probe")
    runtime = SiteRuntime(tree, user)
    (block,) = runtime.blocks([usage(name, block_type)])
    runtime.publish(block, event, data)


def points(tree: CourseTree, user: User) -> tuple[Decimal, Decimal]:
    (subsection,) = [
        one for one in progress.grade(tree, progress.learner_points(tree, user.pk)).subsections if one.graded
    ]
    return subsection.earned, subsection.possible


def test_weight_scales_the_points(tree: CourseTree, learner: User) -> None:
    """3 of 4 raw points in a block of weight 2 are 1.5 of 2; a block without weight counts raw points."""
    publish(tree, learner, "p1", "grade", {"value": 3, "max_value": 4})
    assert points(tree, learner) == (Decimal("1.5"), 2 + 4)  # p2 is not answered but possible: max_score 4
    publish(tree, learner, "p2", "grade", {"value": 1, "max_value": 4})
    assert points(tree, learner) == (Decimal("2.5"), 6)


def test_what_was_possible_when_answered_counts(tree: CourseTree, learner: User) -> None:
    """The published max_value wins over today's max_score."""
    publish(tree, learner, "p2", "grade", {"value": 5, "max_value": 10})
    assert points(tree, learner) == (5, 12)


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        pytest.param({"value": 1, "max_value": 4}, (2, 4), id="lower is ignored"),
        pytest.param({"value": 3, "max_value": 4}, (3, 4), id="higher counts"),
        pytest.param({"value": 4, "max_value": 10}, (2, 4), id="more points but a lower fraction"),
        pytest.param({"value": 1, "max_value": 2}, (1, 2), id="an equal fraction counts"),
    ],
)
def test_only_if_higher_compares_fractions(
    tree: CourseTree, learner: User, second: dict[str, Any], kept: tuple[int, int]
) -> None:
    """only_if_higher keeps the better fraction."""
    publish(tree, learner, "p2", "grade", {"value": 2, "max_value": 4})
    publish(tree, learner, "p2", "grade", {**second, "only_if_higher": True})
    state = LearnerState.objects.get()
    assert (state.grade, state.max_grade) == kept


def test_a_lower_grade_replaces_a_higher_one_otherwise(tree: CourseTree, learner: User) -> None:
    """Without only_if_higher the last grade counts."""
    publish(tree, learner, "p2", "grade", {"value": 4, "max_value": 4})
    publish(tree, learner, "p2", "grade", {"value": 0, "max_value": 4})
    assert LearnerState.objects.get().grade == 0


def test_a_score_completes_a_block(tree: CourseTree, learner: User, told: list[Any]) -> None:
    """A scored block is complete at its first score, and the world hears of both at once."""
    publish(tree, learner, "p1", "grade", {"value": 0, "max_value": 4})
    assert BlockCompletion.objects.get().completion == 1
    assert told == [(learner.pk, KEY)]


def test_custom_completion_is_what_the_block_says(tree: CourseTree, learner: User, told: list[Any]) -> None:
    """A block may be partly complete; saying the same twice changes nothing."""
    for _ in range(2):
        publish(tree, learner, "k1", "completion", {"completion": 0.5})
    assert BlockCompletion.objects.get().completion == Decimal("0.5")
    assert told == [(learner.pk, KEY)]
    assert StandaloneHost().progress(learner.pk, KEY).completed_blocks == 0
    publish(tree, learner, "k1", "completion", {"completion": 1})
    assert StandaloneHost().progress(learner.pk, KEY).completed_blocks == 1


@pytest.mark.parametrize(
    ("name", "event", "data"),
    [
        pytest.param("p1", "grade", {"value": 5, "max_value": 4}, id="more than possible"),
        pytest.param("p1", "grade", {"value": -1, "max_value": 4}, id="less than nothing"),
        pytest.param("p1", "grade", {"value": float("nan"), "max_value": 4}, id="not a number"),
        pytest.param("p1", "grade", {"value": True, "max_value": 4}, id="a truth value"),
        pytest.param("p1", "grade", {"max_value": 4}, id="no value"),
        pytest.param("r1", "grade", {"value": 1, "max_value": 1}, id="a block without scores"),
        pytest.param("k1", "completion", {"completion": 1.5}, id="more than complete"),
    ],
)
def test_impossible_events_are_refused(
    tree: CourseTree, learner: User, name: str, event: str, data: dict[str, Any]
) -> None:
    """A grade or completion that cannot be one raises and changes nothing."""
    with pytest.raises(InvalidEventError, match="block@"):
        publish(tree, learner, name, event, data)
    assert not LearnerState.objects.exists()
    assert not BlockCompletion.objects.exists()


def test_other_events_keep_no_personal_data(tree: CourseTree, learner: User) -> None:
    """Of other events the name and place are kept, not what they carry."""
    publish(tree, learner, "p1", "org.kapasitas.test", {"answer": "secret"})
    event = TrackedEvent.objects.get()
    assert (event.name, event.user_id) == ("org.kapasitas.test", learner.pk)
    assert "secret" not in str(vars(event))


def test_nobody_gets_no_grade(tree: CourseTree, learner: User) -> None:
    """Grades of anonymous users are not recorded."""
    publish(tree, None, "p1", "grade", {"value": 1, "max_value": 4})
    assert not LearnerState.objects.exists()


def test_deleted_state_takes_grade_and_completion_along(
    tree: CourseTree, learner: User, told: list[Any]
) -> None:
    """After delete-state the grade falls to zero and the block is open again."""
    publish(tree, learner, "p1", "grade", {"value": 4, "max_value": 4})
    delete_state(tree, learner.pk, usage("p1"))
    assert points(tree, learner) == (0, 6)
    assert not BlockCompletion.objects.exists()
    assert len(told) == 2


def test_rescoring_uses_the_stored_answer(tree: CourseTree, learner: User) -> None:
    """Rescore asks the block, whose key has changed, to score again what is stored."""
    runtime = SiteRuntime(tree, learner)
    (block,) = runtime.blocks([usage("p2")])
    block.earned = 9  # today's key allows 4
    block.save()
    runtime.publish(block, "grade", {"value": 9, "max_value": 9})
    regrading.rescore(tree, learner, usage("p2"))
    state = LearnerState.objects.get()
    assert (state.grade, state.max_grade) == (4, 4)


def test_unanswered_blocks_cannot_be_rescored(tree: CourseTree, learner: User) -> None:
    """Rescoring nothing is refused in words."""
    with pytest.raises(regrading.CannotRescoreError, match="unanswered"):
        regrading.rescore(tree, learner, usage("p1"))


def test_host_reports_progress_to_the_bridge(tree: CourseTree, learner: User) -> None:
    """Required are all completable blocks that learners see; the grade is the course's."""
    before = StandaloneHost().progress(learner.pk, KEY)
    assert (before.required_blocks, before.completed_blocks, before.grade) == (4, 0, 0)
    assert before.started_at is not None
    publish(tree, learner, "p1", "grade", {"value": 4, "max_value": 4})
    publish(tree, learner, "p2", "grade", {"value": 2, "max_value": 4})
    after = StandaloneHost().progress(learner.pk, KEY)
    assert (after.completed_blocks, after.grade, after.passing_grade) == (2, Decimal("0.67"), Decimal("0.6"))

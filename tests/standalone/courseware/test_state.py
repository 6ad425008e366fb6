"""Where learners' fields are kept."""

import pytest
from django.contrib.auth.models import User
from xblock.exceptions import InvalidScopeError, NoSuchServiceError

from standalone.courseware.models import LearnerState, SharedState
from standalone.courseware.runtime import SiteRuntime
from standalone.courseware.services import UserStateService
from standalone.courseware.tree import CourseTree

from .conftest import usage


def probe(tree: CourseTree, user: User | None, name: str = "p1") -> object:
    (block,) = SiteRuntime(tree, user).blocks([usage(name)])
    return block


@pytest.fixture
def other(learner: User) -> User:
    return User.objects.create_user("lain", password="x")


def test_user_state_is_one_learners_in_one_block(tree: CourseTree, learner: User, other: User) -> None:
    """What a learner does in a block shows neither elsewhere nor to anybody else."""
    block = probe(tree, learner)
    block.notes = {"a": 1}
    block.save()
    assert probe(tree, learner).notes == {"a": 1}
    assert probe(tree, learner, "p2").notes == {}
    assert probe(tree, other).notes == {}


def test_those_who_teach_may_look_up_a_learners_state(tree: CourseTree, learner: User, other: User) -> None:
    """By user name or address; empty for who has none; and no service for who does not teach."""
    learner.email = "pelajar@contoh.example"
    learner.save()
    block = probe(tree, learner)
    block.notes = {"a": 1}
    block.save()
    service, key = UserStateService(tree), block.scope_ids.usage_id
    assert service.get_state_as_dict(learner.username, key) == {"notes": {"a": 1}}
    assert service.get_state_as_dict(learner.email, key) == {"notes": {"a": 1}}
    assert service.get_state_as_dict(other.username, key) == {}
    assert service.get_state_as_dict("", key) == {}  # nobody's address, and most people's here
    for staff in (True, False):
        runtime = SiteRuntime(tree, other, staff=staff)
        assert ("user_state" in runtime._services) is staff


def test_summary_is_shared_by_learners(tree: CourseTree, learner: User, other: User) -> None:
    """user_state_summary belongs to the block."""
    block = probe(tree, learner)
    block.tally = 3
    block.save()
    assert probe(tree, other).tally == 3
    assert probe(tree, other, "p2").tally == 0


def test_preferences_follow_the_learner_through_blocks_of_a_type(
    tree: CourseTree, learner: User, other: User
) -> None:
    """Preferences belong to a learner and a block type."""
    block = probe(tree, learner)
    block.layout = "wide"
    block.save()
    assert probe(tree, learner, "p2").layout == "wide"
    assert probe(tree, other).layout == ""


def test_user_info_follows_the_learner(tree: CourseTree, learner: User, other: User) -> None:
    """user_info belongs to the learner alone."""
    block = probe(tree, learner)
    block.region = "11.01.01"
    block.save()
    assert SharedState.objects.get().ref == ""
    assert probe(tree, learner, "p2").region == "11.01.01"
    assert probe(tree, other).region == ""


def test_writers_of_different_fields_both_win(tree: CourseTree, learner: User) -> None:
    """A write merges into the row as it is then, not as the block read it."""
    first, second = probe(tree, learner), probe(tree, learner)
    assert (first.earned, second.notes) == (None, {})  # both have read
    first.earned = 2
    first.save()
    second.notes = {"b": 2}
    second.save()
    assert LearnerState.objects.get().state == {"earned": 2, "notes": {"b": 2}}


def test_content_is_read_only(tree: CourseTree, learner: User) -> None:
    """A running block cannot change the course."""
    block = probe(tree, learner)
    block.text = "other"
    with pytest.raises(InvalidScopeError):
        block.save()


def test_nobody_has_no_state(tree: CourseTree, db: None) -> None:
    """Without a learner there is nowhere to write, and it is said."""
    block = probe(tree, None)
    block.earned = 1
    with pytest.raises(InvalidScopeError):
        block.save()
    assert not LearnerState.objects.exists()


def test_deleted_field_is_back_at_its_default(tree: CourseTree, learner: User) -> None:
    """Deleting a field forgets it."""
    block = probe(tree, learner)
    block.earned = 1
    block.save()
    del block.earned
    assert probe(tree, learner).earned is None


def test_undeclared_service_is_refused(tree: CourseTree, learner: User) -> None:
    """A block gets the services that it declared, and no others."""
    block = probe(tree, learner)
    assert (
        block.runtime.service(block, "user").get_current_user().opt_attrs["edx-platform.user_id"]
        == learner.pk
    )
    with pytest.raises(NoSuchServiceError):
        block.runtime.service(block, "sandbox")


def test_settings_are_inherited(tree: CourseTree, learner: User) -> None:
    """A block without a setting of its own takes that of the nearest block above."""
    block = probe(tree, learner)
    assert block.graded is True
    assert block.format == "Ujian"


def test_anonymous_id_says_nothing_and_leads_back(tree: CourseTree, learner: User) -> None:
    """Blocks know learners by an id that only the host can resolve."""
    service = probe(tree, learner).runtime.service(probe(tree, learner), "user")
    anonymous = service.get_current_user().opt_attrs["edx-platform.anonymous_user_id"]
    assert str(learner.pk) != anonymous
    assert learner.username not in anonymous
    assert service.get_user_by_anonymous_id(anonymous) == learner
    assert service.get_user_by_anonymous_id("0" * 32) is None
    assert service.get_anonymous_user_id(learner.username, tree.course.course_key) is None  # for staff only

"""Other services hear of a submission and of a completion once it is saved for good, and never otherwise."""

import logging
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs
import pytest
from django.contrib.auth.models import User
from django.db import transaction
from opaque_keys.edx.locator import LibraryLocatorV2, LibraryUsageLocatorV2
from openedx_events.tooling import OpenEdxPublicSignal
from xblock.fields import ScopeIds

from lti_bridge.api import note_progress
from lti_bridge.host import course_host
from lti_bridge.models import CompletionRecord
from lti_bridge.signals import COMPLETION_RECORDED
from tests.lti_bridge.fakes import COURSE, FakeHost
from tests.xblocks import samples
from xblocks.competency.grading import AttemptScore
from xblocks.competency.results import AttemptResult
from xblocks.host.announcing import announce_submission
from xblocks.records.models import Response
from xblocks.records.signals import ASSESSMENT_SUBMITTED

from .conftest import NAME, NIP
from .platform import learner_in_lms
from .samples import SUBMITTED

pytestmark = pytest.mark.every_database


class Heard:
    """What a receiver of the event got."""

    def __init__(self, signal: OpenEdxPublicSignal) -> None:
        self.signal = signal
        self.events: list[dict[str, Any]] = []

    def receive(self, **kwargs: Any) -> None:
        self.events.append(kwargs)


def hearing(signal: OpenEdxPublicSignal) -> Iterator[list[dict[str, Any]]]:
    heard = Heard(signal)
    signal.connect(heard.receive)
    yield heard.events
    signal.disconnect(heard.receive)


@pytest.fixture
def submissions() -> Iterator[list[dict[str, Any]]]:
    yield from hearing(ASSESSMENT_SUBMITTED)


@pytest.fixture
def completions() -> Iterator[list[dict[str, Any]]]:
    yield from hearing(COMPLETION_RECORDED)


@pytest.fixture
def completed(settings: Any, official: User) -> Iterator[User]:
    """A learner who has completed the course, in a host of memory."""
    settings.KAPASITAS_LTI_HOST = "tests.lti_bridge.fakes.FakeHost"
    course_host.cache_clear()
    FakeHost.reset()
    FakeHost.set_progress(official.pk, completed_blocks=4, grade=Decimal("0.875"))
    yield official
    course_host.cache_clear()


def submit(user: User) -> None:
    learner = learner_in_lms(samples.olx(), user)
    learner.start()
    learner.answer("single", samples.RIGHT["single"])
    learner.answer("multiple", samples.WRONG["multiple"])
    learner.submit()


@pytest.mark.django_db(transaction=True)
def test_a_submission_is_told_with_its_points_by_competency(
    official: User, submissions: list[dict[str, Any]]
) -> None:
    submit(official)
    (event,) = submissions
    told = event["assessment"]
    assert attrs.asdict(
        told, filter=lambda field, _value: field.name in ("user_id", "attempt", "answered")
    ) == {
        "user_id": official.pk,
        "attempt": 1,
        "answered": 2,
    }
    assert str(told.course_key) == "course-v1:Kapasitas+UJI1+2026"
    assert (told.earned, told.possible) == ("1", "11")
    assert [(one.competency, one.earned, one.possible) for one in told.competencies] == [
        ("gov.a", "1", "4"),
        ("gov.b", "0", "4"),
        ("gov.c", "0", "5"),
    ]
    assert event["metadata"].time == told.submitted_at
    assert (NIP in repr(event), NAME in repr(event)) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_the_state_is_saved_before_a_submission_is_told(official: User) -> None:
    """The LMS runs handlers without a transaction, and saves a block's fields when they return."""
    seen: list[Any] = []
    learner = learner_in_lms(samples.olx(), official)
    learner.start()
    learner.answer("single", samples.RIGHT["single"])

    def receive(**_kwargs: Any) -> None:
        seen.append((learner.load().attempt["submitted"], Response.objects.count()))

    ASSESSMENT_SUBMITTED.connect(receive)
    learner.submit()
    ASSESSMENT_SUBMITTED.disconnect(receive)
    assert seen == [(learner.load().attempt["submitted"], 1)]
    assert seen[0][0] is not None


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_never_told(official: User, submissions: list[dict[str, Any]]) -> None:
    class BrokenError(Exception):
        pass

    with pytest.raises(BrokenError), transaction.atomic():
        submit(official)
        raise BrokenError
    assert submissions == []


@pytest.mark.django_db(transaction=True)
def test_in_a_transaction_nothing_is_told_before_its_end(
    official: User, submissions: list[dict[str, Any]]
) -> None:
    with transaction.atomic():
        submit(official)
        assert submissions == []
    assert len(submissions) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("debug", [False, True])
def test_a_receiver_that_fails_harms_nobody(
    official: User,
    submissions: list[dict[str, Any]],
    settings: Any,
    debug: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Under DEBUG openedx-events lets it through to the sender; the learner's request must stand even so."""
    settings.DEBUG = debug

    def fail(**_kwargs: Any) -> None:
        raise RuntimeError("the dashboard is down")

    ASSESSMENT_SUBMITTED.connect(fail)
    with caplog.at_level(logging.ERROR):
        submit(official)
    ASSESSMENT_SUBMITTED.disconnect(fail)
    assert len(submissions) == 1
    assert "the dashboard is down" in caplog.text


def announce(user_id: int | None, usage_key: Any) -> None:
    class Service:
        def get_current_user(self) -> Any:
            return type("User", (), {"opt_attrs": {"edx-platform.user_id": user_id}})

    class FakeBlock:
        scope_ids = ScopeIds(user_id, "competency_assessment", usage_key, usage_key)
        runtime = type("Runtime", (), {"service": lambda self, block, name: Service()})()

        def save(self) -> None:
            raise AssertionError("saved for an event that is not told")

    result, score = AttemptResult(items=()), AttemptScore(0.0, 0.0)
    announce_submission(FakeBlock(), 1, "2026-11-25T03:00:00+00:00", result, score)


@pytest.mark.django_db(transaction=True)
def test_an_author_in_a_library_and_a_visitor_are_not_told_of(submissions: list[dict[str, Any]]) -> None:
    in_library = LibraryUsageLocatorV2(LibraryLocatorV2("Kapasitas", "bank"), "competency_assessment", "a")
    in_course = learner_in_lms(samples.olx(), User(pk=7, username="x")).load().scope_ids.usage_id
    announce(7, in_library)
    announce(None, in_course)
    assert submissions == []


@pytest.mark.django_db(transaction=True)
def test_a_completion_is_told_once_as_it_was_recorded(
    completed: User, completions: list[dict[str, Any]]
) -> None:
    """The number leads to the record; who it is, only the LMS knows."""
    note_progress(completed.pk, COURSE)
    note_progress(completed.pk, COURSE)
    (event,) = completions
    record = CompletionRecord.objects.get()
    assert record.nip == NIP
    assert attrs.asdict(event["completion"]) == {
        "record_number": record.record_number,
        "user_id": completed.pk,
        "course_key": event["completion"].course_key,
        "organiser": "BPSDM Contoh",
        "lesson_hours": 20,
        "started_at": record.started_at,
        "completed_at": record.completed_at,
        "score": "87.50",
    }
    assert str(event["completion"].course_key) == COURSE
    assert event["metadata"].time == record.completed_at
    assert [secret for secret in (NIP, NAME, record.content_hash) if secret in repr(event)] == []


@pytest.mark.django_db(transaction=True)
def test_a_completion_that_is_rolled_back_is_never_told(
    completed: User, completions: list[dict[str, Any]]
) -> None:
    class BrokenError(Exception):
        pass

    with pytest.raises(BrokenError), transaction.atomic():
        note_progress(completed.pk, COURSE)
        raise BrokenError
    assert completions == []
    assert not CompletionRecord.objects.exists()


@pytest.mark.parametrize("points", ["", "1,5", "1.", "NaN", "1e3", " 1", 1.5, None])
def test_points_that_are_no_decimal_text_are_refused(points: Any) -> None:
    """By the class, so that a receiver refuses a message that was tampered with, too."""
    with pytest.raises(ValueError, match="earned"):
        attrs.evolve(SUBMITTED, earned=points)

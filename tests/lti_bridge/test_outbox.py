"""The outbox: what progress becomes, once, together with the change, for every place that must know."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from lti_bridge import tasks
from lti_bridge.api import note_progress
from lti_bridge.host import UnknownCourseError
from lti_bridge.models import CompletionRecord, Delivery, DeliveryState, Enrolment, ReportTarget
from lti_bridge.outbox import unblock
from lti_bridge.queue import enqueue
from lti_bridge.records.content import content_hash
from lti_bridge.records.keeping import fill_missing_identity
from lti_bridge.records.numbers import is_record_number
from xblocks.records.api import OfficialIdentity, record_official

from .fakes import COURSE, OTHER_COURSE, make_enrolment

pytestmark = [pytest.mark.django_db, pytest.mark.every_database]
HR = "https://simpeg.example.test"


@pytest.fixture
def learner() -> Enrolment:
    return make_enrolment(HR)


def rows() -> list[tuple[str, int, Decimal, str]]:
    order = Delivery.objects.order_by("target", "kind", "sequence")
    return [(row.kind, row.sequence, row.value, row.state) for row in order]


def finish(host, user_id: int, grade: str = "0.85") -> None:
    host.set_progress(user_id, completed_blocks=4, grade=Decimal(grade))
    note_progress(user_id, COURSE)


def test_completion_makes_a_record_and_two_deliveries(host, learner):
    """Completion is 1 of 1 and the grade points of 100: two line items, never mixed up."""
    user = learner.account.user_id
    record_official(user, OfficialIdentity(nip="198001012005011001", full_name="Contoh Camat Demo"))
    finish(host, user)
    assert rows() == [
        ("completion", 1, Decimal("1.00"), "pending"),
        ("grade", 1, Decimal("85.00"), "pending"),
    ]
    record = CompletionRecord.objects.get()
    assert is_record_number(record.record_number)
    assert (record.nip, record.full_name, record.score) == (
        "198001012005011001",
        "Contoh Camat Demo",
        Decimal("85.00"),
    )
    assert (record.course_title, record.organiser, record.lesson_hours) == (
        host.titles[COURSE],
        "BPSDM Contoh",
        20,
    )
    record.refresh_from_db()
    assert record.content_hash == content_hash(record)


def test_the_same_progress_twice_changes_nothing(host, learner):
    """Noticing is idempotent."""
    for _time in range(3):
        finish(host, learner.account.user_id)
    assert len(rows()) == 2
    assert CompletionRecord.objects.count() == 1


def test_grades_are_reported_before_completion(host, learner):
    """HR sees a learner's way; completion comes when it is true."""
    host.set_progress(learner.account.user_id, completed_blocks=1, grade=Decimal("0.2"))
    note_progress(learner.account.user_id, COURSE)
    assert rows() == [("grade", 1, Decimal("20.00"), "pending")]
    assert not Delivery.objects.get().completed
    assert not CompletionRecord.objects.exists()


def test_nothing_achieved_is_no_news(host, learner):
    """A learner who has only opened the course has nothing to report."""
    note_progress(learner.account.user_id, COURSE)
    assert rows() == []


def test_a_newer_grade_supersedes_the_one_that_waits(host, learner):
    """Only the newest state is sent."""
    finish(host, learner.account.user_id, "0.70")
    finish(host, learner.account.user_id, "0.90")
    assert rows() == [
        ("completion", 1, Decimal("1.00"), "pending"),
        ("grade", 1, Decimal("70.00"), "superseded"),
        ("grade", 2, Decimal("90.00"), "pending"),
    ]


def test_the_record_keeps_the_day_and_the_score_of_completion(host, learner):
    """What HR may have imported is not rewritten by a later, better attempt."""
    finish(host, learner.account.user_id, "0.70")
    before = CompletionRecord.objects.get()
    finish(host, learner.account.user_id, "0.90")
    after = CompletionRecord.objects.get()
    assert (after.completed_at, after.score, after.content_hash) == (
        before.completed_at,
        Decimal("70.00"),
        before.content_hash,
    )


def test_a_grade_that_falls_is_reported_and_completion_stays(host, learner):
    """A rescore may lower the grade; who has completed, has completed."""
    finish(host, learner.account.user_id, "0.90")
    finish(host, learner.account.user_id, "0.10")
    assert rows()[0] == ("completion", 1, Decimal("1.00"), "pending")
    assert rows()[-1] == ("grade", 2, Decimal("10.00"), "pending")


def test_a_delivery_in_flight_is_left_to_its_worker(host, learner):
    """Superseding must not pull a row out of a worker's hands."""
    finish(host, learner.account.user_id, "0.70")
    Delivery.objects.filter(kind="grade").update(state=DeliveryState.IN_FLIGHT, lease_until=timezone.now())
    finish(host, learner.account.user_id, "0.90")
    assert [state for kind, _seq, _value, state in rows() if kind == "grade"] == ["in_flight", "pending"]


def test_every_place_of_launch_is_told(host, learner):
    """Somebody launched from two links of one course is reported to both, with one record."""
    make_enrolment(HR, link="tautan-2", user=learner.account.user)
    make_enrolment(HR, link="tautan-3", course_key=OTHER_COURSE)
    finish(host, learner.account.user_id)
    assert len(rows()) == 4
    assert CompletionRecord.objects.count() == 1


def test_nobody_is_told_of_instructors(host, learner):
    """Someone who only teaches has no results there."""
    Enrolment.objects.update(reports=False)
    finish(host, learner.account.user_id)
    assert rows() == []


def test_a_place_without_grade_services_is_not_told(host, learner):
    """A platform that grants no AGS gets its records by file."""
    ReportTarget.objects.update(lineitems_url="")
    finish(host, learner.account.user_id)
    assert rows() == []
    assert CompletionRecord.objects.count() == 1


def test_somebody_who_was_never_launched_has_a_record_too(host, django_user_model):
    """HR may import records of people who signed in by themselves."""
    user = django_user_model.objects.create_user("mandiri")
    finish(host, user.pk)
    assert CompletionRecord.objects.get().nip == ""
    assert rows() == []


def test_all_is_written_with_the_change_or_not_at_all(host, learner):
    """If the transaction that changed the progress fails, nothing was noticed."""

    class FailedError(Exception):
        pass

    with pytest.raises(FailedError), transaction.atomic():
        finish(host, learner.account.user_id)
        raise FailedError
    assert rows() == []
    assert not CompletionRecord.objects.exists()


def test_an_unknown_course_is_an_error(host, learner):
    """The host's no is passed on; nothing becomes 'not completed' silently."""
    host.set_progress(
        learner.account.user_id, course_key="course-v1:x+y+z", completed_blocks=4, grade=Decimal(1)
    )
    with pytest.raises(UnknownCourseError):
        note_progress(learner.account.user_id, "course-v1:x+y+z")


def test_a_blocked_place_keeps_its_deliveries_until_it_is_unblocked(host, learner):
    """What cannot be sent waits, and goes when the block is lifted."""
    ReportTarget.objects.update(blocked_reason="invalid_client")
    finish(host, learner.account.user_id)
    assert {state for *_rest, state in rows()} == {"blocked"}
    unblock(learner.target, timezone.now())
    assert {state for *_rest, state in rows()} == {"pending"}


def test_a_nip_that_comes_later_completes_the_record(host, learner):
    """A record written without NIP gets it from the next launch, and a fitting hash; others never change."""
    user = learner.account.user_id
    finish(host, user)
    fill_missing_identity(user, OfficialIdentity(nip="198001012005011001", full_name="Contoh Camat Demo"))
    fill_missing_identity(user, OfficialIdentity(nip="199001012015012002", full_name="Orang Lain Demo"))
    record = CompletionRecord.objects.get()
    assert (record.nip, record.full_name) == ("198001012005011001", "Contoh Camat Demo")
    assert record.content_hash == content_hash(record)


def test_the_host_awards_once_the_record_is_committed(host, learner, django_capture_on_commit_callbacks):
    """Once for each completion, and not before the record stands."""
    user = learner.account.user_id
    with django_capture_on_commit_callbacks(execute=True):
        finish(host, user)
        assert host.awarded == []
    with django_capture_on_commit_callbacks(execute=True):
        finish(host, user, grade="0.95")
    assert host.awarded == [(user, COURSE)]


def test_nobody_is_called_where_there_is_no_celery(host, learner, django_capture_on_commit_callbacks, caplog):
    """On the one-machine site the sender looks by itself."""
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        finish(host, learner.account.user_id)
    assert [callback.__qualname__ for callback in callbacks] == ["_award.<locals>.award"]
    assert not caplog.records


@pytest.mark.django_db(transaction=True)
def test_no_message_leaves_before_what_it_is_about_is_committed(settings, monkeypatch):
    """A worker that looked sooner would find nothing to do; of what is rolled back it is never told."""
    settings.KAPASITAS_LTI_USE_CELERY = True
    sent: list[str] = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda **_options: sent.append("deliver"))
    with transaction.atomic():
        enqueue("deliver")
        assert sent == []
    assert sent == ["deliver"]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enqueue("deliver")
        raise ZeroDivisionError
    assert sent == ["deliver"]

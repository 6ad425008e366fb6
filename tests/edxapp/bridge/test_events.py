"""From the platform's events to notices, completion records and the outbox; and what each event costs."""

import kombu.exceptions
import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openedx_events.learning.signals import CERTIFICATE_CHANGED, CERTIFICATE_CREATED
from waffle.testutils import override_switch

from lti_bridge import notices, outbox, receivers, tasks
from lti_bridge.courses import KEY
from lti_bridge.host import CourseSettingsError
from lti_bridge.models import CompletionRecord, Delivery, ProgressNotice, ReportTarget
from tests.edxapp.platform.learning import set_grade
from tests.edxapp.platform.models import FakeCourseOverview
from xblocks.records.signals import ASSESSMENT_SUBMITTED, SubmittedAssessmentData

from .conftest import OURS, THEIRS, complete, make_user
from .launching import launch

pytestmark = pytest.mark.every_database


@pytest.fixture
def launched(listening, simpeg, client):
    """A learner who came from the HR system, with nothing done yet."""
    launch(client, simpeg)
    return get_user_model().objects.get(username__startswith="lti-")


def take_all() -> None:
    for user_id, course_key in ProgressNotice.objects.values_list("user_id", "course_key").distinct():
        tasks.note_progress(user_id, course_key)


def test_a_learner_completes_and_hr_will_hear(edxapp, launched):
    """Last block and passing grade, in whichever order: one record, one report of each kind."""
    complete(launched, edxapp.course)
    take_all()
    assert not CompletionRecord.objects.exists()
    set_grade(launched, OURS, 0.9)
    take_all()
    set_grade(launched, OURS, 0.9)
    take_all()
    record = CompletionRecord.objects.get()
    assert (record.user, record.score, record.lesson_hours) == (launched, 90, 20)
    assert sorted(Delivery.objects.values_list("kind", "value")) == [("completion", 1), ("grade", 90)]
    assert not ProgressNotice.objects.exists()


def test_no_record_of_hours_that_are_no_number(edxapp, simpeg, client, launched, caplog):
    """A record never changes, so it waits for the author; the learner is let in, and HR hears afterwards."""
    edxapp.course.other_course_settings = {"kapasitas": {"lesson_hours": "20 JP"}}
    complete(launched, edxapp.course)
    set_grade(launched, OURS, 0.9)
    with pytest.raises(CourseSettingsError, match="lesson_hours"):
        take_all()
    assert launch(client, simpeg).status_code == 302
    assert f"{OURS}: lesson_hours" in caplog.text
    assert not CompletionRecord.objects.exists()
    assert ProgressNotice.objects.exists()
    edxapp.course.other_course_settings = {"kapasitas": {"lesson_hours": 20}}
    take_all()
    assert CompletionRecord.objects.get().lesson_hours == 20
    assert Delivery.objects.filter(kind="completion").exists()


def test_the_longest_names_stand_in_a_record(edxapp, launched):
    """The platform sets no bound to a course's title, and our table does."""
    FakeCourseOverview.objects.filter(pk=OURS).update(display_name="P" * 300)
    edxapp.course.other_course_settings = {"kapasitas": {"organiser": "B" * 300}}
    complete(launched, edxapp.course)
    set_grade(launched, OURS, 0.9)
    take_all()
    record = CompletionRecord.objects.get()
    assert (record.course_title, record.organiser) == ("P" * 255, "B" * 255)


def test_a_grade_alone_completes_no_course(edxapp, launched):
    set_grade(launched, OURS, 1.0)
    take_all()
    assert not CompletionRecord.objects.exists()
    complete(launched, edxapp.course)
    take_all()
    assert CompletionRecord.objects.exists()


@pytest.mark.parametrize("event", ["grade", "completion"])
def test_an_ordinary_learner_costs_no_query(edxapp, launched, learner, event, django_assert_num_queries):
    """A million learners of other courses: one read of the cache an event."""
    set_grade(learner, THEIRS, 0.1)
    grade = _grade_event(learner, THEIRS)
    completion = next(iter(edxapp.other.units.values()))[0]
    from completion.models import BlockCompletion

    row = BlockCompletion(user=learner, context_key=THEIRS, block_key=completion, completion=1.0)
    with django_assert_num_queries(0):
        if event == "grade":
            receivers.on_grade_changed(grade=grade)
        else:
            receivers.on_block_completed(instance=row)
    assert not ProgressNotice.objects.exists()


def test_one_of_ours_costs_one_insert(launched, django_assert_num_queries):
    with override_switch("kapasitas_lti.ignore_events", active=False):
        receivers.on_grade_changed(grade=_grade_event(launched, OURS))
        with django_assert_num_queries(1):
            receivers.on_grade_changed(grade=_grade_event(launched, OURS))


def _grade_event(user, course_key):
    from openedx_events.learning.data import CourseData, PersistentCourseGradeData

    return PersistentCourseGradeData(
        user_id=user.pk,
        course=CourseData(course_key=course_key),
        course_edited_timestamp=None,
        course_version="",
        grading_policy_hash="",
        percent_grade=1.0,
        letter_grade="Pass",
        passed_timestamp=None,
    )


def _certificate(user, course_key):
    from openedx_events.learning.data import CertificateData, CourseData, UserData, UserPersonalData

    pii = UserPersonalData(username=user.username, email=user.email, name="Contoh")
    return CertificateData(
        user=UserData(pii=pii, id=user.pk, is_active=True),
        course=CourseData(course_key=course_key),
        mode="honor",
        grade="0.9",
        download_url="",
        name="Contoh",
        current_status="downloadable",
        previous_status="",
    )


def _submission(user, course_key):
    return SubmittedAssessmentData(
        user_id=user.pk,
        course_key=course_key,
        usage_key=course_key.make_usage_key("competency_assessment", "soal1"),
        attempt=1,
        submitted_at=timezone.now(),
        items=1,
        answered=1,
        earned="1",
        possible="1",
        competencies=[],
    )


def _tell(event: str, user, course_key) -> None:
    if event == "submission":
        ASSESSMENT_SUBMITTED.send_event(assessment=_submission(user, course_key))
    else:
        signal = CERTIFICATE_CREATED if event == "created" else CERTIFICATE_CHANGED
        signal.send_event(certificate=_certificate(user, course_key))


@pytest.mark.parametrize("event", ["created", "changed", "submission"])
def test_certificates_and_submissions_tell_of_progress(
    edxapp, launched, learner, event, django_assert_num_queries
):
    """Grade and completion were not told of: whichever event comes first leads to the record."""
    with override_switch("kapasitas_lti.ignore_events", active=True):
        complete(launched, edxapp.course)
        set_grade(launched, OURS, 0.9)
    with django_assert_num_queries(0):
        _tell(event, learner, THEIRS)
    _tell(event, launched, OURS)
    take_all()
    assert CompletionRecord.objects.get().user == launched
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize("event", ["created", "changed", "submission"])
def test_twenty_events_of_one_learner_are_one_look(edxapp, launched, event, monkeypatch):
    """Each costs an insert; the learner is looked at once, and what is known already stays as it is."""
    complete(launched, edxapp.course)
    set_grade(launched, OURS, 0.9)
    take_all()
    before = list(Delivery.objects.order_by("pk").values())
    with override_switch("kapasitas_lti.ignore_events", active=False):
        _tell(event, launched, OURS)
        with CaptureQueriesContext(connection) as told:
            for _time in range(19):
                _tell(event, launched, OURS)
    assert len(told) == 19
    looked = []
    note = outbox.note_progress
    monkeypatch.setattr(outbox, "note_progress", lambda *key: looked.append(key) or note(*key))
    for _time in range(20):
        tasks.note_progress(launched.pk, str(OURS))
    assert looked == [(launched.pk, str(OURS))]
    with CaptureQueriesContext(connection) as idle:
        tasks.note_progress(launched.pk, str(OURS))
    assert len(idle) == 1
    assert list(Delivery.objects.order_by("pk").values()) == before
    assert CompletionRecord.objects.count() == 1


def test_the_first_launch_into_a_course_makes_it_ours_at_once(
    edxapp, listening, simpeg, client, learner, django_capture_on_commit_callbacks
):
    """The list of our courses is kept in the cache, and read again after a new launch."""
    set_grade(learner, OURS, 0.1)
    assert cache.get(KEY) == frozenset()
    with django_capture_on_commit_callbacks(execute=True):
        launch(client, simpeg)
    assert cache.get(KEY) is None
    set_grade(learner, OURS, 0.2)
    assert ProgressNotice.objects.filter(user=learner).exists()


def test_a_course_that_the_settings_name_is_recorded_without_any_launch(edxapp, listening, learner, settings):
    """HR can import it by file."""
    settings.KAPASITAS_LTI_COURSES = [str(THEIRS)]
    complete(learner, edxapp.other)
    set_grade(learner, THEIRS, 0.8)
    take_all()
    assert CompletionRecord.objects.get().user == learner
    assert not ReportTarget.objects.exists()


def test_events_can_be_ignored(edxapp, launched):
    with override_switch("kapasitas_lti.ignore_events", active=True):
        complete(launched, edxapp.course)
        set_grade(launched, OURS, 0.9)
    assert not ProgressNotice.objects.exists()
    set_grade(launched, OURS, 0.9)
    take_all()
    assert CompletionRecord.objects.exists()


def test_messages_hold_ids_only(edxapp, launched, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        complete(launched, edxapp.course)
        set_grade(launched, OURS, 0.9)
    assert set(sent) == {("note_progress", (launched.pk, str(OURS)))}
    sent.clear()
    with django_capture_on_commit_callbacks(execute=True):
        take_all()
    assert sent == [("deliver", ())]


@pytest.fixture
def sent(settings, monkeypatch) -> list[tuple[str, tuple[int | str, ...]]]:
    """What is handed to the broker."""
    settings.KAPASITAS_LTI_USE_CELERY = True
    messages: list[tuple[str, tuple[int | str, ...]]] = []
    for name in ("note_progress", "deliver"):
        monkeypatch.setattr(
            getattr(tasks, name),
            "apply_async",
            lambda args=(), name=name, **options: messages.append((name, tuple(args))),
        )
    return messages


def test_the_queue_is_the_operators(
    edxapp, launched, settings, monkeypatch, django_capture_on_commit_callbacks
):
    settings.KAPASITAS_LTI_USE_CELERY = True
    settings.KAPASITAS_LTI_QUEUE = "edx.lms.core.kapasitas"
    asked = []
    monkeypatch.setattr(tasks.note_progress, "apply_async", lambda **options: asked.append(options))
    with django_capture_on_commit_callbacks(execute=True):
        set_grade(launched, OURS, 0.1)
    assert {options["queue"] for options in asked} == {"edx.lms.core.kapasitas"}


def test_a_broker_that_is_down_disturbs_no_learner(
    edxapp, launched, settings, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    """The notice stands in the database; the log says what failed."""
    settings.KAPASITAS_LTI_USE_CELERY = True

    def down(**_options):
        raise kombu.exceptions.OperationalError("no broker")

    monkeypatch.setattr(tasks.note_progress, "apply_async", down)
    with django_capture_on_commit_callbacks(execute=True):
        set_grade(launched, OURS, 0.9)
    assert ProgressNotice.objects.exists()
    assert "no broker" in caplog.text


def test_lost_messages_are_made_up_for(edxapp, launched, sent, django_capture_on_commit_callbacks):
    """The schedule waits until a message should have arrived, then asks again, ever more rarely."""
    complete(launched, edxapp.course)
    now = timezone.now()
    assert notices.due(now, 10) == []
    overdue = now + notices.PATIENCE * 2
    assert notices.due(overdue, 10) == [(launched.pk, str(OURS))]
    assert notices.due(overdue, 10) == []
    assert {notice.tries for notice in ProgressNotice.objects.all()} == {1}
    ProgressNotice.objects.update(not_before=now)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.look_after_notices()
    assert sent == [("note_progress", (launched.pk, str(OURS)))]


def test_a_fault_leaves_the_notice(edxapp, launched, monkeypatch):
    complete(launched, edxapp.course)
    monkeypatch.setattr("lti_bridge.outbox.course_host", _broken)
    with pytest.raises(OperationalError):
        notices.take(launched.pk, str(OURS))
    assert ProgressNotice.objects.exists()


def _broken():
    raise OperationalError("gone away")


def test_a_course_that_is_gone_leaves_nothing(edxapp, launched):
    notices.leave(launched.pk, "course-v1:Old+Gone+2020")
    assert notices.take(launched.pk, "course-v1:Old+Gone+2020")
    assert not ProgressNotice.objects.exists()
    assert not notices.take(launched.pk, "course-v1:Old+Gone+2020")


def test_a_notice_that_comes_while_progress_is_read_is_kept(edxapp, launched, monkeypatch):
    """What it announces may not have been seen."""
    notices.leave(launched.pk, str(OURS))
    from lti_bridge import outbox

    note = outbox.note_progress

    def note_and_be_overtaken(user_id: int, course_key: str) -> None:
        note(user_id, course_key)
        notices.leave(user_id, course_key)

    monkeypatch.setattr(outbox, "note_progress", note_and_be_overtaken)
    notices.take(launched.pk, str(OURS))
    assert ProgressNotice.objects.count() == 1


def test_two_learners_are_two(edxapp, listening, simpeg, client, launched):
    other = make_user("other")
    complete(other, edxapp.course)
    set_grade(other, OURS, 0.9)
    take_all()
    assert CompletionRecord.objects.get().user == other
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("fault", "calls"),
    [(OperationalError("deadlock"), 4), (ValueError("a fault of ours"), 1)],
    ids=["passing", "lasting"],
)
def test_faults_that_pass_are_tried_again_at_once(monkeypatch, fault, calls):
    """A lasting fault is left to the schedule, which comes back more and more rarely."""
    asked = []

    def fail(user_id: int, course_key: str) -> None:
        asked.append((user_id, course_key))
        raise fault

    monkeypatch.setattr(notices, "take", fail)
    result = tasks.note_progress.apply(args=(7, str(OURS)))
    assert result.failed()
    assert asked == [(7, str(OURS))] * calls


def test_lost_events_are_swept_up(edxapp, launched):
    """The platform's own tables know what no event told of; a second sweep changes nothing."""
    with override_switch("kapasitas_lti.ignore_events", active=True):
        complete(launched, edxapp.course)
        set_grade(launched, OURS, 0.9)
        tasks.sweep()
    assert not ProgressNotice.objects.exists()
    assert not CompletionRecord.objects.exists()
    tasks.sweep()
    assert CompletionRecord.objects.get().user == launched
    before = list(Delivery.objects.order_by("pk").values())
    assert [(row["kind"], row["value"]) for row in before] == [("completion", 1), ("grade", 90)]
    cache.clear()
    tasks.sweep()
    assert list(Delivery.objects.order_by("pk").values()) == before

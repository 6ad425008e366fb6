"""What happens at once happens once: on databases with row locks, with real threads."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lti_bridge.adapters import results
from lti_bridge.api import note_progress
from lti_bridge.delivery.decisions import Decision, Outcome
from lti_bridge.delivery.errors import TransientError
from lti_bridge.delivery.report import Reading, Result
from lti_bridge.launch.accounts import accept
from lti_bridge.launch.claims import read_launch
from lti_bridge.launch.errors import StaleLoginError
from lti_bridge.launch.login import begin, finish
from lti_bridge.models import (
    CompletionRecord,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Discrepancy,
    LinkedAccount,
    OperatorAction,
    Platform,
    ReportTarget,
)
from lti_bridge.outbox import unblock
from lti_bridge.reconciling import decisions, reconcile_target
from lti_bridge.reconciling import running as reconciling
from lti_bridge.sender import LEASE, Ending, claim, deliver_due, deliver_next, settle
from lti_bridge.sending import pacing
from lti_bridge.sending.attempting import failed
from lti_bridge.sending.claiming import claim_batch, due_platforms

from .fakes import COURSE, make_enrolment, query_of

pytestmark = [pytest.mark.server_database, pytest.mark.django_db(transaction=True)]
HR = "https://simpeg.example.test"
WORKERS = 4


def at_once(work: Callable[[int], object], workers: int = WORKERS) -> list[object]:
    """Run the work in so many threads, begun together; return results, or exceptions, in order."""
    barrier = threading.Barrier(workers)
    results: list[object] = [None] * workers

    def run(number: int) -> None:
        try:
            barrier.wait(timeout=20)
            results[number] = work(number)
        except Exception as error:  # noqa: BLE001 - handed to the test
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


class Recorder:
    """A platform that takes everything, and notes what it took."""

    def __init__(self) -> None:
        self.taken: Counter[tuple[str, Decimal]] = Counter()
        self.lock = threading.Lock()

    def send(self, report) -> None:
        with self.lock:
            self.taken[report.recipient, report.value] += 1

    def read(self, _report) -> Reading:
        return Reading()


def fill_outbox(host, learners: int) -> None:
    for number in range(learners):
        enrolment = make_enrolment(HR, sub=f"orang-{number}")
        host.set_progress(enrolment.account.user_id, completed_blocks=4, grade=Decimal("0.8"))
        note_progress(enrolment.account.user_id, COURSE)
    earlier = timezone.now() - timedelta(minutes=1)
    Delivery.objects.update(event_time=earlier, not_before=earlier)


def test_several_workers_deliver_each_row_once(host):
    """Forty rows, four workers: each row is sent once, each has one attempt."""
    fill_outbox(host, 20)
    recorder = Recorder()

    def work(_number: int) -> int:
        count = 0
        while deliver_next(service_for=lambda _target: recorder):
            count += 1
        return count

    counts = at_once(work)
    assert all(isinstance(count, int) for count in counts), counts
    # A worker may find nothing while others hold the rows; what is left is due for the next look.
    work(0)
    assert set(recorder.taken.values()) == {1}
    assert len(recorder.taken) == 40
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.DELIVERED}
    assert DeliveryAttempt.objects.count() == 40


def test_one_row_is_claimed_by_one_worker(host):
    """Of workers that look at the same moment, one gets the row."""
    fill_outbox(host, 1)
    Delivery.objects.filter(kind="completion").delete()
    claims = at_once(lambda _number: claim())
    assert sum(found is not None for found in claims) == 1, claims
    assert DeliveryAttempt.objects.count() == 1


def test_several_workers_deliver_in_batches_each_row_once(host):
    """The whole engine, four times at once, over the same rows."""
    fill_outbox(host, 40)
    recorder = Recorder()
    counts = at_once(lambda _number: deliver_due(stop=lambda: False, service_for=lambda _target: recorder))
    assert all(isinstance(count, int) for count in counts), counts
    deliver_due(stop=lambda: False, service_for=lambda _target: recorder)
    assert set(recorder.taken.values()) == {1}
    assert len(recorder.taken) == 80
    assert set(Delivery.objects.values_list("state", "attempt_count")) == {(DeliveryState.DELIVERED, 1)}
    assert DeliveryAttempt.objects.filter(outcome="delivered").count() == 80


def test_workers_share_the_pace_of_a_platform(host, settings, monkeypatch):
    """However many claim in the same second, together they get what one would get."""
    settings.KAPASITAS_LTI_SENDS_PER_SECOND = 7
    monkeypatch.setattr(pacing, "window", lambda _now: 1)
    fill_outbox(host, 10)
    platform = Platform.objects.get()
    batches = at_once(lambda _number: claim_batch(platform, timezone.now(), LEASE, 5))
    assert sum(len(batch.claims) for batch in batches) <= 7
    # Rows that another worker looked at in that moment were skipped; the tokens were not given twice.
    assert DeliveryAttempt.objects.count() == sum(len(batch.claims) for batch in batches)


def test_one_worker_gets_the_probe(host):
    """Of several that find the cool-off over, one sends one."""
    fill_outbox(host, 10)
    Platform.objects.update(failures_in_row=9, circuit_open_until=timezone.now(), circuit_reason="500")
    (platform,) = due_platforms(timezone.now())
    batches = at_once(lambda _number: claim_batch(platform, timezone.now(), LEASE, 5))
    assert [len(batch.claims) for batch in batches if batch.claims] == [1], batches


def test_two_changes_at_once_get_two_numbers(host, monkeypatch):
    """Numbers are given one after the other; the last one waits, the others are superseded."""
    quick = host.progress

    def slow(self, user_id: int, course_key: str):
        # Wide enough for another worker to come between reading and writing, if nothing keeps it out.
        time.sleep(0.1)
        return quick(self, user_id, course_key)

    monkeypatch.setattr(host, "progress", slow)
    enrolment = make_enrolment(HR)
    user_id = enrolment.account.user_id
    host.set_progress(user_id, completed_blocks=4, grade=Decimal("0.7"))
    note_progress(user_id, COURSE)

    def work(number: int) -> None:
        with transaction.atomic():
            host.set_progress(user_id, grade=Decimal(80 + number) / 100)
            note_progress(user_id, COURSE)

    assert at_once(work) == [None] * WORKERS
    grades = list(Delivery.objects.filter(kind="grade").order_by("sequence"))
    assert [row.sequence for row in grades] == list(range(1, len(grades) + 1))
    assert [row.state for row in grades[:-1]] == [DeliveryState.SUPERSEDED] * (len(grades) - 1)
    assert grades[-1].state == DeliveryState.PENDING
    assert CompletionRecord.objects.count() == 1
    assert Delivery.objects.filter(kind="completion").count() == 1


def test_what_is_noted_while_a_place_is_unblocked_goes_out(host, monkeypatch):
    """The place was blocked when progress was looked at, and free before the row was there."""
    enrolment = make_enrolment(HR)
    user_id = enrolment.account.user_id
    host.set_progress(user_id, grade=Decimal("0.7"))
    ReportTarget.objects.update(blocked_reason="the token endpoint says invalid_client")
    looked, quick = threading.Event(), host.progress

    def progress(self, user_id: int, course_key: str):
        looked.set()
        return quick(self, user_id, course_key)

    monkeypatch.setattr(host, "progress", progress)

    def work(number: int) -> None:
        if number:
            note_progress(user_id, COURSE)
            return
        with transaction.atomic():
            unblock(enrolment.target, timezone.now())
            assert looked.wait(timeout=20)

    assert at_once(work, 2) == [None, None]
    assert Delivery.objects.get().state == DeliveryState.PENDING


def statements_of(work: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as said:
        work()
    return [one["sql"].replace("`", '"') for one in said]


def place_of(statements: list[str], table: str, words: str) -> int:
    """Return where the first statement about the table with these words stands."""
    return next(
        number for number, sql in enumerate(statements) if f'"kapasitas_lti_{table}"' in sql and words in sql
    )


def test_rows_are_settled_in_the_order_in_which_a_launch_locks(host):
    """The platform first: a launch holds it, and waits for the rows of its learner."""
    fill_outbox(host, 1)
    error = TransientError("no connection to the platform: TimeoutError", no_answer=True)
    ending = failed(claim(), error, lambda: 0.0)
    statements = statements_of(lambda: settle([ending], timezone.now(), lambda: 0.0))
    assert place_of(statements, "platform", "FOR UPDATE") < place_of(statements, "delivery", "UPDATE ")


def test_the_sender_opens_a_discrepancy_under_the_lock_of_reconciliations(host):
    """Of two that find the same value at once one opens it, and the other sees it once more."""
    fill_outbox(host, 1)
    claimed = replace(claim(), former=Result(score=Decimal(1), maximum=Decimal(1)))
    read = Result(score=Decimal("0.5"), maximum=Decimal(1))
    ending = Ending(claim=claimed, decision=Decision(outcome=Outcome.HELD), read=read)
    statements = statements_of(lambda: settle([ending], timezone.now(), lambda: 0.0))
    assert place_of(statements, "reporttarget", "FOR UPDATE") < place_of(statements, "discrepancy", "")
    assert Discrepancy.objects.count() == 1


def test_one_login_is_finished_once(registered):
    """A launch posted several times at the same moment begins one session."""
    begun = begin(
        {"iss": registered.issuer, "login_hint": "h", "target_link_uri": "http://testserver/x"},
        launch_url="http://testserver/lti/launch",
        now=timezone.now(),
    )
    state = query_of(begun.redirect_to)["state"]
    results = at_once(lambda _number: finish(state, begun.cookie_value, now=timezone.now()))
    assert sum(isinstance(result, StaleLoginError) for result in results) == WORKERS - 1, results


def test_launches_of_one_person_at_once_make_one_account(registered, host):
    """A double click is not two people."""
    platform = Platform.objects.get()
    launch = read_launch(registered.claims("n", "http://testserver/lti/resource/x"))
    results = at_once(
        lambda _number: accept(platform, launch, course_key=COURSE, usage_key="", now=timezone.now())
    )
    assert all(isinstance(result, LinkedAccount) for result in results), results
    assert len({result.pk for result in results}) == 1
    assert LinkedAccount.objects.count() == ReportTarget.objects.count() == 1


def test_identifiers_are_compared_letter_by_letter(registered):
    """Also where the database's collation takes "a" for "A"."""
    platform = Platform.objects.get()
    for sub in ("abc", "ABC", "äbc"):
        claims = {**registered.claims("n", "x"), "sub": sub}
        accept(platform, read_launch(claims), course_key=COURSE, usage_key="", now=timezone.now())
    assert LinkedAccount.objects.count() == 3


class FakeReader:
    """A platform that holds 70 points for the first learner, and nothing for anybody else."""

    def __init__(self, first: str) -> None:
        self.first = first

    def pages(self, kind: str):
        if kind == "grade":
            yield [
                results.PersonResult(
                    person=self.first, theirs=Result(score=Decimal(70), maximum=Decimal(100))
                )
            ]


@pytest.fixture
def parted(host, monkeypatch) -> int:
    """Twenty learners to whom something was told an hour ago; a target's id."""
    fill_outbox(host, 20)
    past = timezone.now() - timedelta(hours=1)
    Delivery.objects.update(
        state=DeliveryState.DELIVERED, wire_timestamp=past, settled_at=past, event_time=past
    )
    monkeypatch.setattr(reconciling, "results_of", lambda _target, _reports: FakeReader("orang-0"))
    return ReportTarget.objects.get().pk


def test_reconciliations_at_once_find_and_send_once(parted):
    """One discrepancy for each person and kind, and each state is sent again once."""
    summaries = at_once(lambda _number: reconcile_target(parted))
    assert all(isinstance(one, reconciling.Summary) for one in summaries), summaries
    assert {one.problem for one in summaries} == {""}
    assert Discrepancy.objects.filter(kind="changed").count() == 1
    assert Discrepancy.objects.filter(kind="missing").count() == 39
    assert Delivery.objects.filter(sequence=2, state=DeliveryState.PENDING).count() == 39
    assert not Delivery.objects.filter(sequence__gt=2).exists()


def test_a_reconciliation_and_progress_at_once(host, parted):
    """Both number under the same lock: no number twice, and one newest that waits."""
    users = list(LinkedAccount.objects.order_by("pk").values_list("user_id", flat=True))
    for user in users:
        host.set_progress(user, completed_blocks=4, grade=Decimal("0.9"))

    def work(number: int) -> object:
        if number % 2:
            return [note_progress(user, COURSE) for user in users]
        return reconcile_target(parted)

    outcomes = at_once(work)
    assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
    for account in LinkedAccount.objects.all():
        rows = list(Delivery.objects.filter(account=account, kind="grade").order_by("-sequence"))
        assert rows[0].value == 90 or rows[1].value == 90
        waiting = [row for row in rows if row.state in (DeliveryState.PENDING, DeliveryState.HELD)]
        assert len(waiting) == 1
        assert waiting[0] == rows[0]
        assert rows[0].value == 90


def test_one_decision_counts(parted):
    """Of people who decide at once one does, and the others are told."""
    reconcile_target(parted)
    row = Discrepancy.objects.get(kind="changed")

    def work(number: int) -> object:
        decide = decisions.send_ours if number % 2 else decisions.keep_theirs
        return decide(row, None, f"operator {number}")

    outcomes = at_once(work)
    assert sum(isinstance(one, OperatorAction) for one in outcomes) == 1, outcomes
    assert sum(isinstance(one, decisions.AlreadyDecidedError) for one in outcomes) == WORKERS - 1, outcomes
    assert OperatorAction.objects.count() == 1

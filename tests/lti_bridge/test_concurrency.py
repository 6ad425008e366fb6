"""What happens at once happens once: on databases with row locks, with real threads."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections, transaction
from django.utils import timezone

from lti_bridge.api import note_progress
from lti_bridge.launch.accounts import accept
from lti_bridge.launch.claims import read_launch
from lti_bridge.launch.errors import StaleLoginError
from lti_bridge.launch.login import begin, finish
from lti_bridge.models import (
    CompletionRecord,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    LinkedAccount,
    Platform,
    ReportTarget,
)
from lti_bridge.sender import claim, deliver_next

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

    def holds(self, _report) -> bool:
        return False


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
    claims = at_once(lambda _number: claim(timezone.now()))
    assert sum(found is not None for found in claims) == 1, claims
    assert DeliveryAttempt.objects.count() == 1


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

"""Two operators, or an operator and the outbox, at the same rows: each row changes once."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from lti_bridge.api import note_progress
from lti_bridge.models import Delivery, OperatorAction
from lti_bridge.operations import actions
from lti_bridge.operations.actions import AlreadyDoneError, Order
from tests.lti_bridge.fakes import COURSE, make_enrolment

from .rows import delivery

pytestmark = [pytest.mark.server_database, pytest.mark.django_db(transaction=True)]
URL = "https://simpeg.example.test"


def together(*jobs: Callable[[], object]) -> list[object]:
    """Run the jobs at once, each with a connection of its own; return what they returned or raised."""
    barrier = threading.Barrier(len(jobs))
    ended: list[object] = [None] * len(jobs)

    def run(place: int, job: Callable[[], object]) -> None:
        try:
            barrier.wait(30)
            ended[place] = job()
        except Exception as error:  # noqa: BLE001 handed to the test
            ended[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return ended


@pytest.fixture
def dead():
    return [delivery(make_enrolment(URL, sub=f"orang-{number}")).pk for number in range(30)]


def test_two_operators_replay_and_waive_the_same_rows(dead, monkeypatch):
    monkeypatch.setattr(actions, "CHUNK", 7)

    def order() -> Order:
        return Order(by=None, reason="x", group=uuid.uuid4())

    replayed, waived = together(
        lambda: actions.replay(dead, order(), timezone.now()),
        lambda: actions.waive(dead, order(), timezone.now()),
    )
    assert isinstance(replayed, actions.Done), replayed
    assert isinstance(waived, actions.Done), waived
    states = Counter(Delivery.objects.values_list("state", flat=True))
    kinds = Counter(OperatorAction.objects.values_list("kind", flat=True))
    assert states["waived"] == kinds["waived"] == waived.changed
    assert kinds["replayed"] == replayed.changed
    assert set(states) <= {"waived", "pending"}


def test_one_form_posted_twice_at_once(dead):
    order = Order(by=None, reason="x", group=uuid.uuid4())
    ended = together(*[lambda: actions.waive(dead, order, timezone.now())] * 2)
    changed = sum(one.changed for one in ended if isinstance(one, actions.Done))
    assert all(isinstance(one, actions.Done | AlreadyDoneError) for one in ended), ended
    assert changed == len(dead) == OperatorAction.objects.count()


def test_a_grade_that_changes_during_a_replay(host):
    """Whoever comes first, the newest value waits and no older one does."""
    learner = make_enrolment(URL)
    old = delivery(learner, value=Decimal(50))
    host.set_progress(learner.account.user_id, completed_blocks=2, grade=Decimal("0.9"))
    ended = together(
        lambda: actions.replay([old.pk], Order(by=None, reason="", group=uuid.uuid4()), timezone.now()),
        lambda: note_progress(learner.account.user_id, COURSE),
    )
    assert not [one for one in ended if isinstance(one, Exception)], ended
    rows = dict(Delivery.objects.filter(kind="grade").values_list("sequence", "state"))
    assert rows[2] == "pending"
    assert rows[1] in ("superseded", "dead")

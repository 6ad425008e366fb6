"""The bridge and lti1p3platform 0.1.8 as an AGS platform: tokens, scores, results over several pages."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from lti_bridge import keys
from lti_bridge.api import note_progress
from lti_bridge.host import course_host
from lti_bridge.models import Delivery, DeliveryAttempt, Enrolment, ReportTarget
from tests.lti_bridge.fakes import COURSE, FakeHost, make_enrolment

from .lti1p3_platform import Book, running

pytestmark = [pytest.mark.peer, pytest.mark.django_db]


@pytest.fixture
def book(db, settings) -> Iterator[Book]:
    """The platform, which knows our keys, and the bridge in a host of memory."""
    settings.KAPASITAS_LTI_HOST = "tests.lti_bridge.fakes.FakeHost"
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["127.0.0.1"]
    course_host.cache_clear()
    cache.clear()
    FakeHost.reset()
    with running(Book(tool_keys=keys.public_key_set())) as served:
        yield served
    course_host.cache_clear()


def learners(book: Book, number: int) -> list[Enrolment]:
    """Return learners who completed the course an hour ago, each with points of their own."""
    made = []
    for one in range(number):
        enrolment = make_enrolment(book.url, sub=f"orang-{one}")
        FakeHost.set_progress(enrolment.account.user_id, completed_blocks=4, grade=Decimal(70 + one) / 100)
        note_progress(enrolment.account.user_id, COURSE)
        made.append(enrolment)
    Delivery.objects.update(event_time=timezone.now() - timedelta(hours=1))
    return made


def deliver() -> None:
    Delivery.objects.filter(state="pending").update(not_before=timezone.now())
    call_command("deliver", "--once", verbosity=0)


def outcomes() -> list[str]:
    return list(DeliveryAttempt.objects.order_by("pk").values_list("outcome", flat=True))


def test_scores_arrive_and_are_found_again_over_all_pages(book) -> None:
    """Two columns, five people, pages of two: what may have arrived is read back, wherever it stands."""
    learners(book, 5)
    deliver()
    assert outcomes() == ["delivered"] * 10
    assert sorted(item["tag"] for item in book.items.values()) == ["kapasitas-completion", "kapasitas-grade"]
    grades = {score["userId"]: score["scoreGiven"] for score in book.scores if score["scoreMaximum"] == 100}
    assert grades == {f"orang-{one}": 70 + one for one in range(5)}

    # As workers that died after sending leave them.
    Delivery.objects.update(state="pending", ambiguous=True)
    deliver()
    assert outcomes()[10:] == ["confirmed"] * 10
    assert len(book.scores) == 10
    assert [path for path in book.gets if "/results" in path and "page=3" in path]


def test_an_equal_timestamp_is_refused_and_understood(book) -> None:
    """409 by the library's own table of codes: our earlier send is recognised, and a newer state goes out."""
    (learner,) = learners(book, 1)
    deliver()
    Delivery.objects.update(state="pending")
    deliver()
    assert set(outcomes()[2:]) == {"confirmed"}
    assert set(DeliveryAttempt.objects.filter(outcome="confirmed").values_list("error_class", flat=True)) == {
        "ConflictError"
    }
    FakeHost.set_progress(learner.account.user_id, grade=Decimal("0.99"))
    note_progress(learner.account.user_id, COURSE)
    deliver()
    assert book.scores[-1]["scoreGiven"] == 99


def test_a_signature_that_it_does_not_know_is_refused(book) -> None:
    """Its check of our assertion is its own: with other keys nothing goes out, and nothing is lost."""
    book.tool_keys.clear()
    keys.create_key()
    book.tool_keys.update({"keys": keys.public_key_set()["keys"][1:]})
    learners(book, 1)
    deliver()
    assert book.scores == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {"blocked"}
    assert "invalid_client" in ReportTarget.objects.get().blocked_reason

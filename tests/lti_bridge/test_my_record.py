"""The learner's own page: every state in words for learners, and nobody else's."""

import re
from decimal import Decimal

import pytest
from django.utils import timezone

from lti_bridge.api import note_progress
from lti_bridge.models import CompletionRecord, Delivery, DeliveryState
from lti_bridge.my_record import has_report, reports_of

from .fakes import COURSE, OTHER_COURSE, make_enrolment
from .operations.rows import attempt, delivery

pytestmark = pytest.mark.every_database
URL = "https://simpeg.example.test"
PAGE = f"/lti/my-record/{COURSE}"


@pytest.fixture
def learner(db):
    return make_enrolment(URL)


def read(client, learner, path: str = PAGE) -> str:
    client.force_login(learner.account.user)
    client.cookies["django_language"] = "en"
    page = client.get(path)
    assert page.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


STATES = {
    DeliveryState.PENDING: "Will be sent by itself",
    DeliveryState.IN_FLIGHT: "Will be sent by itself",
    DeliveryState.DELIVERED: "Sent on",
    DeliveryState.DEAD: "the administrator looks at",
    DeliveryState.BLOCKED: "the administrator looks at",
    DeliveryState.HELD: "the administrator looks at",
    DeliveryState.WAIVED: "has settled this with HR",
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_words(client, learner, state):
    row = delivery(learner, state, settled_at=timezone.now())
    attempt(row, "the token endpoint says invalid_client")
    said = read(client, learner)
    assert STATES[state] in said
    assert "85.5 of 100." in said
    # No technical texts.
    assert "invalid_client" not in said


def test_until_the_newest_is_sent_hr_sees_the_one_before(client, learner):
    delivery(learner, DeliveryState.DELIVERED, value=Decimal(70), settled_at=timezone.now())
    delivery(learner, DeliveryState.SUPERSEDED, value=Decimal(75))
    delivery(learner, DeliveryState.PENDING, value=Decimal(90))
    said = read(client, learner)
    assert "90 of 100." in said
    assert "Until then HR sees 70." in said


def test_nothing_to_report_yet(client, learner):
    said = read(client, learner)
    assert "Is sent when you have completed the course." in said
    assert "Is sent as soon as you have a grade." in said


def test_the_record_as_hr_sees_it(client, learner, host):
    host.set_progress(learner.account.user_id, completed_blocks=4, grade=Decimal("0.9"))
    note_progress(learner.account.user_id, COURSE)
    said = read(client, learner)
    record = CompletionRecord.objects.get()
    assert record.record_number in said
    assert "HR imports it into your service record" in said


def test_nobody_sees_another_s(client, learner):
    other = make_enrolment(URL, sub="orang-8")
    delivery(other, value=Decimal("12.34"))
    assert "12.34" not in read(client, learner)
    assert reports_of(other.account.user_id, COURSE)[0].grade.value == Decimal("12.34")
    client.logout()
    assert client.get(PAGE)["Location"].startswith("/login/")
    assert client.post(PAGE).status_code in (302, 405)


def test_other_courses_are_other_pages(client, learner):
    delivery(learner)
    assert "did not open this course from an HR system" in read(
        client, learner, f"/lti/my-record/{OTHER_COURSE}"
    )
    assert client.get("/lti/my-record/course-v1:No+Such+Course").status_code == 404


def test_who_has_a_page(learner, host):
    user = learner.account.user_id
    assert has_report(user, COURSE)
    assert not has_report(user, OTHER_COURSE)
    learner.reports = False
    learner.save()
    assert not has_report(user, COURSE)
    assert reports_of(user, COURSE) == []
    host.set_progress(user, completed_blocks=4, grade=Decimal("0.9"))
    note_progress(user, COURSE)
    assert has_report(user, COURSE)
    assert not Delivery.objects.exists()

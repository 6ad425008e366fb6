"""The seam between course site and bridge: grade, completion and what HR must hear are one transaction."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import lti_bridge.api
from lti_bridge.host import course_host
from lti_bridge.models import CompletionRecord, Delivery
from standalone.courseware.models import BlockCompletion, Course, Enrolment, LearnerState
from tests.journeys.keys import CONTENT, all_items, right_answer
from tests.lti_bridge.fakes import make_enrolment
from xblocks.records.models import Response

COURSE_KEY = "course-v1:Kapasitas+PEM101+2026"
QUIZ = "block-v1:Kapasitas+PEM101+2026+type@competency_assessment+block@kuis1"


@pytest.fixture
def learner(db: None, settings: Any, tmp_path: Any) -> User:
    """A learner of the governance course who was launched from an HR system."""
    settings.KAPASITAS_ASSETS = tmp_path / "assets"
    course_host.cache_clear()
    call_command("load_content", CONTENT, verbosity=0)
    call_command("import_course", CONTENT / "governance", verbosity=0)
    user = User.objects.create_user("contoh")
    Enrolment.objects.create(user=user, course=Course.objects.get(course_key=COURSE_KEY))
    make_enrolment("https://simpeg.example.test", course_key=COURSE_KEY, user=user)
    return user


@pytest.fixture
def post(learner: User) -> Callable[..., Any]:
    """Post to a handler of the first quiz as the learner's page does."""
    client = Client(raise_request_exception=False)
    client.force_login(learner)

    def handler(name: str, data: dict[str, Any]) -> Any:
        url = reverse("handler", args=[COURSE_KEY, QUIZ, name])
        return client.post(url, json.dumps(data), content_type="application/json")

    return handler


def answered(post: Callable[..., Any]) -> None:
    """Start the quiz, and answer rightly what is answered by ticking."""
    page = post("begin", {}).json()["html"]
    items = all_items()
    for item in re.findall(r'data-item="([^"]+)"[^>]*data-field="chosen"', page):
        parts = [step.part for step in right_answer(items[item])]
        data = {"item": item, "response": {"chosen": parts}, "uuid": str(uuid.uuid4()), "final": True}
        assert post("answer", data).status_code == 200


def test_what_the_bridge_cannot_note_is_not_half_done(
    post: Callable[..., Any], learner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure in the bridge takes back grade, completion and submission; answers stay, a retry works."""
    answered(post)
    responses = Response.objects.count()

    def fail(user_id: int, course_key: str) -> None:
        raise RuntimeError("the bridge is broken")

    with monkeypatch.context() as broken:
        broken.setattr(lti_bridge.api, "note_progress", fail)
        assert post("submit", {}).status_code == 500
    assert not BlockCompletion.objects.filter(user=learner).exists()
    assert not LearnerState.objects.filter(user=learner, grade__isnull=False).exists()
    assert not Delivery.objects.exists()
    assert Response.objects.count() == responses

    assert "ka-result" in post("submit", {}).json()["html"]
    assert BlockCompletion.objects.filter(user=learner, usage_key=QUIZ, completion=1).exists()
    assert LearnerState.objects.get(user=learner, usage_key=QUIZ).grade is not None
    assert not CompletionRecord.objects.exists(), "one quiz does not complete the course"


def test_a_grade_that_falls_is_reported_too(post: Callable[..., Any], learner: User) -> None:
    """When an instructor deletes a learner's state, HR hears of the lower grade, as the newest state."""
    answered(post)
    assert post("submit", {}).status_code == 200
    (before,) = Delivery.objects.filter(kind="grade")
    assert before.value > 0
    client = Client()
    client.force_login(User.objects.create_superuser("pengelola"))
    url = reverse("state", args=[COURSE_KEY, learner.pk, QUIZ])
    assert client.post(url, {"action": "delete"}).status_code == 302
    assert not LearnerState.objects.filter(user=learner, usage_key=QUIZ).exists()
    newest = Delivery.objects.filter(kind="grade").latest("sequence")
    assert (newest.sequence, newest.value, newest.state) == (before.sequence + 1, 0, "pending")


def test_the_site_tells_who_has_done_something(learner: User) -> None:
    """For the sweep: by points or by completion, in order, in batches, each once."""
    course = Course.objects.get(course_key=COURSE_KEY)
    done, scored, both, idle = (User.objects.create_user(f"contoh{number}") for number in range(4))
    for user in (done, both):
        BlockCompletion.objects.create(user=user, course=course, usage_key=QUIZ, completion=1)
    for user in (scored, both):
        LearnerState.objects.create(user=user, course=course, usage_key=QUIZ, grade=1, max_grade=2)
    LearnerState.objects.create(user=idle, course=course, usage_key=QUIZ)
    old = timezone.now() - timedelta(days=2)
    BlockCompletion.objects.filter(user=done).update(modified_at=old)
    host = course_host()
    for limit in (1, 2, 100):
        found: list[int] = []
        while batch := host.learners_with_progress(
            COURSE_KEY, after_user_id=found[-1] if found else 0, limit=limit
        ):
            found += batch
        assert found == [done.pk, scored.pk, both.pk]
    since = timezone.now() - timedelta(days=1)
    recent = host.learners_with_progress(COURSE_KEY, after_user_id=0, limit=9, since=since)
    assert list(recent) == [scored.pk, both.pk]

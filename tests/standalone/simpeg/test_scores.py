"""The score service: form, order of timestamps, scale, log."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standalone.simpeg.lti import names
from standalone.simpeg.models import Enrolment, LineItem, Official, Result, ScorePost

from .conftest import Caller, make_official

MakeCaller = Callable[..., Caller]
PAST = datetime(2026, 1, 10, 8, 0, 0, tzinfo=UTC)


def post(caller: Caller, item: LineItem, user: object, **changes: Any) -> HttpResponse:
    """Send a good score, changed; a change to None leaves the member out."""
    body = {
        "userId": str(user),
        "timestamp": PAST.isoformat(),
        "scoreGiven": 87.5,
        "scoreMaximum": 100,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        **changes,
    }
    sent = json.dumps({name: value for name, value in body.items() if value is not None})
    address = f"/lti/contexts/{item.course.context_id}/line_items/{item.pk}/scores"
    return caller("POST", address, sent, content_type=names.SCORE)


@pytest.fixture
def score(call: MakeCaller, line_item: LineItem, official: Official) -> Callable[..., HttpResponse]:
    caller = call(names.SCOPE_SCORE)
    return lambda **changes: post(caller, line_item, changes.pop("userId", official.subject), **changes)


def test_a_score_becomes_the_result(score: Callable[..., HttpResponse], official: Official) -> None:
    """200, the result holds it exactly, and the log has one row."""
    response = score(comment="Lulus")
    assert response.status_code == 200
    assert response.json()["resultUrl"].endswith(f"/results?user_id={official.subject}")
    result = Result.objects.get()
    assert (result.score, result.official, result.comment) == (Decimal("87.5"), official, "Lulus")
    logged = ScorePost.objects.get()
    assert (logged.status, logged.score_given, logged.official) == (200, Decimal("87.5"), official)


@pytest.mark.parametrize(
    ("given_", "maximum", "expected"),
    [(1, 1, "100"), (0, 10, "0"), (1, 3, "33.3333"), (11, 10, "110"), (0.07, 0.1, "70")],
    ids=["full", "nothing", "a third", "more than full", "fractions"],
)
def test_a_score_is_rescaled_to_the_line_item(
    score: Callable[..., HttpResponse], given_: float, maximum: float, expected: str
) -> None:
    """AGS 3.4.4: scoreGiven of scoreMaximum on the line item's scale; extra credit is allowed."""
    assert score(scoreGiven=given_, scoreMaximum=maximum).status_code == 200
    assert Result.objects.get().score == Decimal(expected)


def test_a_score_too_large_for_the_line_item_is_refused(score: Callable[..., HttpResponse]) -> None:
    """Extra credit has an end where the number could not be kept exactly."""
    response = score(scoreGiven=10**10, scoreMaximum=0.0001)
    assert response.status_code == 400
    assert not Result.objects.exists()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"userId": ""}, "userId"),
        ({"timestamp": None}, "timestamp"),
        ({"timestamp": 1768032000}, "timestamp"),
        ({"timestamp": "2026-01-10"}, "timestamp"),
        ({"timestamp": "2026-01-10T08:00:00"}, "timestamp"),
        ({"timestamp": "2026-01-10 08:00:00Z"}, "timestamp"),
        ({"timestamp": "20260110T080000Z"}, "timestamp"),
        ({"timestamp": "2026-02-30T08:00:00Z"}, "timestamp"),
        ({"timestamp": "2026-01-10T08:00:00+99:00"}, "timestamp"),
        ({"scoreMaximum": None}, "scoreMaximum"),
        ({"scoreMaximum": 0}, "scoreMaximum"),
        ({"scoreGiven": -1}, "scoreGiven"),
        ({"scoreGiven": -0.00001}, "scoreGiven"),
        ({"scoreGiven": "87,5"}, "scoreGiven"),
        ({"scoreGiven": True}, "scoreGiven"),
        ({"scoreGiven": 10**12}, "scoreGiven"),
        ({"activityProgress": None}, "activityProgress"),
        ({"activityProgress": "completed"}, "activityProgress"),
        ({"activityProgress": ["Completed"]}, "activityProgress"),
        ({"gradingProgress": None}, "gradingProgress"),
        ({"gradingProgress": "Graded"}, "gradingProgress"),
        ({"comment": 5}, "comment"),
        ({"comment": "x" * 4001}, "comment"),
    ],
    ids=str,
)
def test_a_wrong_score_is_refused(
    score: Callable[..., HttpResponse], changes: dict[str, Any], named: str
) -> None:
    """400 that names the member; no result, but a row in the log."""
    response = score(**changes)
    assert response.status_code == 400
    assert named in response.json()["detail"]
    assert not Result.objects.exists()
    assert ScorePost.objects.get().status == 400


@pytest.mark.parametrize("content_type", ["application/json", "application/vnd.ims.lis.v2.lineitem+json", ""])
def test_a_score_must_be_sent_as_one(call: MakeCaller, line_item: LineItem, content_type: str) -> None:
    """Any other Content-Type is 415."""
    address = f"/lti/contexts/{line_item.course.context_id}/line_items/{line_item.pk}/scores"
    assert call()("POST", address, "{}", content_type=content_type).status_code == 415


@pytest.mark.parametrize(
    "timestamp",
    ["2026-01-10T08:00:00Z", "2026-01-10T08:00:00.5Z", "2026-01-10T15:00:00.123456789+07:00"],
)
def test_timestamps_may_have_fractions_and_any_zone(
    score: Callable[..., HttpResponse], timestamp: str
) -> None:
    """ISO 8601 with a zone (AGS 3.4.5); kept as sent in the log."""
    assert score(timestamp=timestamp).status_code == 200
    assert ScorePost.objects.get().timestamp == timestamp


@pytest.mark.parametrize(
    ("seconds", "status"), [(-86400, 409), (-1, 409), (0, 409), (0.9, 409), (1, 200), (3600, 200)]
)
def test_only_a_later_score_replaces_an_earlier(
    score: Callable[..., HttpResponse], seconds: float, status: int
) -> None:
    """Whole seconds are compared; an equal or older timestamp is 409 and changes nothing."""
    assert score().status_code == 200
    response = score(timestamp=(PAST + timedelta(seconds=seconds)).isoformat(), scoreGiven=50)
    assert response.status_code == status
    assert Result.objects.get().score == Decimal(50 if status == 200 else "87.5")
    assert [row.status for row in ScorePost.objects.all()] == [200, status]


def test_timestamps_are_compared_as_moments(score: Callable[..., HttpResponse]) -> None:
    """15:00 in Jakarta is 08:00 UTC, not later."""
    assert score().status_code == 200
    assert score(timestamp="2026-01-10T15:00:00+07:00").status_code == 409


@pytest.mark.parametrize(("ahead", "status"), [(30, 200), (120, 400)])
def test_a_score_must_not_come_from_the_future(
    score: Callable[..., HttpResponse], ahead: int, status: int
) -> None:
    """Sixty seconds of clock difference are granted, no more."""
    moment = datetime.now(UTC) + timedelta(seconds=ahead)
    assert score(timestamp=moment.isoformat()).status_code == status


def test_each_user_has_timestamps_of_their_own(
    call: MakeCaller, score: Callable[..., HttpResponse], line_item: LineItem
) -> None:
    """A score of one user does not block an earlier one of another."""
    assert score().status_code == 200
    other = make_official("camat", 2)
    Enrolment.objects.create(course=line_item.course, official=other)
    assert score(userId=other.subject, timestamp="2025-01-01T00:00:00Z").status_code == 200
    assert Result.objects.count() == 2


@pytest.mark.parametrize("who", ["nobody", "stranger", "withdrawn", "capitals"])
def test_the_user_must_be_an_active_member(
    score: Callable[..., HttpResponse], official: Official, who: str
) -> None:
    """Anyone else is 404, and the log says nothing of whom."""
    user: object = who
    if who == "stranger":
        user = make_official("camat", 2).subject
    elif who == "withdrawn":
        Enrolment.objects.update(active=False)
        user = official.subject
    elif who == "capitals":
        user = str(official.subject).upper()
    response = score(userId=user)
    assert response.status_code == 404
    assert not Result.objects.exists()
    assert ScorePost.objects.get().official is None


def test_a_score_that_is_not_final_keeps_the_grade(score: Callable[..., HttpResponse]) -> None:
    """Progress is noted; only FullyGraded decides the number (AGS 3.4.8)."""
    score(activityProgress="Started", gradingProgress="NotReady", scoreGiven=None, scoreMaximum=None)
    assert Result.objects.get().score is None
    later = {"timestamp": (PAST + timedelta(seconds=5)).isoformat()}
    score(**later, scoreGiven=60)
    assert Result.objects.get().score == 60
    latest = {"timestamp": (PAST + timedelta(seconds=9)).isoformat()}
    score(**latest, scoreGiven=90, gradingProgress="PendingManual", activityProgress="Submitted")
    result = Result.objects.get()
    assert (result.score, result.activity_progress) == (60, "Submitted")


def test_a_final_score_without_a_number_clears_the_grade(score: Callable[..., HttpResponse]) -> None:
    """AGS 3.4.4: scoreGiven is optional, and the newest score counts."""
    score()
    score(timestamp=(PAST + timedelta(seconds=5)).isoformat(), scoreGiven=None, scoreMaximum=None)
    assert Result.objects.get().score is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
MEMBERS = (
    "userId",
    "timestamp",
    "scoreGiven",
    "scoreMaximum",
    "activityProgress",
    "gradingProgress",
    "comment",
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.sampled_from(MEMBERS), json_values, min_size=1, max_size=3))
def test_no_score_whatever_breaks_the_service(
    call: MakeCaller, line_item: LineItem, official: Official, changes: dict[str, Any]
) -> None:
    """Any JSON values get a decision: taken, refused, unknown or stale; never a server error."""
    caller = call(names.SCOPE_SCORE)
    body = {
        "userId": str(official.subject),
        "timestamp": PAST.isoformat(),
        "scoreGiven": 1,
        "scoreMaximum": 1,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        **changes,
    }
    address = f"/lti/contexts/{line_item.course.context_id}/line_items/{line_item.pk}/scores"
    response = caller("POST", address, json.dumps(body), content_type=names.SCORE)
    assert response.status_code in (200, 400, 404, 409)

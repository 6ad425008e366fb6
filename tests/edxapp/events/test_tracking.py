"""What the tracker is told of a learner's attempt: names, fields, size, and nothing of the person."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from eventtracking.backends.logger import DateTimeJSONEncoder, LoggerBackend

from tests.xblocks import samples
from xblocks import events
from xblocks.host.publishing import track

from .conftest import NAME, NIP
from .platform import FakeEventPublishing, learner_in_lms

CURRENT = Path(__file__).parent / "fixtures/current"
AT = "2026-11-25T03:00:00+00:00"
# lms/envs/common.py of the Verawood line: eventtracking's logger drops what is longer, without a word.
TRACK_MAX_EVENT = 50_000
LIBRARY = "lib:Kapasitas:bank"


def golden(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((CURRENT / f"{name}.json").read_text(encoding="utf-8"))
    return event


def as_logged(event: dict[str, Any]) -> dict[str, Any]:
    """The event as JSON has it, at a time that does not change."""
    logged: dict[str, Any] = json.loads(json.dumps({**event, "timestamp": AT}, cls=DateTimeJSONEncoder))
    return logged


def test_an_attempt_is_told_as_the_golden_events_say(official: User, tracked: list[dict[str, Any]]) -> None:
    """Start, one answer for good, one that may change, and the end; grade and completion go elsewhere."""
    learner = learner_in_lms(samples.olx(feedback="immediate"), official)
    learner.start()
    learner.answer("single", samples.RIGHT["single"], final=True)
    learner.answer("multiple", samples.RIGHT["multiple"])
    learner.submit()
    names = ["attempt_started", "item_answered_for_good", "item_answered", "attempt_submitted"]
    assert [as_logged(event) for event in tracked] == [golden(name) for name in names]


def test_in_a_library_the_event_names_the_block_itself(official: User, tracked: list[dict[str, Any]]) -> None:
    """The library runtime adds no context that names the block, and no course."""
    learner = learner_in_lms(samples.olx(), official)
    learner.runtime.publish = FakeEventPublishing(official.pk, official.username, library=LIBRARY).publish
    learner.start()
    assert [as_logged(event) for event in tracked] == [golden("attempt_started_in_library")]


def test_a_repeated_answer_is_told_once(official: User, tracked: list[dict[str, Any]]) -> None:
    learner = learner_in_lms(samples.olx(), official)
    learner.start()
    request = {
        "item": "single",
        "response": samples.RIGHT["single"],
        "uuid": "0f0e0d0c-0000-4000-8000-000000000001",
    }
    learner.post("answer", request)
    learner.post("answer", request)
    learner.post("submit", {"attempt": 1})
    learner.post("submit", {"attempt": 1})
    assert [event["name"].rpartition(".")[2] for event in tracked] == ["started", "answered", "submitted"]


def test_no_event_holds_personal_data_or_an_answer(official: User, tracked: list[dict[str, Any]]) -> None:
    """The name and NIP that the HR system gave, and what the learner chose or wrote, stay where they are."""
    learner = learner_in_lms(samples.olx(), official)
    learner.start()
    learner.answer("text", {"text": "jawaban rahasia"})
    learner.submit()
    told = json.dumps(tracked, cls=DateTimeJSONEncoder)
    assert not [secret for secret in (NIP, NAME, "jawaban", "SECRET") if secret in told]


def test_the_longest_event_fits_the_trackers_log(
    official: User, tracked: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    """200 competencies with the longest ids there can be: far more than any framework of ours has."""
    learner = learner_in_lms(samples.olx(), official)
    points = [
        events.CompetencyPoints(competency=f"{number:a>100}", earned=1.333333, possible=1000.333333)
        for number in range(200)
    ]
    track(
        learner.load(),
        events.AttemptSubmitted(
            attempt=10**6,
            answered=1000,
            items=1000,
            earned=1e3 / 3,
            possible=1e4 / 3,
            competencies=tuple(points),
        ),
    )
    (event,) = tracked
    with caplog.at_level(logging.INFO, logger="tracking"):
        LoggerBackend(name="tracking", max_event_size=TRACK_MAX_EVENT).send(event)
    assert json.loads(caplog.messages[-1])["data"]["competencies"][199]["earned"] == 1.333333


def test_an_event_of_another_name_is_refused(official: User) -> None:
    class Forged(events.AssessmentEvent):
        name = "edx.grades.problem.submitted"

    learner = learner_in_lms(samples.olx(), official)
    with pytest.raises(ValueError, match=r"edx\.grades\.problem\.submitted"):
        track(learner.load(), Forged(attempt=1))

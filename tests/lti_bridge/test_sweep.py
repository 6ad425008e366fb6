"""Sweeping: what no event told of is found, once, a learner at a time."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lti_bridge import notices, sweep
from lti_bridge.models import CompletionRecord, Delivery, ProgressNotice
from lti_bridge.sweep import sweep_course, sweep_due

from .fakes import COURSE, OTHER_COURSE, make_enrolment

pytestmark = [pytest.mark.django_db, pytest.mark.every_database]
HR = "https://simpeg.example.test"


def never() -> bool:
    """Never stop."""
    return False


def make_class(host, count: int, course_key: str = COURSE) -> list[int]:
    """Return the ids of learners who have finished, and of whom nobody told us."""
    users = []
    for number in range(count):
        enrolment = make_enrolment(HR, sub=f"orang-{course_key}-{number}", course_key=course_key)
        users.append(enrolment.account.user_id)
        host.set_progress(users[-1], course_key=course_key, completed_blocks=4, grade=Decimal("0.8"))
    return sorted(users)


def looked_at(monkeypatch) -> list[tuple[int, str]]:
    """Note who is looked at."""
    seen: list[tuple[int, str]] = []
    note = sweep.outbox.note_progress

    def noting(user_id: int, course_key: str) -> None:
        seen.append((user_id, course_key))
        note(user_id, course_key)

    monkeypatch.setattr(sweep.outbox, "note_progress", noting)
    return seen


def stop_after(count: int):
    left = [count]

    def stop() -> bool:
        left[0] -= 1
        return left[0] < 0

    return stop


def test_what_no_event_told_of_is_made_up_for(host, monkeypatch):
    monkeypatch.setattr(sweep, "BATCH", 2)
    users = make_class(host, 5)
    swept = sweep_course(COURSE)
    assert (swept.learners, swept.failures, swept.last_user_id) == (5, 0, None)
    assert sorted(CompletionRecord.objects.values_list("user_id", flat=True)) == users
    assert Delivery.objects.count() == 10
    before = list(Delivery.objects.order_by("pk").values())
    assert sweep_course(COURSE).learners == 5
    assert list(Delivery.objects.order_by("pk").values()) == before
    assert CompletionRecord.objects.count() == 5


def test_one_learner_who_fails_does_not_stop_the_rest(host, monkeypatch, caplog):
    users = make_class(host, 3)
    progress = host.progress

    def broken(self, user_id: int, course_key: str):
        if user_id == users[1]:
            raise ValueError("Contoh Camat Demo has a broken state")
        return progress(self, user_id, course_key)

    monkeypatch.setattr(host, "progress", broken)
    swept = sweep_course(COURSE)
    assert (swept.learners, swept.failures) == (3, 1)
    assert CompletionRecord.objects.count() == 2
    assert f"user {users[1]} in {COURSE}: ValueError" in caplog.text
    assert "Contoh" not in caplog.text
    with pytest.raises(SystemExit):
        call_command("sweep")
    # No later round would come to them: what is left is a notice, which is taken up again and again.
    assert set(ProgressNotice.objects.values_list("user_id", flat=True)) == {users[1]}
    monkeypatch.setattr(host, "progress", progress)
    assert notices.take(users[1], COURSE)
    assert CompletionRecord.objects.count() == 3


def test_a_sweep_goes_on_where_it_was_broken_off(host, monkeypatch):
    users = make_class(host, 5)
    seen = looked_at(monkeypatch)
    first = sweep_course(COURSE, stop=stop_after(2))
    assert (first.learners, first.last_user_id) == (2, users[1])
    assert sweep_course(COURSE, after_user_id=first.last_user_id).learners == 3
    assert [user for user, _course in seen] == users


def test_the_round_of_the_schedule(host, monkeypatch):
    """Everybody once, in several goes; then nobody until the next is due, and then who has changed."""
    users = make_class(host, 3)
    others = make_class(host, 2, OTHER_COURSE)
    host.changed_at = dict.fromkeys(host.changed_at, timezone.now() - timedelta(hours=2))
    seen = looked_at(monkeypatch)
    sweep_due(stop=stop_after(1))
    assert len(seen) == 1
    sweep_due(stop=stop_after(2))
    sweep_due(stop=never)
    assert sorted(seen) == sorted(
        [*((user, COURSE) for user in users), *((user, OTHER_COURSE) for user in others)]
    )
    seen.clear()
    assert sweep_due(stop=never) == []
    monkeypatch.setattr(timezone, "now", lambda real=timezone.now: real() + timedelta(hours=25))
    host.set_progress(users[0], grade=Decimal("0.9"))
    # Changed before the round began, and committed after it had passed by: it is looked at once more.
    host.changed_at[users[1], COURSE] = timezone.now() - timedelta(hours=25, minutes=50)
    sweep_due(stop=never)
    assert seen == [(users[0], COURSE), (users[1], COURSE)]
    assert Delivery.objects.filter(account__user_id=users[0], kind="grade").count() == 2
    # A cache that forgets costs a whole round, and nothing else.
    cache.clear()
    seen.clear()
    sweep_due(stop=never)
    assert len(seen) == 5


def test_no_sweep_where_none_is_wanted(host, settings, monkeypatch):
    make_class(host, 1)
    seen = looked_at(monkeypatch)
    settings.KAPASITAS_LTI_SWEEP_HOURS = 0
    sweep_due(stop=never)
    assert seen == []


def test_events_that_are_ignored_are_not_swept_either(host, monkeypatch):
    make_class(host, 1)
    seen = looked_at(monkeypatch)
    monkeypatch.setattr(sweep, "events_are_ignored", lambda: True)
    monkeypatch.setattr("lti_bridge.management.commands.sweep.events_are_ignored", lambda: True)
    sweep_due(stop=never)
    with pytest.raises(CommandError, match="ignore_events"):
        call_command("sweep")
    assert seen == []


def test_courses_that_are_not_ours_or_gone(host, settings, capsys):
    settings.KAPASITAS_LTI_COURSES = ["course-v1:Old+Gone+2020"]
    make_class(host, 1)
    call_command("sweep")
    sweep_due(stop=never)
    said = capsys.readouterr().out
    assert "no such course any more" in said
    assert f"{COURSE}: looked at 1 learners, failed 0" in said
    with pytest.raises(CommandError, match="not watched"):
        call_command("sweep", course=OTHER_COURSE)


@pytest.mark.parametrize("since", ["2026-13-01", "yesterday", "2026-02-30T00:00"])
def test_a_time_that_is_none(host, since):
    with pytest.raises(CommandError, match="no time"):
        call_command("sweep", since=since)


def test_since(host, capsys):
    # Before the class has done anything: midnight may come in between.
    today = str(timezone.localdate())
    users = make_class(host, 2)
    host.changed_at[users[0], COURSE] = timezone.now() - timedelta(days=3)
    for since in ((timezone.now() - timedelta(days=1)).isoformat(), today):
        call_command("sweep", course=COURSE, since=since)
        assert "looked at 1 learners" in capsys.readouterr().out


def test_a_learner_of_whom_all_is_known_costs_few_queries(host):
    make_class(host, 20)
    sweep_course(COURSE)
    with CaptureQueriesContext(connection) as queries:
        sweep_course(COURSE)
    assert len(queries) <= 20 * 9

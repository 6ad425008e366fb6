"""Reconciling against a strict AGS platform over HTTP: what parts is found, what can be repaired is."""

import logging
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lti_bridge.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Discrepancy,
    Enrolment,
    LineItem,
    Platform,
    Reconciliation,
    ReportTarget,
)

from .fakes import SCOPES, make_enrolment
from .parting import change, deliver_all, key, learn, open_kinds, reconcile, states

pytestmark = pytest.mark.every_database


def test_what_agrees_leaves_nothing(ags, told):
    summary = reconcile(told)
    assert (summary.compared, summary.found, summary.remaining, summary.problem) == (2, 0, 0, "")
    assert not Discrepancy.objects.exists()
    run = Reconciliation.objects.get()
    assert (run.compared, run.found, run.problem) == (2, 0, "")
    assert run.finished_at >= run.started_at
    assert Delivery.objects.count() == 2


def test_what_is_missing_there_is_sent_again(ags, told):
    """With a newer timestamp, once; the next reading finds it, and the discrepancy ends."""
    change(ags, None)
    summary = reconcile(told)
    assert (summary.found, summary.sent_again, open_kinds()) == (1, 1, ["missing"])
    row = Discrepancy.objects.get()
    assert (row.ours, row.sent, row.theirs, row.maximum) == (80, 80, None, 100)
    assert states() == [(1, 80, "delivered"), (2, 80, "pending")]
    # Not again while it waits.
    assert reconcile(told).sent_again == 0
    assert deliver_all(ags) == 1
    # The platform refuses a timestamp that is not newer.
    assert set(DeliveryAttempt.objects.values_list("outcome", flat=True)) == {"delivered"}
    summary = reconcile(told)
    assert (summary.resolved, summary.remaining) == (1, 0)
    assert ags.results[key(ags)] == (80, 100)


def test_what_stays_missing_is_sent_once_and_shown(ags, told):
    """A platform that takes scores and shows none is not written to every night."""
    for _night in range(3):
        change(ags, None)
        reconcile(told)
        deliver_all(ags)
    change(ags, None)
    assert reconcile(told).remaining == 1
    assert len(states()) == 2
    assert Discrepancy.objects.count() == 1


def test_an_earlier_value_of_ours_is_brought_up_to_date(host, ags, told):
    """As after HR's system was restored from its own backup."""
    learn(host, told, "0.9")
    deliver_all(ags)
    change(ags, "80")
    summary = reconcile(told)
    assert (summary.sent_again, open_kinds()) == (1, ["outdated"])
    deliver_all(ags)
    assert reconcile(told).remaining == 0
    assert ags.results[key(ags)] == (90, 100)


def test_a_changed_value_is_shown_and_not_overwritten(ags, told):
    change(ags, "70")
    for _night in range(2):
        assert reconcile(told).remaining == 1
        assert deliver_all(ags) == 0
    row = Discrepancy.objects.get()
    assert (row.kind, row.ours, row.sent, row.theirs) == ("changed", 80, 80, 70)
    assert row.seen_at > row.found_at
    assert ags.results[key(ags)] == (70, 100)
    change(ags, "80")
    summary = reconcile(told)
    assert (summary.resolved, summary.remaining) == (1, 0)


def test_a_changed_value_is_overwritten_where_the_region_says_so(ags, told):
    Platform.objects.update(overwrites_changes=True)
    change(ags, "70")
    assert reconcile(told).sent_again == 1
    deliver_all(ags)
    assert reconcile(told).remaining == 0
    assert ags.results[key(ags)] == (80, 100)


def test_a_newer_state_waits_for_a_decision_about_a_changed_value(host, ags, told):
    change(ags, "70")
    learn(host, told, "0.9")
    assert reconcile(told).remaining == 1
    assert states()[-1] == (2, 90, "held")
    assert deliver_all(ags) == 0
    # HR takes its change back: nobody needs to decide any more.
    change(ags, "80")
    assert reconcile(told).remaining == 0
    assert deliver_all(ags) == 1
    assert ags.results[key(ags)] == (90, 100)


def test_other_scales_and_nulls(ags, told):
    """A fraction of one is the same result; a row without a score is none."""
    ags.results[key(ags)] = (Decimal("0.8"), Decimal(1))
    assert reconcile(told).found == 0
    path = key(ags)[0] + "/results"
    ags.fault = lambda call: (
        (200, {}, b'[{"userId": "orang-7", "resultScore": null}, {"userId": 7}, "nonsense"]')
        if call.path == path
        else None
    )
    assert reconcile(told).found == 1
    assert open_kinds() == ["missing"]


@pytest.mark.parametrize("score", [b"1e11", b"-5", b'"80"', b"true", b"1e400000"])
def test_values_that_no_gradebook_holds(ags, told, score):
    path = key(ags)[0] + "/results"
    body = b'[{"userId": "orang-7", "resultMaximum": 100, "resultScore": ' + score + b"}]"
    ags.fault = lambda call: (200, {}, body) if call.path == path else None
    assert reconcile(told).found == 1
    assert len(open_kinds()) == 1


def test_people_whom_we_do_not_know_leave_no_trace_of_who_they_are(ags, told, caplog):
    caplog.set_level(logging.DEBUG)
    ags.results[key(ags)[0], "198001012005011001"] = (Decimal(50), Decimal(100))
    for _night in range(2):
        summary = reconcile(told)
        assert (summary.unknown, summary.remaining, open_kinds()) == (1, 0, ["unknown"])
    row = Discrepancy.objects.get()
    assert (row.account, row.theirs) == (None, None)
    assert "198001012005011001" not in caplog.text
    del ags.results[key(ags)[0], "198001012005011001"]
    reconcile(told)
    assert open_kinds() == []


def test_somebody_who_is_no_learner_any_more_is_left_alone(ags, told):
    change(ags, None)
    reconcile(told)
    Enrolment.objects.update(reports=False)
    assert deliver_all(ags) == 1
    change(ags, None)
    summary = reconcile(told)
    assert (summary.compared, summary.resolved, summary.remaining) == (0, 1, 0)


def test_what_is_under_way_is_not_judged(host, ags, told):
    """A score may have been taken since the page was read."""
    change(ags, None)
    Delivery.objects.filter(kind="grade").update(settled_at=timezone.now())
    assert reconcile(told).found == 0
    lease = timezone.now() + timedelta(minutes=5)
    Delivery.objects.filter(kind="grade").update(state=DeliveryState.IN_FLIGHT, lease_until=lease)
    assert reconcile(told).found == 0


def test_nothing_was_told_yet(host, ags, enrolment):
    """A platform may fill in zeros, or anything, before our first report."""
    learn(host, enrolment, "0.8")
    ags.line_items["/item/1"] = {"tag": "kapasitas-grade", "resourceLinkId": "tautan-1"}
    ags.results["/item/1", "orang-7"] = (Decimal(0), Decimal(100))
    assert reconcile(enrolment).found == 0
    assert states() == [(1, 80, "pending")]
    assert len(ags.line_items) == 1


def test_a_line_item_that_is_gone_is_looked_for_and_made_anew(ags, told):
    """HR's system was restored to before the line items: everything is told again."""
    ags.line_items.clear()
    ags.results.clear()
    summary = reconcile(told)
    assert (summary.problem, summary.sent_again) == ("", 2)
    assert not LineItem.objects.exists()
    assert deliver_all(ags) == 2
    assert reconcile(told).remaining == 0
    assert sorted(score for score, _maximum in ags.results.values()) == [1, 80]


def on(path_end: str, reply):
    return lambda call: reply if call.method == "GET" and call.path.endswith(path_end) else None


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ((500, {}, b""), "answered 500"),
        ((200, {}, b"<html>"), "no JSON"),
        ((200, {}, b"{}"), "no list"),
        ((200, {"Link": '<http://other.example/x>; rel="next"'}, b"[]"), "another origin"),
        ((200, {"Link": '<?x=1>; rel="next"'}, b"[]"), "does not end"),
        ("drop-before", "broke"),
        ((403, {}, b""), "does not let us read"),
    ],
    ids=["500", "html", "object", "origin", "loop", "drop", "forbidden"],
)
def test_a_reading_that_fails_changes_nothing(ags, told, reply, words):
    change(ags, "70")
    ReportTarget.objects.update(reconcile_first=True)
    ags.fault = on("/results", reply)
    summary = reconcile(told)
    assert words in summary.problem
    assert words in Reconciliation.objects.get().problem
    assert not Discrepancy.objects.exists()
    # Held back for as long as it may be read one day; not where it never can.
    assert ReportTarget.objects.get().reconcile_first == ("let us read" not in words)


def test_results_that_the_launch_does_not_grant(ags, told):
    ReportTarget.objects.update(scopes=[scope for scope in SCOPES if "result" not in scope])
    assert "no permission" in reconcile(told).problem


def test_an_hr_system_that_is_switched_off_is_not_asked(ags, told):
    Platform.objects.update(enabled=False)
    calls = len(ags.calls)
    ReportTarget.objects.update(reconcile_first=True)
    assert "not in use" in reconcile(told).problem
    assert len(ags.calls) == calls
    assert ReportTarget.objects.get().reconcile_first


@pytest.fixture
def class_of(db, host, ags):
    """So many learners to whom 80 points were told, without a sender."""

    def make(count: int) -> Enrolment:
        first = make_enrolment(ags.url, sub="orang-0")
        ags.line_items["/item/1"] = {"tag": "kapasitas-grade", "resourceLinkId": "tautan-1"}
        enrolments = [first] + [make_enrolment(ags.url, sub=f"orang-{number}") for number in range(1, count)]
        past = timezone.now() - timedelta(hours=1)
        for enrolment in enrolments:
            Delivery.objects.create(
                target=first.target,
                account=enrolment.account,
                kind="grade",
                sequence=1,
                value=80,
                maximum=100,
                completed=True,
                event_time=past,
                not_before=past,
                wire_timestamp=past,
                settled_at=past,
                state=DeliveryState.DELIVERED,
            )
            ags.results["/item/1", enrolment.account.sub] = (Decimal(80), Decimal(100))
        return first

    return make


def test_queries_grow_with_pages_and_not_with_people(ags, class_of):
    """Each batch costs the same few queries, and every person on every page is compared."""
    first = class_of(60)
    ags.results_page = 10
    with CaptureQueriesContext(
        connection,
    ) as small:
        summary = reconcile(first)
    assert (summary.compared, summary.found) == (60, 0)
    ags.results_page = 60
    with CaptureQueriesContext(connection) as large:
        assert reconcile(first).compared == 60
    per_page = (len(small) - len(large)) / 5
    assert per_page <= 8
    assert len(large) <= 30


def test_a_whole_class_that_is_missing_is_sent_again_in_batches(ags, class_of):
    first = class_of(30)
    ags.results.clear()
    with CaptureQueriesContext(connection) as queries:
        assert reconcile(first).sent_again == 30
    assert len(queries) <= 45
    assert Delivery.objects.filter(state="pending", sequence=2).count() == 30


def test_the_command(ags, told, capsys):
    call_command("reconcile", all=True)
    assert "1/1 target" in capsys.readouterr().out
    change(ags, "70")
    with pytest.raises(SystemExit) as end:
        call_command("reconcile", target=told.target_id)
    assert end.value.code == 1
    assert "remaining 1" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no report target"):
        call_command("reconcile", target=10**6)

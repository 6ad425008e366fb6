"""After a restore of yesterday's database: nothing that HR came to know since is overwritten unasked.

A restore is played by deleting the rows that came after the backup; the platform keeps what it was told.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from lti_bridge.models import (
    Delivery,
    DeliveryAttempt,
    Discrepancy,
    LineItem,
    LinkedAccount,
    ReportTarget,
)
from lti_bridge.reconciling import decisions

from .parting import change, deliver_all, key, learn, open_kinds, reconcile, states

pytestmark = pytest.mark.every_database


def restore(host, enrolment, *, delivered: int, pending: str | None = None) -> None:
    """Forget every delivery after the first so many of each kind; the LMS forgets its grades as well."""
    lost = Delivery.objects.filter(sequence__gt=delivered)
    DeliveryAttempt.objects.filter(delivery__in=list(lost)).delete()
    lost.delete()
    if pending is not None:
        # It waited at the moment of the backup, and was sent after it.
        row = Delivery.objects.get(kind="grade", sequence=delivered)
        DeliveryAttempt.objects.filter(delivery=row).delete()
        Delivery.objects.filter(pk=row.pk).update(
            state="pending", wire_timestamp=None, settled_at=None, attempt_count=0
        )
    newest = Delivery.objects.filter(kind="grade").order_by("-sequence").first()
    grade = newest.value / 100 if newest else Decimal(0)
    host.set_progress(enrolment.account.user_id, completed_blocks=4, grade=grade)


def after_restore(capsys) -> tuple[int, str]:
    """Run the command; return its exit code and what it said."""
    code = 0
    try:
        call_command("reconcile", after_restore=True)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, capsys.readouterr().out


def test_nothing_happened_since_the_backup(host, ags, told, capsys):
    code, said = after_restore(capsys)
    assert (code, open_kinds()) == (0, [])
    assert "1 targets are read before anything is sent" in said
    assert not ReportTarget.objects.filter(reconcile_first=True).exists()
    learn(host, told, "0.9")
    deliver_all(ags)
    assert ags.results[key(ags)] == (90, 100)


def test_what_was_sent_since_stays_until_somebody_decides(host, ags, told, capsys):
    """80 delivered, backup, 90 delivered, restore: HR keeps 90, and later results wait for a decision."""
    learn(host, told, "0.9")
    deliver_all(ags)
    restore(host, told, delivered=1)
    code, said = after_restore(capsys)
    assert (code, open_kinds()) == (1, ["changed"])
    assert "remaining 1" in said
    row = Discrepancy.objects.get()
    assert (row.ours, row.sent, row.theirs) == (80, 80, 90)
    assert deliver_all(ags) == 0
    assert ags.results[key(ags)] == (90, 100)
    # The learner goes on from what the restored site knows: 85 is news here, and less than HR has.
    learn(host, told, "0.85")
    reconcile(told)
    assert states()[-1] == (2, 85, "held")
    assert deliver_all(ags) == 0
    row.refresh_from_db()
    decisions.keep_theirs(row, None, "the result of before the restore counts")
    # Better than HR's: it goes out, with a timestamp that HR's system takes.
    learn(host, told, "0.95")
    reconcile(told)
    assert deliver_all(ags) == 1
    assert ags.results[key(ags)] == (95, 100)
    assert reconcile(told).remaining == 0
    assert states() == [(1, 80, "delivered"), (2, 85, "waived"), (3, 95, "delivered")]


def test_what_waited_at_the_backup_does_not_overwrite_what_came_after(host, ags, told, capsys):
    """80 waits, backup, 80 and 90 delivered, restore: 80 waits again, and must not go over the 90."""
    learn(host, told, "0.9")
    deliver_all(ags)
    restore(host, told, delivered=1, pending="80")
    assert states() == [(1, 80, "pending")]
    code, _said = after_restore(capsys)
    assert (code, states()) == (1, [(1, 80, "held")])
    # Nor does the reading of the next night let it go.
    reconcile(told)
    assert states() == [(1, 80, "held")]
    assert deliver_all(ags) == 0
    assert ags.results[key(ags)] == (90, 100)
    decisions.send_ours(Discrepancy.objects.get(), None, "HR does not accept the later result")
    deliver_all(ags)
    assert ags.results[key(ags)] == (80, 100)
    assert reconcile(told).remaining == 0


def test_the_same_state_that_waits_again_is_confirmed(host, ags, told, capsys):
    """80 waits, backup, 80 delivered, restore: it is sent once more, and refused as no newer; it is there."""
    restore(host, told, delivered=1, pending="80")
    sent = len(ags.scores)
    code, _said = after_restore(capsys)
    assert code == 0
    waiting = Delivery.objects.get(kind="grade")
    # The timestamp that it had the first time, to the second.
    last = ags.last_timestamp[key(ags)]
    Delivery.objects.filter(pk=waiting.pk).update(event_time=last)
    deliver_all(ags)
    assert states() == [(1, 80, "delivered")]
    assert len(ags.scores) == sent
    assert list(DeliveryAttempt.objects.filter(delivery=waiting).values_list("outcome")) == [("confirmed",)]


def test_an_older_timestamp_is_made_newer(host, ags, told, capsys):
    """HR's system has a later timestamp than any that we remember: refused once, then taken."""
    learn(host, told, "0.9")
    deliver_all(ags)
    restore(host, told, delivered=1)
    change(ags, "80")
    assert after_restore(capsys)[0] == 0
    learn(host, told, "0.95")
    earlier = timezone.now() - timedelta(hours=3)
    Delivery.objects.filter(state="pending").update(event_time=earlier)
    deliver_all(ags)
    outcomes = DeliveryAttempt.objects.filter(delivery__sequence=2).order_by("pk")
    assert list(outcomes.values_list("http_status", flat=True)) == [409, None]
    assert ags.results[key(ags)] == (95, 100)


def test_a_learner_of_whom_we_have_forgotten_everything(host, ags, told, capsys):
    """Known by a launch before the backup, nothing delivered by then: what HR holds is shown."""
    restore(host, told, delivered=0)
    code, _said = after_restore(capsys)
    assert (code, open_kinds()) == (1, ["changed", "changed"])
    assert set(Discrepancy.objects.values_list("report_kind", "ours", "theirs")) == {
        ("completion", None, Decimal(1)),
        ("grade", None, Decimal(80)),
    }
    # It stays open, whatever the nights after find.
    reconcile(told)
    assert open_kinds() == ["changed", "changed"]


def test_a_learner_who_first_came_after_the_backup(host, ags, told, capsys):
    """We do not know them any more, and keep nothing of who they are; HR is told that there are such."""
    DeliveryAttempt.objects.all().delete()
    Delivery.objects.all().delete()
    told.delete()
    LinkedAccount.objects.all().delete()
    code, said = after_restore(capsys)
    assert (code, open_kinds()) == (0, ["unknown", "unknown"])
    assert "of unknown people 2" in said


def test_line_items_made_since_are_found_and_not_made_twice(host, ags, told, capsys):
    LineItem.objects.all().delete()
    assert after_restore(capsys)[0] == 0
    assert LineItem.objects.count() == 2
    learn(host, told, "0.9")
    deliver_all(ags)
    assert len(ags.line_items) == 2


def test_a_target_that_cannot_be_read_yet_stays_held_back(host, ags, told, capsys):
    ags.fault = lambda call: (503, {}, b"") if call.path.endswith("/results") else None
    code, said = after_restore(capsys)
    assert (code, ReportTarget.objects.get().reconcile_first) == (1, True)
    assert "answered 503" in said
    ags.fault = None
    # The schedule goes on where the command could not; what the flag says still counts.
    change(ags, "70")
    assert reconcile(told).remaining == 1
    assert not ReportTarget.objects.get().reconcile_first

"""Values that the HR system changed after we sent ours are not overwritten until somebody has decided."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from lti_bridge.api import note_progress
from lti_bridge.delivery.report import Report, Result
from lti_bridge.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Discrepancy,
    DiscrepancyKind,
    OperatorAction,
    OperatorActionKind,
    Platform,
    ReportTarget,
)
from lti_bridge.sender import Claim, Ending, deliver_due
from lti_bridge.sending.holding import open_discrepancy

from .fakes import COURSE, SCOPES

pytestmark = [pytest.mark.every_database, pytest.mark.django_db]


@pytest.fixture
def regrade(host, enrolment):
    """Let the learner have a grade, a while after the former one."""

    def act(grade: str) -> Delivery:
        host.set_progress(enrolment.account.user_id, completed_blocks=1, grade=Decimal(grade))
        note_progress(enrolment.account.user_id, COURSE)
        row = Delivery.objects.latest("sequence")
        then = timezone.now() - timedelta(minutes=10)
        Delivery.objects.filter(pk=row.pk).update(event_time=then, not_before=then)
        return row

    return act


@pytest.fixture
def sent(ags, regrade):
    """40 points have arrived."""
    row = regrade("0.4")
    assert deliver() == 1
    return row


def deliver() -> int:
    return deliver_due(stop=lambda: False)


def changed_to(ags, points: str, maximum: str = "100") -> None:
    """Somebody enters another value at the HR system."""
    (key,) = ags.results
    ags.results[key] = (Decimal(points), Decimal(maximum))


def test_a_changed_value_stands_until_somebody_has_decided(ags, sent, regrade):
    """Ours is held, nothing is posted, and the difference is on record with all three values."""
    changed_to(ags, "0.605", "1")
    row = regrade("0.5")
    before = timezone.now()
    assert deliver() == 1
    row.refresh_from_db()
    assert (row.state, row.settled_at, row.lease_until) == (DeliveryState.HELD, None, None)
    assert row.attempts.get().outcome == "held"
    assert len(ags.scores) == 1
    found = Discrepancy.objects.get()
    assert (found.kind, found.report_kind, found.account_id, found.target_id) == (
        DiscrepancyKind.CHANGED,
        "grade",
        row.account_id,
        row.target_id,
    )
    assert (found.ours, found.sent, found.theirs, found.maximum) == (50, 40, Decimal("60.50"), 100)
    assert before <= found.found_at == found.seen_at
    assert found.resolved_at is None


def test_while_nobody_has_decided_newer_states_are_held_without_asking(ags, sent, regrade):
    """The former held one is superseded: only the newest waits for the decision."""
    changed_to(ags, "60")
    older = regrade("0.5")
    deliver()
    calls, newest = len(ags.calls), regrade("0.7")
    assert deliver() == 0
    assert len(ags.calls) == calls
    older.refresh_from_db()
    newest.refresh_from_db()
    assert (older.state, newest.state) == (DeliveryState.SUPERSEDED, DeliveryState.HELD)
    assert not newest.attempts.exists()
    assert Discrepancy.objects.count() == 1


def test_who_decides_for_ours_lets_it_be_sent(ags, sent, regrade):
    """Also where the discrepancy is still open when the row is claimed again."""
    changed_to(ags, "60")
    row = regrade("0.5")
    deliver()
    OperatorAction.objects.create(
        kind=OperatorActionKind.SENT_OURS, delivery=row, platform=row.platform, group=uuid.uuid4()
    )
    Delivery.objects.filter(pk=row.pk).update(state=DeliveryState.PENDING)
    assert deliver() == 1
    row.refresh_from_db()
    assert row.state == DeliveryState.DELIVERED
    assert len(ags.scores) == 2


def test_a_decision_is_about_one_state(ags, sent, regrade):
    """Theirs was kept: the next state asks again, and the discrepancy is opened anew."""
    changed_to(ags, "60")
    regrade("0.5")
    deliver()
    Discrepancy.objects.update(resolved_at=timezone.now())
    row = regrade("0.7")
    assert deliver() == 1
    row.refresh_from_db()
    assert row.state == DeliveryState.HELD
    assert Discrepancy.objects.filter(resolved_at__isnull=True).get().ours == 70


def test_an_open_discrepancy_is_seen_again_and_not_opened_twice(ags, sent, regrade):
    """Two workers that read the same at once leave one, with what was read last."""
    changed_to(ags, "60")
    row = regrade("0.5")
    deliver()
    report = Report(
        kind="grade",
        recipient="orang-7",
        value=Decimal(50),
        maximum=Decimal(100),
        completed=False,
        wire_timestamp=row.event_time,
    )
    claim = Claim(
        delivery_id=row.pk,
        attempt_id=row.attempts.get().pk,
        attempt_count=1,
        platform_id=row.platform_id,
        target_id=row.target_id,
        account_id=row.account_id,
        report=report,
        ambiguous=False,
        former=Result(score=Decimal(40), maximum=Decimal(100)),
    )
    later = timezone.now() + timedelta(minutes=1)
    open_discrepancy(Ending(claim=claim, read=Result(score=Decimal(7), maximum=Decimal(10))), later)
    found = Discrepancy.objects.get()
    assert (found.theirs, found.seen_at) == (70, later)
    assert found.found_at < later


@pytest.mark.parametrize("back_to", ["40", "40.004", "55"], ids=["last", "rounded", "an-earlier-one"])
def test_our_own_values_are_overwritten(ags, sent, regrade, back_to):
    """The last one and any earlier one, in whatever scale it is kept."""
    regrade("0.55")
    deliver()
    changed_to(ags, back_to)
    row = regrade("0.9")
    deliver()
    row.refresh_from_db()
    assert row.state == DeliveryState.DELIVERED
    assert not Discrepancy.objects.exists()


def test_where_there_is_nothing_we_send(ags, sent, regrade):
    """A result that was removed there is no other value."""
    ags.results.clear()
    row = regrade("0.5")
    deliver()
    row.refresh_from_db()
    assert row.state == DeliveryState.DELIVERED


def test_where_nobody_may_read_we_send(ags, sent, regrade):
    """Without the permission nothing can be compared."""
    changed_to(ags, "60")
    ReportTarget.objects.update(scopes=[scope for scope in SCOPES if "result" not in scope])
    row = regrade("0.5")
    deliver()
    row.refresh_from_db()
    assert row.state == DeliveryState.DELIVERED
    assert not ags.requests_to("GET", "/results")


def test_a_platform_whose_changes_are_overwritten_is_not_asked(ags, sent, regrade):
    """That is what its setting says."""
    changed_to(ags, "60")
    Platform.objects.update(overwrites_changes=True)
    row = regrade("0.5")
    deliver()
    row.refresh_from_db()
    assert row.state == DeliveryState.DELIVERED
    assert not ags.requests_to("GET", "/results")


def test_a_first_state_costs_no_reading(ags, sent):
    """Before anything was delivered there is nothing to compare with."""
    assert not ags.requests_to("GET", "/results")
    assert DeliveryAttempt.objects.get().outcome == "delivered"


def test_the_same_value_entered_there_is_no_dispute(ags, sent, regrade):
    """What we want to send is there already, by somebody's hand: it becomes ours."""
    changed_to(ags, "50")
    row = regrade("0.5")
    deliver()
    row.refresh_from_db()
    assert row.state == DeliveryState.DELIVERED
    assert not Discrepancy.objects.exists()


def test_a_value_beyond_all_bounds_is_recorded_as_far_as_it_goes(ags, sent, regrade):
    """Platforms may hold anything."""
    changed_to(ags, "99999999999", "1")
    regrade("0.5")
    deliver()
    assert Discrepancy.objects.get().theirs == Decimal("999999.99")


@pytest.mark.parametrize(
    ("score", "maximum"), [("1e11", "1e-11"), ("5", "1e-9999999"), ("1e9999999", "100"), ("-1e99999", "1")]
)
def test_no_number_ends_the_worker(ags, sent, regrade, score, maximum):
    """What Decimal cannot reckon with would be met again by each worker, and keep it from all else."""
    row = regrade("0.5")
    rows = f'[{{"userId": "orang-7", "resultScore": {score}, "resultMaximum": {maximum}}}]'
    ags.fault = lambda call: (200, {}, rows.encode()) if call.path.endswith("/results") else None
    assert deliver() == 1
    row.refresh_from_db()
    assert row.state in (DeliveryState.HELD, DeliveryState.DELIVERED)
    assert row.attempts.get().error_class == ""

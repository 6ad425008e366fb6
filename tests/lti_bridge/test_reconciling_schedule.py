"""Which target is read next, and when none is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lti_bridge import tasks
from lti_bridge.models import Delivery, DeliveryState, Platform, Reconciliation, ReportTarget
from lti_bridge.reconciling.schedule import RETRY, next_due, reconcile_due

from .fakes import make_enrolment

pytestmark = [pytest.mark.django_db, pytest.mark.every_database]
HR, OTHER = "https://simpeg.example.test", "https://lain.example.test"


def target(link: str, url: str = HR, *, told: bool = True) -> ReportTarget:
    enrolment = make_enrolment(url, link=link)
    now = timezone.now()
    if told:
        Delivery.objects.create(
            target=enrolment.target,
            account=enrolment.account,
            kind="grade",
            sequence=1,
            value=80,
            maximum=100,
            completed=True,
            event_time=now,
            not_before=now,
            state=DeliveryState.DELIVERED,
        )
    return enrolment.target


def read(one: ReportTarget, hours_ago: float, problem: str = "") -> None:
    began = timezone.now() - timedelta(hours=hours_ago)
    Reconciliation.objects.create(target=one, started_at=began, problem=problem)


def due() -> int | None:
    return next_due(timezone.now())


def test_the_one_read_longest_ago_comes_first():
    never, recent, old = target("1"), target("2"), target("3")
    read(old, 200)
    read(old, 30)
    read(recent, 25)
    assert due() == never.pk
    read(never, 1)
    assert due() == old.pk
    read(old, 1)
    assert due() == recent.pk
    read(recent, 1)
    assert due() is None


def test_one_that_was_never_told_anything_is_not_read():
    target("1", told=False)
    assert due() is None


def test_one_that_is_to_be_read_before_anything_is_sent_comes_first(settings):
    target("1")
    held = target("2", told=False)
    ReportTarget.objects.filter(pk=held.pk).update(reconcile_first=True)
    settings.KAPASITAS_LTI_RECONCILE_HOURS = 0
    assert due() == held.pk
    read(held, RETRY.total_seconds() / 7200, "answered 503")
    assert due() is None
    Reconciliation.objects.update(started_at=timezone.now() - RETRY * 2)
    assert due() == held.pk


def test_a_reading_that_failed_is_tried_again_soon():
    one = target("1")
    read(one, 0.5, "answered 503")
    assert due() is None
    Reconciliation.objects.update(started_at=timezone.now() - RETRY * 2)
    assert due() == one.pk


def test_hr_systems_that_are_off_or_left_alone_are_not_asked():
    target("1")
    other = target("2", OTHER)
    Platform.objects.filter(issuer=HR).update(enabled=False)
    assert due() == other.pk
    later = timezone.now() + timedelta(minutes=5)
    Platform.objects.filter(issuer=OTHER).update(circuit_open_until=later)
    assert due() is None
    Platform.objects.update(circuit_open_until=timezone.now(), enabled=True)
    assert due() is not None


def test_not_by_the_schedule_at_all(settings):
    target("1")
    settings.KAPASITAS_LTI_RECONCILE_HOURS = 0
    assert due() is None


def test_work_is_bounded_and_goes_on_where_it_stopped(monkeypatch):
    """Each target once, however often it is broken off, and one that fails does not hold up the rest."""
    ids = [target(str(number)).pk for number in range(4)]
    left = [2]

    def stop() -> bool:
        left[0] -= 1
        return left[0] < 0

    first = reconcile_due(stop=stop)
    rest = reconcile_due(stop=lambda: False)
    assert [one.target_id for one in (*first, *rest)] == ids
    assert len(first) == 2
    # Nothing answers at that address, and each target says so.
    assert all(one.problem for one in (*first, *rest))


def test_the_tasks(monkeypatch):
    one = target("1")
    tasks.reconcile(one.pk)
    tasks.reconcile(one.pk + 10**6)
    assert Reconciliation.objects.count() == 1
    Reconciliation.objects.update(started_at=timezone.now() - timedelta(days=2))
    tasks.reconcile_due()
    assert Reconciliation.objects.count() == 2

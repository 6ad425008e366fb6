"""What operators do: exactly once, only where it can be done, and with a line in the audit trail."""

import uuid
from urllib.parse import urlencode

import pytest
from django.contrib.auth import get_user_model
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.models import Delivery, DeliveryState, OperatorAction, Platform
from lti_bridge.operations import actions
from lti_bridge.operations.actions import AlreadyDoneError, Order
from lti_bridge.operations.causes import causes, normalised
from lti_bridge.operations.selection import Selection
from lti_bridge.retirement import retire_user
from tests.lti_bridge.fakes import OTHER_COURSE, make_enrolment

from .rows import attempt, delivery

pytestmark = pytest.mark.every_database
URL = "https://simpeg.example.test"


@pytest.fixture
def learner(db):
    return make_enrolment(URL)


def order(reason: str = "", by: int | None = None) -> Order:
    return Order(by=by, reason=reason, group=uuid.uuid4())


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_a_replay_goes_with_its_number_and_its_timestamp(learner):
    earlier = timezone.now()
    row = delivery(learner, wire_timestamp=earlier, attempt_count=4, ambiguous=True, settled_at=earlier)
    operator = get_user_model().objects.create_user(username="operator")
    given_order = order("SIMPEG dipulihkan", operator.pk)
    done = actions.replay([row.pk], given_order, timezone.now())
    assert (done.changed, done.superseded, dict(done.skipped)) == (1, 0, {})
    again = Delivery.objects.get()
    assert (again.state, again.sequence, again.wire_timestamp) == ("pending", row.sequence, earlier)
    # What may have arrived is read back first, and a slow worker of old never owns the row again.
    assert (again.ambiguous, again.attempt_count, again.settled_at) == (True, 4, None)
    line = OperatorAction.objects.get()
    assert (line.kind, line.by, line.reason) == ("replayed", operator, "SIMPEG dipulihkan")
    assert (line.delivery_id, line.target_id, line.group) == (row.pk, row.target_id, given_order.group)


def test_the_same_order_is_carried_out_once(learner):
    row = delivery(learner)
    given_order = order("keputusan HR")
    actions.waive([row.pk], given_order, timezone.now())
    with pytest.raises(AlreadyDoneError):
        actions.waive([row.pk], given_order, timezone.now())
    assert OperatorAction.objects.count() == 1


def test_an_outdated_one_is_superseded_instead(learner):
    old, new = delivery(learner), delivery(learner)
    done = actions.replay([old.pk, new.pk], order(), timezone.now())
    assert (done.changed, done.superseded) == (1, 1)
    assert states() == ["superseded", "pending"]
    assert OperatorAction.objects.get().delivery_id == new.pk


def test_what_changed_meanwhile_is_left_alone(learner):
    ids = [delivery(learner, state).pk for state in DeliveryState.values]
    before = dict(Delivery.objects.values_list("pk", "state"))
    done = actions.waive(ids, order("tidak perlu lagi"), timezone.now())
    after = dict(Delivery.objects.values_list("pk", "state"))
    could = {pk for pk, state in before.items() if state in actions.WAIVABLE}
    assert {pk for pk in ids if after[pk] == "waived" and before[pk] != "waived"} == could
    assert done.changed == len(could)
    assert done.skipped["changed"] == len(ids) - len(could)
    assert all(after[pk] == before[pk] for pk in ids if pk not in could)


def test_nothing_is_sent_about_a_retired_person(learner):
    """Retirement gives up what is open; a replay must not send it after all."""
    row = delivery(learner, DeliveryState.PENDING)
    retire_user(learner.account.user_id)
    done = actions.replay([row.pk], order(), timezone.now())
    assert (done.changed, dict(done.skipped)) == (0, {"ended": 1})
    assert states() == ["dead"]
    assert not OperatorAction.objects.exists()


def test_waiving_needs_a_reason(learner):
    row = delivery(learner)
    with pytest.raises(ValueError, match="reason"):
        actions.waive([row.pk], order("  "), timezone.now())
    assert states() == ["dead"]


def test_many_are_done_in_chunks(learner, monkeypatch):
    monkeypatch.setattr(actions, "CHUNK", 3)
    monkeypatch.setattr(actions, "MOST", 7)
    ids = [delivery(make_enrolment(URL, sub=f"orang-{number}")).pk for number in range(10)]
    done = actions.replay(ids, order(), timezone.now())
    assert (done.changed, done.left) == (7, True)
    assert OperatorAction.objects.values("group").distinct().count() == 1
    assert OperatorAction.objects.count() == 7


def test_a_target_is_unblocked_with_what_was_blocked(learner):
    target = learner.target
    target.blocked_reason = "the token endpoint says invalid_client"
    target.save()
    delivery(learner, DeliveryState.BLOCKED)
    delivery(learner, DeliveryState.DEAD, kind="completion")
    done = actions.unblock_target(target.pk, order(), timezone.now())
    assert done.changed == 1
    assert states() == ["pending", "dead"]
    target.refresh_from_db()
    assert target.blocked_reason == ""
    assert OperatorAction.objects.get().kind == "unblocked"
    assert actions.unblock_target(target.pk, order(), timezone.now()).changed == 0
    assert OperatorAction.objects.count() == 1


def test_a_platform_left_alone_is_sent_to_again(learner):
    Platform.objects.update(
        circuit_open_until=timezone.now(), circuit_reason="five failures in a row", failures_in_row=5
    )
    platform = Platform.objects.get()
    assert actions.close_circuit(platform.pk, order()).changed == 1
    platform.refresh_from_db()
    assert (platform.circuit_open_until, platform.failures_in_row) == (None, 0)
    assert actions.close_circuit(platform.pk, order()).changed == 0
    assert list(OperatorAction.objects.values_list("kind", "platform_id")) == [
        ("circuit_closed", platform.pk)
    ]


def test_failures_are_grouped_by_cause(learner):
    """By the last attempt, without numbers and addresses; what is blocked by why its target is."""
    first = delivery(learner)
    attempt(first, "the platform answered late", error_class="TransientError", http_status=503)
    attempt(first, "posting to https://simpeg.example.test/items/12 answered 404")
    second = delivery(make_enrolment(URL, sub="orang-8"))
    attempt(second, "posting to https://simpeg.example.test/items/99 answered 404")
    other = make_enrolment(URL, sub="orang-9", course_key=OTHER_COURSE, link="tautan-2")
    other.target.blocked_reason = "the token endpoint says invalid_client"
    other.target.save()
    delivery(other, DeliveryState.BLOCKED)
    delivery(other, DeliveryState.DEAD, kind="completion")
    delivery(other, DeliveryState.DELIVERED, kind="completion")
    found = causes(Selection().deliveries())
    assert (found[0].state, found[0].message, found[0].count) == (
        "dead",
        "posting to … answered 404",
        2,
    )
    assert {(one.state, one.error_class, one.count) for one in found} == {
        ("dead", "RejectedError", 2),
        ("blocked", "BlockedError", 1),
        ("dead", "", 1),
    }
    for cause in found:
        rows = Selection(states=(cause.state,), cause=cause.key).deliveries()
        assert rows.count() == cause.count
        assert set(cause.examples) <= set(rows.values_list("pk", flat=True))
    target = learner.target_id
    assert sum(one.count for one in causes(Selection(target=target).deliveries())) == 2
    assert not Selection(cause="0123456789abcdef").deliveries().exists()


@given(numbers=st.lists(st.integers(0, 10**9), min_size=1, max_size=3))
def test_numbers_do_not_make_causes(numbers):
    texts = {normalised(f"item {number} of https://a.example/{number}?u={number}") for number in numbers}
    assert texts == {"item … of …"}


def test_a_selection_survives_its_address(learner):
    full = Selection(
        platform=3, target=4, states=("dead", "held"), kind="grade", cause="ab12", ids=(5, 6), newest=9
    )
    assert Selection.read(QueryDict(full.query())) == full


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_address_breaks_a_selection(name, value):
    for key in ("platform", "target", "id", "state", "kind", "newest", name):
        Selection.read(QueryDict(urlencode({key: value})))

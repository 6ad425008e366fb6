"""Decisions about values that parted: one transaction, a reason, and nothing decided comes up again."""

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from lti_bridge.models import Delivery, DeliveryState, Discrepancy, Enrolment, OperatorAction, RosterMember
from lti_bridge.reconciling import decided, decisions
from lti_bridge.retirement import retire_user

from .fakes import make_enrolment
from .parting import change, deliver_all, key, learn, open_kinds, reconcile, states

pytestmark = pytest.mark.every_database


@pytest.fixture
def operator(db):
    return get_user_model().objects.create_user("operator")


@pytest.fixture
def changed(ags, told) -> Discrepancy:
    """HR set 70 where we told 80."""
    change(ags, "70")
    reconcile(told)
    return Discrepancy.objects.get()


def test_our_value_goes_out(ags, told, changed, operator):
    action = decisions.send_ours(changed, operator, " HR confirmed by letter 12 ")
    changed.refresh_from_db()
    assert changed.resolved_at is not None
    assert (action.by, action.kind, action.reason) == (operator, "sent_ours", "HR confirmed by letter 12")
    assert (action.target, action.platform) == (told.target, told.target.deployment.platform)
    assert states() == [(1, 80, "delivered"), (2, 80, "pending")]
    assert action.delivery == Delivery.objects.get(kind="grade", sequence=2)
    assert decided.sent_by_decision([action.delivery_id, changed.pk + 10**6]) == {action.delivery_id}
    assert deliver_all(ags) == 1
    assert reconcile(told).remaining == 0
    # Decided once, not for ever: changed again, it is shown again.
    change(ags, "70")
    assert reconcile(told).remaining == 1


def test_a_held_state_goes_out_as_it_is(host, ags, told, changed, operator):
    learn(host, told, "0.9")
    reconcile(told)
    assert states()[-1] == (2, 90, "held")
    decisions.send_ours(changed, operator, "agreed")
    assert states()[-1] == (2, 90, "pending")
    assert OperatorAction.objects.get().delivery.sequence == 2
    deliver_all(ags)
    assert ags.results[key(ags)] == (90, 100)


def test_their_value_stays(ags, told, changed, operator):
    """It does not come up again, night after night; and HR may still change its mind."""
    decisions.keep_theirs(changed, operator, "HR graded the oral part")
    for _night in range(2):
        assert (reconcile(told).found, deliver_all(ags)) == (0, 0)
    assert Discrepancy.objects.count() == 1
    assert OperatorAction.objects.get().kind == "kept_theirs"
    change(ags, "75")
    assert reconcile(told).remaining == 1


def test_their_value_stays_and_the_held_state_is_waived(host, ags, told, changed, operator):
    learn(host, told, "0.9")
    reconcile(told)
    changed.refresh_from_db()
    decisions.keep_theirs(changed, operator, "agreed")
    assert states()[-1] == (2, 90, "waived")
    assert reconcile(told).found == 0
    assert deliver_all(ags) == 0
    # What the learner reaches later is news, and the value that stayed is one that we know.
    learn(host, told, "0.95")
    assert reconcile(told).found == 0
    assert deliver_all(ags) == 1
    assert ags.results[key(ags)] == (95, 100)
    change(ags, "70")
    assert (reconcile(told).sent_again, open_kinds()) == (1, ["outdated"])


def test_that_nothing_is_there_can_be_let_stand(ags, told, operator):
    """HR took the person out of the course."""
    change(ags, None)
    reconcile(told)
    deliver_all(ags)
    change(ags, None)
    reconcile(told)
    decisions.keep_theirs(Discrepancy.objects.get(), operator, "moved to another region")
    assert reconcile(told).found == 0


def test_results_of_strangers_can_be_let_stand(ags, told, operator):
    ags.results[key(ags)[0], "somebody"] = (50, 100)
    reconcile(told)
    row = Discrepancy.objects.get()
    with pytest.raises(decisions.NothingToSendError):
        decisions.send_ours(row, operator, "why")
    decisions.keep_theirs(row, operator, "entered by HR")
    assert OperatorAction.objects.get().delivery is None
    assert reconcile(told).unknown == 1
    assert open_kinds() == []


def test_a_value_that_was_put_right_comes_up_again(ags, told, changed):
    """That it was resolved by itself is no decision."""
    change(ags, "80")
    reconcile(told)
    assert open_kinds() == []
    change(ags, "70")
    assert reconcile(told).remaining == 1


@pytest.mark.parametrize("decide", [decisions.send_ours, decisions.keep_theirs])
def test_what_cannot_be_decided(host, told, changed, operator, decide):
    with pytest.raises(decisions.ReasonMissingError):
        decide(changed, operator, "  ")
    decide(changed, None, "by the shell")
    with pytest.raises(decisions.AlreadyDecidedError), transaction.atomic():
        decide(changed, operator, "twice")
    assert OperatorAction.objects.count() == 1


def test_a_decision_about_a_value_that_is_no_longer_ours(host, told, changed, operator):
    learn(host, told, "0.9")
    with pytest.raises(decisions.ChangedMeanwhileError):
        decisions.keep_theirs(changed, operator, "agreed")
    assert states()[-1] == (2, 90, "pending")
    assert not OperatorAction.objects.exists()


def test_nothing_is_sent_about_somebody_on_whom_nothing_is_reported(told, changed, operator):
    Enrolment.objects.update(reports=False)
    with pytest.raises(decisions.NothingToSendError):
        decisions.send_ours(changed, operator, "agreed")
    assert not Delivery.objects.filter(state=DeliveryState.PENDING).exists()


def test_a_retired_person_leaves_nothing_to_decide(told, changed, operator):
    """What parted stays as evidence, with the account that names nobody."""
    retire_user(told.account.user_id)
    changed.refresh_from_db()
    assert changed.resolved_at is not None
    assert changed.account.sub.startswith("retired:")
    with pytest.raises(decisions.AlreadyDecidedError):
        decisions.keep_theirs(changed, operator, "late")
    assert decided.kept_values(told.target_id, "grade", [told.account_id]) == {}


def test_the_name_of_a_retired_persons_result_is_forgotten(told):
    """Platforms of LTI 1.1 put who the person is into the name of the result."""
    Enrolment.objects.filter(pk=told.pk).update(result_sourcedid="ctx:link:19800101")
    retire_user(told.account.user_id)
    told.refresh_from_db()
    assert (told.reports, told.result_sourcedid) == (False, "")


def test_rosters_forget_a_retired_person_and_nobody_else(told):
    now = timezone.now()
    other = make_enrolment("https://lain.example.test", sub="orang-7", link="lain")
    for target, sub in ((told.target, "orang-7"), (told.target, "Orang-7"), (other.target, "orang-7")):
        RosterMember.objects.create(
            target=target, sub=sub, full_name="Contoh Camat Demo", joined_at=now, changed_at=now
        )
    retire_user(told.account.user_id)
    left = set(RosterMember.objects.values_list("target_id", "sub"))
    assert left == {(told.target_id, "Orang-7"), (other.target_id, "orang-7")}

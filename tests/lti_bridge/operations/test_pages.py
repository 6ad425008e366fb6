"""The operators' pages: who may see and do what, and that each action says first what it will do."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lti_bridge import reconciling
from lti_bridge.delivery.errors import TransientError
from lti_bridge.models import Delivery, DeliveryState, Discrepancy, OperatorAction, Platform, Reconciliation
from lti_bridge.operations import pages
from tests.lti_bridge.fakes import make_enrolment

from .conftest import REFUSAL
from .rows import attempt, delivery

pytestmark = pytest.mark.every_database


def address(name: str = "", *args: object) -> str:
    return reverse("admin:kapasitas_lti_operations" + (f"_{name}" if name else ""), args=args)


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def acting(client, operator):
    client.force_login(operator)
    return client


@pytest.fixture
def discrepancy(trouble):
    now = timezone.now()
    return Discrepancy.objects.create(
        target=trouble.one.target,
        account=trouble.one.account,
        report_kind="grade",
        kind="changed",
        ours=Decimal("85.50"),
        sent=Decimal(80),
        theirs=Decimal(95),
        maximum=Decimal(100),
        found_at=now,
        seen_at=now,
    )


@pytest.fixture
def reconciled(monkeypatch):
    """Named fake of the reading, which talks HTTP: notes which targets it is asked to read."""
    asked: list[int] = []

    def reconcile_target(target_id):
        asked.append(target_id)
        Reconciliation.objects.create(target_id=target_id, started_at=timezone.now(), compared=3, found=1)

    monkeypatch.setattr(reconciling, "reconcile_target", reconcile_target)
    return asked


def test_the_overview_says_what_waits_and_why(acting, trouble):
    page = acting.get(address())
    assert page.status_code == 200
    said = text(page)
    assert "5 failures in a row" in said
    assert "invalid_client" in said
    row = page.context["platforms"][0]
    assert (row["standing"].waiting, row["standing"].dead, row["standing"].blocked) == (1, 2, 1)
    assert row["delivered"] == 1
    standings = {one["target"].pk: one["standing"] for one in page.context["targets"]}
    assert standings[trouble.target.pk].blocked == 1
    only = acting.get(address(), {"trouble": 1, "course": "KEU"}).context["targets"]
    assert [one["target"].pk for one in only] == [trouble.target.pk]


def test_the_overview_asks_as_often_for_many_as_for_one(acting, trouble):
    with CaptureQueriesContext(
        connection,
    ) as few:
        acting.get(address())
    for number in range(15):
        other = make_enrolment(f"https://simpeg-{number}.example.test", sub=f"s{number}", link=f"l{number}")
        attempt(delivery(other), REFUSAL)
    with CaptureQueriesContext(connection) as many:
        acting.get(address())
    assert len(many) <= len(few) + 2  # each look at the attempts may take one step more


def test_failures_lead_to_their_deliveries(acting, trouble):
    page = acting.get(address("failures"))
    rows = page.context["rows"]
    assert [(row["cause"].count, row["cause"].state) for row in rows] == [(2, "dead"), (1, "blocked")]
    listed = acting.get(address("deliveries") + "?" + rows[0]["query"])
    assert {row.pk for row, _last in listed.context["rows"]} == {row.pk for row in trouble.refused}
    assert "posting the score answered 404" in text(listed)


def test_a_replay_is_confirmed_and_done_once(acting, trouble, operator):
    row = next(one for one in acting.get(address("failures")).context["rows"] if one["cause"].count == 2)
    confirm = address("act", "replay") + "?" + row["query"]
    page = acting.get(confirm)
    assert "2 deliveries will be sent again" in text(page)
    assert Delivery.objects.filter(state="dead").count() == 2
    form = {"group": page.context["form"]["group"].value(), "reason": "SIMPEG diperbaiki"}
    assert acting.post(confirm, form).status_code == 302
    assert Delivery.objects.filter(state="pending").count() == 3
    assert "Sent again: 2." in text(acting.get(address()))
    acting.post(confirm, form)
    assert "done already" in text(acting.get(address()))
    assert set(OperatorAction.objects.values_list("by", "kind", "reason")) == {
        (operator.pk, "replayed", "SIMPEG diperbaiki")
    }
    assert "SIMPEG diperbaiki" in text(acting.get(address("trail")))
    assert not acting.get(address("trail"), {"by": "nobody"}).context["shown"].object_list


def test_waiving_asks_for_a_reason(acting, trouble):
    confirm = address("act", "waive") + f"?id={trouble.refused[0].pk}"
    page = acting.get(confirm)
    group = page.context["form"]["group"].value()
    assert acting.post(confirm, {"group": group}).status_code == 400
    assert not Delivery.objects.filter(state="waived").exists()
    acting.post(confirm, {"group": group, "reason": "Dicatat manual"})
    assert Delivery.objects.get(state="waived").pk == trouble.refused[0].pk


def test_one_that_was_taken_up_meanwhile_is_left_alone(acting, trouble):
    confirm = address("act", "waive") + f"?id={trouble.waiting.pk}"
    form = {"group": acting.get(confirm).context["form"]["group"].value(), "reason": "x"}
    Delivery.objects.filter(pk=trouble.waiting.pk).update(state="delivered")
    acting.post(confirm, form)
    assert Delivery.objects.get(pk=trouble.waiting.pk).state == "delivered"
    assert not OperatorAction.objects.exists()


def test_what_failed_after_the_page_was_made_is_not_meant(acting, trouble):
    """A form confirms what its page said."""
    page = acting.get(address("act", "replay") + "?state=dead")
    later = delivery(make_enrolment("https://simpeg.example.test", sub="later"))
    target = page.context["what"].address
    acting.post(target, {"group": page.context["form"]["group"].value()})
    assert Delivery.objects.get(pk=later.pk).state == "dead"
    assert Delivery.objects.filter(state="pending").count() == 3


def test_a_target_is_unblocked_and_a_platform_sent_to_again(acting, trouble):
    for path, kind in (
        (address("unblock", trouble.target.pk), "unblocked"),
        (address("circuit", trouble.platform.pk), "circuit_closed"),
    ):
        page = acting.get(path)
        acting.post(path, {"group": page.context["form"]["group"].value()})
        assert OperatorAction.objects.filter(kind=kind).count() == 1
        assert "There is nothing to do" in text(acting.get(path))
    assert Delivery.objects.get(pk=trouble.blocked.pk).state == "pending"
    assert Platform.objects.get().circuit_open_until is None


def test_a_target_is_reconciled_now(acting, trouble, reconciled):
    path = address("reconcile", trouble.target.pk)
    form = {"group": acting.get(path).context["form"]["group"].value()}
    acting.post(path, form)
    acting.post(path, form)
    assert reconciled == [trouble.target.pk]
    assert OperatorAction.objects.get().kind == "reconciled"
    assert "Compared: 3; discrepancies found: 1" in text(acting.get(address("discrepancies")))


def test_a_reconciliation_that_fails_says_why(acting, trouble, monkeypatch):
    def fails(target_id):
        raise TransientError("reading results answered 503", http_status=503)

    monkeypatch.setattr(reconciling, "reconcile_target", fails)
    path = address("reconcile", trouble.target.pk)
    acting.post(path, {"group": acting.get(path).context["form"]["group"].value()})
    assert "could not be read: reading results answered 503" in text(acting.get(address("discrepancies")))
    # That somebody tried stands in the trail.
    assert OperatorAction.objects.get().kind == "reconciled"


@pytest.mark.parametrize(
    ("decision", "kind", "left"),
    [("send_ours", "sent_ours", "pending"), ("keep_theirs", "kept_theirs", "waived")],
)
def test_a_discrepancy_is_decided_once_with_a_reason(
    acting, trouble, discrepancy, operator, decision, kind, left
):
    held = delivery(trouble.one, DeliveryState.HELD, sequence=2, value=discrepancy.ours)
    listed = acting.get(address("discrepancies"))
    assert "95.00" in text(listed)
    path = address("decide", discrepancy.pk, decision)
    assert path in listed.content.decode()
    page = acting.get(path)
    assert "Theirs: 95.00" in text(page)
    group = page.context["form"]["group"].value()
    assert acting.post(path, {"group": group}).status_code == 400
    for _time in range(2):
        acting.post(path, {"group": group, "reason": "Nilai remedial"})
    action = OperatorAction.objects.get()
    assert (action.kind, action.by, action.reason, action.delivery) == (
        kind,
        operator,
        "Nilai remedial",
        held,
    )
    held.refresh_from_db()
    discrepancy.refresh_from_db()
    assert (held.state, discrepancy.resolved_at is not None) == (left, True)


def test_a_decision_on_what_changed_meanwhile_is_not_carried_out(acting, trouble, discrepancy):
    """What the operator saw is no longer ours: they are told, and nothing happens."""
    delivery(trouble.one, DeliveryState.HELD, sequence=2, value=discrepancy.ours - 1)
    path = address("decide", discrepancy.pk, "keep_theirs")
    form = {"group": acting.get(path).context["form"]["group"].value(), "reason": "Nilai remedial"}
    assert "our value has changed meanwhile" in text(acting.post(path, form, follow=True))
    assert not OperatorAction.objects.exists()


def test_an_unknown_action_is_no_page(acting, trouble, discrepancy):
    assert acting.get(address("act", "delete")).status_code == 404
    assert acting.get(address("decide", discrepancy.pk, "both")).status_code == 404
    assert acting.get(address("unblock", 999_999)).status_code == 404


def test_who_may_look_may_not_act(client, onlooker, trouble, discrepancy):
    client.force_login(onlooker)
    for name in ("", "failures", "deliveries"):
        page = client.get(address(name))
        assert page.status_code == 200
        assert "do/replay" not in page.content.decode()
    forbidden = [
        address("act", "replay"),
        address("act", "waive"),
        address("unblock", trouble.target.pk),
        address("reconcile", trouble.target.pk),
        address("circuit", trouble.platform.pk),
        address("check", trouble.platform.pk),
        address("decide", discrepancy.pk, "send_ours"),
        address("discrepancies"),
        address("trail"),
    ]
    for path in forbidden:
        assert client.get(path).status_code == 403, path
        assert client.post(path).status_code in (403, 405), path
    client.logout()
    for path in [address(), *forbidden]:
        assert client.get(path)["Location"].startswith("/admin/login/"), path


def test_actions_are_refused_without_the_token(trouble, operator):
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    assert client.post(address("act", "replay"), {"group": "x"}).status_code == 403
    assert client.post(address("rehearsal")).status_code == 403


def test_no_page_names_a_person(acting, trouble, discrepancy):
    """Learners are numbers, with a link for those who may follow it."""
    for name in ("", "failures", "deliveries", "discrepancies", "trail"):
        page = acting.get(address(name), {"state": ["dead", "pending"]}).content.decode()
        assert "orang-" not in page
        assert "linkedaccount" not in page


def test_the_pages_are_found_from_the_administration(admin_client, trouble):
    assert address() in admin_client.get("/admin/kapasitas_lti/").content.decode()
    assert address() in admin_client.get("/admin/kapasitas_lti/delivery/").content.decode()


def test_counts_end_at_ten_thousand(acting, trouble, monkeypatch):
    monkeypatch.setattr(pages, "MOST_COUNTED", 1)
    page = acting.get(address("deliveries"))
    assert page.context["total"] == "1+"

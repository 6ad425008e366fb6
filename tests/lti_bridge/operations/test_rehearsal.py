"""The dry run asks a strict AGS platform everything and changes nothing there."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from lti_bridge.models import Delivery, DeliveryState, LineItem, Platform
from lti_bridge.operations import rehearsal
from lti_bridge.operations.rehearsal import rehearse
from lti_bridge.operations.words import verdict_words
from lti_bridge.retirement import retire_user
from lti_bridge.sender import deliver_next
from tests.lti_bridge.fakes import make_enrolment

from .rows import delivery

pytestmark = pytest.mark.every_database


def look_at(**changes):
    return rehearse(Delivery.objects.filter(state=DeliveryState.DEAD), timezone.now(), **changes)


def writes(ags) -> list[str]:
    return [call.path for call in ags.calls if call.method != "GET" and call.path != "/token"]


def test_a_line_item_that_is_missing_is_not_made(ags, enrolment):
    delivery(enrolment)
    (one,) = look_at().looked
    assert (one.verdict, one.line_item, one.present, one.readable) == (
        "would_send",
        "would_be_made",
        None,
        True,
    )
    assert ags.tokens_given == 1
    assert ags.line_items == {}
    assert not LineItem.objects.exists()
    assert writes(ags) == []


def test_what_stands_there_is_read(ags, enrolment):
    ags.line_items["/item/1"] = {"tag": "kapasitas-grade", "resourceLinkId": "tautan-1", "scoreMaximum": 100}
    delivery(enrolment)
    (one,) = look_at().looked
    assert (one.verdict, one.line_item, one.present) == ("would_send", "found", None)
    ags.results["/item/1", "orang-7"] = (Decimal("70.5"), Decimal(100))
    (one,) = look_at().looked
    assert (one.verdict, one.present) == ("would_send", (Decimal("70.5"), Decimal(100)))
    ags.results["/item/1", "orang-7"] = (Decimal("85.5"), Decimal(100))
    (one,) = look_at().looked
    assert one.verdict == "already_there"
    assert writes(ags) == []
    assert Delivery.objects.get().state == "dead"


def test_it_says_what_the_send_then_does(ags, enrolment):
    """The dry run's timestamp and value are those that arrive."""
    moment = timezone.now().replace(microsecond=0) - timedelta(minutes=5)
    row = delivery(enrolment, wire_timestamp=moment)
    (one,) = look_at().looked
    Delivery.objects.filter(pk=row.pk).update(state="pending", not_before=timezone.now())
    assert deliver_next(jitter=lambda: 0.0)
    ((_item, score, _body),) = ags.scores
    assert (score["scoreGiven"], score["userId"]) == (one.delivery.value, "orang-7")
    assert score["timestamp"].startswith(f"{one.at:%Y-%m-%dT%H:%M:%S}")


def test_what_fails_is_told_in_words(ags, enrolment):
    delivery(enrolment)
    ags.fault = lambda call: (400, {}, b'{"error": "invalid_client"}') if call.path == "/token" else None
    (one,) = look_at().looked
    assert one.verdict == "fails"
    assert "invalid_client" in verdict_words(one)[1]


def test_a_platform_that_is_left_alone_is_not_asked(ags, enrolment):
    delivery(enrolment)
    Platform.objects.update(circuit_open_until=timezone.now() + timedelta(minutes=5))
    (one,) = look_at().looked
    assert one.verdict == "left_alone"
    Platform.objects.update(circuit_open_until=None, enabled=False)
    (one,) = look_at().looked
    assert one.verdict == "off"
    assert ags.calls == []


def test_what_would_not_be_sent_is_not_asked_about(ags, enrolment):
    delivery(enrolment)
    delivery(enrolment, DeliveryState.DELIVERED)
    (one,) = look_at().looked
    assert one.verdict == "superseded"
    other = make_enrolment(ags.url, sub="orang-8")
    delivery(other, DeliveryState.PENDING)
    retire_user(other.account.user_id)
    assert [one.verdict for one in look_at().looked] == ["superseded", "ended"]
    assert ags.calls == []


def test_many_are_looked_at_step_by_step(ags, enrolment, monkeypatch):
    monkeypatch.setattr(rehearsal, "STEP", 2)
    for number in range(5):
        delivery(make_enrolment(ags.url, sub=f"orang-{number}0"))
    seen, after = [], 0
    while True:
        step = look_at(after=after)
        seen += [one.delivery.pk for one in step.looked]
        after = step.following
        if not after:
            break
    assert seen == list(Delivery.objects.order_by("pk").values_list("pk", flat=True))

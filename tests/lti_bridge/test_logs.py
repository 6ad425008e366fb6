"""Events in the log: fields that machines read, and nobody's data."""

import json
import logging
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.api import note_progress
from lti_bridge.logs import FIELDS, JsonFormatter, LogfmtFormatter, log_event
from lti_bridge.models import Delivery, LinkedAccount
from lti_bridge.operations import actions
from lti_bridge.operations.actions import Order
from lti_bridge.sender import deliver_next

from .fakes import COURSE, query_of


def formatted(caplog, formatter: logging.Formatter) -> str:
    return formatter.format(caplog.records[-1])


def test_an_event_is_one_line_of_fields(caplog):
    with caplog.at_level(logging.INFO):
        log_event(
            "delivery_settled", delivery=12, attempt=3, outcome="retry", error="TransientError", status=503,
            target=None,
        )  # fmt: skip
    assert caplog.messages == [
        "event=delivery_settled delivery=12 attempt=3 outcome=retry error=TransientError status=503"
    ]
    line = formatted(caplog, LogfmtFormatter())
    assert line.startswith("time=")
    assert line.endswith("logger=lti_bridge.events " + caplog.messages[0])
    document = json.loads(formatted(caplog, JsonFormatter()))
    assert (document["event"], document["delivery"], document["level"]) == ("delivery_settled", 12, "info")


def test_other_records_are_formatted_too(caplog):
    log = logging.getLogger("lti_bridge.test")
    with caplog.at_level(logging.INFO):
        try:
            raise LookupError("gone")
        except LookupError:
            log.exception('a "quoted" text')
    document = json.loads(formatted(caplog, JsonFormatter()))
    assert (document["message"], "LookupError" in document["traceback"]) == ('a "quoted" text', True)
    first, *trace = formatted(caplog, LogfmtFormatter()).splitlines()
    assert first.endswith(r'message="a \"quoted\" text"')
    assert trace[-1] == "LookupError: gone"


def test_a_field_that_is_not_listed_is_a_fault_of_the_code():
    with pytest.raises(ValueError, match="name, sub"):
        log_event("launch_refused", sub="orang-7", name="Contoh")
    assert not FIELDS & {"name", "nip", "sub", "url", "token", "message", "username"}


@given(st.text(max_size=150))
def test_a_text_that_is_no_code_is_not_written(text):
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    log = logging.getLogger("lti_bridge.events")
    log.addHandler(handler)
    before = log.level
    log.setLevel(logging.INFO)
    try:
        log_event("launch_refused", fault=text)
    finally:
        log.removeHandler(handler)
        log.setLevel(before)
    said = records[0].getMessage().removeprefix("event=launch_refused fault=")
    assert said == "?" or (said == text and " " not in said and "\n" not in said and "@" not in said)


@pytest.mark.every_database
def test_a_launch_a_delivery_and_its_failure_tell_nobody_s_data(registered, client, host, caplog, settings):
    """A whole story with personal data in it; then every record is searched."""
    caplog.set_level(logging.DEBUG)
    target = "http://testserver" + reverse("kapasitas_lti:resource", args=[COURSE])
    begun = client.get(
        reverse("kapasitas_lti:login"),
        {"iss": registered.issuer, "client_id": registered.client_id, "login_hint": "petunjuk-rahasia",
         "target_link_uri": target},
    )  # fmt: skip
    asked = query_of(begun["Location"])
    claims = registered.claims(asked["nonce"], target)
    token = registered.token(claims)
    launch = reverse("kapasitas_lti:launch")
    assert client.post(launch, {"state": asked["state"], "id_token": token}).status_code == 302
    # The same again is refused, and so is one that is signed by nobody.
    assert client.post(launch, {"state": asked["state"], "id_token": token}).status_code >= 400
    account = LinkedAccount.objects.get()
    host.set_progress(account.user_id, completed_blocks=4, grade=Decimal("0.855"))
    note_progress(account.user_id, COURSE)
    # Nobody listens at the platform's address: each delivery fails.
    while Delivery.objects.filter(state="pending", not_before__lte=timezone.now()).exists():
        deliver_next(jitter=lambda: 1.0)
    Delivery.objects.update(state="dead")
    ids = list(Delivery.objects.values_list("pk", flat=True))
    actions.replay(ids, Order(by=None, reason="Contoh Camat Demo", group=uuid.uuid4()), timezone.now())
    client.get(reverse("kapasitas_lti:my_record", args=[COURSE]))
    told = "\n".join(
        formatter.format(record)
        for record in caplog.records
        for formatter in (JsonFormatter(), LogfmtFormatter())
    )
    assert "operator_action" in told
    custom = next(value for name, value in claims.items() if name.endswith("custom"))
    secrets = [
        claims["sub"], custom["nip"], custom["nip"].replace(" ", ""), custom["name"], token,
        token.split(".")[2], asked["state"], asked["nonce"], "petunjuk-rahasia",
    ]  # fmt: skip
    assert [secret for secret in secrets if secret in told] == []

"""The doctor finds what keeps results from arriving, says what to do, and changes nothing."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from celery import Celery
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone
from django.utils.translation import gettext, override

from lti_bridge import keys, secrets_at_rest
from lti_bridge.doctor import Status, connections, examine_platform, examine_site
from lti_bridge.http import Response
from lti_bridge.models import LineItem, Platform, ProgressNotice, ReportTarget, ToolKey

from .fakes import AGS, COURSE
from .operations.rows import delivery
from .registering_platform import registering
from .test_addresses import certificate

pytestmark = pytest.mark.every_database


@pytest.fixture
def healthy(ags, enrolment):
    """A platform whose key set, token, line items and results answer as they should."""
    ags.line_items["/item/1"] = {"tag": "kapasitas-grade", "resourceLinkId": "tautan-1", "scoreMaximum": 100}
    keys.create_key()
    answers = {"/jwks": b'{"keys": [{"kty": "RSA", "kid": "a", "n": "x", "e": "AQAB"}]}'}
    ags.fault = lambda call: (200, {}, answers[call.path]) if call.path in answers else None
    return Platform.objects.get()


def found(platform: Platform) -> dict[str, tuple[str, str]]:
    return {one.code: (str(one.status), one.detail) for one in examine_platform(platform)}


def doctor(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_a_healthy_connection_is_in_order(ags, healthy):
    steps = {code: status for code, (status, _detail) in found(healthy).items()}
    # The test platform has no TLS, which is allowed for it and worth a look.
    assert steps == {
        "host": "warning",
        "key_set": "ok",
        "clock": "ok",
        "scopes": "ok",
        "token": "ok",
        "line_items": "ok",
        "results": "ok",
    }


def test_it_changes_nothing_there(ags, healthy):
    ags.line_items.clear()
    examine_platform(healthy)
    assert {(call.method, call.path) for call in ags.calls if call.method != "GET"} == {("POST", "/token")}
    assert (ags.line_items, ags.scores, LineItem.objects.count()) == ({}, [], 0)


REFUSALS = {
    "invalid_client": "kumpulan kunci",
    "invalid_scope": "layanan alat ini",
    "unsupported_grant_type": "client credentials",
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refused_token_is_explained(ags, healthy, code):
    answer = json.dumps({"error": code}).encode()
    ags.fault = lambda call: (400, {}, answer) if call.path == "/token" else None
    token = next(one for one in examine_platform(healthy) if one.code == "token")
    assert (token.status, code in token.detail) == (Status.PROBLEM, True)
    assert REFUSALS[code] in str(_translated(token.remedy))


def test_a_tool_that_is_not_known_is_explained_without_a_code(ags, healthy):
    """A 401 says so by itself; other words that hold a code say nothing."""
    ags.fault = lambda call: (401, {}, b"invalid_scope") if call.path == "/token" else None
    token = next(one for one in examine_platform(healthy) if one.code == "token")
    assert REFUSALS["invalid_client"] in str(_translated(token.remedy))


@pytest.mark.parametrize("error", [["invalid_client"], {}, 7, None])
def test_a_refusal_without_a_code_that_is_one(ags, healthy, error):
    answer = json.dumps({"error": error}).encode()
    ags.fault = lambda call: (400, {}, answer) if call.path == "/token" else None
    token = next(one for one in examine_platform(healthy) if one.code == "token")
    assert token.status == Status.PROBLEM
    assert "log" in token.remedy.lower()


def _translated(text: str) -> str:
    """The site's language is Indonesian; a remedy is there in whichever was active."""
    with override("id"):
        return gettext(text)


def test_nothing_is_asked_of_a_host_that_does_not_answer(ags, healthy):
    Platform.objects.update(key_set_url="https://127.0.0.1:9/jwks")
    steps = found(Platform.objects.get())
    assert steps["host"][0] == "problem"
    assert steps["services"][0] == "skipped"
    assert ags.calls == []


def test_the_way_is_the_one_that_deliveries_go(healthy, monkeypatch, tmp_path):
    """Through the environment's proxy where there is one, and believing whom the deliveries believe."""
    Platform.objects.update(key_set_url="https://127.0.0.1:9/jwks")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    steps = found(Platform.objects.get())
    assert steps["host"][0] != "problem"
    # The proxy does not answer: that is found where it is used.
    assert steps["key_set"][0] == "problem"


@pytest.mark.parametrize("is_named", [True, False])
def test_an_authority_of_the_region_is_believed_where_it_is_named(monkeypatch, tmp_path, is_named):
    """REQUESTS_CA_BUNDLE, as for deliveries."""
    authority, context = certificate(tmp_path, "localhost")
    if is_named:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    with registering(context) as platform:
        port = int(platform.url.rpartition(":")[2])
        said = connections._host(("https", "localhost", port))
    # It is good for an hour: worth a warning, and no problem.
    assert said.status == (Status.WARNING if is_named else Status.PROBLEM)


def test_an_address_that_may_not_be_used_is_a_problem(healthy):
    Platform.objects.update(auth_token_url="http://simpeg.example.test/token")
    assert found(Platform.objects.get())["address"][0] == "problem"
    with override("id"):
        assert "harus https" in found(Platform.objects.get())["address"][1]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Wed, 01 Jan 2020 00:00:00 GMT", "warning"),
        ("Fri, 01 Jan 2100 00:00:00 +0700", "warning"),
        ("yesterday", "skipped"),
        ("", "skipped"),
    ],
)
def test_a_wrong_clock_is_found(said, status):
    reply = Response(status=200, headers={"Date": said}, body=b"")
    assert str(connections._clock(reply).status) == status


def test_a_key_set_without_keys_is_a_problem(ags, healthy):
    ags.fault = lambda call: (200, {}, b'{"keys": []}') if call.path == "/jwks" else None
    assert found(healthy)["key_set"][0] == "problem"


def test_permissions_that_are_missing_are_named(ags, healthy):
    ReportTarget.objects.update(scopes=[AGS + "scope/lineitem"])
    assert found(healthy)["scopes"][0] == "problem"
    ReportTarget.objects.update(scopes=[AGS + "scope/lineitem", AGS + "scope/score"])
    steps = found(healthy)
    assert (steps["scopes"][0], steps["results"][0]) == ("warning", "skipped")


def test_lists_that_cannot_be_read_are_problems(ags, healthy):
    inner = ags.fault
    ReportTarget.objects.update(memberships_url=ags.url + "/members")
    ags.fault = lambda call: (403, {}, b"") if call.path.endswith("/results") else inner(call)
    steps = found(healthy)
    assert (steps["results"][0], steps["memberships"][0]) == ("problem", "problem")
    ags.fault = lambda call: (403, {}, b"") if call.path == "/lineitems" else inner(call)
    assert found(healthy)["line_items"][0] == "problem"


def test_lti_11_asks_for_the_secret_and_the_address(ags, healthy):
    Platform.objects.update(lti_version="1.1", encrypted_secret="not encrypted by us")
    assert found(Platform.objects.get())["secret"][0] == "problem"
    secret = secrets_at_rest.encrypt("rahasia")
    Platform.objects.update(encrypted_secret=secret)
    ReportTarget.objects.update(outcome_url=ags.url + "/outcome")
    steps = found(Platform.objects.get())
    assert (steps["secret"][0], steps["host"][0]) == ("ok", "warning")
    assert "rahasia" not in str(steps)


def site(**changes) -> dict[str, str]:
    return {one.code: str(one.status) for one in examine_site(**changes)}


def test_our_own_side(db, enrolment):
    assert site()["keys"] == "warning"
    key = keys.create_key()
    assert site()["keys"] == "ok"
    ToolKey.objects.filter(pk=key.pk).update(encrypted_private_key="x")
    assert site()["keys"] == "problem"


def test_work_that_nobody_does_is_found(enrolment):
    steps = site()
    assert (steps["schedule"], steps["sender"]) == ("ok", "ok")
    delivery(enrolment, "pending")
    notice = ProgressNotice.objects.create(
        user_id=enrolment.account.user_id,
        course_key=COURSE,
        not_before=timezone.now() - timedelta(minutes=10),
    )
    steps = site()
    assert (steps["schedule"], steps["sender"]) == ("problem", "problem")
    notice.delete()
    Platform.objects.update(enabled=False)
    assert site()["sender"] == "ok"


@override_settings(KAPASITAS_LTI_USE_CELERY=True)
def test_a_broker_that_does_not_answer_is_a_problem(db, monkeypatch):
    app = Celery("doctor-test", broker="amqp://127.0.0.1:9//", set_as_current=False)
    monkeypatch.setattr("celery.current_app", app)
    assert site()["broker"] == "problem"


def test_our_key_set_is_fetched_from_outside(live_server, settings):
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["localhost"]
    keys.create_key()
    assert site(site=live_server.url)["jwks"] == "ok"
    assert site(site=live_server.url + "/nowhere")["jwks"] == "problem"


def test_the_command_ends_with_one_where_there_is_a_problem(ags, healthy):
    code, said = doctor()
    assert (code, "PROBLEM" in said) == (0, False)
    Platform.objects.update(key_set_url="https://127.0.0.1:9/jwks")
    code, said = doctor("--platform", str(healthy.pk), "--json")
    document = json.loads(said)
    assert code == 1
    assert [group["platform"] for group in document] == [None, healthy.pk]
    assert {"code", "step", "status", "detail", "remedy"} == set(document[1]["findings"][0])
    with pytest.raises(CommandError):
        call_command("doctor", "--platform", "99999")


def test_it_tells_no_token_and_no_person(ags, healthy):
    _code, said = doctor("--json")
    assert "orang-7" not in said
    assert not [token for token in ags.valid_tokens if f'"{token}"' in said]


@pytest.mark.service("redis")
@override_settings(KAPASITAS_LTI_USE_CELERY=True)
def test_a_broker_without_workers_for_our_queue_is_a_problem(db, monkeypatch):
    app = Celery("doctor-test", broker="redis://127.0.0.1:6379/15", set_as_current=False)
    monkeypatch.setattr("celery.current_app", app)
    steps = site()
    assert (steps["broker"], steps["workers"]) == ("ok", "problem")
    queues = {"w1": [{"name": "celery"}], "w2": [{"name": "other"}]}
    inspected = type("Inspect", (), {"active_queues": lambda self: queues})
    monkeypatch.setattr(app.control, "inspect", lambda timeout: inspected())
    assert site()["workers"] == "ok"

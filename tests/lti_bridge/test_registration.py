"""Dynamic Registration: one link, one platform, nothing overwritten, nothing fetched that must not be."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lti_bridge.admin import InvitationForm
from lti_bridge.launch.invitations import invite
from lti_bridge.launch.registration import ToolAddresses, registration_request
from lti_bridge.models import Deployment, Platform, RegistrationInvitation

from .fakes import CLAIM, FakePlatform
from .launching import launch
from .registering_platform import LTI_PLATFORM, LTI_TOOL, RegisteringPlatform, registering

pytestmark = pytest.mark.every_database


@pytest.fixture
def hr(settings) -> Iterator[RegisteringPlatform]:
    """A platform on this machine, which the operator allows."""
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["127.0.0.1"]
    settings.KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS = ["127.0.0.1"]
    with registering() as platform:
        yield platform


def make_link(**options: Any) -> str:
    _row, token = invite(name="SIMPEG Contoh", now=timezone.now(), **options)
    return reverse("kapasitas_lti:register", args=[token])


@pytest.fixture
def link(db) -> str:
    """A fresh link that trusts the NIP."""
    return make_link(trusts_nip=True)


def follow(client: Client, link: str, platform: RegisteringPlatform, **changes: str):
    """Open the link as the platform's administrator does, in the window that the platform opens."""
    query = {
        "openid_configuration": platform.configuration_url,
        "registration_token": platform.token,
        **changes,
    }
    return client.get(link, query)


def open_again() -> bool:
    return RegistrationInvitation.objects.get().used_at is None


def test_a_platform_registers_itself(client, link, hr, caplog):
    """Both sides know each other afterwards, and the window says that it can be closed."""
    with caplog.at_level(logging.DEBUG):
        reply = follow(client, link, hr)
    assert reply.status_code == 200, reply.content.decode()
    platform = Platform.objects.get()
    assert (platform.name, platform.issuer, platform.client_id) == ("SIMPEG Contoh", hr.url, "klien-1")
    assert (platform.auth_login_url, platform.auth_token_url, platform.key_set_url) == (
        hr.url + "/auth",
        hr.url + "/token",
        hr.url + "/jwks",
    )
    assert platform.trusts_nip
    assert Deployment.objects.get().deployment_id == "d-1"
    invitation = RegistrationInvitation.objects.get()
    assert (invitation.platform, invitation.used_at is None) == (platform, False)
    assert "registration_done.js" in reply.content.decode()
    assert reply["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert hr.authorizations == ["Bearer tanda-sekali"]
    assert "tanda-sekali" not in caplog.text


def test_what_we_ask_to_be(client, link, hr):
    """The request is a client of Dynamic Registration 1.0 with both messages and the scopes we use."""
    follow(client, link, hr)
    (asked,) = hr.registrations
    site = "http://testserver/lti/"
    assert asked["application_type"] == "web"
    assert set(asked["grant_types"]) == {"implicit", "client_credentials"}
    assert asked["response_types"] == ["id_token"]
    assert asked["redirect_uris"] == [site + "launch"]
    assert asked["initiate_login_uri"] == site + "login"
    assert asked["jwks_uri"] == site + "jwks"
    assert asked["token_endpoint_auth_method"] == "private_key_jwt"
    assert asked["client_name"] == asked["client_name#id"] == "Kapasitas"
    assert set(asked["scope"].split()) == {
        "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
        "https://purl.imsglobal.org/spec/lti-ags/scope/score",
        "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
        "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
    }
    tool = asked[LTI_TOOL]
    assert (tool["domain"], tool["target_link_uri"]) == ("testserver", site + "deep-link")
    assert [message["type"] for message in tool["messages"]] == [
        "LtiResourceLinkRequest",
        "LtiDeepLinkingRequest",
    ]
    assert set(tool["custom_parameters"]) == {"nip", "name", "office_code", "office_name", "post"}


def test_a_link_is_good_once(client, link, hr):
    """The second platform that follows it is refused, and nothing is fetched."""
    follow(client, link, hr)
    hr.asked.clear()
    reply = follow(client, link, hr)
    assert (reply.status_code, reply.context["fault"]) == (400, "invitation")
    assert hr.asked == []
    assert Platform.objects.count() == 1


def test_a_link_expires(client, link, hr):
    """After its days it opens nothing."""
    RegistrationInvitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert follow(client, link, hr).context["fault"] == "invitation"
    assert client.get(link).context["fault"] == "invitation"
    assert hr.asked == []


def test_an_unknown_link_opens_nothing(client, db, hr):
    """Nor does a guess."""
    assert follow(client, reverse("kapasitas_lti:register", args=["tebakan"]), hr).status_code == 400
    assert hr.asked == []


def test_a_link_for_another_host_is_refused(client, db, hr):
    """A link that was made for one host is no use to another, and stays good."""
    reply = follow(client, make_link(host="simpeg.example.go.id"), hr)
    assert (reply.context["fault"], hr.asked, open_again()) == ("host", [], True)


def test_opening_the_link_by_hand_uses_nothing_up(client, link, hr):
    """Mail scanners and curious people only see what it is for."""
    assert "SIMPEG Contoh" in client.get(link).content.decode()
    assert follow(client, link, hr).status_code == 200


WRONG_CONFIGURATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "issuer-of-another-host": ("issuer", {"issuer": "https://lain.example.test"}),
    "issuer-missing": ("issuer", {"issuer": None}),
    "issuer-is-number": ("issuer", {"issuer": 7}),
    "issuer-too-long": ("issuer", {"issuer": "https://x.example.test/" + "x" * 300}),
    "token-endpoint-elsewhere": ("token_endpoint", {"token_endpoint": "https://lain.example.test/token"}),
    "keys-elsewhere": ("jwks_uri", {"jwks_uri": "http://169.254.169.254/latest"}),
    "registration-elsewhere": ("registration_endpoint", {"registration_endpoint": "http://127.0.0.1:1/r"}),
    "login-is-script": ("authorization_endpoint", {"authorization_endpoint": "javascript:alert(1)"}),
    "no-registration": ("registration_endpoint", {"registration_endpoint": None}),
    "no-id-token": ("response_types_supported", {"response_types_supported": ["code"]}),
    "no-rs256": (
        "id_token_signing_alg_values_supported",
        {"id_token_signing_alg_values_supported": ["HS256"]},
    ),
    "no-private-key-jwt": (
        "token_endpoint_auth_methods_supported",
        {"token_endpoint_auth_methods_supported": ["client_secret_basic"]},
    ),
    "no-lti": ("messages_supported", {LTI_PLATFORM: None}),
    "no-launches": ("messages_supported", {LTI_PLATFORM: {"messages_supported": [{"type": "Lain"}, 7]}}),
    "messages-are-text": (
        "messages_supported",
        {LTI_PLATFORM: {"messages_supported": "LtiResourceLinkRequest"}},
    ),
}


@pytest.mark.parametrize(("fault", "changes"), WRONG_CONFIGURATIONS.values(), ids=WRONG_CONFIGURATIONS)
def test_configurations_that_are_refused(client, link, hr, fault, changes):
    """Nothing is registered anywhere, and the link stays good for the corrected one."""
    hr.configuration = changes
    reply = follow(client, link, hr)
    assert (reply.status_code, reply.context["fault"]) == (400, fault)
    assert (hr.registrations, Platform.objects.count(), open_again()) == ([], 0, True)
    hr.configuration = {}
    assert follow(client, link, hr).status_code == 200


RAW_CONFIGURATIONS = {
    "redirect": (302, {"Location": "/lain"}, b""),
    "not-json": (200, {}, b"<html>"),
    "a-list": (200, {}, b"[]"),
    "not-found": (404, {}, b"{}"),
    "too-large": (200, {}, b" " * 1_100_000),
    "nested": (200, {}, b"[" * 100_000),
}


@pytest.mark.parametrize("raw", RAW_CONFIGURATIONS.values(), ids=RAW_CONFIGURATIONS)
def test_answers_that_are_no_configuration(client, link, hr, raw):
    """Redirects are not followed, and nothing is read without a limit."""
    hr.raw["/.well-known/openid-configuration"] = raw
    reply = follow(client, link, hr)
    assert (reply.status_code, reply.context["fault"]) == (400, "openid_configuration")
    assert hr.asked == ["/.well-known/openid-configuration"]
    assert open_again()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://10.0.0.7/x",
        "https://100.64.0.1/x",
        "https://169.254.169.254/x",
        "https://[fd00::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://localhost/x",
        "http://simpeg.example.test/x",
        "https://user@simpeg.example.test/x",
        "file:///etc/passwd",
        "gopher://simpeg.example.test/x",
        "https://2130706433/x",
        "x",
    ],
)
def test_addresses_that_are_never_fetched(client, link, url):
    """Without the operator's word no private address is asked, whatever it is written as."""
    reply = client.get(link, {"openid_configuration": url})
    assert (reply.status_code, reply.context["fault"]) == (400, "openid_configuration")
    assert open_again()


WRONG_ANSWERS = {
    "no-client": ("client_id", {"client_id": None}),
    "client-is-number": ("client_id", {"client_id": 7}),
    "client-is-empty": ("client_id", {"client_id": ""}),
    "client-too-long": ("client_id", {"client_id": "x" * 256}),
    "client-has-nul": ("client_id", {"client_id": "a\x00"}),
    "other-redirect": ("redirect_uris", {"redirect_uris": ["https://lain.example.test/"]}),
    "other-keys": ("jwks_uri", {"jwks_uri": "https://lain.example.test/jwks"}),
    "deployment-is-number": ("deployment_id", {LTI_TOOL: {"deployment_id": 7}}),
}


@pytest.mark.parametrize(("fault", "changes"), WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
def test_answers_that_leave_doubt(client, link, hr, fault, changes):
    """The platform has registered us somehow: a person looks, and the link is not used again."""
    hr.answer = changes
    reply = follow(client, link, hr)
    assert (reply.status_code, reply.context["fault"]) == (502, fault)
    assert (Platform.objects.count(), open_again()) == (0, False)


@pytest.mark.parametrize(("status", "good_again"), [(400, True), (401, True), (500, False), (302, False)])
def test_a_refusal_gives_the_link_back(client, link, hr, status, good_again):
    """What the platform surely did not do can be tried again; after a fault of its own nobody knows."""
    hr.answer_status = status
    reply = follow(client, link, hr)
    assert reply.context["fault"] == "registration_endpoint"
    assert (Platform.objects.count(), open_again()) == (0, good_again)


def test_an_existing_registration_is_never_overwritten(client, link, hr):
    """The same issuer and client id again: the former registration stays as it was."""
    before = Platform.objects.create(
        name="lama", issuer=hr.url, client_id="klien-1", key_set_url=hr.url + "/lama"
    )
    reply = follow(client, link, hr)
    assert (reply.status_code, reply.context["fault"]) == (502, "client_id")
    assert Platform.objects.get() == before
    assert Platform.objects.get().key_set_url == hr.url + "/lama"
    assert not Deployment.objects.exists()


def test_without_a_registration_token_none_is_sent(client, link, hr):
    """Platforms need not give one."""
    assert follow(client, link, hr, registration_token="").status_code == 200
    assert hr.authorizations == [""]


def test_a_registration_token_that_is_no_header_is_refused(client, link, hr):
    """Line breaks cannot smuggle a header."""
    reply = follow(client, link, hr, registration_token="a\r\nX-Lain: 1")
    assert reply.status_code == 400
    assert hr.registrations == []


def test_the_first_deployment_waits_for_the_operator(client, platform: FakePlatform, admin_client):
    """A platform that named no deployment: its first launch is noted, refused, and good once confirmed."""
    row = platform.register()
    Deployment.objects.all().delete()
    for _time in range(2):
        reply = launch(client, platform)
        assert (reply.status_code, reply.context["fault"]) == (403, "deployment_id")
    assert launch(client, platform, **{CLAIM + "deployment_id": "lain"}).status_code == 403
    (noted,) = Deployment.objects.all()
    assert (noted.platform, noted.deployment_id, noted.confirmed) == (row, platform.deployment_id, False)
    assert 'alt="True"' in admin_client.get("/admin/kapasitas_lti/platform/").content.decode()
    Deployment.objects.update(confirmed=True)
    assert launch(client, platform).status_code == 302


def test_the_command_confirms_a_deployment_that_was_noted(client, db, platform: FakePlatform):
    """Who names it by lti_platform knows it; the registration stays one."""
    row = platform.register()
    Deployment.objects.all().delete()
    launch(client, platform)
    call_command(
        "lti_platform",
        issuer=row.issuer,
        client_id=row.client_id,
        deployment_id=platform.deployment_id,
        name=row.name,
        auth_login_url=row.auth_login_url,
        auth_token_url=row.auth_token_url,
        key_set_url=row.key_set_url,
        verbosity=0,
    )
    assert Deployment.objects.get().confirmed
    assert launch(client, platform).status_code == 302


def test_a_platform_with_a_deployment_notes_no_other(client, registered):
    """Only the first is offered for confirmation; others are unknown, as ever."""
    launch(client, registered, **{CLAIM + "deployment_id": "lain"})
    assert Deployment.objects.count() == 1


def test_the_command_makes_a_link_that_works(client, db, hr):
    """What it prints is all there is to hand over."""
    out = StringIO()
    call_command(
        "lti_invite", "SIMPEG Contoh", host="127.0.0.1", days=3, site="http://testserver/", stdout=out
    )
    link = out.getvalue().strip()
    row = RegistrationInvitation.objects.get()
    assert row.token_digest not in link
    assert timedelta(days=2) < row.expires_at - timezone.now() <= timedelta(days=3)
    assert follow(client, link, hr).status_code == 200
    assert not Platform.objects.get().trusts_nip


@pytest.mark.parametrize(
    ("fault", "options"),
    {
        "name is to be": {"name": " "},
        "at most 255": {"name": "a" * 256},
        "--host": {"name": "x", "host": "https://simpeg.example.test/"},
        "--site": {"name": "x", "site": "learn.example.go.id"},
    }.items(),
)
def test_a_link_that_nobody_could_use_is_not_made(db, fault, options):
    """The argument at fault is named."""
    with pytest.raises(CommandError, match=fault):
        call_command("lti_invite", options.pop("name"), **options)
    assert not RegistrationInvitation.objects.exists()


def test_the_administration_asks_for_a_host_too(db):
    """A link for an address would be refused to everybody who follows it."""
    said = {"name": "SIMPEG Contoh", "days": "7"}
    assert InvitationForm({**said, "host": "simpeg.example.test"}).is_valid()
    assert set(InvitationForm({**said, "host": "https://simpeg.example.test/"}).errors) == {"host"}


@pytest.mark.parametrize("days", [0, 91])
def test_the_command_refuses_odd_days(db, days):
    """A link is good for days, not for ever."""
    with pytest.raises(CommandError):
        call_command("lti_invite", "x", days=days)


def test_the_administration_makes_a_link_and_shows_it_once(client, admin_client, hr):
    """Saved, the link is in the message, and nowhere afterwards."""
    add = "/admin/kapasitas_lti/registrationinvitation/add/"
    assert admin_client.get(add).status_code == 200
    page = admin_client.post(add, {"name": "SIMPEG Contoh", "host": "", "days": "5"}, follow=True)
    shown = [str(message) for message in page.context["messages"]]
    link = next(word for text in shown for word in text.split() if "/lti/register/" in word)
    assert (
        "/lti/register/"
        not in admin_client.get("/admin/kapasitas_lti/registrationinvitation/").content.decode()
    )
    assert follow(client, link, hr).status_code == 200


def test_the_request_is_a_golden_file():
    """What platforms are asked changes only on purpose (tests/lti_bridge/golden)."""
    site = "https://learn.example.go.id/kapasitas/lti/"
    tool = ToolAddresses(
        login=site + "login",
        launch=site + "launch",
        jwks=site + "jwks",
        deep_link=site + "deep-link",
        home="https://learn.example.go.id/",
    )
    golden = Path(__file__).parent / "golden" / "registration_request.json"
    assert registration_request(tool, name="Kapasitas") == json.loads(golden.read_text(encoding="utf-8"))

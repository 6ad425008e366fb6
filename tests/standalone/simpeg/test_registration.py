"""Dynamic Registration at the demo SIMPEG: a tool with a token registers itself, once."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from standalone.simpeg.lti.names import SCOPE_SCORE
from standalone.simpeg.lti.registration import LTI_TOOL, new_token
from standalone.simpeg.models import Tool

ASKED: dict[str, Any] = {
    "client_name": "Kapasitas",
    "redirect_uris": ["https://learn.example.test/launch"],
    "initiate_login_uri": "https://learn.example.test/login",
    "jwks_uri": "https://learn.example.test/jwks",
    "scope": f"{SCOPE_SCORE} urn:lain",
    LTI_TOOL: {"domain": "learn.example.test"},
}


def register(client: Client, token: str, **changes: Any):
    return client.post(
        reverse("simpeg:register"),
        json.dumps({**ASKED, **changes}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def test_a_tool_registers_itself_once(client, db):
    """The token stands for one client id: the second use is refused."""
    token = new_token()
    reply = register(client, token)
    assert reply.status_code == 201
    tool = Tool.objects.get()
    assert reply.json()["client_id"] == tool.client_id
    assert reply.json()[LTI_TOOL] == {"domain": "learn.example.test", "deployment_id": tool.deployment_id}
    assert reply.json()["scope"] == SCOPE_SCORE
    assert tool.scopes() == {SCOPE_SCORE}
    assert tool.may_return_to("https://learn.example.test/launch")
    assert register(client, token).status_code == 401
    assert Tool.objects.count() == 1


@pytest.mark.parametrize("token", ["", "x", "x:y:z"])
def test_without_a_token_nothing_is_registered(client, db, token):
    assert register(client, token).status_code == 401
    assert not Tool.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uris": []},
        {"redirect_uris": "https://x.test/"},
        {"redirect_uris": [7]},
        {"initiate_login_uri": "javascript:x"},
        {"jwks_uri": None},
        {"jwks_uri": "http://["},
    ],
)
def test_wrong_addresses_are_refused(client, db, changes):
    assert register(client, new_token(), **changes).status_code == 400
    assert not Tool.objects.exists()


def test_the_configuration_names_addresses_of_one_host(client, db):
    said = client.get("/.well-known/openid-configuration").json()
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
    assert all(said[name].startswith(said["issuer"] + "/") for name in names)


@pytest.fixture
def officer(client, db) -> Client:
    user = User.objects.create_user("kepegawaian")
    user.user_permissions.add(Permission.objects.get(codename="manage_personnel"))
    client.force_login(user)
    return client


def test_an_officer_opens_the_link_with_what_the_tool_needs(officer):
    """The form goes to the tool's address, its own query kept, with our configuration and a fresh token."""
    link = "https://learn.example.test/lti/register/rahasia?a=1"
    page = officer.post(reverse("simpeg:tools"), {"link": link})
    assert page.context["action"] == "https://learn.example.test/lti/register/rahasia"
    fields = dict(page.context["fields"])
    assert fields["a"] == "1"
    assert fields["openid_configuration"].endswith("/.well-known/openid-configuration")
    assert register(officer, fields["registration_token"]).status_code == 201
    assert "Kapasitas" in officer.get(reverse("simpeg:tools")).content.decode()


@pytest.mark.parametrize("link", ["", "x", "javascript:alert(1)", "http://["])
def test_a_link_that_is_none_is_said(officer, link):
    assert officer.post(reverse("simpeg:tools"), {"link": link}).status_code == 400


def test_only_officers_see_the_tools(client, official):
    client.force_login(official.user)
    assert client.get(reverse("simpeg:tools")).status_code == 403

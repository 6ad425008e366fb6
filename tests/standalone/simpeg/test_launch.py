"""A launch: third-party initiated login, authentication request, id_token."""

import re
import time
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from standalone.simpeg.lti.names import AGS_CLAIM, LTI, NRPS_CLAIM
from standalone.simpeg.models import Course, Enrolment, LineItem, LoginHint, Official, Tool
from standalone.simpeg.registry import register_course, register_tool

from . import tool as tool_side
from .conftest import make_official


def begin(client: Client, course: Course) -> dict[str, str]:
    """Press "open course" and return what the tool's login URL is told."""
    response = client.post(f"/me/courses/{course.pk}/open/")
    assert response.status_code == 302
    assert response.url.startswith(tool_side.LOGIN_URL + "?")
    query = parse_qs(urlsplit(response.url).query, strict_parsing=True)
    return {name: value for name, [value] in query.items()}


def asked(told: dict[str, str], **changes: Any) -> dict[str, Any]:
    """Return a good authentication request; a change to None leaves the parameter out."""
    good = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": told["client_id"],
        "redirect_uri": tool_side.LAUNCH_URL,
        "login_hint": told["login_hint"],
        "lti_message_hint": told["lti_message_hint"],
        "state": "state-1",
        "nonce": "nonce-1",
        **changes,
    }
    return {name: value for name, value in good.items() if value is not None}


def form(response: HttpResponse) -> tuple[str, dict[str, str]]:
    """Return the target and the fields of the form that posts to the tool."""
    html = re.sub(r"(?s)<footer>.*", "", response.content.decode())
    [target] = re.findall(r'<form[^>]*action="(https://[^"]*)"', html)
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', html)
    return target, {name: unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}


def id_token(client: Client, response: HttpResponse, **options: Any) -> dict[str, Any]:
    """Check the token as a tool does, by the published key set, and return its claims."""
    token = form(response)[1]["id_token"]
    kid = jwt.get_unverified_header(token)["kid"]
    [key] = [key for key in client.get("/.well-known/jwks.json").json()["keys"] if key["kid"] == kid]
    assert (key["alg"], key["use"], key["kty"]) == ("RS256", "sig", "RSA")
    assert set(key) == {"alg", "use", "kty", "kid", "n", "e"}
    return jwt.decode(token, jwt.PyJWK(key).key, algorithms=["RS256"], audience=tool_side.CLIENT_ID)


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_official_is_launched_with_every_claim(
    client: Client, signed_in: Client, course: Course, official: Official, method: str
) -> None:
    """The id_token carries the Core, AGS and NRPS claims, and who the official is."""
    began = time.time()
    told = begin(signed_in, course)
    assert told["iss"] == "http://localhost:8001"
    assert told["target_link_uri"] == tool_side.TARGET
    assert told["lti_deployment_id"] == tool_side.DEPLOYMENT_ID
    response = getattr(signed_in, method)("/lti/auth", asked(told))
    assert response.status_code == 200, response.content.decode()
    target, fields = form(response)
    assert (target, set(fields), fields["state"]) == (tool_side.LAUNCH_URL, {"id_token", "state"}, "state-1")
    claims = id_token(client, response)
    assert (claims["iss"], claims["sub"], claims["nonce"]) == (told["iss"], str(official.subject), "nonce-1")
    assert claims["exp"] - claims["iat"] == 300
    assert int(began) <= claims["iat"] <= time.time()
    assert claims[f"{LTI}message_type"] == "LtiResourceLinkRequest"
    assert claims[f"{LTI}version"] == "1.3.0"
    assert claims[f"{LTI}deployment_id"] == tool_side.DEPLOYMENT_ID
    assert claims[f"{LTI}target_link_uri"] == tool_side.TARGET
    assert claims[f"{LTI}resource_link"] == {"id": str(course.resource_link_id), "title": "Kursus Contoh"}
    assert claims[f"{LTI}context"]["id"] == str(course.context_id)
    assert claims[f"{LTI}roles"] == ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]
    assert claims[f"{LTI}custom"] == {
        "nip": "198001012005011001",
        "name": "Contoh Lurah Demo",
        "office_code": "99.71.01.1001",
        "office_name": "Kelurahan Contoh Asri",
        "post": "Lurah",
    }
    assert (claims["name"], claims["given_name"], claims["family_name"]) == (
        "Contoh Lurah Demo",
        "Contoh Lurah",
        "Demo",
    )
    presentation = claims[f"{LTI}launch_presentation"]
    assert presentation["locale"] == "id"
    assert presentation["return_url"] == "http://localhost:8001/me/courses/"
    base = f"http://localhost:8001/lti/contexts/{course.context_id}"
    assert claims[AGS_CLAIM]["lineitems"] == f"{base}/line_items"
    assert len(claims[AGS_CLAIM]["scope"]) == 4
    assert "lineitem" not in claims[AGS_CLAIM]
    assert claims[NRPS_CLAIM] == {
        "context_memberships_url": f"{base}/memberships",
        "service_versions": ["2.0"],
    }


def test_nothing_personal_stands_in_a_url(signed_in: Client, course: Course, official: Official) -> None:
    """The login URL carries opaque hints: no NIP, name, user name or internal id."""
    told = begin(signed_in, course)
    for secret in (official.nip, "Lurah", official.user.username, str(official.subject)):
        assert secret not in " ".join(told.values())
    assert len(told["login_hint"]) >= 40


def test_an_official_of_one_name_has_no_family_name(client: Client, course: Course) -> None:
    """Many Indonesians have one name."""
    official = make_official("satu", 2, name="Contohwati")
    register_course(tool=course.tool, title=course.title, target_link_uri=course.target_link_uri)
    client.force_login(official.user)
    claims = id_token(client, client.post("/lti/auth", asked(begin(client, course))))
    assert claims["given_name"] == "Contohwati"
    assert "family_name" not in claims


def test_a_trainer_is_launched_as_an_instructor(client: Client, course: Course) -> None:
    """The role is that of the assignment."""
    official = make_official("pengajar", 3, teaches=True)
    register_course(tool=course.tool, title=course.title, target_link_uri=course.target_link_uri)
    client.force_login(official.user)
    claims = id_token(client, client.post("/lti/auth", asked(begin(client, course))))
    assert claims[f"{LTI}roles"] == ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]


def test_the_lineitem_claim_names_the_only_line_item_of_the_link(
    signed_in: Client, line_item: LineItem
) -> None:
    """AGS 3.1.1: with exactly one line item bound to the link its URL is given, with two it is not."""
    first = id_token(signed_in, signed_in.post("/lti/auth", asked(begin(signed_in, line_item.course))))
    assert first[AGS_CLAIM]["lineitem"].endswith(f"/line_items/{line_item.pk}")
    link = line_item.resource_link_id
    LineItem.objects.create(course=line_item.course, label="2", score_maximum=1, resource_link_id=link)
    second = id_token(
        signed_in, signed_in.post("/lti/auth", asked(begin(signed_in, line_item.course), nonce="nonce-2"))
    )
    assert "lineitem" not in second[AGS_CLAIM]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"scope": "openid profile"}, "invalid_request", id="other scope"),
        pytest.param({"scope": None}, "invalid_request", id="no scope"),
        pytest.param({"response_type": "code"}, "unsupported_response_type", id="response type"),
        pytest.param({"response_mode": "query"}, "invalid_request", id="response mode"),
        pytest.param({"response_mode": None}, "invalid_request", id="no response mode"),
        pytest.param({"prompt": "login"}, "invalid_request", id="prompt"),
        pytest.param({"prompt": None}, "invalid_request", id="no prompt"),
        pytest.param({"nonce": None}, "invalid_request", id="no nonce"),
        pytest.param({"nonce": ""}, "invalid_request", id="empty nonce"),
        pytest.param({"state": None}, "invalid_request", id="no state"),
        pytest.param({"state": ["a", "b"]}, "invalid_request", id="state twice"),
        pytest.param({"login_hint": None}, "invalid_request", id="no login hint"),
        pytest.param({"login_hint": "made-up"}, "login_required", id="unknown login hint"),
        pytest.param({"lti_message_hint": None}, "invalid_request", id="no message hint"),
        pytest.param({"lti_message_hint": "made-up"}, "invalid_request", id="other message hint"),
    ],
)
def test_a_wrong_request_is_refused_and_may_be_reported_to_the_tool(
    signed_in: Client, course: Course, changes: dict[str, Any], code: str
) -> None:
    """Error pages name the OpenID code; no id_token leaves, and the state goes back unchanged."""
    response = signed_in.post("/lti/auth", asked(begin(signed_in, course), **changes))
    assert response.status_code == 400
    target, fields = form(response)
    assert target == tool_side.LAUNCH_URL
    assert fields["error"] == code
    assert "id_token" not in fields
    assert not LoginHint.objects.filter(nonce_digest__isnull=False).exists()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"client_id": "tool-9"}, id="unknown client"),
        pytest.param({"client_id": None}, id="no client"),
        pytest.param({"redirect_uri": "https://evil.example/launch"}, id="other host"),
        pytest.param({"redirect_uri": tool_side.LAUNCH_URL + "/"}, id="slash at the end"),
        pytest.param({"redirect_uri": tool_side.LAUNCH_URL + "?a=1"}, id="added query"),
        pytest.param({"redirect_uri": tool_side.LAUNCH_URL.upper()}, id="capitals"),
        pytest.param({"redirect_uri": [tool_side.LAUNCH_URL, "https://evil.example/"]}, id="two"),
        pytest.param({"redirect_uri": None}, id="no redirect URI"),
    ],
)
def test_nothing_is_sent_to_an_unregistered_address(
    signed_in: Client, course: Course, changes: dict[str, Any]
) -> None:
    """A redirect URI must be registered character for character, otherwise the user stays here."""
    response = signed_in.post("/lti/auth", asked(begin(signed_in, course), **changes))
    assert response.status_code == 400
    assert "tool.example" not in response.content.decode()
    assert "evil.example" not in response.content.decode()


def test_a_login_hint_serves_once(signed_in: Client, course: Course) -> None:
    """The same authentication request again is refused, and so is a new nonce with the used hint."""
    told = begin(signed_in, course)
    assert signed_in.post("/lti/auth", asked(told)).status_code == 200
    assert signed_in.post("/lti/auth", asked(told)).status_code == 400
    assert signed_in.post("/lti/auth", asked(told, nonce="nonce-2")).status_code == 400


def test_a_nonce_serves_once(signed_in: Client, course: Course) -> None:
    """A tool that repeats a nonce in another login is refused, and the hint is not used up by it."""
    assert signed_in.post("/lti/auth", asked(begin(signed_in, course))).status_code == 200
    told = begin(signed_in, course)
    assert signed_in.post("/lti/auth", asked(told)).status_code == 400
    assert signed_in.post("/lti/auth", asked(told, nonce="nonce-2")).status_code == 200


def test_a_login_hint_expires(signed_in: Client, course: Course) -> None:
    """After LOGIN_HINT_SECONDS the course has to be opened anew."""
    told = begin(signed_in, course)
    LoginHint.objects.update(expires_at=timezone.now())
    assert form(signed_in.post("/lti/auth", asked(told)))[1]["error"] == "login_required"


def test_a_login_hint_belongs_to_its_user(signed_in: Client, course: Course) -> None:
    """Another signed-in user, or nobody, cannot redeem it (login CSRF)."""
    told = begin(signed_in, course)
    assert form(Client().post("/lti/auth", asked(told)))[1]["error"] == "login_required"
    other = Client()
    other.force_login(make_official("camat", 2).user)
    assert form(other.post("/lti/auth", asked(told)))[1]["error"] == "login_required"
    assert signed_in.post("/lti/auth", asked(told)).status_code == 200


def test_a_login_hint_belongs_to_its_tool(signed_in: Client, course: Course) -> None:
    """A second tool cannot redeem a hint that was made for the first."""
    second: Tool = register_tool(
        client_id="tool-2",
        deployment_id="1",
        name="Second",
        login_url=tool_side.LOGIN_URL,
        launch_urls=[tool_side.LAUNCH_URL],
        keyset_url="https://second.example/jwks",
    )
    told = begin(signed_in, course)
    response = signed_in.post("/lti/auth", asked(told, client_id=second.client_id))
    assert form(response)[1]["error"] == "login_required"


def test_a_withdrawn_assignment_ends_the_launch(signed_in: Client, course: Course) -> None:
    """Between opening and coming back the assignment may be withdrawn: then access_denied."""
    told = begin(signed_in, course)
    Enrolment.objects.update(active=False)
    assert form(signed_in.post("/lti/auth", asked(told)))[1]["error"] == "access_denied"
    assert signed_in.post(f"/me/courses/{course.pk}/open/").status_code == 403


def test_a_course_is_opened_by_post_only(signed_in: Client, course: Course, settings: Any) -> None:
    """A link or an image must not begin a launch; and the form carries a CSRF token."""
    assert signed_in.get(f"/me/courses/{course.pk}/open/").status_code == 405
    settings.CSRF_FAILURE_VIEW = "standalone.simpeg.views.errors.csrf_failed"
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(Official.objects.get().user)
    assert strict.post(f"/me/courses/{course.pk}/open/").status_code == 403

"""Deep Linking: who may choose, what is offered, and the signed answer that goes back once."""

import json
from typing import Any

import jwt
import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from lti_bridge.launch.claims import read_message
from lti_bridge.models import DeepLinkRequest, LinkedAccount, Platform

from .fakes import BLOCK, CLAIM, COURSE, OTHER_COURSE, FakePlatform
from .launching import MEMBERSHIP, TARGET, begin

pytestmark = pytest.mark.every_database
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
CHOOSE = "http://testserver/lti/deep-link"
RETURN = "https://simpeg.example.test/deep-link/return?id=7"
ROLES = CLAIM + "roles"
OURS = {"HTTP_ORIGIN": "http://testserver"}


def claims(platform: FakePlatform, nonce: str, target: str = CHOOSE, **asked: Any) -> dict[str, Any]:
    """Return the claims of a deep linking request; settings that are None are left out."""
    settings = {
        "deep_link_return_url": RETURN,
        "accept_types": ["link", "ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe", "window"],
        "accept_multiple": True,
        "data": "op@que=1&x=%20",
        **asked,
    }
    found = platform.claims(nonce, target)
    del found[CLAIM + "resource_link"]
    return {
        **found,
        CLAIM + "message_type": "LtiDeepLinkingRequest",
        ROLES: [MEMBERSHIP + "#Instructor"],
        DL + "deep_linking_settings": {name: value for name, value in settings.items() if value is not None},
    }


def ask(
    client: Client, platform: FakePlatform, *, roles: list[str] | None = None, target=CHOOSE, **asked: Any
):
    """Make a deep linking request and return the page that answers it."""
    begun = begin(client, platform, target)
    message = claims(platform, begun["nonce"], target, **asked)
    if roles is not None:
        message[ROLES] = roles
    return client.post("/lti/launch", {"state": begun["state"], "id_token": platform.token(message)})


def form_of(page: Any) -> dict[str, str]:
    """Return the hidden fields that the page's form carries."""
    form = page.context["form"]
    return {"token": form.token, "language": form.language}


def send(client: Client, page: Any, *items: str, **buttons: str):
    return client.post(
        "/lti/deep-link/choose", {**form_of(page), "item": items, **(buttons or {"send": "1"})}, **OURS
    )


def answered(client: Client, page: Any) -> dict[str, Any]:
    """Return the claims of the answer, verified by our published keys as a platform does it."""
    token = page.context["token"]
    keys = {key["kid"]: jwt.PyJWK(key) for key in client.get("/lti/jwks").json()["keys"]}
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        audience="https://simpeg.example.test",
        issuer="kapasitas",
        options={"require": ["exp", "iat", "nonce"]},
    )


def test_what_was_chosen_goes_back_signed(client, registered):
    """Courses and parts of them go back as links with our addresses, with the platform's data as it came."""
    page = ask(client, registered)
    assert page.status_code == 200
    assert [row["course_key"] for row in page.context["courses"]] == [COURSE, OTHER_COURSE]
    parts = send(client, page, COURSE, open=COURSE)
    assert [unit["value"] for unit in parts.context["units"]] == [f"{COURSE} {BLOCK}"]
    reply = send(client, parts, COURSE, f"{COURSE} {BLOCK}")
    said = answered(client, reply)
    assert reply.context["action"] == RETURN
    assert said[CLAIM + "message_type"] == "LtiDeepLinkingResponse"
    assert said[CLAIM + "version"] == "1.3.0"
    assert said[CLAIM + "deployment_id"] == registered.deployment_id
    assert said[DL + "data"] == "op@que=1&x=%20"
    assert said[DL + "content_items"] == [
        {
            "type": "ltiResourceLink",
            "title": "Manajemen Pemerintahan Kecamatan",
            "text": "20 JP",
            "url": TARGET,
            "custom": {"course_key": COURSE},
            "lineItem": {
                "scoreMaximum": 100,
                "label": "Manajemen Pemerintahan Kecamatan",
                "resourceId": COURSE,
                "tag": "kapasitas-grade",
            },
        },
        {
            "type": "ltiResourceLink",
            "title": "Kewenangan camat",
            "text": "Manajemen Pemerintahan Kecamatan",
            "url": f"{TARGET}/{BLOCK}",
            "custom": {"course_key": COURSE},
        },
    ]


def test_what_was_chosen_can_be_launched(client, registered):
    """The address of a chosen link is one that a launch takes."""
    said = answered(client, send(client, ask(client, registered), COURSE))
    (item,) = said[DL + "content_items"]
    begun = begin(client, registered, item["url"])
    token = registered.token(registered.claims(begun["nonce"], item["url"]))
    reply = client.post("/lti/launch", {"state": begun["state"], "id_token": token})
    assert (reply.status_code, reply["Location"]) == (302, f"/course/{COURSE}")


def test_choosing_makes_no_account_and_no_session(client, registered, host):
    """Who chooses is no learner: nothing about the person is kept."""
    send(client, ask(client, registered), COURSE)
    assert not LinkedAccount.objects.exists()
    assert "_auth_user_id" not in client.session
    assert host.enrolled == {}


@pytest.mark.parametrize(
    "data",
    ["", "teks", {"a": [1, None]}, "\x00\ud800 é", "x" * 5000],
    ids=["empty", "text", "object", "odd", "long"],
)
def test_data_goes_back_exactly(client, registered, data):
    """Whatever the platform sent comes back as it came."""
    assert answered(client, send(client, ask(client, registered, data=data), COURSE))[DL + "data"] == data


def test_no_data_goes_back_where_none_came(client, registered):
    """A platform that sent no data gets none."""
    assert DL + "data" not in answered(client, send(client, ask(client, registered, data=None), COURSE))


def test_cancelling_answers_with_nothing(client, registered):
    """A platform that waits for an answer gets an empty one."""
    reply = send(client, ask(client, registered), COURSE, cancel="1")
    assert answered(client, reply)[DL + "content_items"] == []


@pytest.mark.parametrize(
    "role",
    [
        "Instructor",
        MEMBERSHIP + "#ContentDeveloper",
        MEMBERSHIP + "#Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin",
    ],
)
def test_who_may_choose(client, registered, role):
    """Instructors, authors and administrators of course, institution or system."""
    assert ask(client, registered, roles=[role, MEMBERSHIP + "#Learner"]).status_code == 200


@pytest.mark.parametrize(
    "roles",
    [
        [],
        [MEMBERSHIP + "#Learner"],
        [MEMBERSHIP + "#Mentor"],
        ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student"],
        ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#administrator"],
        ["urn:lain:Instructor"],
    ],
    ids=["none", "learner", "mentor", "student", "other-case", "foreign"],
)
def test_who_may_not_choose(client, registered, roles):
    """Learners and unknown roles are told whom to ask."""
    reply = ask(client, registered, roles=roles)
    assert (reply.status_code, reply.context["fault"]) == (403, "roles")
    assert not DeepLinkRequest.objects.exists()


REFUSED = {
    "no-links-accepted": (403, "accept_types", {"accept_types": ["file", "html"]}),
    "no-types": (400, "accept_types", {"accept_types": None}),
    "types-is-text": (400, "accept_types", {"accept_types": "ltiResourceLink"}),
    "no-return": (400, "deep_link_return_url", {"deep_link_return_url": None}),
    "return-is-http": (400, "deep_link_return_url", {"deep_link_return_url": "http://simpeg.example.test/r"}),
    "return-is-script": (400, "deep_link_return_url", {"deep_link_return_url": "javascript:alert(1)"}),
    "data-too-long": (400, "data", {"data": "x" * 25_000}),
    "title-is-number": (400, "title", {"title": 7}),
}


@pytest.mark.parametrize(("status", "fault", "asked"), REFUSED.values(), ids=REFUSED)
def test_requests_that_are_refused(client, registered, status, fault, asked):
    """A request that cannot be answered is refused at once, and says why."""
    reply = ask(client, registered, **asked)
    assert (reply.status_code, reply.context["fault"]) == (status, fault)
    assert not DeepLinkRequest.objects.exists()


def test_an_unregistered_deployment_may_not_ask(client, registered):
    """The deployment of the request must be known, as for launches."""
    Platform.objects.get().deployments.update(deployment_id="lain", key_digest="x" * 64)
    reply = ask(client, registered)
    assert (reply.status_code, reply.context["fault"]) == (403, "deployment_id")


def test_a_closed_account_may_not_ask(client, registered):
    """Whose account was closed here does not choose either."""
    user = get_user_model().objects.create_user("tutup", is_active=False)
    LinkedAccount.objects.create(platform=Platform.objects.get(), sub="orang-7", user=user)
    reply = ask(client, registered)
    assert (reply.status_code, reply.context["fault"]) == (403, "account")


def test_one_choice_where_the_platform_takes_one(client, registered):
    """Without accept_multiple one link goes back; two are refused, and the choice can be corrected."""
    page = ask(client, registered, accept_multiple=None)
    reply = send(client, page, COURSE, OTHER_COURSE)
    assert "satu pilihan" in reply.content.decode()
    assert 'type="radio"' in reply.content.decode()
    assert len(answered(client, send(client, reply, COURSE))[DL + "content_items"]) == 1


def test_nothing_chosen_is_said_and_not_sent(client, registered):
    """The button without a choice keeps the request open."""
    reply = send(client, ask(client, registered))
    assert 'role="alert"' in reply.content.decode()
    assert DeepLinkRequest.objects.filter(used_at=None).exists()


def test_no_grade_column_where_the_platform_ignores_it(client, registered):
    """accept_lineitem false: no line item is sent."""
    said = answered(client, send(client, ask(client, registered, accept_lineitem=False), COURSE))
    assert "lineItem" not in said[DL + "content_items"][0]


def test_what_is_not_offered_is_not_linked(client, registered, settings):
    """Where the operator names courses, only those are shown, and only those can be linked."""
    settings.KAPASITAS_LTI_COURSES = [COURSE]
    page = ask(client, registered)
    assert [row["course_key"] for row in page.context["courses"]] == [COURSE]
    foreign = ["course-v1:tidak+ada+1", OTHER_COURSE, f"{COURSE} block-v1:x+y+z+type@a+block@b"]
    assert 'role="alert"' in send(client, page, *foreign).content.decode()
    assert "courses" in send(client, page, open=OTHER_COURSE).context
    said = answered(client, send(client, page, *foreign, COURSE, COURSE))
    assert [item["url"] for item in said[DL + "content_items"]] == [TARGET]


def test_the_search_needs_no_script_and_keeps_the_choice(client, registered):
    """Words are found in title and key; what was chosen and is not shown stays chosen."""
    page = ask(client, registered)
    found = client.post(
        "/lti/deep-link/choose", {**form_of(page), "item": [COURSE], "search": "desa keu"}, **OURS
    )
    assert [row["course_key"] for row in found.context["courses"]] == [OTHER_COURSE]
    assert f'type="hidden" name="item" value="{COURSE}"' in found.content.decode()
    assert (
        client.post("/lti/deep-link/choose", {**form_of(page), "search": "x9"}, **OURS).context["courses"]
        == []
    )


def test_an_answer_is_given_once(client, registered):
    """The second answer to one request is refused."""
    page = ask(client, registered)
    send(client, page, COURSE)
    reply = send(client, page, COURSE)
    assert (reply.status_code, reply.context["fault"]) == (401, "deep link")


def test_a_request_expires(client, registered):
    """An hour later nothing can be chosen any more."""
    page = ask(client, registered)
    DeepLinkRequest.objects.update(expires_at=timezone.now())
    assert send(client, page, COURSE).status_code == 401


def test_another_browser_cannot_answer(client, registered):
    """The page's token alone is not enough: the request belongs to the browser that was launched."""
    page = ask(client, registered)
    assert send(Client(), page, COURSE).status_code == 401
    assert answered(client, send(client, page, COURSE))


def test_another_site_cannot_answer(client, registered):
    """A form that another site sends is refused, whatever it holds."""
    page = ask(client, registered)
    fields = {**form_of(page), "item": COURSE, "send": "1"}
    for headers in ({}, {"HTTP_ORIGIN": "https://jahat.example.test"}, {"HTTP_ORIGIN": "null"}):
        reply = client.post("/lti/deep-link/choose", fields, **headers)
        assert (reply.status_code, reply.context["fault"]) == (401, "origin")


def test_two_requests_in_two_tabs(client, registered):
    """Requests of one browser do not disturb each other."""
    first, second = ask(client, registered), ask(client, registered)
    for page in (first, second):
        assert answered(client, send(client, page, COURSE))


def test_a_platform_out_of_use_gets_no_answer(client, registered):
    """Switched off in between: nothing is signed."""
    page = ask(client, registered)
    Platform.objects.update(enabled=False)
    assert send(client, page, COURSE).status_code == 403


def test_a_request_may_name_a_course_page(client, registered):
    """Some platforms ask at the address that was registered for launches."""
    assert ask(client, registered, target=TARGET).status_code == 200


def test_no_course_is_launched_at_the_choosers_address(client, registered):
    """A link without a course says so, and whom to ask."""
    begun = begin(client, registered, CHOOSE)
    token = registered.token(registered.claims(begun["nonce"], CHOOSE))
    reply = client.post("/lti/launch", {"state": begun["state"], "id_token": token})
    assert (reply.status_code, reply.context["fault"]) == (403, "target_link_uri")


def test_the_token_is_in_no_address(client, registered):
    """What opens the request travels in forms only, so that no log and no referrer holds it."""
    page = ask(client, registered)
    text = page.content.decode()
    assert text.count(form_of(page)["token"]) == text.count(f'value="{form_of(page)["token"]}"') == 1


def test_without_a_launch_the_page_says_what_it_is_for(client, db):
    """The address is a page that anybody may open."""
    assert client.get("/lti/deep-link").status_code == 200
    # A browser that opens its tabs again asks for the form's address.
    assert client.get("/lti/deep-link/choose")["Location"] == "/lti/deep-link"


def test_the_data_is_kept_as_json(registered):
    """What is stored can be read by any database, whatever the platform sends."""
    read = read_message(claims(registered, "n", data="\x00\ud800"))
    assert json.loads(read.data) == "\x00\ud800"
    assert read.data.isascii()

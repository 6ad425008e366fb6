"""Launches in frames: the platform's storage instead of cookies, and a window of the course's own."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from lti_bridge.models import LaunchTicket, LinkedAccount, LoginState, Platform

from .fakes import COURSE, FakePlatform, query_of
from .launching import TARGET, launch

pytestmark = pytest.mark.every_database
OURS = {"HTTP_ORIGIN": "http://testserver"}
FRAME = {"HTTP_SEC_FETCH_DEST": "iframe", "HTTP_SEC_FETCH_SITE": "cross-site"}


def begin_in_frame(platform: FakePlatform, frame: str = "_parent") -> tuple[dict[str, str], str]:
    """Begin a login in a browser that keeps no cookies; return what reaches the platform, and the secret."""
    page = Client().get(
        "/lti/login",
        {
            "iss": platform.issuer,
            "login_hint": "h",
            "target_link_uri": TARGET,
            "lti_storage_target": frame,
        },
    )
    assert page.status_code == 200, page.content.decode()
    assert page.context["frame"] == frame
    assert page.context["platform_origin"] == platform.issuer
    return query_of(page.context["next"]), page.context["value"]


def message(platform: FakePlatform, begun: dict[str, str], **more: str) -> dict[str, str]:
    token = platform.token(platform.claims(begun["nonce"], TARGET))
    return {"state": begun["state"], "id_token": token, **more}


def test_a_launch_without_cookies_goes_by_the_platforms_storage(registered):
    """The page fetches the secret, posts again, and offers a window in which the session can live."""
    begun, secret = begin_in_frame(registered)
    frame = Client()
    asking = frame.post("/lti/launch", message(registered, begun))
    assert asking.templates[0].name == "lti_bridge/storage_get.html"
    assert asking.context["platform_origin"] == registered.issuer
    assert secret not in asking.content.decode()
    offered = frame.post("/lti/launch", message(registered, begun, browser=secret), **OURS)
    assert offered.templates[0].name == "lti_bridge/own_window.html"
    assert "_auth_user_id" not in frame.session
    window = Client()
    opened = window.post("/lti/continue", {"ticket": offered.context["ticket"]}, **OURS)
    assert (opened.status_code, opened["Location"]) == (302, f"/course/{COURSE}")
    assert int(window.session["_auth_user_id"]) == LinkedAccount.objects.get().user_id
    assert window.session["lti_return_url"] == registered.issuer + "/kembali"
    assert opened.cookies["django_language"].value == "id"


def test_the_cookie_still_does_where_it_comes_back(client, registered):
    """A platform that offers storage to a browser with cookies gets an ordinary launch."""
    page = client.get(
        "/lti/login",
        {"iss": registered.issuer, "login_hint": "h", "target_link_uri": TARGET, "lti_storage_target": "f"},
    )
    reply = client.post("/lti/launch", message(registered, query_of(page.context["next"])))
    assert (reply.status_code, reply["Location"]) == (302, f"/course/{COURSE}")


def test_the_secret_in_a_strangers_form_is_refused(registered):
    """Who began a login knows its secret, and must not be able to sign another browser in with it."""
    begun, secret = begin_in_frame(registered)
    for headers in ({}, {"HTTP_ORIGIN": "https://jahat.example.test"}, {"HTTP_ORIGIN": "null"}):
        reply = Client().post("/lti/launch", message(registered, begun, browser=secret), **headers)
        assert (reply.status_code, reply.context["fault"]) == (401, "browser")
    assert LoginState.objects.get().used_at is None
    assert Client().post("/lti/launch", message(registered, begun, browser=secret), **OURS).status_code == 200


@pytest.mark.parametrize("wrong", ["", "lain"])
def test_a_wrong_secret_is_refused(registered, wrong):
    """Neither nothing nor something else opens the login."""
    begun, _secret = begin_in_frame(registered)
    reply = Client().post("/lti/launch", message(registered, begun, browser=wrong), **OURS)
    assert (reply.status_code, reply.context["fault"]) == (401, "browser")


def test_the_secret_is_good_once(registered):
    """The same form again is refused, as with a cookie."""
    begun, secret = begin_in_frame(registered)
    Client().post("/lti/launch", message(registered, begun, browser=secret), **OURS)
    reply = Client().post("/lti/launch", message(registered, begun, browser=secret), **OURS)
    assert (reply.status_code, reply.context["fault"]) == (401, "state")
    assert Client().post("/lti/launch", message(registered, begun)).status_code == 401


def test_storage_is_asked_only_where_it_was_offered(client, registered):
    """Without lti_storage_target a launch without its cookie is refused."""
    reply = client.get("/lti/login", {"iss": registered.issuer, "login_hint": "h", "target_link_uri": TARGET})
    begun = query_of(reply["Location"])
    reply = Client().post("/lti/launch", message(registered, begun))
    assert (reply.status_code, reply.context["fault"]) == (401, "browser")


def test_a_frame_name_that_is_too_long_is_refused(client, registered):
    """It is stored, and has a length."""
    reply = client.get(
        "/lti/login",
        {
            "iss": registered.issuer,
            "login_hint": "h",
            "target_link_uri": TARGET,
            "lti_storage_target": "f" * 256,
        },
    )
    assert (reply.status_code, reply.context["fault"]) == (400, "lti_storage_target")


def test_what_the_platform_names_is_text_on_our_page(client, registered):
    """A frame's name cannot leave its attribute."""
    page = client.get(
        "/lti/login",
        {
            "iss": registered.issuer,
            "login_hint": "h",
            "target_link_uri": TARGET,
            "lti_storage_target": '"><script>alert(1)</script>',
        },
    )
    assert "<script>alert" not in page.content.decode()
    assert f"'nonce-{page.context['script_nonce']}'" in page["Content-Security-Policy"]


def frame_launch(client: Client, registered: FakePlatform, **headers: str) -> Any:
    begun = query_of(
        client.get("/lti/login", {"iss": registered.issuer, "login_hint": "h", "target_link_uri": TARGET})[
            "Location"
        ]
    )
    return client.post("/lti/launch", message(registered, begun), **headers)


@pytest.mark.parametrize(
    ("same_site", "headers", "window"),
    [
        ("Lax", FRAME, True),
        ("None", FRAME, False),
        ("Lax", {**FRAME, "HTTP_SEC_FETCH_SITE": "same-site"}, False),
        ("Lax", {**FRAME, "HTTP_SEC_FETCH_DEST": "document"}, False),
        ("Lax", {}, False),
    ],
    ids=["foreign-frame", "session-crosses", "same-site-frame", "window", "old-browser"],
)
def test_a_frame_where_no_session_can_live_gets_a_window(
    client, registered, settings, same_site, headers, window
):
    """The login's cookie came back, and the session's would not: a window is offered."""
    settings.SESSION_COOKIE_SAMESITE, settings.SESSION_COOKIE_SECURE = same_site, True
    assert frame_launch(client, registered, **headers).status_code == (200 if window else 302)


@pytest.fixture
def ticket(registered, settings) -> str:
    """A ticket of a launch in a foreign frame."""
    return frame_launch(Client(), registered, **FRAME).context["ticket"]


def test_a_ticket_is_good_once(ticket):
    """Of two windows one is opened."""
    assert Client().post("/lti/continue", {"ticket": ticket}, **OURS).status_code == 302
    reply = Client().post("/lti/continue", {"ticket": ticket}, **OURS)
    assert (reply.status_code, reply.context["fault"]) == (401, "ticket")


def test_a_ticket_expires(ticket):
    """Minutes later it opens nothing."""
    LaunchTicket.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().post("/lti/continue", {"ticket": ticket}, **OURS).status_code == 401


def test_a_ticket_in_a_strangers_form_is_refused(ticket):
    """Nobody is signed in to somebody else's account by another site's form."""
    for headers in ({}, {"HTTP_ORIGIN": "https://jahat.example.test"}):
        reply = Client().post("/lti/continue", {"ticket": ticket}, **headers)
        assert (reply.status_code, reply.context["fault"]) == (401, "origin")
    assert Client().post("/lti/continue", {"ticket": ticket}, **OURS).status_code == 302


def test_a_ticket_of_a_closed_account_opens_nothing(ticket):
    """Closed in between."""
    get_user_model().objects.update(is_active=False)
    reply = Client().post("/lti/continue", {"ticket": ticket}, **OURS)
    assert (reply.status_code, reply.context["fault"]) == (403, "account")


def test_a_ticket_is_stored_as_a_digest(ticket):
    """A reader of the database cannot use it."""
    assert ticket not in str(LaunchTicket.objects.values().get())


def test_an_unknown_ticket_opens_nothing(client, db):
    """Nor does a missing one."""
    for fields in ({}, {"ticket": "x"}):
        assert client.post("/lti/continue", fields, **OURS).status_code == 401


def test_a_tab_that_is_opened_again_says_where_to_go(client, db):
    """A browser that starts again asks for the address alone: it gets a page, not an empty answer."""
    reply = client.get("/lti/continue")
    assert (reply.status_code, reply.context["fault"]) == (401, "method")
    assert client.put("/lti/continue").status_code == 405


def test_a_platform_out_of_use_launches_nothing(client, registered, ticket):
    """Login, launch and ticket: each is refused with a page that says so."""
    begun = query_of(
        client.get("/lti/login", {"iss": registered.issuer, "login_hint": "h", "target_link_uri": TARGET})[
            "Location"
        ]
    )
    Platform.objects.update(enabled=False)
    replies = [
        client.get("/lti/login", {"iss": registered.issuer, "login_hint": "h", "target_link_uri": TARGET}),
        client.post("/lti/launch", message(registered, begun)),
        client.post("/lti/continue", {"ticket": ticket}, **OURS),
    ]
    assert [(reply.status_code, reply.context["fault"]) for reply in replies] == [(403, "platform")] * 3
    assert "tidak digunakan" in replies[0].content.decode()
    Platform.objects.update(enabled=True)
    assert launch(client, registered).status_code == 302

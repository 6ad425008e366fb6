"""The cases of 1EdTech's certification, and those beyond it, by the words of the project's reference.

``WORDS`` lists them all; each is a case in one of the tables here, or names the test elsewhere that is it.
"""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from django.test import Client
from django.utils import timezone

from lti_bridge.launch.claims import check_envelope
from lti_bridge.launch.errors import UntrustedLaunchError
from lti_bridge.models import LinkedAccount

from . import test_addresses, test_concurrency, test_deep_linking, test_launch, test_registration
from .fakes import AGS, CLAIM, FakePlatform, private_key
from .launching import MEMBERSHIP, TARGET, at, begin, launch

pytestmark = pytest.mark.every_database

LTI_CLAIMS = tuple(name for name in FakePlatform().claims("n", "t") if name.startswith((CLAIM, AGS)))
# With these alone the message is one of LTI, and lacks all else.
ENVELOPE = (CLAIM + "message_type", CLAIM + "version")

MUST_LAUNCH = {
    "several roles": ({CLAIM + "roles": [MEMBERSHIP + "#Learner", MEMBERSHIP + "#Mentor"]}, ()),
    "short role names": ({CLAIM + "roles": ["Learner"]}, ()),
    "unknown roles": ({CLAIM + "roles": ["urn:lain:peran", "https://lain.example/peran#x"]}, ()),
    "an empty role list": ({CLAIM + "roles": []}, ()),
    "e-mail only": ({"email": "contoh@example.test", CLAIM + "custom": {}}, ()),
    "names only": ({"given_name": "Contoh", "family_name": "Lurah", CLAIM + "custom": {}}, ()),
    "no personal data at all": ({}, (CLAIM + "custom",)),
    "no context": ({}, (CLAIM + "context",)),
    "no-presentation": ({}, (CLAIM + "launch_presentation",)),
    "no-ags": ({}, (AGS + "claim/endpoint",)),
    "clock-59-s-ahead": ({"iat": at(55)}, ()),
    "expired-within-leeway": ({"exp": at(-50)}, ()),
    "audience-list-of-one": ({"aud": ["kapasitas"]}, ()),
    "several-audiences-azp-ours": ({"aud": ["kapasitas", "lain"], "azp": "kapasitas"}, ()),
    "fractional-times": ({"iat": at(0.5)}, ()),
}


MUST_REJECT = {
    "wrong iss": (401, "iss", {"iss": "https://lain.example.test"}, ()),
    "no-issuer": (401, "iss", {}, ("iss",)),
    "wrong aud": (401, "aud", {"aud": "lain"}, ()),
    "no-audience": (401, "aud", {}, ("aud",)),
    "audience-is-number": (401, "aud", {"aud": 7}, ()),
    "several audiences with a missing azp": (401, "azp", {"aud": ["kapasitas", "lain"]}, ()),
    "several audiences with a wrong azp": (401, "azp", {"aud": ["kapasitas", "lain"], "azp": "lain"}, ()),
    "one-audience-foreign-azp": (401, "azp", {"azp": "lain"}, ()),
    "iat absent": (401, "iat", {}, ("iat",)),
    "bad iat": (401, "iat", {"iat": "now"}, ()),
    "iat-is-true": (401, "iat", {"iat": True}, ()),
    "iat outside the leeway": (401, "iat", {"iat": at(300)}, ()),
    "iat-a-year-ago": (401, "iat", {"iat": at(-365 * 86400)}, ()),
    "iat-out-of-range": (401, "iat", {"iat": 1e300}, ()),
    "exp absent": (401, "exp", {}, ("exp",)),
    "exp outside the leeway": (401, "exp", {"iat": at(-600), "exp": at(-300)}, ()),
    "exp absurdly far": (401, "exp", {"exp": at(10 * 365 * 86400)}, ()),
    "nbf-in-future": (401, "nbf", {"nbf": at(300)}, ()),
    "no-nonce": (401, "nonce", {}, ("nonce",)),
    "foreign-nonce": (401, "nonce", {"nonce": "lain"}, ()),
    "nonce-is-number": (401, "nonce", {"nonce": 7}, ()),
    "no sub": (400, "sub", {}, ("sub",)),
    "empty-sub": (400, "sub", {"sub": ""}, ()),
    "sub-too-long": (400, "sub", {"sub": "x" * 256}, ()),
    "sub-has-nul": (400, "sub", {"sub": "a\x00"}, ()),
    "no version": (400, "version", {}, (CLAIM + "version",)),
    "wrong version": (400, "version", {CLAIM + "version": "11.3"}, ()),
    "no message_type": (400, "message_type", {}, (CLAIM + "message_type",)),
    "other-message-type": (400, "message_type", {CLAIM + "message_type": "LtiSubmissionReviewRequest"}, ()),
    "no roles": (400, "roles", {}, (CLAIM + "roles",)),
    "roles-is-text": (400, "roles", {CLAIM + "roles": "Learner"}, ()),
    "roles-of-numbers": (400, "roles", {CLAIM + "roles": [1]}, ()),
    "no deployment_id": (400, "deployment_id", {}, (CLAIM + "deployment_id",)),
    "unregistered deployment": (403, "deployment_id", {CLAIM + "deployment_id": "99"}, ()),
    "no resource_link": (400, "resource_link.id", {}, (CLAIM + "resource_link",)),
    "no resource_link id": (400, "resource_link.id", {CLAIM + "resource_link": {}}, ()),
    "resource-link-is-list": (400, "resource_link", {CLAIM + "resource_link": []}, ()),
    "bad exp": (401, "exp", {"exp": "tomorrow"}, ()),
    "not an LTI message": (400, "message_type", {}, LTI_CLAIMS),
    "missing claims": (400, "roles", {}, tuple(name for name in LTI_CLAIMS if name not in ENVELOPE)),
    "no-target": (400, "target_link_uri", {}, (CLAIM + "target_link_uri",)),
    "target_link_uri of another login": (
        401,
        "target_link_uri",
        {CLAIM + "target_link_uri": TARGET + "x"},
        (),
    ),
    "context-is-text": (400, "context", {CLAIM + "context": "x"}, ()),
    "custom-is-list": (400, "custom", {CLAIM + "custom": []}, ()),
    "custom-nip-is-number": (400, "nip", {CLAIM + "custom": {"nip": 198001012005011001}}, ()),
    "ags-url-is-script": (
        400,
        "ags endpoint",
        {AGS + "claim/endpoint": {"lineitems": "javascript:x", "scope": []}},
        (),
    ),
    "ags-scope-is-text": (400, "ags endpoint scope", {AGS + "claim/endpoint": {"scope": "x"}}, ()),
}


@pytest.mark.parametrize(("status", "fault", "changes", "drop"), MUST_REJECT.values(), ids=MUST_REJECT)
def test_must_reject(client, registered, host, status, fault, changes, drop):
    """Certification 6.1.1 and beyond: each names the claim at fault, and no session begins."""
    reply = launch(client, registered, drop=drop, **changes)
    assert (reply.status_code, reply.context["fault"]) == (status, fault)
    assert "_auth_user_id" not in client.session
    assert not LinkedAccount.objects.exists()
    assert host.enrolled == {}


@pytest.mark.parametrize(("seconds", "good"), [(0, True), (60, True), (61, False)])
def test_clocks_may_differ_by_a_minute_and_no_more(seconds, good):
    """To either side: issued ahead of our clock, and expired behind it."""
    platform, now = FakePlatform(), timezone.now().replace(microsecond=0)
    for said in (
        {"iat": now + timedelta(seconds=seconds), "exp": now + timedelta(hours=1)},
        {"iat": now - timedelta(minutes=30), "exp": now - timedelta(seconds=seconds)},
    ):
        claims = {**platform.claims("n", TARGET), **{name: at.timestamp() for name, at in said.items()}}
        envelope = partial(
            check_envelope, claims, issuer=platform.issuer, client_id=platform.client_id, now=now
        )
        if good:
            envelope()
        else:
            with pytest.raises(UntrustedLaunchError):
                envelope()


def with_header(token: str, **changes: Any) -> str:
    head, body, signature = token.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    header.update(changes)
    header = {name: value for name, value in header.items() if value is not None}
    return ".".join(
        (base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("="), body, signature)
    )


def hs256_signed_with_public_key(platform: FakePlatform, claims: dict[str, Any]) -> str:
    import hashlib
    import hmac

    pem = platform.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "kid": platform.kid}, claims)
    ]
    mac = hmac.new(pem, b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()


FORGERIES = {
    "no kid": ("kid", lambda p, c: with_header(p.token(c), kid=None)),
    "unknown kid": ("kid", lambda p, c: p.token(c, kid="lain")),
    "alg none": ("alg", lambda p, c: jwt.encode(c, None, algorithm="none", headers={"kid": p.kid})),
    "HS256 signed with the public key": ("alg", hs256_signed_with_public_key),
    "rs512": ("alg", lambda p, c: p.token(c, algorithm="RS512")),
    "other-key": ("signature", lambda p, c: FakePlatform(key=private_key()).token(c)),
    "tampered-body": (
        "signature",
        lambda p, c: ".".join(
            (p.token(c).split(".")[0], p.token({**c, "sub": "x"}).split(".")[1], p.token(c).split(".")[2])
        ),
    ),
    "no-token": ("id_token", lambda p, c: "bukan-token"),
    "huge-token": ("id_token", lambda p, c: "a" * 70_000),
}


@pytest.mark.parametrize(("fault", "forge"), FORGERIES.values(), ids=FORGERIES)
def test_forged_tokens_are_refused(client, registered, fault, forge):
    """Only RS256 by a published key, named by its kid, is believed."""
    asked = begin(client, registered)
    token = forge(registered, registered.claims(asked["nonce"], TARGET))
    reply = client.post("/lti/launch", {"state": asked["state"], "id_token": token})
    assert reply.status_code in (400, 401)
    assert reply.context["fault"] == fault
    assert "_auth_user_id" not in client.session


def test_a_set_with_two_keys_of_one_name_is_refused(client, registered):
    """Which of two keys is meant must never be a guess."""
    registered.extra_keys = (registered.jwk(),)
    reply = launch(client, registered)
    assert (reply.status_code, reply.context["fault"]) == (401, "kid")


def test_a_weak_key_is_refused(client, registered):
    """RSA below 2048 bits is not believed."""
    registered.key = private_key(1024)
    with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
        reply = launch(client, registered)
    assert (reply.status_code, reply.context["fault"]) == (401, "kid")


def test_a_new_key_is_fetched_and_floods_of_unknown_kids_are_not(client, registered, monkeypatch):
    """An unknown kid fetches the set again, but at most once in the pause."""
    assert launch(client, registered).status_code == 302
    for _time in range(5):
        registered_again = FakePlatform(kid="banjir")
        asked = begin(client, registered)
        token = registered_again.token(registered.claims(asked["nonce"], TARGET))
        client.post("/lti/launch", {"state": asked["state"], "id_token": token})
    assert registered.key_fetches == 1
    from django.core.cache import cache

    from lti_bridge.launch import keysets

    cache.delete(keysets._name("pause", registered.key_set_url))
    registered.kid = "kunci-baru"
    assert launch(client, registered).status_code == 302
    assert registered.key_fetches == 2


def test_a_replayed_launch_is_refused(client, registered):
    """The same state and token, posted again from the same browser, is refused."""
    asked = begin(client, registered)
    message = {
        "state": asked["state"],
        "id_token": registered.token(registered.claims(asked["nonce"], TARGET)),
    }
    cookies = client.cookies.copy()
    assert client.post("/lti/launch", message).status_code == 302
    client.cookies = cookies
    reply = client.post("/lti/launch", message)
    assert (reply.status_code, reply.context["fault"]) == (401, "state")


def test_the_nonce_of_one_login_does_not_fit_the_state_of_another(client, registered):
    """A token answers its own login only."""
    first, second = begin(client, registered), begin(client, registered)
    token = registered.token(registered.claims(first["nonce"], TARGET))
    reply = client.post("/lti/launch", {"state": second["state"], "id_token": token})
    assert (reply.status_code, reply.context["fault"]) == (401, "nonce")


def test_a_launch_from_another_browser_is_refused_and_spoils_nothing(client, registered):
    """Login CSRF: the state alone is not enough; the right browser can still finish."""
    asked = begin(client, registered)
    message = {
        "state": asked["state"],
        "id_token": registered.token(registered.claims(asked["nonce"], TARGET)),
    }
    reply = Client().post("/lti/launch", message)
    assert (reply.status_code, reply.context["fault"]) == (401, "browser")
    assert client.post("/lti/launch", message).status_code == 302


# Cases that need more than a bent token.
ELSEWHERE: dict[str, Callable[..., None]] = {
    "nonce replayed": test_a_replayed_launch_is_refused,
    "nonce from another state": test_the_nonce_of_one_login_does_not_fit_the_state_of_another,
    "nonce used twice at once": test_concurrency.test_one_login_is_finished_once,
    "state missing": test_launch.test_incomplete_launches_are_refused,
    "state from another browser": test_a_launch_from_another_browser_is_refused_and_spoils_nothing,
    "login CSRF": test_a_launch_from_another_browser_is_refused_and_spoils_nothing,
    "unlisted target_link_uri": test_launch.test_a_target_that_is_not_a_course_page_is_refused,
    "duplicate kids": test_a_set_with_two_keys_of_one_name_is_refused,
    "floods of unknown kids": test_a_new_key_is_fetched_and_floods_of_unknown_kids_are_not,
    "Deep Linking: data not echoed": test_deep_linking.test_data_goes_back_exactly,
    "registration: SSRF": test_registration.test_addresses_that_are_never_fetched,
    "registration: DNS rebinding": (
        test_addresses.test_a_name_that_answers_differently_the_second_time_changes_nothing
    ),
    "registration: issuer mismatch": test_registration.test_configurations_that_are_refused,
    "registration: overwriting an existing one": (
        test_registration.test_an_existing_registration_is_never_overwritten
    ),
    "registration: token reuse": test_registration.test_a_link_is_good_once,
}

WORDS = {
    "must reject": """
        no kid; unknown kid; wrong version; no version; not an LTI message; missing claims; bad iat; bad exp;
        no message_type; no roles; no deployment_id; no resource_link id; no sub; alg none;
        HS256 signed with the public key; wrong iss; wrong aud; several audiences with a wrong azp;
        several audiences with a missing azp; unregistered deployment; nonce replayed;
        nonce from another state; nonce used twice at once; state missing; state from another browser;
        login CSRF; unlisted target_link_uri; iat outside the leeway; exp outside the leeway; exp absent;
        exp absurdly far; duplicate kids; floods of unknown kids; Deep Linking: data not echoed;
        registration: SSRF; registration: DNS rebinding; registration: issuer mismatch;
        registration: overwriting an existing one; registration: token reuse
    """,
    "must launch": """
        several roles; short role names; unknown roles; an empty role list; e-mail only; names only;
        no personal data at all; no context
    """,
}


def test_every_word_has_its_case():
    """Nothing of the reference is left out, and what is said to be elsewhere is a test."""
    words = {kind: {" ".join(word.split()) for word in text.split(";")} for kind, text in WORDS.items()}
    assert words["must launch"] <= set(MUST_LAUNCH)
    assert words["must reject"] <= {*MUST_REJECT, *FORGERIES, *ELSEWHERE}
    assert all(test.__name__.startswith("test_") for test in ELSEWHERE.values())


@pytest.mark.parametrize("role", ["Instructor", "Learner"])
@pytest.mark.parametrize(("changes", "drop"), MUST_LAUNCH.values(), ids=MUST_LAUNCH)
def test_must_launch_as_either(client, registered, changes, drop, role):
    """6.1.2 for instructors, 6.1.3 for learners: who the role makes no difference to the lean launches."""
    changes = {CLAIM + "roles": [f"{MEMBERSHIP}#{role}"], **changes}
    assert launch(client, registered, drop=drop, **changes).status_code == 302

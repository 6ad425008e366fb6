"""The token endpoint refuses every assertion that is not exactly right."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from standalone.simpeg.lti import names
from standalone.simpeg.models import AccessToken, Tool

from . import tool as tool_side
from .tool import KEY, OTHER_KEY, WEAK_KEY, KeySetServer, assertion, claims, public_jwk, token_request


def test_a_good_assertion_gets_a_token_that_is_stored_only_as_a_digest(client: Client, tool: Tool) -> None:
    """The answer is RFC 6749 5.1: Bearer, expires_in, scope, no-store."""
    response = token_request(client, scope=names.SCOPE_SCORE)
    assert response.status_code == 200, response.content
    body = response.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, names.SCOPE_SCORE)
    assert "no-store" in response.headers["Cache-Control"]
    stored = AccessToken.objects.get()
    assert body["access_token"] not in (stored.digest, stored.granted_scopes)
    assert stored.scopes() == {names.SCOPE_SCORE}


@pytest.mark.parametrize(
    "audience", ["http://localhost:8001/lti/token", "http://localhost:8001", ["http://localhost:8001"]]
)
def test_the_token_url_or_the_issuer_is_the_audience(client: Client, tool: Tool, audience: object) -> None:
    """Both are in use among platforms (SEC 4.1.1.1 leaves it to the server)."""
    assert token_request(client, client_assertion=assertion(claims(aud=audience))).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"iss": None}, id="no iss"),
        pytest.param({"iss": "someone"}, id="unknown iss"),
        pytest.param({"iss": "\ud800"}, id="iss that cannot be stored"),
        pytest.param({"sub": None}, id="no sub"),
        pytest.param({"sub": "someone"}, id="other sub"),
        pytest.param({"aud": None}, id="no aud"),
        pytest.param({"aud": "https://elsewhere.example/token"}, id="other aud"),
        pytest.param({"aud": ["http://localhost:8001", "https://elsewhere.example"]}, id="two audiences"),
        pytest.param({"aud": []}, id="empty aud"),
        pytest.param({"aud": {"a": 1}}, id="aud is an object"),
        pytest.param({"iat": None}, id="no iat"),
        pytest.param({"iat": "yesterday"}, id="iat is a text"),
        pytest.param({"iat": True}, id="iat is a boolean"),
        pytest.param(lambda now: {"iat": now + 120, "exp": now + 180}, id="iat ahead"),
        pytest.param({"exp": None}, id="no exp"),
        pytest.param({"exp": 10**30}, id="exp absurd"),
        pytest.param(lambda now: {"iat": now - 200, "exp": now - 100}, id="expired"),
        pytest.param(lambda now: {"iat": now - 10, "exp": now + 600}, id="lives too long"),
        pytest.param(lambda now: {"iat": now, "exp": now}, id="lives not at all"),
        pytest.param(lambda now: {"nbf": now + 600}, id="not yet valid"),
        pytest.param({"jti": None}, id="no jti"),
        pytest.param({"jti": ""}, id="empty jti"),
        pytest.param({"jti": 7}, id="jti is a number"),
        pytest.param({"jti": "x" * 256}, id="jti too long"),
    ],
)
def test_every_claim_is_verified(
    client: Client, tool: Tool, changes: dict[str, Any] | Callable[[int], dict[str, Any]]
) -> None:
    """A wrong or missing claim is invalid_client, 401."""
    # Times are reckoned when the test runs: those of the collection have passed by then.
    changed = changes(int(time.time())) if callable(changes) else changes
    response = token_request(client, client_assertion=assertion(claims(**changed)))
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: assertion(key=OTHER_KEY), id="signed by another key"),
        pytest.param(lambda: assertion(kid=None), id="no kid"),
        pytest.param(lambda: assertion(kid="key-9"), id="unknown kid"),
        pytest.param(lambda: assertion(algorithm="RS384"), id="RS384"),
        pytest.param(lambda: assertion(key="x" * 64, algorithm="HS256"), id="HS256"),
        pytest.param(lambda: assertion(key=None, algorithm="none"), id="alg none"),
        pytest.param(lambda: "not.a.jwt", id="no JWT"),
        pytest.param(lambda: assertion() + "A", id="tampered"),
        pytest.param(lambda: "x" * 10_000, id="too long"),
    ],
)
def test_the_signature_must_be_rs256_by_a_key_of_the_tool(client: Client, tool: Tool, made: Any) -> None:
    """Anything else is invalid_client, 401."""
    response = token_request(client, client_assertion=made())
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def test_an_assertion_serves_once(client: Client, tool: Tool) -> None:
    """The jti is remembered; the second use is refused although the assertion is still valid."""
    used = assertion()
    assert token_request(client, client_assertion=used).status_code == 200
    again = token_request(client, client_assertion=used)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


def test_a_refused_scope_does_not_use_the_assertion_up(client: Client, tool: Tool) -> None:
    """Only a granted request consumes the jti, so that a tool may correct its scope."""
    used = assertion()
    assert token_request(client, client_assertion=used, scope="no").status_code == 400
    assert token_request(client, client_assertion=used).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"grant_type": None}, "invalid_request", id="no grant type"),
        pytest.param({"grant_type": "password"}, "unsupported_grant_type", id="other grant type"),
        pytest.param({"grant_type": ["client_credentials"] * 2}, "invalid_request", id="grant type twice"),
        pytest.param({"client_assertion_type": "jwt"}, "invalid_request", id="other assertion type"),
        pytest.param({"client_assertion": None}, "invalid_request", id="no assertion"),
        pytest.param({"scope": None}, "invalid_scope", id="no scope"),
        pytest.param({"scope": "https://example.org/scope"}, "invalid_scope", id="unknown scope"),
        pytest.param({"scope": f"{names.SCOPE_SCORE} admin"}, "invalid_scope", id="one of two unknown"),
        pytest.param(
            {"scope": f"{names.SCOPE_SCORE}  {names.SCOPE_RESULT}"}, "invalid_scope", id="empty scope"
        ),
    ],
)
def test_request_parameters_are_checked(
    client: Client, tool: Tool, changes: dict[str, Any], error: str
) -> None:
    """Errors other than of the client answer 400 with the code of RFC 6749 5.2."""
    response = token_request(client, **changes)
    assert (response.status_code, response.json()["error"]) == (400, error)


def test_a_differing_client_id_is_refused(client: Client, tool: Tool) -> None:
    """client_id is optional beside an assertion, but must not contradict it (RFC 7521, 4.2)."""
    assert token_request(client, client_id="tool-2").status_code == 401
    assert token_request(client, client_id=tool_side.CLIENT_ID).status_code == 200


def test_a_scope_that_was_not_granted_to_the_tool_is_refused(client: Client, tool: Tool) -> None:
    """Known scopes are not enough: the tool must have been granted them."""
    tool.granted_scopes = names.SCOPE_RESULT
    tool.save()
    assert token_request(client, scope=names.SCOPE_SCORE).json()["error"] == "invalid_scope"
    assert token_request(client, scope=names.SCOPE_RESULT).status_code == 200


def test_only_a_form_by_post_is_taken(client: Client, tool: Tool) -> None:
    """GET is 405 and JSON is invalid_request."""
    assert client.get("/lti/token").status_code == 405
    response = client.post("/lti/token", "{}", content_type="application/json")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_a_rotated_key_is_found(client: Client, tool: Tool, key_set: KeySetServer, settings: Any) -> None:
    """A kid that the kept key set lacks has it fetched again."""
    settings.SIMPEG = {"KEYSET_REFETCH_SECONDS": 0}
    assert token_request(client).status_code == 200
    key_set.serve(public_jwk(KEY, "key-1"), public_jwk(OTHER_KEY, "key-2"))
    response = token_request(client, client_assertion=assertion(key=OTHER_KEY, kid="key-2"))
    assert response.status_code == 200
    assert key_set.requests == 2


def test_unknown_kids_do_not_flood_the_tool(client: Client, tool: Tool, key_set: KeySetServer) -> None:
    """However many unknown kids come, the key set is fetched once in KEYSET_REFETCH_SECONDS.

    In between the platform cannot know whether the key is new: 503 with Retry-After, not 401.
    """
    answers = [token_request(client, client_assertion=assertion(kid=f"unknown-{n}")) for n in range(4)]
    assert [answer.status_code for answer in answers] == [401, 503, 503, 503]
    assert answers[1].json()["error"] == "temporarily_unavailable"
    assert answers[1].headers["Retry-After"] == "10"
    assert key_set.requests == 1
    assert token_request(client).status_code == 200


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param([public_jwk(KEY, "key-1"), public_jwk(OTHER_KEY, "key-1")], id="duplicate kid"),
        pytest.param([public_jwk(KEY, "key-1", use="enc")], id="for encryption"),
        pytest.param([public_jwk(KEY, "key-1", alg="RS512")], id="for another algorithm"),
        pytest.param([public_jwk(KEY, "key-1", n="AQAB")], id="no modulus to speak of"),
        pytest.param([{"kty": "oct", "kid": "key-1", "k": "AAAA"}], id="symmetric"),
        pytest.param(["key-1"], id="no objects"),
        pytest.param([{"kty": "RSA", "kid": "key-1"}], id="no numbers"),
    ],
)
def test_unusable_keys_are_refused(
    client: Client, tool: Tool, key_set: KeySetServer, keys: list[Any]
) -> None:
    """A key that may not check this signature counts as none."""
    key_set.serve(*keys)
    assert token_request(client).status_code == 401


def test_short_keys_are_refused(client: Client, tool: Tool, key_set: KeySetServer) -> None:
    """RSA below 2048 bits is refused even if the signature is right."""
    key_set.serve(public_jwk(WEAK_KEY, "key-1"))
    with pytest.warns(UserWarning, match="below the minimum"):
        signed = assertion(key=WEAK_KEY)
    assert token_request(client, client_assertion=signed).status_code == 401


@pytest.mark.parametrize(
    ("status", "body", "location"),
    [
        (200, b"no JSON", ""),
        (200, b"[]", ""),
        (200, b'{"keys": {}}', ""),
        (200, b" " * 70_000 + b'{"keys": []}', ""),
        (302, b"", "http://127.0.0.1:9/"),
    ],
    ids=["no JSON", "a list", "keys is no list", "too large", "redirect"],
)
def test_a_bad_key_set_is_the_tools_fault(
    client: Client, tool: Tool, key_set: KeySetServer, status: int, body: bytes, location: str
) -> None:
    """Whatever the tool's server answers, the platform says invalid_client and goes on."""
    key_set.status, key_set.body, key_set.location = status, body, location
    response = token_request(client)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def test_an_unreachable_key_set_is_no_verdict_on_the_tool(client: Client, tool: Tool) -> None:
    """503, so that a tool whose own site restarts is not told that its client is invalid."""
    Tool.objects.update(keyset_url="http://127.0.0.1:9/jwks")
    response = token_request(client)
    assert (response.status_code, response.json()["error"]) == (503, "temporarily_unavailable")
    assert transaction.get_connection().needs_rollback is False


def test_kept_keys_serve_while_the_tools_server_is_away(
    client: Client, tool: Tool, key_set: KeySetServer, settings: Any
) -> None:
    """An old key set is asked for again; where that fails, known keys go on and unknown ones wait."""
    settings.SIMPEG = {"KEYSET_REFETCH_SECONDS": 0, "KEYSET_MAX_AGE_SECONDS": 0}
    assert token_request(client).status_code == 200
    key_set.status = 500
    assert token_request(client).status_code == 200
    assert token_request(client, client_assertion=assertion(kid="key-2")).status_code == 503
    assert key_set.requests == 3


def test_a_removed_key_is_refused_after_the_key_set_was_renewed(
    client: Client, tool: Tool, key_set: KeySetServer, settings: Any
) -> None:
    """A tool that withdraws a key is believed as soon as the key set is old."""
    settings.SIMPEG = {"KEYSET_REFETCH_SECONDS": 0, "KEYSET_MAX_AGE_SECONDS": 0}
    assert token_request(client).status_code == 200
    key_set.serve(public_jwk(OTHER_KEY, "key-2"))
    assert token_request(client).status_code == 401

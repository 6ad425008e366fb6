"""Whatever a platform sends: a launch is accepted or refused, a delivery is settled; nothing falls over."""

import base64
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.core.cache import cache
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_bridge import http, keys
from lti_bridge.adapters.ags import AgsService
from lti_bridge.adapters.exchange import refusal, retry_after
from lti_bridge.adapters.paging import next_page
from lti_bridge.delivery.decisions import decide
from lti_bridge.delivery.errors import DeliveryError
from lti_bridge.delivery.reconciliation import MOST_POINTS, points_of
from lti_bridge.delivery.report import Report, holds, result_of, says_the_same
from lti_bridge.http import Response
from lti_bridge.launch.claims import check_envelope, read_launch, read_message
from lti_bridge.launch.errors import LaunchError
from lti_bridge.launch.keysets import verified_claims
from lti_bridge.launch.registration import ToolAddresses, read_configuration, read_registration
from lti_bridge.models import LineItem, ReportTarget
from lti_bridge.origins import origin

from .fakes import AGS, CLAIM, FakePlatform, make_enrolment
from .launching import TARGET, begin

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["", "1.3.0", "\ud800"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = [
    *FakePlatform().claims("n", "t"),
    CLAIM + "lis",
    "azp",
    "nbf",
    "name",
    "given_name",
    AGS + "claim/endpoint",
]
NESTED = ["id", "nip", "name", "scope", "lineitems", "lineitem", "return_url", "locale"]
bodies = st.binary(max_size=50) | values.map(lambda value: json.dumps(value).encode())
results = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "userId": st.just("u") | values,
            "resultScore": values,
            "resultMaximum": values,
            "id": values,
        },
    ),
    max_size=3,
).map(lambda value: json.dumps(value).encode())
latin = st.text(st.characters(max_codepoint=255))
digits = st.text("0123456789", min_size=1, max_size=25)
# Decimal takes exponents of eighteen digits, and reckons with those of six.
exponents = digits | st.integers(10**5, 10**18).map(str)
# Numbers as JSON writes them, and a little beyond.
number_texts = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "-"]),
    digits,
    st.just("") | digits.map(".{}".format),
    st.just("")
    | st.builds("{}{}{}".format, st.sampled_from("eE"), st.sampled_from(["", "+", "-"]), exponents),
) | st.sampled_from(["NaN", "Infinity", "-Infinity", "1e999999999999999999999", "9" * 5000, "1e400", "0e0"])
numeric_results = st.builds(
    '[{{"userId": "u", "resultScore": {}, "resultMaximum": {}}}]'.format, number_texts, number_texts
).map(str.encode)
granted = st.builds(
    '{{"access_token": {}, "token_type": {}, "expires_in": {}}}'.format,
    st.sampled_from(['"t"', '""', "7", "null", '"a b"', '"\\n"', '"\\ud800"']),
    st.sampled_from(['"Bearer"', '"mac"', "null", "7"]),
    number_texts | st.sampled_from(["null", '"3600"', "true", "-" + "9" * 400]),
).map(str.encode)
addresses = st.builds(
    "{}{}{}".format,
    st.sampled_from(
        ["", "https://simpeg.example.test", "https://[", "//lain.example.test", "http:", "\\\\", "?"]
    ),
    st.sampled_from(["", "/lineitems?page=2", "]/", "/../..", ":99999/", ":x", "@", "#", "\x00", " "]),
    latin,
)
link_headers = st.lists(
    st.builds(
        "<{}>{}".format,
        addresses,
        st.sampled_from(
            ['; rel="next"', "; rel=next", ';rel="prev"', "", '; title="a, b"; rel="next"', ";;", ","]
        ),
    ),
    min_size=1,
    max_size=3,
).map(", ".join)
waits = (
    st.sampled_from(["7", "-1", "9" * 40, "1.5", "\u00b2", "Wed, 21 Oct 2026 07:28:00 GMT"])
    | st.sampled_from(["Wed, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 -2359", "0 0 0 0 0"])
    | digits
    | latin
)
headers = st.fixed_dictionaries(
    {},
    optional={"Link": link_headers | latin, "Retry-After": waits, "WWW-Authenticate": latin},
)
replies = st.builds(
    Response,
    status=st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 409, 422, 429, 500, 503]),
    headers=headers,
    body=bodies | results | numeric_results | granted,
)


@given(
    changes=st.dictionaries(
        st.sampled_from(NAMES), values | st.dictionaries(st.sampled_from(NESTED), values), max_size=4
    )
)
@settings(max_examples=300)
def test_any_claims_are_a_launch_or_a_clear_refusal(changes):
    """Claims of any type and shape end in a Launch or in a LaunchError."""
    platform = FakePlatform()
    claims = {**platform.claims("n", "http://testserver/lti/resource/x"), **changes}
    try:
        check_envelope(claims, issuer=platform.issuer, client_id=platform.client_id, now=timezone.now())
        launch = read_launch(claims)
    except LaunchError as error:
        assert error.fault
        assert str(error.message)
        return
    launch.sub.encode()
    launch.resource_link_id.encode()


@given(token=st.text(max_size=200) | st.text("abc.=-_", max_size=60))
def test_any_text_is_a_token_or_refused(token):
    """A token that is none never reaches the network."""
    with pytest.raises(LaunchError):
        verified_claims(token, "https://tidak-ada.example.test/jwks")


@pytest.fixture
def service(db):
    """A service whose line item is known, so that replies meet every part of it."""
    target = make_enrolment("https://simpeg.example.test").target
    return AgsService(ReportTarget.objects.select_related("deployment__platform").get(pk=target.pk))


@given(answers=st.lists(replies, min_size=1, max_size=6), known=st.booleans())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_replies_end_in_success_or_a_delivery_error(service, monkeypatch, answers, known):
    """Whatever the platform answers, and in whatever order, the sender can decide."""
    cache.clear()
    LineItem.objects.all().delete()
    if known:
        for tag in ("kapasitas-grade", "kapasitas-completion"):
            LineItem.objects.create(target=service._target, tag=tag, url="https://simpeg.example.test/item/1")
    left = [*answers]
    token = Response(status=200, headers={}, body=b'{"access_token": "t", "expires_in": 60}')

    def answer(_method, url, **_ignored):
        return token if url.endswith("/token") and len(left) % 2 else left.pop(0) if left else answers[-1]

    monkeypatch.setattr(http, "fetch", answer)
    monkeypatch.setattr(keys, "sign", lambda _claims: "assertion")
    report = Report(
        kind="grade",
        recipient="u",
        value=Decimal("85.50"),
        maximum=Decimal(100),
        completed=True,
        wire_timestamp=timezone.now().replace(microsecond=0),
    )
    for action in (service.send, partial(holds, service)):
        try:
            assert action(report) in (None, True, False)
        except DeliveryError as error:
            assert error.message


DL = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
ASKED = ["deep_link_return_url", "accept_types", "accept_multiple", "accept_lineitem", "data", "title"]


@given(
    changes=st.dictionaries(st.sampled_from(NAMES), values, max_size=2),
    asked=st.dictionaries(st.sampled_from(ASKED), values | st.just("https://x.test/r"), max_size=6) | values,
)
@settings(max_examples=300)
def test_any_request_to_choose_is_read_or_refused_clearly(changes, asked):
    """A deep linking request of any shape ends in a value or in a LaunchError."""
    claims = {**FakePlatform().claims("n", "t"), CLAIM + "message_type": "LtiDeepLinkingRequest"}
    try:
        found = read_message({**claims, DL: asked, **changes})
    except LaunchError as error:
        assert error.fault.isascii()
    else:
        assert found.sub


@given(document=values | st.dictionaries(st.sampled_from(["issuer", "token_endpoint", "jwks_uri"]), values))
def test_any_configuration_is_read_or_refused_clearly(document):
    """What a platform says of itself is no configuration unless it is one."""
    with pytest.raises(LaunchError):
        read_configuration(document, url="https://simpeg.example.test/.well-known/openid-configuration")


TOOL = ToolAddresses(login="l", launch="a", jwks="k", deep_link="d", home="https://x.test/")
LTI_TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"


@given(
    document=values
    | st.dictionaries(st.sampled_from(["client_id", "redirect_uris", "jwks_uri", LTI_TOOL]), values)
)
def test_any_answer_to_a_registration_is_read_or_refused_clearly(document):
    """A client id that can be stored, or a LaunchError."""
    try:
        found = read_registration(document, TOOL)
    except LaunchError:
        return
    assert 0 < len(found.client_id) <= 255
    assert "\x00" not in found.client_id + found.deployment_id


segments = st.binary(max_size=40).map(lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("="))
objects = (
    values | st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "zip"]), values)
).map(lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("="))
tokens = (
    st.text(max_size=40)
    | st.lists(segments | objects, min_size=1, max_size=4).map(".".join)
    | st.lists(st.text(max_size=10), min_size=2, max_size=4).map(".".join)
)


@pytest.mark.django_db
@given(
    token=tokens, header=st.dictionaries(st.sampled_from(["kid", "alg", "crit", "b64"]), values, max_size=2)
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_token_posted_is_a_page_and_never_a_fault(client, registered, token, header):
    """Whatever is posted as an id_token, headers of genuine tokens bent too: a refusal that can be read."""
    begun = begin(client, registered)
    genuine = registered.token(registered.claims(begun["nonce"], TARGET))
    head = json.dumps({"alg": "RS256", "kid": registered.kid, **header}).encode()
    bent = ".".join([base64.urlsafe_b64encode(head).decode().rstrip("="), *genuine.split(".")[1:]])
    for one in (token, bent):
        reply = client.post("/lti/launch", {"state": begin(client, registered)["state"], "id_token": one})
        assert reply.status_code in (400, 401, 503), one
        assert "_auth_user_id" not in client.session


@pytest.fixture
def local(settings) -> None:
    """Plain http to this machine is allowed."""
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["127.0.0.1"]


PAGE = "https://simpeg.example.test/lineitems?page=1"


@given(header=link_headers | latin)
@settings(max_examples=300)
def test_any_link_header_leads_to_the_same_origin_or_nowhere(header):
    """Our access token goes along: a next page lies where this one lies, or there is none."""
    try:
        following = next_page(Response(status=200, headers={"Link": header}, body=b"[]"), PAGE)
    except DeliveryError:
        return
    assert following == "" or origin(following) == origin(PAGE)


@given(text=waits, status=st.sampled_from([408, 425, 429, 500, 502, 503]), is_read=st.booleans())
@settings(max_examples=300)
def test_any_retry_after_is_a_wait_with_an_end(text, status, is_read):
    """Seconds, a date or nonsense: the next try is at most a day and a back-off away."""
    reply = Response(status=status, headers={"Retry-After": text}, body=b"")
    wait = retry_after(reply)
    assert wait is None or wait >= timedelta(0)
    decision = decide(refusal(reply, "the platform", is_read=is_read), attempts=1, jitter=0.5)
    assert timedelta(0) < decision.delay <= timedelta(hours=36)


@given(score=number_texts, maximum=number_texts)
@settings(max_examples=300)
def test_any_two_numbers_are_a_result_or_none(score, maximum):
    """What is a result can be reckoned with: compared with ours, and kept in our table."""
    try:
        said = Response(status=200, headers={}, body=f"[{score}, {maximum}]".encode()).json()
    except http.BadResponseError:
        return
    found = result_of(*said)
    if found is not None:
        assert says_the_same(found, Decimal(80), Decimal(100)) in (True, False)
        assert abs(points_of(found, Decimal(100))) <= MOST_POINTS


@given(text=number_texts)
@settings(max_examples=300)
def test_any_number_is_read_or_refused(text):
    """As long, large or small as it may be; what comes out is finite."""
    try:
        value = Response(status=200, headers={}, body=text.encode()).json()
    except http.BadResponseError:
        return
    assert isinstance(value, int | Decimal)
    assert Decimal(value).is_finite()


@contextmanager
def saying(data: list[bytes]) -> Iterator[str]:
    """Serve a port that answers each connection with the next bytes of the list, and closes it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _address = server.accept()
                    with connection, suppress(OSError):
                        connection.recv(65_536)
                        connection.sendall(data.pop(0))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


lengths = st.sampled_from(
    ["", "Content-Length: 3", "Content-Length: -1", "Content-Length: x", "Content-Length: 9"]
)
codings = st.sampled_from(
    [
        "",
        "Transfer-Encoding: chunked",
        "Content-Encoding: gzip",
        "Content-Encoding: br",
        "Transfer-Encoding: x",
    ]
)
responses = st.builds(
    "{} {}{}\r\n{}\r\n{}\r\n{}\r\n\r\n".format,
    st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/9", "ICY", ""]),
    st.sampled_from(["200", "204", "100", "999", "-1", "x", "20", "2000"]),
    st.sampled_from([" OK", "", " " + "x" * 70_000]),
    lengths,
    codings,
    st.builds("{}: {}".format, latin, latin),
).map(lambda text: text.encode("latin-1"))


@given(raw=st.builds(bytes.__add__, responses, st.binary(max_size=30)) | st.binary(max_size=200))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_on_the_wire_are_a_reply_or_an_error(local, raw):
    """What comes back is no HTTP, half of it, or too much: fetch says so with its own errors only."""
    with saying([raw]) as url:
        try:
            reply = http.fetch("POST", url, body=b"{}")
        except http.HttpError:
            return
    assert isinstance(reply.body, bytes)
    assert isinstance(reply.status, int)

"""Whatever a platform sends: a launch is accepted or refused, a delivery is settled; nothing falls over."""

import json
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_bridge import http, keys
from lti_bridge.adapters.ags import AgsService
from lti_bridge.delivery.errors import DeliveryError
from lti_bridge.delivery.report import Report
from lti_bridge.http import Response
from lti_bridge.launch.claims import check_envelope, read_launch
from lti_bridge.launch.errors import LaunchError
from lti_bridge.launch.keysets import verified_claims
from lti_bridge.models import LineItem, ReportTarget

from .fakes import AGS, CLAIM, FakePlatform, make_enrolment

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
headers = st.dictionaries(
    st.sampled_from(["Link", "Retry-After", "WWW-Authenticate"]),
    st.text(st.characters(max_codepoint=255))
    | st.sampled_from(["7", "Wed, 21 Oct 2026 07:28:00 GMT", '<>; rel="next"']),
    max_size=2,
)
replies = st.builds(
    Response,
    status=st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 409, 422, 429, 500, 503]),
    headers=headers,
    body=bodies | results,
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
    from django.core.cache import cache

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
    for action in (service.send, service.holds):
        try:
            assert action(report) in (None, True, False)
        except DeliveryError as error:
            assert error.message

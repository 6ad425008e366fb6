"""The bridge and lti1p3platform 0.1.8, somebody else's platform library: launch and deep linking."""

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from django.test import Client
from jwcrypto.jwk import JWK
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request

from lti_bridge.host import course_host
from lti_bridge.http import Response
from lti_bridge.launch import keysets
from lti_bridge.models import LinkedAccount, Platform, ReportTarget
from tests.lti_bridge.fakes import COURSE, FakeHost, private_key, query_of

pytestmark = [pytest.mark.peer, pytest.mark.django_db]
ISSUER = "https://lms.example.test"
SITE = "http://testserver/lti"
ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
OURS = {"HTTP_ORIGIN": "http://testserver"}


class Conf(LTI1P3PlatformConfAbstract):
    """The library's configuration with one registration: ours."""

    def init_platform_config(self, **given: Any) -> None:
        self._registration = given["registration"]

    def get_registration_by_params(self, **_given: Any) -> Registration:
        return self._registration


class Asked(Request):
    """What a browser brings, as the library reads it."""

    def build_metadata(self, request: dict[str, str]) -> Any:
        return {"method": "GET", "get_data": request, "form_data": {}}


class Login(OIDCLoginAbstract):
    def set_lti_message_hint(self, **given: Any) -> None:
        self._lti_message_hint = given["hint"]

    def get_redirect(self, url: str) -> str:
        return url


class Launch(LTIAdvantageMessageLaunchAbstract):
    def render_launch_form(self, launch_data: dict[str, Any], **_given: Any) -> dict[str, Any]:
        return launch_data


@pytest.fixture
def registration(db, settings, monkeypatch) -> Registration:
    """Each side registered at the other; the library's keys are served to us in memory."""
    settings.KAPASITAS_LTI_HOST = "tests.lti_bridge.fakes.FakeHost"
    course_host.cache_clear()
    FakeHost.reset()
    key = private_key()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    found = (
        Registration()
        .set_iss(ISSUER)
        .set_client_id("klien")
        .set_deployment_id("d-1")
        .set_oidc_login_url(SITE + "/login")
        .set_launch_url(f"{SITE}/resource/{COURSE}")
        .set_deeplink_launch_url(SITE + "/deep-link")
        .set_tool_key_set(Client().get("/lti/jwks").json())
        .set_platform_public_key(public.decode())
        .set_platform_private_key(pem.decode())
    )
    kid = Registration.get_jwk(public.decode())["kid"]
    keys = {"keys": [{**json.loads(JWK.from_pem(public).export_public()), "kid": kid, "use": "sig"}]}
    row = Platform.objects.create(
        name="Peer",
        issuer=ISSUER,
        client_id="klien",
        auth_login_url=ISSUER + "/auth",
        auth_token_url=ISSUER + "/token",
        key_set_url=ISSUER + "/jwks",
        trusts_nip=True,
    )
    row.deployments.create(deployment_id="d-1")
    reply = Response(status=200, headers={}, body=json.dumps(keys).encode())
    monkeypatch.setattr(keysets, "fetch", lambda *_arguments, **_options: reply)
    yield found
    course_host.cache_clear()


def begin(client: Client, conf: Conf, *, choosing: bool) -> dict[str, str]:
    """Let the library start a login at ours, and return what reaches it."""
    login = Login(Asked({}), conf)
    login.set_lti_message_hint(hint="tautan-1")
    if choosing:
        login.set_deeplinking_launch_url()
    reply = client.get(login.initiate_login("orang-7"))
    assert reply.status_code == 302, reply.content.decode()
    return query_of(reply["Location"])


def message(conf: Conf, asked: dict[str, str], role: str) -> Launch:
    made = Launch(Asked(asked), conf)
    made.set_user_data("orang-7", [ROLE + role], full_name="Contoh Lurah Demo")
    made.set_launch_context_claim("diklat-1", context_title="Diklat")
    return made


def post(client: Client, made: Launch) -> Any:
    data = made.lti_launch()
    assert data["launch_url"] == SITE + "/launch"
    return client.post("/lti/launch", {"state": data["state"], "id_token": data["id_token"]})


def test_a_launch(client, registration):
    """The library's own launch signs its person in, with AGS of its own words."""
    conf = Conf(registration=registration)
    made = message(conf, begin(client, conf, choosing=False), "Learner")
    made.set_resource_link_claim("tautan-1", title="Kursus")
    made.set_custom_parameters_claim({"nip": "198001012005011001"})
    made.set_ags(lineitems_url=ISSUER + "/lineitems")
    reply = post(client, made)
    assert (reply.status_code, reply["Location"]) == (302, f"/course/{COURSE}")
    assert FakeHost.names[LinkedAccount.objects.get().user_id] == "Contoh Lurah Demo"
    assert ReportTarget.objects.get().lineitems_url == ISSUER + "/lineitems"


def test_choosing(client, registration):
    """The library asks with data of its own, and accepts and verifies our answer."""
    conf = Conf(registration=registration)
    made = message(conf, begin(client, conf, choosing=True), "Instructor")
    made.set_launch_url(SITE + "/deep-link")
    made.set_dl(
        deep_link_return_url=ISSUER + "/return",
        title="Pilih kursus",
        accept_types={"ltiResourceLink"},
        extra_data={"minggu": 3},
    )
    page = post(client, made)
    form = page.context["form"]
    fields = {"token": form.token, "language": form.language, "item": COURSE, "send": "1"}
    answer = client.post("/lti/deep-link/choose", fields, **OURS)
    (item,) = conf.validate_deeplinking_resp({"JWT": answer.context["token"]})
    assert (item["type"], item["url"]) == ("ltiResourceLink", f"{SITE}/resource/{COURSE}")
    claims = jwt.decode(answer.context["token"], options={"verify_signature": False})
    assert claims["https://purl.imsglobal.org/spec/lti-dl/claim/data"] == {"minggu": 3}
    assert (claims["iss"], claims["aud"]) == ("klien", ISSUER)


def test_a_tampered_answer_is_found_out_by_the_library(client, registration):
    """What the library verifies is our signature: another key's is refused."""
    conf = Conf(registration=registration)
    token = jwt.encode({}, private_key(), algorithm="RS256", headers={"kid": "lain"})
    with pytest.raises(Exception, match="public key"):
        conf.validate_deeplinking_resp({"JWT": token})

"""An LTI 1.1 consumer: signs launches and checks outcome requests by RFC 5849, written out by hand.

The bridge signs and checks with oauthlib; two hands that know nothing of each other must agree.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from django.test import Client
from django.utils import timezone
from lxml import etree

from lti_bridge.models import Deployment, LtiVersion, Platform
from lti_bridge.secrets_at_rest import encrypt

from .ags_server import Call
from .fakes import COURSE

KEY, SECRET = "simpeg-lama", "rahasia & panjang, juga + dan %"
FORM = "application/x-www-form-urlencoded"
OUTCOMES = "https://simpeg.example.test/hasil"
NS = "{http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0}"
LAUNCH = {
    "lti_message_type": "basic-lti-launch-request",
    "lti_version": "LTI-1p0",
    "resource_link_id": "tautan-1",
    "context_id": "diklat-1",
    "user_id": "orang-7",
    "roles": "Learner",
    "lis_person_name_full": "Contoh Camat Demo",
    "lis_person_name_given": "Contoh",
    "custom_course": COURSE,
    "custom_nip": "19800101 200501 1 001",
    "custom_office_code": "99.01.01",
    "custom_office_name": "Kecamatan Contoh",
    "custom_post": "Camat",
    "launch_presentation_locale": "id-ID",
    "launch_presentation_return_url": "https://simpeg.example.test/kembali",
    "lis_outcome_service_url": OUTCOMES,
    "lis_result_sourcedid": '{"data":{"instanceid":"7"},"hash":"a<b&c"}',
    "oauth_callback": "about:blank",
}


def escaped(text: str) -> str:
    return quote(text, safe="~")


def signature(url: str, pairs: list[tuple[str, str]], secret: str = SECRET) -> str:
    """Return the HMAC-SHA1 signature of a POST (RFC 5849, 3.4)."""
    parts = urlsplit(url)
    base_url = f"{parts.scheme}://{parts.netloc}{parts.path}"
    listed = sorted((escaped(name), escaped(value)) for name, value in [*pairs, *parse_qsl(parts.query)])
    joined = "&".join(f"{name}={value}" for name, value in listed)
    base = "&".join(["POST", escaped(base_url), escaped(joined)])
    mac = hmac.new(f"{escaped(secret)}&".encode(), base.encode(), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


def form_of(
    url: str,
    *,
    secret: str = SECRET,
    drop: tuple[str, ...] = (),
    seconds: float = 0,
    **changes: str,
) -> dict[str, str]:
    """Return the signed fields of a launch; ``seconds`` moves its timestamp."""
    fields = {
        **LAUNCH,
        "oauth_consumer_key": KEY,
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(timezone.now().timestamp() + seconds)),
        "oauth_nonce": secrets.token_hex(8),
        "oauth_version": "1.0",
        **changes,
    }
    for name in drop:
        del fields[name]
    return {**fields, "oauth_signature": signature(url, list(fields.items()), secret)}


def post(client: Client, fields: dict[str, str], path: str = "/lti/launch11", extra: str = "", **options):
    return client.post(path, urlencode(fields) + extra, content_type=FORM, **options)


def launch(client: Client, path: str = "/lti/launch11", **changes):
    return post(client, form_of("http://testserver" + path, **changes), path)


def register(*, key: str = KEY, secret: str = SECRET, trusts_nip: bool = True) -> Platform:
    row = Platform.objects.create(
        name="SIMPEG Lama",
        lti_version=LtiVersion.V1_1,
        client_id=key,
        encrypted_secret=encrypt(secret),
        trusts_nip=trusts_nip,
    )
    Deployment.objects.create(platform=row, deployment_id="")
    return row


def envelope(code: str, body: str = "", *, minor: str = "", description: str = "Contoh Camat Demo") -> bytes:
    """Return a reply as the standard shows it."""
    minors = f"<imsx_codeMinor><imsx_codeMinorField><imsx_codeMinorFieldValue>{minor}"
    minors += "</imsx_codeMinorFieldValue></imsx_codeMinorField></imsx_codeMinor>"
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<imsx_POXEnvelopeResponse xmlns="{NS[1:-1]}"><imsx_POXHeader><imsx_POXResponseHeaderInfo>
<imsx_version>V1.0</imsx_version><imsx_messageIdentifier>x</imsx_messageIdentifier><imsx_statusInfo>
<imsx_codeMajor>{code}</imsx_codeMajor><imsx_severity>status</imsx_severity>
<imsx_description>{description}</imsx_description>{minors if minor else ""}
</imsx_statusInfo></imsx_POXResponseHeaderInfo></imsx_POXHeader>
<imsx_POXBody>{body}</imsx_POXBody></imsx_POXEnvelopeResponse>"""
    return text.encode()


@dataclass
class OutcomeService:
    """A strict outcome service, to be an ``AgsServer``'s fault; keeps scores as the texts that came."""

    url: str
    scores: dict[str, str] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    # Replies in place of the service's own, the first one first: a body, a status, or what AgsServer knows.
    instead: list[bytes | int | str] = field(default_factory=list)

    def __call__(self, call: Call) -> tuple[int, dict[str, str], bytes] | str | None:
        self.bodies.append(call.body)
        assert call.headers["content-type"] == "application/xml"
        self._check_signature(call)
        operation = next(iter(etree.fromstring(call.body).iter(NS + "imsx_POXBody")))[0]
        name = etree.QName(operation).localname.removesuffix("Request")
        self.operations.append(name)
        said = self.instead.pop(0) if self.instead else None
        if isinstance(said, int):
            return said, {}, b""
        if isinstance(said, bytes):
            return 200, {"Content-Type": "application/xml"}, said
        if said == "drop-before":
            return "drop"
        reply = self._answer(name, operation)
        return "drop" if said == "drop-after" else (200, {"Content-Type": "application/xml"}, reply)

    def _answer(self, name: str, operation: etree._Element) -> bytes:
        sourcedid = operation.findtext(f".//{NS}sourcedId")
        assert sourcedid
        if name == "replaceResult":
            score = operation.findtext(f".//{NS}textString") or ""
            assert re.fullmatch(r"0|1|0\.[0-9]+", score), score
            self.scores[sourcedid] = score
            return envelope("success", "<replaceResultResponse/>")
        if name == "deleteResult":
            self.scores.pop(sourcedid, None)
            return envelope("success", "<deleteResultResponse/>")
        score = self.scores.get(sourcedid, "")
        told = f"<resultScore><language>en</language><textString>{score}</textString></resultScore>"
        return envelope("success", f"<readResultResponse><result>{told}</result></readResultResponse>")

    def _check_signature(self, call: Call) -> None:
        kind, _space, rest = call.headers["authorization"].partition(" ")
        assert kind == "OAuth"
        said = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', rest)}
        digest = base64.b64encode(hashlib.sha1(call.body).digest()).decode()
        assert said["oauth_body_hash"] == digest
        given = said.pop("oauth_signature")
        assert said["oauth_consumer_key"] == KEY
        query = urlencode([(name, value) for name, values in call.query.items() for value in values])
        url = self.url + call.path + (f"?{query}" if query else "")
        assert given == signature(url, list(said.items()))

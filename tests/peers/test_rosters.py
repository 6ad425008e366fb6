"""Rosters of independent platforms (NRPS 2.0): lti-consumer-xblock and lti1p3platform."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.membership import Context
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request as PlatformRequest
from lti1p3platform.service_connector import NamesRoleProvisioningService

from lti_bridge import keys
from lti_bridge.adapters import memberships
from lti_bridge.models import ReportTarget, RosterMember
from lti_bridge.models.digests import digest
from lti_bridge.roster.listing import counts_of
from lti_bridge.roster.reading import read_roster
from tests.lti_bridge.ags_server import AgsServer, Call, running
from tests.lti_bridge.fakes import make_enrolment, private_key

from .lti_consumer_platform.runner import Peer
from .test_lti_consumer import launch, peer, site

__all__ = ["peer", "site"]
type Reply = tuple[int, dict[str, str], bytes]
pytestmark = [pytest.mark.peer, pytest.mark.django_db(transaction=True)]


def target() -> ReportTarget:
    return ReportTarget.objects.select_related("deployment__platform").get()


def test_a_roster_of_lti_consumer_xblock(site: str, peer: Peer, monkeypatch) -> None:
    """A launch says where it is; all pages are read; it keeps names to itself, and the numbers are right."""
    launch(peer, "orang-7")
    assert target().memberships_url.endswith("/memberships")
    reading = read_roster(target())
    assert (reading.problem, reading.members, reading.joined) == ("", 253, 253)
    assert not RosterMember.objects.exclude(full_name="").exists()
    assert RosterMember.objects.get(sub_digest=digest("guru-1")).is_instructor
    counts = counts_of(target())
    assert (counts.learners, counts.begun, counts.not_begun) == (252, 1, 251)

    # More pages, and nothing new on them.
    asked: list[str] = []
    find = memberships.next_page

    def noted(reply, url: str) -> str:
        asked.append(url)
        return find(reply, url)

    monkeypatch.setattr(memberships, "next_page", noted)
    monkeypatch.setattr(memberships, "PAGE_SIZE", 50)
    again = read_roster(target())
    assert (again.problem, again.members, again.joined, again.changed, again.left) == ("", 253, 0, 0, 0)
    assert len(asked) == 6


MEMBERS = [
    {"user_id": f"orang-{number}", "roles": ["Learner"], "name": f"Contoh {number}"} for number in range(450)
] + [{"user_id": "guru-1", "roles": ["Instructor"], "status": "Inactive"}]


def at_the_library(ags: AgsServer, key: rsa.RSAPrivateKey) -> Callable[[Call], Reply]:
    """Return lti1p3platform's own token endpoint and member service as what answers the server's calls."""
    private, public = pem_pair(key)
    registration = (
        Registration()
        .set_iss(ags.url)
        .set_client_id("kapasitas")
        .set_platform_private_key(private)
        .set_platform_public_key(public)
        .set_tool_key_set(keys.public_key_set())
    )
    config = Configuration()
    config._registration = registration

    def answer(call: Call) -> Reply:
        if call.path == "/token":
            form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
            return 200, {}, json.dumps(config.get_access_token(form)).encode()
        # Its frameworks hand over texts, and it adds 1 to the page.
        asked = {
            name: int(values[0]) if values[0].isdigit() else values[0] for name, values in call.query.items()
        }
        headers = {"Authorization": call.headers["authorization"]}
        request = Request({"method": call.method, "get_data": asked, "headers": headers})
        reply = Members(request, config, ags.url + "/roster").handle_get_members()
        return reply.code, {"Content-Type": reply.media_type}, json.dumps(reply.result).encode()

    return answer


def pem_pair(key: rsa.RSAPrivateKey) -> tuple[str, str]:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


class Request(PlatformRequest):
    def build_metadata(self, request: Any) -> Any:
        return request


class Configuration(LTI1P3PlatformConfAbstract):
    def init_platform_config(self, **_kwargs: Any) -> None:
        pass

    def get_registration_by_params(self, **_kwargs: Any) -> Registration:
        return self._registration


class Members(NamesRoleProvisioningService):
    def get_context_by_id(self) -> Context:
        return Context(id="diklat-1", label="Diklat", title="Diklat")

    def is_resource_link_valid(self, context_id: str, resource_link_id: str) -> bool:
        return (context_id, resource_link_id) == ("diklat-1", "tautan-1")

    def get_member_data_page(self, page: int = 1, limit: int = 50, **_more: Any) -> Any:
        start = (page - 1) * limit
        return {"content": MEMBERS[start : start + limit], "has_next": start + limit < len(MEMBERS)}


def test_a_roster_of_lti1p3platform(settings) -> None:
    """Its token endpoint checks our assertion, its service our scope and link; pages follow from the body."""
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["127.0.0.1"]
    cache.clear()
    with running() as ags:
        ags.fault = at_the_library(ags, private_key())
        make_enrolment(ags.url, sub="orang-3")
        ReportTarget.objects.update(memberships_url=ags.url + "/roster")
        reading = read_roster(target())
        assert (reading.problem, reading.members, reading.joined) == ("", 451, 451)
        assert len(ags.requests_to("GET", "/roster")) == 3
        teacher = RosterMember.objects.get(sub_digest=digest("guru-1"))
        assert (teacher.is_instructor, teacher.is_active) == (True, False)
        assert RosterMember.objects.get(sub_digest=digest("orang-7")).full_name == "Contoh 7"
        again = read_roster(target())
        assert (again.problem, again.joined, again.changed, again.left) == ("", 0, 0, 0)

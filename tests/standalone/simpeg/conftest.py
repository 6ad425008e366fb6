"""What the tests of the demo SIMPEG share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from standalone.simpeg.lti import names
from standalone.simpeg.lti.secrets import digest, new_secret
from standalone.simpeg.models import AccessToken, Course, LineItem, Office, Official, Tool
from standalone.simpeg.registry import register_course, register_tool

from . import tool as tool_side
from .served import served

__all__ = ["served"]  # a fixture, found by its name here


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test of this directory the URLs of the demo SIMPEG."""
    for item in items:
        if "tests/standalone/simpeg" in item.path.as_posix():
            item.add_marker(pytest.mark.urls("standalone.simpeg_urls"))


@pytest.fixture(scope="session")
def key_set_server() -> Iterator[tool_side.KeySetServer]:
    server = tool_side.KeySetServer()
    yield server
    server.close()


@pytest.fixture
def key_set(key_set_server: tool_side.KeySetServer) -> tool_side.KeySetServer:
    key_set_server.reset()
    return key_set_server


def make_official(username: str, number: int, **fields: Any) -> Official:
    """Make an official with an account; ``number`` makes the NIP unique."""
    office, _ = Office.objects.get_or_create(
        code="99.71.01.1001", defaults={"name": "Kelurahan Contoh Asri", "kind": "kelurahan"}
    )
    return Official.objects.create(
        user=User.objects.create_user(username, password="demo"),
        **{
            "nip": f"198001012005011{number:03}",
            "name": f"Contoh {username.title()} Demo",
            "office": office,
            "post": "Lurah",
            **fields,
        },
    )


@pytest.fixture
def official(db: None) -> Official:
    return make_official("lurah", 1)


@pytest.fixture
def tool(db: None, key_set: tool_side.KeySetServer) -> Tool:
    return register_tool(
        client_id=tool_side.CLIENT_ID,
        deployment_id=tool_side.DEPLOYMENT_ID,
        name="Tool under test",
        login_url=tool_side.LOGIN_URL,
        launch_urls=[tool_side.LAUNCH_URL],
        keyset_url=key_set.url,
    )


@pytest.fixture
def course(tool: Tool, official: Official) -> Course:
    return register_course(tool=tool, title="Kursus Contoh", target_link_uri=tool_side.TARGET)


@pytest.fixture
def line_item(course: Course) -> LineItem:
    return LineItem.objects.create(
        course=course, label="Nilai", score_maximum=100, resource_link_id=str(course.resource_link_id)
    )


@pytest.fixture
def signed_in(client: Client, official: Official) -> Client:
    client.force_login(official.user)
    return client


@pytest.fixture
def manager(client: Client, db: None) -> Client:
    """A client signed in as the HR officer."""
    user = User.objects.create_user("hr", password="demo")
    user.user_permissions.add(Permission.objects.get(codename="manage_personnel"))
    client.force_login(user)
    return client


@dataclass(frozen=True)
class Caller:
    """Calls services with a token that carries the given scopes."""

    client: Client
    token: str

    def __call__(
        self, method: str, url: str, body: Any = "", *, content_type: str = "", **headers: str
    ) -> HttpResponse:
        call: Callable[..., HttpResponse] = self.client.generic  # type: ignore[assignment]
        headers.setdefault("Authorization", f"Bearer {self.token}")
        return call(method, url, body, content_type=content_type, headers=headers)


@pytest.fixture
def call(client: Client, tool: Tool) -> Callable[..., Caller]:
    """Return a maker of callers; without scopes named they have all."""

    def make(*scopes: str, of: Tool = tool, seconds: int = 3600) -> Caller:
        token = new_secret()
        AccessToken.objects.create(
            digest=digest(token),
            tool=of,
            granted_scopes=" ".join(scopes or names.ISSUABLE_SCOPES),
            expires_at=timezone.now() + timedelta(seconds=seconds),
        )
        return Caller(client, token)

    return make

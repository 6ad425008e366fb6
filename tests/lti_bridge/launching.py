"""Both legs of a launch, as a browser makes them."""

from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from .fakes import COURSE, FakePlatform, query_of

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
TARGET = f"http://testserver/lti/resource/{COURSE}"


def begin(client: Client, platform: FakePlatform, target: str = TARGET, **changes: str) -> dict[str, str]:
    """Start a login and return the parameters that reach the platform."""
    parameters = {
        "iss": platform.issuer,
        "login_hint": "h",
        "target_link_uri": target,
        "client_id": platform.client_id,
        **changes,
    }
    reply = client.get("/lti/login", {name: value for name, value in parameters.items() if value is not None})
    assert reply.status_code == 302, reply.content.decode()
    return query_of(reply["Location"])


def launch(client: Client, platform: FakePlatform, target: str = TARGET, drop=(), **changes: Any):
    """Launch with claims bent as said, and return the reply."""
    asked = begin(client, platform, target)
    claims = {**platform.claims(asked["nonce"], target)}
    claims.update({name: resolved(value) for name, value in changes.items()})
    for name in drop:
        del claims[name]
    return client.post("/lti/launch", {"state": asked["state"], "id_token": platform.token(claims)})


@dataclass(frozen=True)
class At:
    """A time relative to the launch, resolved when it happens."""

    seconds: float


def at(seconds: float) -> At:
    return At(seconds)


def resolved(value: Any) -> Any:
    return int(timezone.now().timestamp()) + value.seconds if isinstance(value, At) else value

"""How a person comes from the HR system into the LMS, in the tests' hands."""

from typing import Any

from django.test import Client

from tests.lti_bridge.fakes import CLAIM, FakePlatform, query_of

from .conftest import OURS

RESOURCE = f"https://testserver/kapasitas/lti/resource/{OURS}"
ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


def launch(
    client: Client, simpeg: FakePlatform, target: str = RESOURCE, role: str = "Learner", **claims: Any
) -> Any:
    """Go both legs of a launch over https, and return the LMS's answer."""
    parameters = {"iss": simpeg.issuer, "login_hint": "h", "target_link_uri": target}
    begun = client.get("/kapasitas/lti/login", parameters, secure=True)
    assert begun.status_code == 302, begun.content.decode()
    asked = query_of(begun["Location"])
    said = {**simpeg.claims(asked["nonce"], target), CLAIM + "roles": [ROLE + role], **claims}
    answer = {"state": asked["state"], "id_token": simpeg.token(said)}
    return client.post("/kapasitas/lti/launch", answer, secure=True)

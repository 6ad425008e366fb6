"""Scores sent with pylti1p3next as its README shows, one after the other; prints seconds for each.

Runs in an environment of its own (``benchmarks.measures.sender``) and imports nothing of ours. The access
token is cached, in memory. A score is sent by a new service, as in a web request or a task; ``known`` as
second argument leaves out the look for the line item.
"""

import sys
import time
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.grade import Grade
from pylti1p3.lineitem import LineItem
from pylti1p3.registration import Registration
from pylti1p3.service_connector import ServiceConnector

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
TOKENS: dict[str, str] = {}


class Connector(ServiceConnector):  # type: ignore[misc] # untyped here
    """With the token cache that the library leaves to its user."""

    def _get_cached_access_token(self, scope_key: str) -> str | None:
        return TOKENS.get(scope_key)

    def _cache_access_token(self, scope_key: str, access_token: str, expires_in: float) -> None:
        TOKENS[scope_key] = access_token


def registration_at(url: str) -> Any:
    """Return our registration at the platform, with a key of our own."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    registration = Registration()
    registration.set_issuer(url).set_client_id("peer").set_auth_token_url(url + "/token")
    registration.set_tool_private_key(pem.decode())
    return registration


def send(registration: Any, url: str, number: int, *, known: bool) -> None:
    """Send one score."""
    data = {"scope": [AGS + "lineitem", AGS + "score"], "lineitems": url + "/lineitems"}
    service = AssignmentsGradesService(Connector(registration), data)
    grade = Grade().set_score_given(85.5).set_score_maximum(100).set_user_id(f"peer-{number}")
    grade.set_timestamp("2026-01-01T00:00:00+00:00").set_activity_progress("InProgress")
    grade.set_grading_progress("FullyGraded")
    item = LineItem().set_tag("kapasitas-grade").set_score_maximum(100).set_label("Nilai")
    if known:
        item.set_id(url + "/items/1")
    service.put_grade(grade, item)


def main() -> None:
    """Send 20 scores to warm up, then as many as asked for."""
    url, count, known = sys.argv[1], int(sys.argv[2]), "known" in sys.argv[3:]
    registration = registration_at(url)
    for number in range(20):
        send(registration, url, number, known=known)
    started = time.perf_counter()
    for number in range(count):
        send(registration, url, number, known=known)
    print((time.perf_counter() - started) / count)


if __name__ == "__main__":
    main()

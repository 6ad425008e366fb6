"""An LTI tool for the tests: keys, a key-set server, assertions, and calls to the platform."""

import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.http import HttpResponse
from django.test import Client

from standalone.simpeg.lti import names

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CLIENT_ID = "tool-1"
DEPLOYMENT_ID = "deployment-1"
LOGIN_URL = "https://tool.example/login"
LAUNCH_URL = "https://tool.example/launch"
TARGET = "https://tool.example/courses/1"
BASE_URL = "http://localhost:8001"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
WEAK_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # the platform must refuse it


def public_jwk(key: rsa.RSAPrivateKey, kid: str, **changes: Any) -> dict[str, Any]:
    """Return a key as it stands in a key set."""
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    jwk.pop("key_ops", None)
    return {**jwk, "kid": kid, "alg": "RS256", "use": "sig", **changes}


class KeySetServer:
    """Serves a key set that a test may change, and counts how often it is asked."""

    def __init__(self) -> None:
        self.reset()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests += 1
                self.send_response(outer.status)
                self.send_header("Content-Type", "application/json")
                if outer.location:
                    self.send_header("Location", outer.location)
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def reset(self) -> None:
        self.requests = 0
        self.status = 200
        self.location = ""
        self.serve(public_jwk(KEY, "key-1"))

    def serve(self, *keys: dict[str, Any]) -> None:
        self.body = json.dumps({"keys": keys}).encode()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a good assertion; a change to None leaves the claim out."""
    now = int(time.time())
    good = {
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "aud": f"{BASE_URL}/lti/token",
        "iat": now,
        "exp": now + 60,
        "jti": str(uuid.uuid4()),
        **changes,
    }
    return {name: value for name, value in good.items() if value is not None}


def assertion(
    payload: dict[str, Any] | None = None,
    *,
    key: Any = KEY,
    algorithm: str = "RS256",
    kid: str | None = "key-1",
) -> str:
    """Return a signed assertion."""
    headers = {"kid": kid} if kid is not None else {}
    return jwt.encode(payload or claims(), key, algorithm=algorithm, headers=headers)


def token_request(client: Client, **changes: Any) -> HttpResponse:
    """Ask for a token; a change to None leaves the parameter out."""
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion(),
        "scope": " ".join(names.ISSUABLE_SCOPES),
        **changes,
    }
    body = {name: value for name, value in form.items() if value is not None}
    return client.post(
        "/lti/token", urlencode(body, doseq=True), content_type="application/x-www-form-urlencoded"
    )

"""A platform that offers Dynamic Registration, over real HTTP; tests bend what it says."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any

LTI_PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
LTI_TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"


@dataclass
class RegisteringPlatform:
    """``configuration`` and ``answer`` are laid over what a good platform says; None takes a field away."""

    url: str = ""
    token: str = "tanda-sekali"
    configuration: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    answer_status: int = 201
    raw: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    registrations: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None

    @property
    def configuration_url(self) -> str:
        return self.url + "/.well-known/openid-configuration"

    def described(self) -> dict[str, Any]:
        good = {
            "issuer": self.url,
            "authorization_endpoint": self.url + "/auth",
            "token_endpoint": self.url + "/token",
            "jwks_uri": self.url + "/jwks",
            "registration_endpoint": self.url + "/register",
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["id_token"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid"],
            "subject_types_supported": ["public"],
            "claims_supported": ["iss", "sub", "name"],
            LTI_PLATFORM: {
                "product_family_code": "uji",
                "version": "1",
                "messages_supported": [
                    {"type": "LtiResourceLinkRequest"},
                    {"type": "LtiDeepLinkingRequest"},
                ],
            },
        }
        return {name: value for name, value in {**good, **self.configuration}.items() if value is not None}

    def register(self, asked: dict[str, Any]) -> dict[str, Any]:
        good = {**asked, "client_id": f"klien-{len(self.registrations)}"}
        good[LTI_TOOL] = {**asked[LTI_TOOL], "deployment_id": "d-1"}
        return {name: value for name, value in {**good, **self.answer}.items() if value is not None}


@contextmanager
def registering(tls: SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[RegisteringPlatform]:
    """Serve the platform until the block ends."""
    platform = RegisteringPlatform()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

        def _reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _json(self, status: int, document: object) -> None:
            self._reply(status, {"Content-Type": "application/json"}, json.dumps(document).encode())

        def do_GET(self) -> None:
            platform.asked.append(self.path)
            if self.path in platform.raw:
                self._reply(*platform.raw[self.path])
            elif self.path == "/.well-known/openid-configuration":
                self._json(200, platform.described())
            else:
                self._json(404, {})

        def do_POST(self) -> None:
            platform.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            platform.before_answer()
            if self.path in platform.raw:
                self._reply(*platform.raw[self.path])
                return
            platform.authorizations.append(self.headers.get("Authorization", ""))
            platform.registrations.append(json.loads(body))
            self._json(platform.answer_status, platform.register(json.loads(body)))

    server = ThreadingHTTPServer((host, 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    platform.url = f"http://{host}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)

"""A platform whose page shows the tool in a frame, and keeps data for it (LTI postMessage Storage 0.1)."""

import html
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from .fakes import FakePlatform

# The platform's side of the storage: what one origin puts, only that origin gets.
STORAGE = """
const kept = new Map();
window.seen = [];
window.addEventListener("message", (event) => {
  const data = event.data;
  if (!data || typeof data !== "object" || typeof data.message_id !== "string") return;
  window.seen.push([data.subject, event.origin]);
  const reply = { subject: `${data.subject}.response`, message_id: data.message_id };
  if (data.subject === "lti.capabilities" && CAPABILITIES) {
    const subjects = ["lti.put_data", "lti.get_data"];
    reply.supported_messages = subjects.map((subject) => ({ subject, ...CAPABILITIES }));
  } else if (data.subject === "lti.put_data") {
    kept.set(`${event.origin} ${data.key}`, data.value);
    Object.assign(reply, { key: data.key, value: data.value });
  } else if (data.subject === "lti.get_data") {
    Object.assign(reply, { key: data.key, value: kept.get(`${event.origin} ${data.key}`) });
  } else return;
  event.source.postMessage(reply, event.origin);
});
"""


@dataclass
class FramingPlatform:
    """``frame``: what the login says of the storage; ``capabilities``: the page's answer, None for none."""

    fake: FakePlatform
    tool: str
    target: str
    frame: str = "_parent"
    capabilities: dict[str, Any] | None = None
    stores: bool = True
    changes: dict[str, Any] = field(default_factory=dict)

    def storage_script(self) -> str:
        if not self.stores:
            return ""
        return f"<script>const CAPABILITIES = {json.dumps(self.capabilities)};{STORAGE}</script>"

    def page(self) -> str:
        """The person's page: the tool in a frame, and beside it the storage's frame."""
        query = {
            "iss": self.fake.issuer,
            "client_id": self.fake.client_id,
            "login_hint": "h",
            "target_link_uri": self.target,
        }
        if self.frame:
            query["lti_storage_target"] = self.frame
        source = html.escape(f"{self.tool}/lti/login?{urlencode(query)}")
        beside = f'<iframe name="{self.frame}" src="{self.fake.issuer}/storage"></iframe>'
        own = self.storage_script() if self.frame == "_parent" else beside
        # The tool's frame begins when the storage is there.
        return (
            f"<!doctype html><title>SIMPEG</title>{own}<iframe id=tool width=900 height=600></iframe>"
            f"<script>window.onload = () => {{ tool.src = '{source}'.replaceAll('&amp;', '&') }}</script>"
        )

    def auth(self, query: dict[str, str]) -> str:
        claims = {**self.fake.claims(query["nonce"], self.target), **self.changes}
        fields = {"state": query["state"], "id_token": self.fake.token(claims)}
        inputs = "".join(f'<input type=hidden name={name} value="{value}">' for name, value in fields.items())
        action = html.escape(query["redirect_uri"])
        form = f'<form method=post action="{action}">{inputs}</form>'
        return form + "<script>document.forms[0].submit()</script>"


@contextmanager
def framing(fake: FakePlatform, tool: str, target: str) -> Iterator[FramingPlatform]:
    """Serve the platform on localhost, which is another site than 127.0.0.1; its issuer is set."""
    platform = FramingPlatform(fake=fake, tool=tool, target=target)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            pages = {
                "/": platform.page,
                "/storage": platform.storage_script,
                "/auth": lambda: platform.auth(query),
            }
            body = pages[parts.path]().encode() if parts.path in pages else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.issuer = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)

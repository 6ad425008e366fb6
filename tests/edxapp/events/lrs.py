"""A fake learning record store over HTTP, as strict about a statement as xAPI 1.0.3 is in what we use.

Read from the xAPI specification, part three (adlnet/xAPI-Spec, 1.0.3): ``PUT /statements?statementId=``
with 204 for a stored statement and 409 for another with a known id, ``POST /statements`` of a list with its
ids, and the version header.
"""

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["PASSWORD", "USERNAME", "FakeLrs", "running"]

USERNAME, PASSWORD = "kapasitas", "lrs-secret"
AUTHORISATION = "Basic " + b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()


def is_iri(value: object) -> bool:
    return isinstance(value, str) and bool(urlsplit(value).scheme)


def faults_of(statement: dict[str, Any]) -> list[str]:
    """What a conforming LRS would refuse the statement for."""
    result = statement.get("result", {})
    score = result.get("score", {})
    extensions = {**statement["context"].get("extensions", {}), **result.get("extensions", {})}
    checks = {
        "actor": statement["actor"]["account"].keys() == {"homePage", "name"},
        "verb": is_iri(statement["verb"]["id"]),
        "object": is_iri(statement["object"]["id"]),
        "scaled": -1 <= score.get("scaled", 0) <= 1,
        "raw": not score or score["min"] <= score["raw"] <= score["max"],
        "extensions": all(map(is_iri, extensions)),
    }
    return [name for name, right in checks.items() if not right]


class FakeLrs(ThreadingHTTPServer):
    """``statements`` by id, as they were stored; ``refused`` with the reasons."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statements: dict[str, dict[str, Any]] = {}
        self.refused: list[list[str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/xapi/"


class _Handler(BaseHTTPRequestHandler):
    server: FakeLrs

    def do_PUT(self) -> None:
        (statement_id,) = parse_qs(urlsplit(self.path).query)["statementId"]
        self._reply(self._answer(statement_id, self._body()))

    def do_POST(self) -> None:
        statements = self._body()
        worst = max(self._answer(one["id"], one) for one in statements)
        self._reply(200 if worst == 204 else worst, json.dumps([one["id"] for one in statements]))

    def _body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def _reply(self, status: int, body: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def _answer(self, statement_id: str, statement: dict[str, Any]) -> int:
        if self.headers["Authorization"] != AUTHORISATION:
            return 401
        if not self.headers["X-Experience-API-Version"].startswith("1.0"):
            return 400
        if faults := faults_of(statement):
            self.server.refused.append(faults)
            return 400
        known = self.server.statements.setdefault(statement_id, statement)
        return 204 if known == statement else 409

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the tests' output quiet."""


@contextmanager
def running() -> Iterator[FakeLrs]:
    server = FakeLrs()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""A strict AGS platform over real HTTP, whose faults a test chooses."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

type Fault = Callable[["Call"], "tuple[int, dict[str, str], bytes] | str | None"]
MEDIA = "application/vnd.ims.lis."


@dataclass
class Call:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body, parse_float=Decimal)


@dataclass
class AgsServer:
    """``fault`` may answer a call in our place: a reply, or "drop-before"/"drop-after" the work is done."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    line_items: dict[str, dict[str, Any]] = field(default_factory=dict)
    scores: list[tuple[str, dict[str, Any], bytes]] = field(default_factory=list)
    results: dict[tuple[str, str], tuple[Decimal, Decimal]] = field(default_factory=dict)
    last_timestamp: dict[tuple[str, str], str] = field(default_factory=dict)
    valid_tokens: set[str] = field(default_factory=set)
    tokens_given: int = 0
    fault: Fault | None = None
    page_size: int = 1
    results_page: int = 2
    lock: threading.Lock = field(default_factory=threading.Lock)

    def requests_to(self, method: str, end: str) -> list[Call]:
        return [call for call in self.calls if call.method == method and call.path.endswith(end)]

    def answer(self, call: Call) -> tuple[int, dict[str, str], bytes] | str:
        with self.lock:
            self.calls.append(call)
            said = self.fault(call) if self.fault else None
            if said is not None and said != "drop-after":
                return said
            reply = self._answer(call)
            return "drop" if said == "drop-after" else reply

    def _answer(self, call: Call) -> tuple[int, dict[str, str], bytes]:
        if call.path == "/token":
            self.tokens_given += 1
            token = f"t{self.tokens_given}"
            self.valid_tokens.add(token)
            body = {"access_token": token, "token_type": "Bearer", "expires_in": 3600}
            return 200, {}, json.dumps(body).encode()
        if call.headers.get("authorization", "").removeprefix("Bearer ") not in self.valid_tokens:
            return 401, {}, b""
        if call.path == "/lineitems":
            return self._create(call) if call.method == "POST" else self._list(call)
        item = call.path.rpartition("/")[0]
        if item not in self.line_items:
            return 404, {}, b""
        return self._score(call, item) if call.path.endswith("/scores") else self._results(call, item)

    def _create(self, call: Call) -> tuple[int, dict[str, str], bytes]:
        assert call.headers["content-type"] == MEDIA + "v2.lineitem+json"
        path = f"/item/{len(self.line_items) + 1}"
        self.line_items[path] = call.json
        return 201, {}, b"{}"

    def _list(self, call: Call) -> tuple[int, dict[str, str], bytes]:
        start = int(call.query.get("page", ["0"])[0])
        wanted = call.query.get("tag", [None])[0]
        # Filters are the server's choice to honour; this one leaves the tag to the client.
        assert wanted
        items = [{"id": self.url + path, **item} for path, item in self.line_items.items()]
        page = items[start : start + self.page_size]
        headers = {}
        if start + self.page_size < len(items):
            following = f"{self.url}/lineitems?tag={wanted}&page={start + self.page_size}"
            headers["Link"] = f'<{following}>; rel="next", </x>; rel="self"'
        return 200, headers, json.dumps(page, default=float).encode()

    def _score(self, call: Call, item: str) -> tuple[int, dict[str, str], bytes]:
        assert call.headers["content-type"] == MEDIA + "v1.score+json"
        score = call.json
        key = (item, score["userId"])
        if score["timestamp"] <= self.last_timestamp.get(key, ""):
            return 409, {}, b""
        self.last_timestamp[key] = score["timestamp"]
        self.scores.append((item, score, call.body))
        self.results[key] = (Decimal(score["scoreGiven"]), Decimal(score["scoreMaximum"]))
        return 204, {}, b""

    def _results(self, call: Call, item: str) -> tuple[int, dict[str, str], bytes]:
        if "user_id" not in call.query:
            return self._all_results(call, item)
        (user,) = call.query["user_id"]
        found = self.results.get((item, user))
        rows = []
        if found:
            rows = [{"userId": user, "resultScore": float(found[0]), "resultMaximum": float(found[1])}]
        return 200, {}, json.dumps(rows).encode()

    def _all_results(self, call: Call, item: str) -> tuple[int, dict[str, str], bytes]:
        """Page by page, no more than ``results_page`` at once, whatever limit the client asks for."""
        start = int(call.query.get("page", ["0"])[0])
        size = min(int(call.query.get("limit", ["100"])[0]), self.results_page)
        rows = [
            {"userId": user, "resultScore": float(score), "resultMaximum": float(maximum)}
            for (line_item, user), (score, maximum) in self.results.items()
            if line_item == item
        ]
        headers = {}
        if start + size < len(rows):
            headers["Link"] = f'<{self.url}{call.path}?limit={size}&page={start + size}>; rel="next"'
        return 200, headers, json.dumps(rows[start : start + size]).encode()


def handler_for(server: AgsServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", 0))
            call = Call(
                method=self.command,
                path=parts.path,
                query=parse_qs(parts.query),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
            )
            reply = server.answer(call)
            if isinstance(reply, str):
                self.close_connection = True
                return
            status, headers, body = reply
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if status != 204:
                # A client that waited too long has gone; that is what its test is about.
                with suppress(ConnectionError):
                    self.wfile.write(body)

        do_GET = do_POST = _handle  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_arguments: object) -> None:
            pass

    return Handler


@contextmanager
def running() -> Iterator[AgsServer]:
    server = AgsServer()
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(server))
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()

"""lti1p3platform (MIT) as an AGS platform over HTTP: its tokens, scopes, status codes and pages of lists.

The library leaves storage and the web framework to its user; both are here, and nothing else: whether a
request is let in, and what its answer is, the library decides.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lti1p3platform.exceptions import (
    LineItemNotFoundException,
    LtiException,
    MissingRequiredClaim,
    UnsupportedGrantType,
)
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request
from lti1p3platform.response import Response, generate_next_link
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService

PAGE = 2


@dataclass
class Book:
    """The gradebook. ``gets`` notes what was read, with its query."""

    url: str = ""
    tool_keys: dict[str, Any] = field(default_factory=dict)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    results: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    scores: list[dict[str, Any]] = field(default_factory=list)
    gets: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def lineitems_url(self) -> str:
        return f"{self.url}/lineitems"


class Configuration(LTI1P3PlatformConfAbstract):
    def init_platform_config(self, book: Book, private: str, public: str) -> None:
        self._registration = (
            Registration()
            .set_iss(book.url)
            .set_client_id("kapasitas")
            .set_platform_private_key(private)
            .set_platform_public_key(public)
            .set_tool_key_set(book.tool_keys)
        )

    def get_registration_by_params(self, **_ignored: Any) -> Registration:
        return self._registration


class Grades(AssignmentsGradesService):
    def __init__(self, book: Book, request: Request, configuration: Configuration, item: str) -> None:
        self.book = book
        item_url = f"{book.lineitems_url}/{item}" if item else None
        super().__init__(request, configuration, book.lineitems_url, item_url)

    def find_lineitems(self, page: int = 1, **_filters: Any) -> Any:
        items = [{"id": f"{self.book.lineitems_url}/{key}", **item} for key, item in self.book.items.items()]
        return _page(items, page)

    def find_lineitem(self, line_item_id: str) -> Any:
        return self.book.items[line_item_id]

    def create_lineitem(self, creation_data: Any) -> Any:
        key = str(len(self.book.items) + 1)
        self.book.items[key] = creation_data
        self.book.results[key] = {}
        return {"id": f"{self.book.lineitems_url}/{key}", **creation_data}

    def update_lineitem(self, update_data: Any) -> Any:
        raise NotImplementedError

    def delete_lineitem(self, line_item_id: str) -> None:
        raise NotImplementedError

    def update_score(self, line_item_id: str, score: Any) -> UpdateScoreStatus:
        if line_item_id not in self.book.items:
            raise LineItemNotFoundException
        held = self.book.results[line_item_id]
        former = held.get(score["userId"])
        if former and score["timestamp"] <= former["timestamp"]:
            return UpdateScoreStatus.OLD_TIMESTAMP
        held[score["userId"]] = score
        self.book.scores.append(score)
        return UpdateScoreStatus.SUCCESS if former else UpdateScoreStatus.CREATED

    def get_results(self, line_item_id: str, page: int = 1, **_filters: Any) -> Any:
        """Every person's result, as a platform may that leaves the filter to the client."""
        if line_item_id not in self.book.items:
            raise LineItemNotFoundException
        results = [
            {
                "id": f"{self.book.lineitems_url}/{line_item_id}/results/{number}",
                "userId": user,
                "resultScore": score["scoreGiven"],
                "resultMaximum": score["scoreMaximum"],
            }
            for number, (user, score) in enumerate(self.book.results[line_item_id].items())
        ]
        return _page(results, page)


def _page(rows: list[Any], page: int) -> dict[str, Any]:
    start = (page - 1) * PAGE
    return {"content": rows[start : start + PAGE], "has_next": start + PAGE < len(rows)}


class Asked(Request):
    def build_metadata(self, request: Any) -> Any:
        return request


@contextmanager
def running(book: Book) -> Iterator[Book]:
    """Serve the platform until the block ends; ``book.tool_keys`` is set by then."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with book.lock:
                status, headers, said = self._answer(urlsplit(self.path), body)
            data = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _handle  # noqa: N815 - the names that http.server looks for

        def _answer(self, parts: Any, body: bytes) -> tuple[int, dict[str, str], Any]:
            configuration = Configuration(book=book, private=private, public=public)
            query: dict[str, Any] = dict(parse_qsl(parts.query))
            query |= {name: int(query[name]) for name in ("page", "limit") if name in query}
            if parts.path == "/token":
                try:
                    return 200, {}, configuration.get_access_token(dict(parse_qsl(body.decode())))
                except (LtiException, jwt.PyJWTError, MissingRequiredClaim, UnsupportedGrantType):
                    return 401, {}, {"error": "invalid_client"}
            if self.command == "GET":
                book.gets.append(self.path)
            asked = Asked(
                {
                    "method": self.command,
                    "form_data": {},
                    "get_data": query,
                    "headers": self.headers,
                    "content_type": self.headers.get("Content-Type"),
                    "path": parts.path,
                    "json": json.loads(body) if body else None,
                }
            )
            _root, _lineitems, item, end = [*parts.path.split("/"), "", ""][:4]
            grades = Grades(book, asked, configuration, item)
            handler: Any = {
                ("GET", ""): grades.handle_get_lineitems,
                ("POST", ""): grades.handle_create_lineitem,
                ("POST", "scores"): grades.handle_update_score,
                ("GET", "results"): grades.handle_get_results,
            }[self.command, end]
            arguments = {"line_item_id": item} if item else {}
            try:
                # The library's decorator takes no names.
                reply = grades.handle_resp(lambda: handler(*arguments.values()))
            except (LtiException, jwt.PyJWTError):
                reply = Response(result=None, code=401, message="Invalid token")
            return _on_the_wire(reply)

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        book.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield book
        server.shutdown()
        thread.join()


def _on_the_wire(reply: Response) -> tuple[int, dict[str, str], Any]:
    headers = {"Content-Type": reply.media_type}
    if isinstance(reply.result, dict) and "has_next" in reply.result:
        if reply.result["has_next"]:
            headers["Link"] = generate_next_link(reply.result["next"])
        return reply.code, headers, reply.result["content"]
    return reply.code, headers, reply.result

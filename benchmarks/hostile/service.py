"""The platform's answers: what AGS 2.0 says, bent by the fault of the moment."""

import gzip
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import formatdate
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

from .faults import ACTS, Endpoint, Fault, Faults
from .memory import Memory, Rule, Score, Taken

__all__ = ["Asked", "Manner", "Platform", "Reply", "asked_of", "bomb"]

MEDIA = "application/vnd.ims.lis."
LIFETIME_S = 3600
PRIVATE = "http://169.254.169.254/latest/meta-data/"
HUGE_BYTES = 6_000_000
DEEP = b"[" * 100_000


class Manner(StrEnum):
    """How a reply is put on the wire."""

    WHOLE = "whole"
    NOTHING = "nothing"  # the connection is closed
    RESET = "reset"
    SILENCE = "silence"  # the connection stays open, and nothing comes
    DRIP = "drip"
    DRIP_HEAD = "dripping head"
    TRUNCATED = "truncated"
    SHORT_LENGTH = "short length"
    OLD_HTTP = "old HTTP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request. Names of headers are in small letters."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, and how it is put on the wire."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = Manner.WHOLE


class _Wrong(Exception):  # noqa: N818 - a reply, not a fault of ours
    """The request is answered with a status of 4xx."""

    def __init__(self, status: int, text: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.reply = Reply(status=status, body=text.encode(), headers=headers or {})


@dataclass(kw_only=True)
class Platform:
    """One platform. ``skew_s`` is how far its clock is ahead; ``slow_s`` how long its slowness lasts.

    ``tool_keys`` returns the tool's key set; where it is given, token requests are verified against what
    it said first (``forgets_keys`` lets a platform look again).
    """

    memory: Memory
    faults: Faults
    url: str = ""
    rule: Rule = Rule.MOODLE
    skew_s: float = 0
    slow_s: float = 0.2
    page_size: int = 1
    tool_keys: Callable[[], dict[str, Any]] | None = None
    forgets_keys: bool = False
    asked: list[Asked] = field(default_factory=list)
    keeps_requests: bool = False
    _known_keys: dict[str, Any] | None = None
    _tokens: set[str] = field(default_factory=set)
    _late: list[threading.Timer] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, asked: Asked) -> Reply:
        """Return the reply to one request; safe in several threads."""
        endpoint = _endpoint(asked)
        if endpoint is None:
            return Reply(status=404)
        with self._lock:
            fault = self.faults.next(endpoint)
            self.memory.count("requests")
            if fault is not None:
                self.memory.count(f"{endpoint}: {fault}")
            if self.keeps_requests:
                self.asked.append(asked)
        if fault == Fault.LATE:
            timer = threading.Timer(self.slow_s, self._reply, [endpoint, asked, None])
            timer.start()
            self._late.append(timer)
            return Reply(status=0, manner=Manner.NOTHING)
        if fault == Fault.SLOW:
            time.sleep(self.slow_s)
        if fault is not None and fault not in ACTS:
            return self._instead(fault, asked)
        return self._bent(fault, self._reply(endpoint, asked, fault), asked)

    def finish(self) -> None:
        """Return when everything that comes late has come."""
        for timer in self._late:
            timer.join()

    def _reply(self, endpoint: Endpoint, asked: Asked, fault: Fault | None) -> Reply:
        try:
            if endpoint == Endpoint.TOKEN:
                return self._token(asked)
            self._authorise(asked)
            match endpoint:
                case Endpoint.CREATE:
                    return self._create(asked, twice=fault == Fault.CREATED_TWICE)
                case Endpoint.LIST:
                    return self._list(asked, twice=fault == Fault.LISTED_TWICE)
                case Endpoint.SCORE:
                    return self._score(asked)
                case _:
                    return self._results(asked, fault)
        except _Wrong as wrong:
            return wrong.reply

    # What AGS says

    def _token(self, asked: Asked) -> Reply:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        if form.get("grant_type") != "client_credentials" or not form.get("scope"):
            raise _Wrong(400, '{"error": "invalid_request"}')
        self._verify(form.get("client_assertion", ""))
        token = secrets.token_urlsafe(12)
        with self._lock:
            self._tokens.add(token)
        return _json(200, {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_S})

    def _verify(self, assertion: str) -> None:
        """Refuse an assertion that is expired by our clock, or not signed by a key that we know."""
        try:
            key: Any = None
            if self.tool_keys is not None:
                if self._known_keys is None or self.forgets_keys:
                    self._known_keys = self.tool_keys()
                kid = jwt.get_unverified_header(assertion)["kid"]
                key = jwt.PyJWKSet.from_dict(self._known_keys)[kid]
            claims = jwt.decode(
                assertion,
                key,
                algorithms=["RS256"],
                # By our clock, not by the machine's.
                options={
                    "verify_signature": key is not None,
                    "verify_aud": False,
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            if claims["exp"] < self.now() or not claims["jti"]:
                raise KeyError("exp")
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise _Wrong(401, '{"error": "invalid_client"}') from error

    def _authorise(self, asked: Asked) -> None:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        with self._lock:
            if token not in self._tokens:
                raise _Wrong(401, "", {"WWW-Authenticate": "Bearer"})

    def _create(self, asked: Asked, *, twice: bool) -> Reply:
        said = _said(asked, MEDIA + "v2.lineitem+json")
        for _ in range(2 if twice else 1):
            number = self.memory.create(
                _context(asked), said["tag"], said["resourceLinkId"], str(said["scoreMaximum"])
            )
        return _json(201, {**said, "id": self._item_url(asked, number)})

    def _list(self, asked: Asked, *, twice: bool) -> Reply:
        items = [
            {
                "id": self._item_url(asked, item.id),
                "tag": item.tag,
                "label": "Nilai",
                "resourceLinkId": item.resource_link,
                "scoreMaximum": Decimal(item.maximum),
            }
            for item in self.memory.line_items(_context(asked))
            # The tag is left to the client, as many platforms do.
            if item.resource_link == asked.query.get("resource_link_id", item.resource_link)
        ]
        return self._page(asked, items, twice=twice)

    def _page(self, asked: Asked, rows: list[dict[str, Any]], *, twice: bool) -> Reply:
        if twice:
            rows = [row for row in rows for _ in range(2)]
        start = int(asked.query.get("page", "0"))
        size = min(self.page_size, int(asked.query.get("limit", "100")))
        reply = _json(200, rows[start : start + size])
        if start + size >= len(rows):
            return reply
        return replace(reply, headers={"Link": self._next(asked, start + size)})

    def _next(self, asked: Asked, page: int, base: str = "") -> str:
        query = urlencode({**asked.query, "page": page})
        return f'<{base or self.url}{asked.path}?{query}>; rel="next"'

    def _score(self, asked: Asked) -> Reply:
        said = _said(asked, MEDIA + "v1.score+json")
        item = self._item(asked)
        timestamp = datetime.fromisoformat(said["timestamp"])
        if timestamp.tzinfo is None:
            raise _Wrong(400, "the timestamp has no zone")
        score = Score(
            line_item=item,
            user=said["userId"],
            score=Decimal(said["scoreGiven"]),
            maximum=Decimal(said["scoreMaximum"]),
            timestamp=timestamp.astimezone(UTC),
        )
        if self.memory.take(score, self.rule) != Taken.REFUSED:
            return _json(200, {"resultUrl": self._item_url(asked, item) + "/results"})
        if self.rule == Rule.MOODLE:
            raise _Wrong(409, "Refusing score with an earlier timestamp for item")
        raise _Wrong(400, "Score submitted with an earlier timestamp than the last one")

    def _results(self, asked: Asked, fault: Fault | None) -> Reply:
        item = self._item(asked)
        rows = [
            {
                "id": f"{self._item_url(asked, item)}/results/{number}",
                "scoreOf": self._item_url(asked, item),
                "userId": result.user,
                "resultScore": result.score,
                "resultMaximum": result.maximum,
            }
            for number, result in enumerate(self.memory.results(item, asked.query.get("user_id")))
        ]
        if fault == Fault.RESULTS_BARE:
            rows = [{"userId": row["userId"]} for row in rows]
        return self._page(asked, rows, twice=fault == Fault.LISTED_TWICE)

    def _item(self, asked: Asked) -> int:
        number = asked.path.split("/")[4]
        if not number.isdigit() or not self.memory.has(int(number)):
            raise _Wrong(404)
        return int(number)

    def _item_url(self, asked: Asked, number: int) -> str:
        return f"{self.url}/c/{_context(asked)}/lineitems/{number}"

    # What goes wrong

    def _instead(self, fault: Fault, asked: Asked) -> Reply:
        status, headers, body = 200, {}, b""
        match fault:
            case Fault.RESET_BEFORE:
                return Reply(status=0, manner=Manner.RESET)
            case Fault.HALF_OPEN:
                return Reply(status=0, manner=Manner.SILENCE)
            case Fault.ERROR_BEFORE:
                status = 500
            case Fault.UNAVAILABLE:
                status, headers = 503, {"Retry-After": "1"}
            case Fault.UNAVAILABLE_BARE:
                status = 503
            case Fault.RATE_LIMITED:
                status, headers = 429, {"Retry-After": "1"}
            case Fault.RATE_LIMITED_DATE:
                status, headers = 429, {"Retry-After": formatdate(self.now() + 1, usegmt=True)}
            case Fault.RATE_LIMITED_LONG:
                status, headers = 429, {"Retry-After": "9" * 30}
            case Fault.STALE_TOKEN:
                with self._lock:
                    self._tokens.clear()
                status = 401
            case Fault.REFUSED_CLIENT:
                status, body = 401, b'{"error": "invalid_client"}'
            case Fault.GONE:
                status = 404
            case Fault.REDIRECT_PRIVATE:
                status, headers = 302, {"Location": PRIVATE}
            case _:
                status, headers = 307, {"Location": self.url + asked.path}
        return Reply(status=status, headers=headers, body=body)

    def _bent(self, fault: Fault | None, reply: Reply, asked: Asked) -> Reply:
        """Return a reply to what was done, as the fault leaves it."""
        page = b"<!doctype html><title>Proxy</title>" + b"." * 200
        match fault:
            case Fault.ACK_LOST:
                return replace(reply, manner=Manner.NOTHING)
            case Fault.RESET_AFTER:
                return replace(reply, manner=Manner.RESET)
            case Fault.ERROR_AFTER:
                return Reply(status=500)
            case Fault.BAD_GATEWAY:
                return Reply(status=502, body=page, headers={"Content-Type": "text/html"})
            case Fault.DRIP:
                return replace(reply, manner=Manner.DRIP, body=reply.body or b" " * 10)
            case Fault.DRIP_HEAD:
                return replace(reply, manner=Manner.DRIP_HEAD)
            case Fault.TRUNCATED:
                return replace(reply, manner=Manner.TRUNCATED)
            case Fault.SHORT_LENGTH:
                return replace(reply, manner=Manner.SHORT_LENGTH, body=reply.body or page)
            case Fault.OLD_HTTP:
                return replace(reply, manner=Manner.OLD_HTTP)
            case Fault.WRONG_TYPE:
                return replace(reply, body=page, headers={"Content-Type": "text/html"})
            case Fault.HUGE:
                return replace(reply, body=b" " * HUGE_BYTES)
            case Fault.BOMB:
                return replace(reply, body=bomb(), headers={"Content-Encoding": "gzip"})
            case Fault.PAGES_LOOP:
                query = urlencode(asked.query)
                return replace(reply, headers={"Link": f'<{self.url}{asked.path}?{query}>; rel="next"'})
            case Fault.PAGES_ELSEWHERE:
                elsewhere = self._next(asked, 1, base="https://lain.example.test")
                return replace(reply, headers={"Link": elsewhere})
            case Fault.PAGES_ENDLESS:
                following = self._next(asked, int(asked.query.get("page", "0")) + 1000)
                return replace(reply, body=b"[]", headers={"Link": following})
        bodies = {
            Fault.NOT_JSON: page,
            Fault.DEEP_JSON: DEEP,
            Fault.NAN: b'[{"userId": NaN, "resultScore": Infinity}]',
            Fault.HUGE_NUMBER: b'[{"resultScore": 1e999999999999999999999, "resultMaximum": 1e-400}]',
        }
        return replace(reply, body=bodies[fault]) if fault in bodies else reply

    def now(self) -> float:
        """Return what time it is by its clock, in seconds since 1970."""
        return time.time() + self.skew_s


def _endpoint(asked: Asked) -> Endpoint | None:
    parts = asked.path.strip("/").split("/")
    match (asked.method, parts):
        case ("POST", ["token"]):
            return Endpoint.TOKEN
        case ("GET", ["c", _, "lineitems"]):
            return Endpoint.LIST
        case ("POST", ["c", _, "lineitems"]):
            return Endpoint.CREATE
        case ("POST", ["c", _, "lineitems", _, "scores"]):
            return Endpoint.SCORE
        case ("GET", ["c", _, "lineitems", _, "results"]):
            return Endpoint.RESULTS
    return None


def _context(asked: Asked) -> str:
    return asked.path.split("/")[2]


def _said(asked: Asked, media: str) -> dict[str, Any]:
    if asked.headers.get("content-type") != media:
        raise _Wrong(415)
    try:
        said = json.loads(asked.body, parse_float=Decimal)
    except ValueError as error:
        raise _Wrong(400, "no JSON") from error
    if not isinstance(said, dict):
        raise _Wrong(400, "no object")
    return said


def _json(status: int, value: dict[str, Any] | Iterable[dict[str, Any]]) -> Reply:
    body = json.dumps(value, default=float).encode()
    return Reply(status=status, body=body, headers={"Content-Type": "application/json"})


@cache
def bomb() -> bytes:
    """Return 50 kB that unpack to 50 MB."""
    return gzip.compress(b"0" * 50_000_000, 9)


def asked_of(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Asked:
    """Return a request of the wire as a value."""
    parts = urlsplit(target)
    return Asked(
        method=method,
        path=parts.path,
        query={name: values[-1] for name, values in parse_qs(parts.query).items()},
        headers={name.lower(): value for name, value in headers.items()},
        body=body,
    )

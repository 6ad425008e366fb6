"""A platform that costs as little as it can: token, line items, scores and results, in a process of its own.

What the senders are measured against must not be what is measured: ``benchmarks delivery`` shows how many
scores a second the bare client posts here.
"""

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["arrivals", "running"]

ROOT = Path(__file__).resolve().parent.parent
REASONS = {200: b"OK", 201: b"Created", 204: b"No Content", 404: b"Not Found"}


class Gradebook:
    """What arrived: line items by path, the last score by (line item, user), each arrival with its time."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.url = ""
        self.items: dict[str, dict[str, Any]] = {}
        self.results: dict[tuple[str, str], Any] = {}
        self.arrivals: list[tuple[str, float, float]] = []

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Return status and body."""
        if path.endswith("/scores"):
            score = json.loads(body)
            self.results[path.removesuffix("/scores"), score["userId"]] = score
            self.arrivals.append((score["userId"], score["scoreGiven"], time.time()))
            return 204, b""
        parts = urlsplit(path)
        if parts.path == "/token":
            return 200, b'{"access_token": "t", "token_type": "Bearer", "expires_in": 3600}'
        if parts.path == "/lineitems":
            if method == "POST":
                self.items[f"/items/{len(self.items) + 1}"] = json.loads(body)
                return 201, b"{}"
            return 200, json.dumps([{**one, "id": self.url + at} for at, one in self.items.items()]).encode()
        if parts.path.endswith("/results"):
            user = parse_qs(parts.query).get("user_id", [""])[0]
            score = self.results.get((parts.path.removesuffix("/results"), user))
            found = (
                []
                if score is None
                else [
                    {
                        "userId": user,
                        "resultScore": score["scoreGiven"],
                        "resultMaximum": score["scoreMaximum"],
                    }
                ]
            )
            return 200, json.dumps(found).encode()
        if parts.path == "/arrivals":
            return 200, json.dumps(self.arrivals).encode()
        return 404, b""


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests with a Content-Length or without a body."""

    def __init__(self, book: Gradebook) -> None:
        self.book = book
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where replies go."""
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is there as a whole."""
        self.data += data
        while (end := self.data.find(b"\r\n\r\n")) >= 0:
            head = self.data[:end]
            lowered = head.lower()
            start = lowered.find(b"content-length:")
            length = int(lowered[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
            if len(self.data) < end + 4 + length:
                return
            body = self.data[end + 4 : end + 4 + length]
            self.data = self.data[end + 4 + length :]
            method, path, _version = head.split(b"\r\n", 1)[0].decode().split(" ")
            status, content = self.book.answer(method, path, body)
            reply = b"HTTP/1.1 %d %b\r\n" % (status, REASONS[status])
            if status != 204:
                reply += b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(content)
            self._write(reply + b"\r\n" + content)

    def _write(self, reply: bytes) -> None:
        if self.book.delay:
            asyncio.get_running_loop().call_later(self.book.delay, self.transport.write, reply)
        else:
            self.transport.write(reply)


async def serve(delay: float) -> None:
    """Serve on a free port, which is printed."""
    book = Gradebook(delay)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(book), "127.0.0.1", 0)
    book.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(book.url, flush=True)
    await server.serve_forever()


@contextmanager
def running(delay: float = 0) -> Iterator[str]:
    """Run the platform as a process; gives its address. Each reply comes after ``delay`` seconds."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.fast_platform", str(delay)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def arrivals(url: str) -> list[tuple[str, float, float]]:
    """Return (user, points, Unix time) of every score that arrived there."""
    with urllib.request.urlopen(url + "/arrivals", timeout=30) as reply:
        return [(user, points, at) for user, points, at in json.load(reply)]


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))

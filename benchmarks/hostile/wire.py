"""Replies on the wire, in every manner that HTTP does not allow."""

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .faults import Odds
from .service import Manner, Platform, Reply, asked_of

__all__ = ["COUNTS_PATH", "FAULTS_PATH", "OUTLASTED", "server_for", "serving"]

# For the one who runs the platform, not for the tool.
FAULTS_PATH = "/-/faults"
COUNTS_PATH = "/-/counts"
# Counted where the tool waited longer than the platform misbehaved: that it was silent, and that it dripped.
OUTLASTED = ("silence outlasted", "drip outlasted")
DRIPS = 6
MISSING_BYTES = 50
_RESET = struct.pack("ii", 1, 0)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Many senders connect at once after a start.
    request_queue_size = 128
    # A platform that was killed comes back on its port.
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: the other side went away, which is what the runs are about."""


def server_for(platform: Platform, port: int = 0) -> ThreadingHTTPServer:
    """Return a server of the platform, not yet serving; sets the platform's URL."""
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path in (FAULTS_PATH, COUNTS_PATH):
                self._put(_controlled(platform, self.path, body))
            else:
                asked = asked_of(self.command, self.path, dict(self.headers.items()), body)
                self._put(platform.answer(asked))

        do_GET = do_POST = _handle  # noqa: N815 - the names that http.server looks for

        def _put(self, reply: Reply) -> None:
            with suppress(ConnectionError):
                self._write(reply)

        def _write(self, reply: Reply) -> None:
            match reply.manner:
                case Manner.NOTHING:
                    self.close_connection = True
                case Manner.RESET:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    self.close_connection = True
                case Manner.SILENCE:
                    if not closing.wait(60) and not _gone(self.connection):
                        platform.memory.count(OUTLASTED[0])
                    self.close_connection = True
                case Manner.OLD_HTTP:
                    self.close_connection = True
                    self.wfile.write(self._head(reply, None, "HTTP/1.0") + reply.body)
                case Manner.DRIP:
                    self.wfile.write(self._head(reply, len(reply.body)))
                    self._drip(reply.body)
                case Manner.DRIP_HEAD:
                    self._drip(self._head(reply, len(reply.body)))
                    self.wfile.write(reply.body)
                case Manner.TRUNCATED:
                    self.close_connection = True
                    length = len(reply.body) + MISSING_BYTES
                    self.wfile.write(self._head(reply, length) + reply.body)
                case Manner.SHORT_LENGTH:
                    self.wfile.write(self._head(reply, len(reply.body) // 2) + reply.body)
                case _:
                    self.wfile.write(self._head(reply, len(reply.body)) + reply.body)

        def _drip(self, data: bytes) -> None:
            step = max(1, len(data) // DRIPS)
            for start in range(0, len(data), step):
                self.wfile.write(data[start : start + step])
                self.wfile.flush()
                time.sleep(platform.slow_s / DRIPS)
            platform.memory.count(OUTLASTED[1])

        def _head(self, reply: Reply, length: int | None, version: str = "HTTP/1.1") -> bytes:
            return _head(reply, length, version, platform.now())

        def log_message(self, *_arguments: object) -> None:
            pass

    class Server(_Server):
        def server_close(self) -> None:
            closing.set()
            super().server_close()

    server = Server(("127.0.0.1", port), Handler)
    platform.url = f"http://127.0.0.1:{server.server_address[1]}"
    return server


def _head(reply: Reply, length: int | None, version: str, now: float) -> bytes:
    headers = {"Date": formatdate(now, usegmt=True), "Content-Type": "application/json", **reply.headers}
    if length is not None:
        headers["Content-Length"] = str(length)
    lines = [f"{version} {reply.status} Said", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _gone(connection: socket.socket) -> bool:
    """Tell whether the other side has closed."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _controlled(platform: Platform, path: str, body: bytes) -> Reply:
    """Set how often things go wrong (``{"rate": 0.2}``), or tell what happened so far."""
    if path == FAULTS_PATH and isinstance(platform.faults, Odds):
        platform.faults.rate = float(json.loads(body)["rate"])
    return Reply(status=200, body=json.dumps(platform.memory.counts()).encode())


@contextmanager
def serving(platform: Platform) -> Iterator[Platform]:
    """Serve the platform in a thread of this process, on a free port."""
    server = server_for(platform)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        platform.finish()

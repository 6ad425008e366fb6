"""HTTP to platforms: https only, bounded in time and size, no redirects, no ambient credentials.

Foreign errors (urllib3) are translated here and nowhere else.
"""

import http.client
import ipaddress
import json
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import certifi
import urllib3
from requests.utils import get_environ_proxies, select_proxy

from .conf import setting
from .origins import origin

__all__ = [
    "POOLS",
    "TOTAL_TIMEOUT_S",
    "Address",
    "BadResponseError",
    "HttpError",
    "InterruptedExchangeError",
    "NoConnectionError",
    "Response",
    "UrlNotAllowedError",
    "check_url",
    "exchange",
    "fetch",
    "is_off_limits",
    "kept_open",
    "proxy_for",
    "trust",
    "unwrapped",
]

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 15
TOTAL_TIMEOUT_S = 40
# A platform that does not page gives the results of 20,000 people at once.
RESPONSE_LIMIT_BYTES = 4_000_000
WATCH_EVERY_S = 0.5
URL_LIMIT = 2000
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Half a character (a lone surrogate) is what JSON can carry and nothing can send.
UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f\ud800-\udfff]")
OUR_HEADERS = {"User-Agent": "Kapasitas", "Accept-Encoding": "gzip, deflate"}


class HttpError(Exception):
    """The exchange with a platform failed.

    UrlNotAllowedError        nothing was sent: the address is not one that we talk to
    NoConnectionError         nothing was sent: name, network, TLS
    InterruptedExchangeError  the request may have been processed: time-out, reset, torn reply
    BadResponseError          a reply came whole, and is not what the standard says
    """


class UrlNotAllowedError(HttpError):
    """Nothing was sent: the address is not one that we talk to."""


class NoConnectionError(HttpError):
    """Nothing was sent: the name, the network or TLS failed."""


class InterruptedExchangeError(HttpError):
    """The request may or may not have been processed."""


class BadResponseError(HttpError):
    """The reply is not what the standard says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A reply that arrived whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        """Return the body as JSON, numbers with a fraction as Decimal; raises BadResponseError."""
        try:
            return json.loads(self.body, parse_float=Decimal, parse_constant=_refuse_constant)
        except (ValueError, ArithmeticError, RecursionError) as error:
            # ArithmeticError: an exponent that Decimal cannot hold.
            raise BadResponseError("the reply is not JSON") from error


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


# Of each thread: the connections that it keeps, until when its exchange may last (monotonic), and its socket.
_thread = threading.local()


class _Watchdog:
    """Breaks exchanges that take too long as a whole; time-outs bound each wait for a byte only.

    One thread for the process, begun with the first exchange.
    """

    def __init__(self) -> None:
        self._watched: dict[int, tuple[float, socket.socket]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def over(self, sock: socket.socket, deadline: float) -> Iterator[None]:
        """Break the socket's connection if the block lasts beyond the deadline (monotonic).

        Raises TimeoutError then: half a head would pass for a whole one.
        """
        with self._lock:
            self._watched[id(sock)] = (deadline, sock)
            # A process that was forked has our tables, and not our thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._watch, name="http-watchdog", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._watched.pop(id(sock), None)
        if time.monotonic() > deadline:
            raise TimeoutError("the reply took too long")

    def _watch(self) -> None:
        while True:
            time.sleep(WATCH_EVERY_S)
            now = time.monotonic()
            with self._lock:
                late = [sock for deadline, sock in self._watched.values() if deadline < now]
                for sock in late:
                    # Not the TLS layer's shutdown, which would take its state from under the reader.
                    with suppress(OSError):
                        socket.socket.shutdown(sock, socket.SHUT_RDWR)


_watchdog = _Watchdog()


class _WatchedConnection(urllib3.connection.HTTPConnection):
    """Its wait for a reply's head has an end, however slowly the head drips in; so has that for the body."""

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        try:
            peer = str(sock.getpeername()[0]).partition("%")[0]
        except OSError as error:
            sock.close()
            raise urllib3.exceptions.NewConnectionError(self, "reset at once") from error
        # A name can lead anywhere, and many spellings of an address are none to who reads the URL.
        if is_off_limits(ipaddress.ip_address(peer)):
            sock.close()
            raise UrlNotAllowedError("a link-local address")
        return sock

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]
        if self.sock is None:
            raise http.client.NotConnected
        # Kept for the body: a connection that serves no other request lets go of it with the head.
        _thread.sock = self.sock
        with _watchdog.over(self.sock, _thread.deadline):
            return super().getresponse()


class _WatchedTlsConnection(_WatchedConnection, urllib3.connection.HTTPSConnection):
    """The same over TLS."""


class _WatchedPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _WatchedConnection


class _WatchedTlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _WatchedTlsConnection


# What talks to one address, by scheme; ``exchange`` asks them.
POOLS: dict[str, type[urllib3.HTTPConnectionPool]] = {"http": _WatchedPool, "https": _WatchedTlsPool}


class _Connections:
    """Connections of one thread that stay open between requests.

    Proxy and certificates are the environment's, as curl takes them (``HTTPS_PROXY``, ``NO_PROXY``,
    ``REQUESTS_CA_BUNDLE``); passwords of ``~/.netrc`` are nobody's business here.
    """

    def __init__(self) -> None:
        self._managers: dict[object, urllib3.PoolManager] = {}

    def to(self, url: str) -> urllib3.PoolManager:
        """Return what talks to the URL's origin: directly, or through the environment's proxy."""
        there = origin(url)
        if there not in self._managers:
            proxy = proxy_for(url)
            options: dict[str, Any] = {
                "maxsize": 1,
                "ssl_context": trust(),
            }
            manager = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
            manager.pool_classes_by_scheme = POOLS
            self._managers[there] = manager
        return self._managers[there]

    def close(self) -> None:
        """Close what is open."""
        for manager in self._managers.values():
            manager.clear()


def proxy_for(url: str) -> str | None:
    """Return the proxy by which the environment has the URL reached, or None."""
    return select_proxy(url, get_environ_proxies(url))


def trust() -> ssl.SSLContext:
    """Return whom we believe: the usual authorities, or those of the region where the operator named them.

    It is shared: nobody may change it.
    """
    return _trust(os.environ.get("REQUESTS_CA_BUNDLE") or certifi.where())


@cache
def _trust(path: str) -> ssl.SSLContext:
    # Reading the certificates takes longer than most requests.
    context = urllib3.util.ssl_.create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    context.check_hostname = True
    context.load_verify_locations(**{"capath" if Path(path).is_dir() else "cafile": path})
    return context


@contextmanager
def kept_open() -> Iterator[None]:
    """Let this thread's requests share connections until the end of the block."""
    _thread.connections = connections = _Connections()
    try:
        yield
    finally:
        del _thread.connections
        connections.close()


def check_url(url: str) -> None:
    """Raise UrlNotAllowedError unless we may talk to the URL.

    It must be https without user info; plain http is for the hosts in
    ``settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS`` (a machine of one's own, an isolated network).
    Link-local addresses, where clouds keep credentials, are refused; other private addresses are not,
    because a regional HR system usually lives on an intranet.
    """
    if len(url) > URL_LIMIT:
        raise UrlNotAllowedError("longer than two thousand characters")
    found = origin(url)
    if found is None or UNPRINTABLE.search(url):
        raise UrlNotAllowedError("not an http(s) URL")
    scheme, host, _port = found
    if "@" in urlsplit(url).netloc:
        raise UrlNotAllowedError("user info in a URL")
    if scheme == "http" and host not in setting("KAPASITAS_LTI_ALLOW_HTTP_HOSTS"):
        raise UrlNotAllowedError("plain http; https is needed")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    if is_off_limits(address):
        raise UrlNotAllowedError("a link-local address")


def is_off_limits(address: Address) -> bool:
    """Whether nobody has us connect there, whoever names it: link-local, multicast, or no address at all."""
    plain = unwrapped(address)
    return plain.is_link_local or plain.is_multicast or plain.is_unspecified


def unwrapped(address: Address) -> Address:
    """Return the IPv4 address that IPv6 wraps (mapped, 6to4, NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    wrapped = address.ipv4_mapped or address.sixtofour
    if wrapped is None and address in NAT64:
        wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return wrapped or address


def fetch(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Response:
    """Send one request and return the whole reply; any status is a reply, a redirect too.

    Raises HttpError. Never call it inside a database transaction.
    """
    check_url(url)
    kept: _Connections | None = getattr(_thread, "connections", None)
    if kept is not None:
        return exchange(lambda: kept.to(url), method, url, headers, body)
    connections = _Connections()
    try:
        return exchange(lambda: connections.to(url), method, url, headers, body)
    finally:
        connections.close()


def exchange(
    pool: Callable[[], urllib3.PoolManager | urllib3.HTTPConnectionPool],
    method: str,
    target: str,
    headers: Mapping[str, str] | None,
    body: bytes | None,
) -> Response:
    """Send one request by ``pool`` (of ``POOLS``) and return the whole reply, as ``fetch`` does.

    ``target`` is what that kind of pool asks for: a URL, or a path. Raises HttpError.
    """
    _thread.deadline = time.monotonic() + TOTAL_TIMEOUT_S
    try:
        reply = pool().urlopen(
            method,
            target,
            body=body,
            headers={**OUR_HEADERS, **(headers or {})},
            timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
            redirect=False,
            retries=False,
            preload_content=False,
        )
        return Response(status=reply.status, headers=reply.headers, body=_read(reply))
    except (
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
        urllib3.exceptions.ProxyError,
    ) as error:
        raise NoConnectionError(type(error).__name__) from error
    except urllib3.exceptions.SSLError as error:
        if _is_about_certificates(error):
            raise NoConnectionError("the certificate is not valid") from error
        raise InterruptedExchangeError("TLS failed") from error
    except (urllib3.exceptions.LocationValueError, UnicodeError) as error:
        raise UrlNotAllowedError("not an http(s) URL") from error
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        # ValueError: http.client refuses some headers and addresses so, and some replies too.
        raise InterruptedExchangeError(type(error).__name__) from error


def _is_about_certificates(error: urllib3.exceptions.SSLError) -> bool:
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in (error.__cause__, *error.args))


def _read(reply: urllib3.BaseHTTPResponse) -> bytes:
    """Return the whole body, unpacked; only then may the connection serve another request."""
    chunks: list[bytes] = []
    size = 0
    try:
        with _watchdog.over(_thread.sock, _thread.deadline):
            for chunk in reply.stream(16_384, decode_content=True):
                size += len(chunk)
                if size > RESPONSE_LIMIT_BYTES:
                    raise BadResponseError("the reply is too large")
                chunks.append(chunk)
    except BaseException:
        # What is left of this reply must not be taken for the next one.
        reply.close()
        raise
    reply.release_conn()
    return b"".join(chunks)

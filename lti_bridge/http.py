"""HTTP to platforms: https only, bounded in time and size, no redirects, no ambient credentials.

Foreign errors (requests, urllib3) are translated here and nowhere else.
"""

import ipaddress
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

import requests
import urllib3
from django.conf import settings
from requests.auth import AuthBase

__all__ = [
    "BadResponseError",
    "HttpError",
    "InterruptedExchangeError",
    "NoConnectionError",
    "Response",
    "UrlNotAllowedError",
    "check_url",
    "fetch",
    "origin",
]

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 15
TOTAL_TIMEOUT_S = 40
RESPONSE_LIMIT_BYTES = 1_000_000
URL_LIMIT = 2000


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
        except (ValueError, RecursionError) as error:
            raise BadResponseError("the reply is not JSON") from error


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


class _NoAmbientAuth(AuthBase):
    """Keeps requests from putting a password of ~/.netrc over our own Authorization header."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _Session(requests.Session):
    """Knows no redirects: requests would read a redirect's whole body even where it does not follow it."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def origin(url: str) -> tuple[str, str, int] | None:
    """Return (scheme, host, port) of an http(s) URL, else None."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80)


def check_url(url: str) -> None:
    """Raise UrlNotAllowedError unless we may talk to the URL.

    It must be https without user info; plain http is for the hosts in
    ``settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS`` (a machine of one's own, an isolated network).
    Link-local addresses, where clouds keep credentials, are refused; other private addresses are not,
    because a regional HR system usually lives on an intranet.
    """
    found = origin(url)
    if found is None or len(url) > URL_LIMIT or any(char.isspace() or ord(char) < 32 for char in url):
        raise UrlNotAllowedError("not an http(s) URL")
    scheme, host, _port = found
    if "@" in urlsplit(url).netloc:
        raise UrlNotAllowedError("user info in a URL")
    if scheme == "http" and host not in getattr(settings, "KAPASITAS_LTI_ALLOW_HTTP_HOSTS", ()):
        raise UrlNotAllowedError("plain http; https is needed")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        raise UrlNotAllowedError("a link-local address")


def fetch(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Response:
    """Send one request and return the whole reply; any status is a reply, a redirect too.

    Raises HttpError. Never call it inside a database transaction.
    """
    check_url(url)
    try:
        with _Session() as session:
            reply = session.request(
                method,
                url,
                data=body,
                headers={"User-Agent": "Kapasitas", **(headers or {})},
                auth=_NoAmbientAuth(),
                timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
                allow_redirects=False,
                stream=True,
            )
            with reply:
                content = _read(reply)
                return Response(status=reply.status_code, headers=reply.headers, body=content)
    except (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError) as error:
        raise NoConnectionError(type(error).__name__) from error
    except requests.exceptions.ConnectionError as error:
        if _never_connected(error):
            raise NoConnectionError("no connection") from error
        raise InterruptedExchangeError("the connection broke") from error
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError) as error:
        raise UrlNotAllowedError("not an http(s) URL") from error
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
        raise InterruptedExchangeError(type(error).__name__) from error


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    return isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.NameResolutionError)


def _read(reply: requests.Response) -> bytes:
    deadline = time.monotonic() + TOTAL_TIMEOUT_S
    chunks: list[bytes] = []
    size = 0
    for chunk in reply.iter_content(16_384):
        size += len(chunk)
        if size > RESPONSE_LIMIT_BYTES:
            raise BadResponseError("the reply is too large")
        if time.monotonic() > deadline:
            raise InterruptedExchangeError("the reply took too long")
        chunks.append(chunk)
    return b"".join(chunks)

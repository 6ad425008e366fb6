"""Addresses that a stranger may have us connect to: public ones, resolved once, and connected to as resolved.

A name that is looked up twice can answer differently (DNS rebinding), so that the address that was checked is
the one that the connection goes to; TLS still checks the certificate of the name.
"""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import urllib3

from .conf import setting
from .http import (
    POOLS,
    Address,
    NoConnectionError,
    Response,
    UrlNotAllowedError,
    check_url,
    exchange,
    is_off_limits,
    trust,
    unwrapped,
)
from .origins import origin

__all__ = ["Pinned", "fetch_pinned", "is_public", "pin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """A URL's host, and the one address of it that is connected to."""

    host: str
    port: int
    address: Address


def is_public(address: Address) -> bool:
    """Whether the address is one of the open Internet, looking through what IPv6 wraps around IPv4.

    Refused: loopback, private, link-local, shared (CGNAT), unique local, multicast and reserved ones.
    """
    plain = unwrapped(address)
    if isinstance(plain, ipaddress.IPv6Address) and (plain.teredo is not None or plain.is_site_local):
        return False
    return plain.is_global and not (plain.is_multicast or plain.is_reserved)


def pin(url: str) -> Pinned:
    """Resolve the URL's host and return the address to connect to; raises HttpError.

    Every address of the name must be public, unless the host is in KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS:
    then the network is the operator's own; link-local addresses, where clouds keep credentials, are refused
    even so.
    """
    check_url(url)
    found = origin(url)
    if found is None:
        raise UrlNotAllowedError("not an http(s) URL")
    _scheme, host, port = found
    addresses = _resolved(host, port)
    is_own = host in setting("KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS")
    for address in addresses:
        if is_off_limits(address) if is_own else not is_public(address):
            raise UrlNotAllowedError("the host has an address that is not public")
    return Pinned(host=host, port=port, address=addresses[0])


def _resolved(host: str, port: int) -> list[Address]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoConnectionError("the name is not known") from error
    # A scope (fe80::1%eth0) is no part of the address.
    return [ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]


def fetch_pinned(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Response:
    """Send one request to a stranger's URL and return the whole reply; any status is a reply, a redirect too.

    As ``http.fetch``, and never to an address that is not public; proxies of the environment are not used,
    as they would resolve the name themselves. Raises HttpError. Never call it inside a database transaction.
    """
    pinned = pin(url)
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with _pool(parts.scheme, pinned) as pool:
        return exchange(lambda: pool, method, target, {"Host": parts.netloc, **(headers or {})}, body)


def _pool(scheme: str, pinned: Pinned) -> urllib3.HTTPConnectionPool:
    # The certificate is to be the name's. Python's ssl sees to that; ``assert_hostname`` would have urllib3
    # switch it off in a context that is everybody's.
    options: dict[str, Any] = (
        {"ssl_context": trust(), "server_hostname": pinned.host} if scheme == "https" else {}
    )
    return POOLS[scheme](str(pinned.address), pinned.port, **options)

"""Lists that come in pages: each page once, no more than a bound, and never at another origin."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from lti_bridge import http
from lti_bridge.delivery.errors import TransientError
from lti_bridge.origins import origin

from .exchange import Exchange

__all__ = ["linked", "next_page", "pages", "with_query"]

_NEXT = re.compile(r"<([^<>]*)>([^<]*)")


def pages(exchange: Exchange, url: str, *, accept: str, what: str, most: int) -> Iterator[http.Response]:
    """Yield the replies at the URL and at each next page, whatever their status; none for no URL.

    Whoever takes a reply refuses one that is no page: the next is asked for only after that. Raises
    TransientError, which names ``what``, for a list that repeats itself or has more than ``most`` pages.
    """
    seen: set[str] = set()
    while url:
        if url in seen or len(seen) >= most:
            raise TransientError(f"{what} does not end")
        seen.add(url)
        reply = exchange.request("GET", url, accept=accept)
        yield reply
        url = next_page(reply, url)


def next_page(reply: http.Response, url: str) -> str:
    """Return the address of the next page, or ""; raises TransientError."""
    return linked(reply, url, "next")


def linked(reply: http.Response, url: str, relation: str) -> str:
    """Return the address in the reply's Link header (RFC 8288) with the relation, or "".

    Raises TransientError for one at another origin: our access token would be sent there.
    """
    for match in _NEXT.finditer(reply.headers.get("Link", "")):
        parameters = match.group(2).replace('"', "").replace(" ", "").lower().rstrip(",").split(";")
        if f"rel={relation}" not in parameters:
            continue
        try:
            following: str = urljoin(url, match.group(1))
        except ValueError as error:
            raise TransientError("the next page has no valid address") from error
        if origin(following) != origin(url):
            raise TransientError(f"the {relation} page lies at another origin")
        return following
    return ""


def with_query(url: str, **added: str) -> str:
    """Return the URL with parameters set; those it had are kept (AGS 2.0: URLs may carry a query)."""
    parts = urlsplit(url)
    kept = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in added
    ]
    return urlunsplit(parts._replace(query=urlencode([*kept, *added.items()])))

"""Names and Role Provisioning Services 2.0: reading who a platform says belongs to a course there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lti_bridge import http
from lti_bridge.delivery.errors import BlockedError, TransientError
from lti_bridge.launch.claims import (
    CONTEXT_ROLE,
    IDENTIFIER_LIMIT,
    TEACHING,
    TEXT_LIMIT,
    URL_LIMIT,
    is_storable,
)
from lti_bridge.models import ReportTarget
from lti_bridge.origins import origin
from lti_bridge.scopes import SCOPE_MEMBERSHIP

from .exchange import exchange_with, refusal
from .paging import linked, next_page, with_query

__all__ = ["MEDIA_MEMBERSHIPS", "Member", "MembershipsService", "Page", "members_in"]

MEDIA_MEMBERSHIPS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
# Platforms may give less; a page's body is bounded by lti_bridge.http.
PAGE_SIZE = 200
MOST_PAGES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person as a roster names them. ``is_gone``: the platform says that they were taken off it.

    Who has no role that we know is a learner, as in a launch.
    """

    sub: str = field(repr=False)
    full_name: str = field(repr=False)
    is_learner: bool
    is_instructor: bool
    is_active: bool
    is_gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page. ``unreadable`` counts entries without an identifier that could be anybody's.

    ``differences_url`` is where the next changes can be asked for, or "".
    """

    members: tuple[Member, ...]
    unreadable: int
    differences_url: str


class MembershipsService:
    """One target's roster at its platform. Every failure is a DeliveryError that names no person."""

    def __init__(self, target: ReportTarget) -> None:
        platform = target.deployment.platform
        self._target = target
        self._exchange = exchange_with(platform, [SCOPE_MEMBERSHIP])

    def pages(self, *, differences: bool) -> Iterator[Page]:
        """Yield the pages of the whole roster, or of what has changed since ``target.differences_url``."""
        whole = with_query(self._target.memberships_url, rlid=self._target.resource_link_id)
        limited = with_query(whole, limit=str(PAGE_SIZE))
        url = self._target.differences_url if differences else limited
        seen: set[str] = set()
        while url:
            if url in seen or len(seen) >= MOST_PAGES:
                raise TransientError("the roster does not end")
            seen.add(url)
            reply = self._exchange.request("GET", url, accept=MEDIA_MEMBERSHIPS)
            if reply.status == 403:
                raise BlockedError("the platform does not let us read the roster", http_status=403)
            if reply.status != 200:
                raise refusal(reply, "reading the roster", is_read=True)
            members, unreadable = members_in(reply)
            yield Page(members=members, unreadable=unreadable, differences_url=_differences_url(reply, url))
            is_full = url == limited and len(members) + unreadable == PAGE_SIZE
            url = next_page(reply, url) or _next_in_body(reply, url)
            if not url and is_full:
                # Just so many, or a platform that takes the limit and does not say that there is more.
                url = whole


def members_in(reply: http.Response) -> tuple[tuple[Member, ...], int]:
    """Return the members of a page, and how many entries could not be read; raises TransientError."""
    try:
        document = reply.json()
    except http.BadResponseError as error:
        raise TransientError("the roster is no JSON", http_status=reply.status) from error
    entries = document.get("members") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise TransientError("the roster has no list of members", http_status=reply.status)
    found = [_member(entry) for entry in entries]
    members = tuple(member for member in found if member is not None)
    return members, len(found) - len(members)


def _member(entry: object) -> Member | None:
    if not isinstance(entry, dict):
        return None
    sub = entry.get("user_id")
    if not isinstance(sub, str) or not sub.strip() or len(sub) > IDENTIFIER_LIMIT or not is_storable(sub):
        return None
    roles = _roles(entry.get("roles"))
    is_instructor = bool(roles & TEACHING)
    status = entry.get("status", "Active")
    status = status.lower() if isinstance(status, str) else "active"
    return Member(
        sub=sub,
        full_name=_full_name(entry),
        is_learner="Learner" in roles or not is_instructor,
        is_instructor=is_instructor,
        is_active=status not in ("inactive", "deleted"),
        is_gone=status == "deleted",
    )


def _full_name(entry: Mapping[str, object]) -> str:
    """Return the name, put together if need be; "" for a platform that keeps names to itself."""
    name = _name(entry.get("name"))
    parts = [_name(entry.get("given_name")), _name(entry.get("family_name"))]
    return (name or " ".join(part for part in parts if part))[:TEXT_LIMIT]


def _name(value: object) -> str:
    return value.strip() if isinstance(value, str) and is_storable(value) else ""


def _roles(value: object) -> frozenset[str]:
    """Return the short names of the context roles; a roster may write them short or as URIs (NRPS, 2.2)."""
    listed = [role for role in value if isinstance(role, str)] if isinstance(value, list) else []
    short = [role.removeprefix(CONTEXT_ROLE).lstrip("#/") for role in listed]
    return frozenset(role.partition("#")[0] for role in short if ":" not in role)


def _next_in_body(reply: http.Response, url: str) -> str:
    """Return the next page as lti1p3platform tells it, beside the members, or ""; raises TransientError."""
    document = reply.json()
    found = document.get("next") if isinstance(document, dict) else None
    if not isinstance(found, str) or origin(found) is None:
        return ""
    if origin(found) != origin(url):
        raise TransientError("the next page lies at another origin")
    return found


def _differences_url(reply: http.Response, url: str) -> str:
    try:
        found = linked(reply, url, "differences")
    except TransientError:
        # At another origin: the whole roster is read next time.
        return ""
    return found if len(found) <= URL_LIMIT else ""

"""A roster service (NRPS 2.0) on the AGS server's socket; pages as a test sets them."""

import json
from dataclasses import dataclass, field
from typing import Any

from .ags_server import AgsServer, Call

MEDIA = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


def person(user_id: str, *roles: str, **more: Any) -> dict[str, Any]:
    return {"user_id": user_id, "roles": [ROLE + role for role in roles or ("Learner",)], **more}


@dataclass
class RosterService:
    """Serves ``members`` in pages of ``size``, ``changes`` as differences; an ``AgsServer``'s fault."""

    server: AgsServer
    members: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    size: int = 2
    # Whether a Link header says where the next differences are asked for.
    tells_differences: bool = False
    # A reply in place of the service's own: by path.
    instead: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def __call__(self, call: Call) -> tuple[int, dict[str, str], bytes] | None:
        if call.path not in ("/roster", "/changes"):
            return None
        if call.headers.get("authorization", "").removeprefix("Bearer ") not in self.server.valid_tokens:
            return 401, {}, b""
        assert call.headers["accept"] == MEDIA
        self.calls.append(call)
        if call.path in self.instead:
            return self.instead[call.path]
        if call.path == "/changes":
            return self._page(self.changes, [])
        start = int(call.query.get("from", ["0"])[0])
        rest = self.members[start + self.size :]
        links = [f'<{self.server.url}/roster?from={start + self.size}>; rel="next"'] if rest else []
        return self._page(self.members[start : start + self.size], links)

    def _page(self, members: list[dict[str, Any]], links: list[str]) -> tuple[int, dict[str, str], bytes]:
        if self.tells_differences:
            links = [*links, f'<{self.server.url}/changes?since={len(self.calls)}>; rel="differences"']
        headers = {"Content-Type": MEDIA} | ({"Link": ", ".join(links)} if links else {})
        body = {"id": self.server.url + "/roster", "context": {"id": "diklat-1"}, "members": members}
        return 200, headers, json.dumps(body).encode()

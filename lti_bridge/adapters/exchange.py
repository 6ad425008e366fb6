"""Authorised requests to a platform's services: tokens, and the translation of every failure.

1EdTech Security Framework 1.0, section 4.1 (client credentials with a JWT, RFC 7523). HTTP statuses
and ``HttpError`` become a ``DeliveryError`` here and nowhere else.
"""

import secrets
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from django.utils import timezone

from lti_bridge import http, keys, shared_cache
from lti_bridge.delivery.errors import AmbiguousError, BlockedError, RejectedError, TransientError
from lti_bridge.errands import at_desk
from lti_bridge.models import Platform, ReportTarget
from lti_bridge.models.digests import digest
from lti_bridge.scopes import AGS_SCOPES

__all__ = [
    "Client",
    "Exchange",
    "exchange_for",
    "exchange_with",
    "lacks_scope",
    "refusal",
    "retry_after",
    "sent",
]

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE_S = 300
# A token is not used in its last minute: it could expire on the way.
MARGIN_S = 60
LONGEST_CACHE_S = 24 * 3600
# Of a token that comes without a lifetime (RFC 6749, 5.1): one that has ended sooner is renewed when refused.
UNSAID_LIFE_S = 360.0
# A token found in the cache may have been there for long: it is looked up again after so many seconds.
HELD_S = MARGIN_S / 2
# Said by the token endpoint when no retry will help (RFC 6749, 5.2).
CONFIGURATION_ERRORS = frozenset(
    {"invalid_client", "invalid_scope", "unauthorized_client", "unsupported_grant_type", "invalid_request"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Our registration at a platform, with the scopes that a launch granted."""

    issuer: str
    client_id: str
    token_url: str
    scopes: tuple[str, ...]
    # Whom the assertion is for, where the platform wants another name than its token endpoint's.
    audience: str = ""

    def cache_key(self) -> str:
        """Return the key of our token in the cache; two clients, or two sets of scopes, never share one."""
        return "kapasitas_lti.token." + digest(
            self.issuer, self.client_id, self.token_url, *sorted(self.scopes)
        )


class Exchange:
    """Requests in the name of one client; several threads may use it at once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._fetching = threading.Lock()
        # The token and, by the monotonic clock, until when it is taken without looking into the cache.
        self._held: tuple[str, float] = ("", 0.0)
        # The last token that was asked for here.
        self._fetched = ""

    def request(
        self, method: str, url: str, *, accept: str, content_type: str = "", body: bytes | None = None
    ) -> http.Response:
        """Return the reply of any status but 401; where the token is not good enough, one fresh one is tried.

        Raises TransientError where nothing was sent, AmbiguousError where it may have been.
        """
        headers = {"Accept": accept} | ({"Content-Type": content_type} if content_type else {})
        refused = ""
        for _time in range(2):
            bearer = self._token(refused)
            reply = sent(method, url, {**headers, "Authorization": f"Bearer {bearer}"}, body)
            # One from the cache may be older than what the platform grants us now.
            if reply.status != 401 and (bearer == self._fetched or not lacks_scope(reply)):
                return reply
            refused = bearer
        if lacks_scope(reply):
            return reply
        raise TransientError("the platform refuses a fresh access token", http_status=401)

    def renew(self) -> None:
        """Ask for a fresh token, whatever is held; raises DeliveryError."""
        with self._fetching:
            token, kept = self._fresh_token()
            self._held = (token, time.monotonic() + min(kept, HELD_S))

    def _token(self, refused: str) -> str:
        """Return a token that is not the refused one: held here, found in the cache, or fetched."""
        held, until = self._held
        if held != refused and time.monotonic() < until:
            return held
        # One of several threads fetches; the others find what it fetched.
        with self._fetching:
            held, until = self._held
            if held != refused and time.monotonic() < until:
                return held
            cached = shared_cache.get(self._client.cache_key())
            is_good = isinstance(cached, str) and cached != refused
            token, kept = (cached, HELD_S) if is_good else self._fresh_token()
            self._held = (token, time.monotonic() + min(kept, HELD_S))
            return token

    def _fresh_token(self) -> tuple[str, float]:
        """Return a token, and for how many seconds it is kept in the cache."""
        client = self._client
        now = int(timezone.now().timestamp())
        claims = {
            "iss": client.client_id,
            "sub": client.client_id,
            "aud": client.audience or client.token_url,
            "iat": now,
            "exp": now + ASSERTION_LIFE_S,
            "jti": secrets.token_urlsafe(16),
        }
        assertion = at_desk(lambda: keys.sign(claims))
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
            "scope": " ".join(sorted(client.scopes)),
        }
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            reply = sent("POST", client.token_url, headers, urlencode(form).encode())
        except AmbiguousError as error:
            # Asking for a token changes nothing: it may be asked for again.
            raise TransientError("no access token: " + error.message, no_answer=error.no_answer) from error
        token, lifetime = _token_in(reply)
        self._fetched = token
        kept = min(lifetime - MARGIN_S, LONGEST_CACHE_S)
        if kept > 0:
            shared_cache.put(client.cache_key(), token, kept)
        else:
            shared_cache.forget(client.cache_key())
        return token, max(kept, 0.0)


def exchange_with(platform: Platform, scopes: Iterable[str]) -> Exchange:
    """Return authorised requests to the platform's services, with these scopes."""
    return Exchange(
        Client(
            issuer=platform.issuer,
            client_id=platform.client_id,
            token_url=platform.auth_token_url,
            scopes=tuple(sorted(scopes)),
            audience=platform.token_audience,
        )
    )


def exchange_for(target: ReportTarget) -> Exchange:
    """Return authorised requests with the gradebook scopes of the target's last launch.

    The target's deployment and platform are loaded already.
    """
    return exchange_with(target.deployment.platform, AGS_SCOPES & set(target.scopes))


def sent(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> http.Response:
    """Return the reply, whatever its status; raises BlockedError, TransientError or AmbiguousError."""
    try:
        return http.fetch(method, url, headers=headers, body=body)
    except http.UrlNotAllowedError as error:
        raise BlockedError(f"the platform's address cannot be used: {error}") from error
    except http.NoConnectionError as error:
        raise TransientError(f"no connection to the platform: {error}", no_answer=True) from error
    except http.BadResponseError as error:
        raise AmbiguousError(f"the exchange with the platform broke: {error}") from error
    except http.HttpError as error:
        raise AmbiguousError(f"the exchange with the platform broke: {error}", no_answer=True) from error


def lacks_scope(reply: http.Response) -> bool:
    """Whether the token does not carry what the request needs (RFC 6750, 3.1)."""
    return reply.status == 403 and "insufficient_scope" in reply.headers.get("WWW-Authenticate", "")


def _token_in(reply: http.Response) -> tuple[str, float]:
    document: object = None
    try:
        document = reply.json()
    except http.BadResponseError:
        # An error page is no JSON; the status alone then decides.
        document = None
    said = document if isinstance(document, dict) else {}
    if reply.status == 200:
        token, kind = said.get("access_token"), said.get("token_type", "bearer")
        is_text = isinstance(token, str) and token.isascii() and token.isprintable() and token != ""
        if not is_text or not isinstance(kind, str) or kind.lower() != "bearer":
            raise TransientError("the token endpoint's reply holds no bearer token", http_status=200)
        return str(token), _lifetime(said.get("expires_in"))
    code = said.get("error")
    if reply.status in (400, 401, 403) and isinstance(code, str) and code in CONFIGURATION_ERRORS:
        raise BlockedError(f"the token endpoint says {code}", http_status=reply.status, oauth_error=code)
    if reply.status == 401:
        raise BlockedError("the token endpoint does not know this tool", http_status=401)
    raise refusal(reply, "the token endpoint", is_read=True)


def _lifetime(said: object) -> float:
    """Return for how many seconds a token is good; some platforms write the number as a text."""
    if isinstance(said, str) and said.isascii() and said.isdigit():
        said = int(said[:9])
    if isinstance(said, bool) or not isinstance(said, int | Decimal):
        return UNSAID_LIFE_S
    return float(max(0, min(said, 2 * LONGEST_CACHE_S)))


def retry_after(reply: http.Response) -> timedelta | None:
    """Return the Retry-After of a reply (seconds or a date, RFC 9110), or None."""
    text = reply.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    if until.tzinfo is None:
        return None
    return max(until - timezone.now(), timedelta(0))


def refusal(
    reply: http.Response, who: str, *, is_read: bool
) -> TransientError | AmbiguousError | RejectedError:
    """Return the error that a status without a meaning of its own stands for.

    ``is_read`` says that the request changed nothing, so that a 5xx leaves no doubt.
    """
    status, wait = reply.status, retry_after(reply)
    message = f"{who} answered {status}"
    if status in (408, 425, 429) or 300 <= status < 400 or (status == 503 and wait is not None):
        return TransientError(message, http_status=status, retry_after=wait)
    if status >= 500:
        kind = TransientError if is_read else AmbiguousError
        return kind(message, http_status=status, retry_after=wait)
    if 200 <= status < 300:
        return TransientError(f"{who} answered {status} with an unexpected reply", http_status=status)
    return RejectedError(message, http_status=status)

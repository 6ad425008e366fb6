"""One connection, from the name of its host to reading a result; nothing is changed there."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from lti_bridge import http
from lti_bridge.adapters.ags import MEDIA_RESULTS, below
from lti_bridge.adapters.exchange import Exchange, exchange_for, exchange_with
from lti_bridge.adapters.line_items import found_line_item
from lti_bridge.adapters.memberships import MEDIA_MEMBERSHIPS
from lti_bridge.adapters.paging import with_query
from lti_bridge.delivery.errors import DeliveryError
from lti_bridge.models import LtiVersion, Platform, ReportKind, ReportTarget
from lti_bridge.origins import origin
from lti_bridge.reasons import told
from lti_bridge.scopes import SCOPE_LINE_ITEM, SCOPE_MEMBERSHIP, SCOPE_RESULT, SCOPE_SCORE
from lti_bridge.secrets_at_rest import UnreadableSecretError, shared_secret

from .findings import Finding, Status

__all__ = ["platform_findings"]

PORTS = {"https": 443, "http": 80}
CONNECT_S = 5
EXPIRES_SOON = timedelta(days=21)
CLOCKS_PART = timedelta(seconds=30)


def platform_findings(platform: Platform) -> Iterator[Finding]:
    """Check a platform step by step; what depends on a step that failed is skipped."""
    if not platform.enabled:
        yield Finding(
            code="enabled", step=_("In use"), status=Status.WARNING,
            detail=_("The HR system is switched off: launches are refused and results wait."),
        )  # fmt: skip
    target = (
        ReportTarget.objects.select_related("deployment__platform")
        .filter(deployment__platform=platform)
        .order_by("-pk")
        .first()
    )
    if platform.lti_version == LtiVersion.V1_1:
        yield from _lti_11(platform, target)
    else:
        yield from _lti_13(platform, target)


def _lti_11(platform: Platform, target: ReportTarget | None) -> Iterator[Finding]:
    step = _("Shared secret")
    try:
        shared_secret(platform)
    except UnreadableSecretError:
        yield Finding(
            code="secret", step=step, status=Status.PROBLEM,
            detail=_("It is missing, or was encrypted under another key."),
            remedy=_("Set KAPASITAS_LTI_KEY back, or enter the secret again."),
        )  # fmt: skip
    else:
        yield Finding(code="secret", step=step, status=Status.OK)
    if target is None or not target.outcome_url:
        yield _no_target()
        return
    yield from _reachable({target.outcome_url})


def _lti_13(platform: Platform, target: ReportTarget | None) -> Iterator[Finding]:
    addresses = {platform.key_set_url, platform.auth_token_url, platform.auth_login_url}
    if target is not None:
        addresses |= {target.lineitems_url, target.memberships_url} - {""}
    reachable = list(_reachable(addresses))
    yield from reachable
    if any(found.status == Status.PROBLEM for found in reachable):
        yield Finding(
            code="services", step=_("Services"), status=Status.SKIPPED, detail=_("Not tried: see above.")
        )
        return
    yield from _key_set(platform)
    if target is None:
        # No launch has said yet which scopes there are.
        yield from _token(exchange_with(platform, [SCOPE_SCORE]))
        yield _no_target()
        return
    yield from _services(target)


def _no_target() -> Finding:
    return Finding(
        code="target", step=_("Target"), status=Status.SKIPPED,
        detail=_("Nobody was launched from there yet, so that there is no service to try."),
        remedy=_("Open a course from the HR system once, then check again."),
    )  # fmt: skip


def _reachable(addresses: set[str]) -> Iterator[Finding]:
    """Check names, ports and certificates of the addresses' hosts, each host once."""
    seen: set[tuple[str, str, int | None]] = set()
    for address in sorted(addresses):
        try:
            http.check_url(address)
        except http.UrlNotAllowedError as error:
            yield Finding(
                code="address", step=_("Address"), status=Status.PROBLEM,
                detail=f"{urlsplit(address).hostname or '-'}: {told(str(error))}",
                remedy=_("Correct the address in the registration; plain http needs "
                         "KAPASITAS_LTI_ALLOW_HTTP_HOSTS."),
            )  # fmt: skip
            continue
        found = origin(address)
        if found is None or found in seen:
            continue
        seen.add(found)
        # Nobody but the proxy may be let out, or know the name: whether it gets through, the services tell.
        yield _proxied(found) if http.proxy_for(address) else _host(found)


def _proxied(where: tuple[str, str, int | None]) -> Finding:
    _scheme, host, _port = where
    return Finding(
        code="host", step=_("Host %(host)s") % {"host": host}, status=Status.OK,
        detail=_("It is reached through the proxy of this machine's environment."),
    )  # fmt: skip


def _host(where: tuple[str, str, int | None]) -> Finding:
    scheme, host, port = where
    number = port or PORTS[scheme]
    step = _("Host %(host)s") % {"host": f"{host}:{number}"}
    try:
        with socket.create_connection((host, number), timeout=CONNECT_S) as connection:
            if scheme == "http":
                detail = _("It answers, without TLS.")
                return Finding(code="host", step=step, status=Status.WARNING, detail=detail)
            # Whom the deliveries believe.
            with http.trust().wrap_socket(connection, server_hostname=host) as secured:
                return _certificate(step, secured)
    except socket.gaierror:
        return Finding(
            code="host", step=step, status=Status.PROBLEM, detail=_("The name is not known here (DNS)."),
            remedy=_("Correct the name, or the name servers of this machine."),
        )  # fmt: skip
    except ssl.SSLCertVerificationError as error:
        return Finding(
            code="host", step=step, status=Status.PROBLEM,
            detail=_("The certificate is not trusted: %(reason)s") % {"reason": error.verify_message},
            remedy=_("Have the HR system send its whole chain, or trust the region's authority here."),
        )  # fmt: skip
    except (ssl.SSLError, OSError) as error:
        return Finding(
            code="host", step=step, status=Status.PROBLEM,
            detail=_("No connection: %(error)s") % {"error": type(error).__name__},
            remedy=_("See whether the HR system is up, and whether a firewall lets this machine out."),
        )  # fmt: skip


def _certificate(step: str, connection: ssl.SSLSocket) -> Finding:
    certificate = connection.getpeercert() or {}
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    left = ends - timezone.now()
    detail = _("%(version)s; the certificate is good for %(days)s days.") % {
        "version": connection.version(),
        "days": left.days,
    }
    if left > EXPIRES_SOON:
        return Finding(code="host", step=step, status=Status.OK, detail=detail)
    return Finding(
        code="host", step=step, status=Status.WARNING, detail=detail,
        remedy=_("Tell the HR system's administrator; when it ends, nothing can be sent."),
    )  # fmt: skip


def _key_set(platform: Platform) -> Iterator[Finding]:
    step = _("Key set of the HR system")
    remedy = _("Ask the HR system for the address of its public key set (JWKS).")
    try:
        reply = http.fetch("GET", platform.key_set_url, headers={"Accept": "application/json"})
        document = reply.json() if reply.status == 200 else None
    except http.HttpError as error:
        detail = told(str(error))
        yield Finding(code="key_set", step=step, status=Status.PROBLEM, detail=detail, remedy=remedy)
        return
    listed = document.get("keys") if isinstance(document, dict) else None
    usable = [
        key
        for key in (listed if isinstance(listed, list) else [])
        if isinstance(key, dict) and key.get("kty") == "RSA" and key.get("kid")
    ]
    if usable:
        detail = _("%(count)s keys that can be used.") % {"count": len(usable)}
        yield Finding(code="key_set", step=step, status=Status.OK, detail=detail)
    else:
        detail = _("It answers %(status)s, without an RSA key that has a name.") % {"status": reply.status}
        yield Finding(code="key_set", step=step, status=Status.PROBLEM, detail=detail, remedy=remedy)
    yield _clock(reply)


def _clock(reply: http.Response) -> Finding:
    step = _("Clocks")
    try:
        theirs = parsedate_to_datetime(reply.headers.get("Date", ""))
    except (ValueError, TypeError):
        return Finding(
            code="clock", step=step, status=Status.SKIPPED, detail=_("The HR system does not tell its time.")
        )
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    apart = abs(timezone.now() - theirs)
    detail = _("They differ by %(seconds)s seconds.") % {"seconds": round(apart.total_seconds())}
    if apart <= CLOCKS_PART:
        return Finding(code="clock", step=step, status=Status.OK, detail=detail)
    return Finding(
        code="clock", step=step, status=Status.WARNING, detail=detail,
        remedy=_("Set both clocks by a time server (NTP): launches and tokens are good for minutes."),
    )  # fmt: skip


# By the code of RFC 6749, 5.2.
REMEDIES = {
    "invalid_client": "key",
    "unauthorized_client": "key",
    "invalid_scope": "scope",
    "unsupported_grant_type": "standard",
}


def _token(exchange: Exchange) -> Iterator[Finding]:
    step = _("Access token")
    try:
        exchange.renew()
    except DeliveryError as error:
        # A 401 without a code says that we are not known.
        kind = REMEDIES.get(error.oauth_error, "key" if error.http_status == 401 else "")
        remedy = {
            "key": _("Compare the client id, and have the HR system fetch our key set anew: it must hold "
                     "the key that signs (manage.py lti_keys)."),
            "scope": _("The HR system does not grant this tool what its launches offer: correct the tool's "
                       "services there."),
            "standard": _("The HR system must offer client credentials with a JWT "
                          "(1EdTech Security Framework 1.0)."),
            "": _("See the log of the HR system's token endpoint."),
        }[kind]  # fmt: skip
        yield Finding(
            code="token", step=step, status=Status.PROBLEM, detail=told(error.message), remedy=remedy
        )
        return
    yield Finding(code="token", step=step, status=Status.OK, detail=_("Signed with our key, and granted."))


def _services(target: ReportTarget) -> Iterator[Finding]:
    yield _scopes(target)
    exchange = exchange_for(target)
    asked = list(_token(exchange))
    yield from asked
    if asked[-1].status != Status.OK:
        return
    yield from _line_items(target, exchange)
    yield from _memberships(target)


def _scopes(target: ReportTarget) -> Finding:
    step = _("Permissions of target %(number)s") % {"number": target.pk}
    wanted = {
        SCOPE_SCORE: _("post scores"),
        SCOPE_LINE_ITEM: _("make line items"),
        SCOPE_RESULT: _("read results"),
    }
    missing = [words for scope, words in wanted.items() if scope not in target.scopes]
    if not missing:
        return Finding(code="scopes", step=step, status=Status.OK)
    return Finding(
        code="scopes", step=step,
        status=Status.PROBLEM if SCOPE_SCORE not in target.scopes else Status.WARNING,
        detail=_("The last launch does not grant: %(what)s.") % {"what": ", ".join(missing)},
        remedy=_("Grant it to the tool in the HR system, then open the course from there once."),
    )  # fmt: skip


def _line_items(target: ReportTarget, exchange: Exchange) -> Iterator[Finding]:
    step, results = _("Line items"), _("Results")
    try:
        found = {kind: found_line_item(target, kind, exchange) for kind in ReportKind}
    except DeliveryError as error:
        yield Finding(
            code="line_items", step=step, status=Status.PROBLEM, detail=told(error.message),
            remedy=_("See the HR system's log; a moved list is learnt from the next launch."),
        )  # fmt: skip
        return
    ours = [str(kind.label) for kind, url in found.items() if url]
    detail = ", ".join(ours) or _("None yet; they are made when something is sent first.")
    yield Finding(code="line_items", step=step, status=Status.OK, detail=detail)
    url = next((url for url in found.values() if url), "")
    # As the bridge asks before it sends again: for one person.
    person = target.enrolments.values_list("account__sub", flat=True).order_by("-pk").first()
    if not url or person is None or SCOPE_RESULT not in target.scopes:
        yield Finding(code="results", step=results, status=Status.SKIPPED)
        return
    asked_for = with_query(below(url, "results"), user_id=person, limit="1")
    yield _readable("results", results, exchange, asked_for, MEDIA_RESULTS)


def _memberships(target: ReportTarget) -> Iterator[Finding]:
    if not target.memberships_url:
        return
    platform = target.deployment.platform
    exchange = exchange_with(platform, [SCOPE_MEMBERSHIP])
    url = with_query(target.memberships_url, limit="1")
    yield _readable("memberships", _("Roster"), exchange, url, MEDIA_MEMBERSHIPS)


def _readable(code: str, step: str, exchange: Exchange, url: str, accept: str) -> Finding:
    try:
        reply = exchange.request("GET", url, accept=accept)
    except DeliveryError as error:
        return Finding(code=code, step=step, status=Status.PROBLEM, detail=told(error.message))
    if reply.status == 200:
        return Finding(code=code, step=step, status=Status.OK, detail=_("Can be read."))
    return Finding(
        code=code, step=step, status=Status.PROBLEM,
        detail=_("The HR system answers %(status)s.") % {"status": reply.status},
        remedy=_("Grant it to the tool in the HR system, then open the course from there once."),
    )  # fmt: skip

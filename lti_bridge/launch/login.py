"""The first leg: a platform starts a login, we answer with a state and a nonce of our own.

LTI 1.3 Core, 5.1; OpenID Connect Core, "third party initiated login".
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext_lazy as _

from lti_bridge.models import LoginState, Platform
from lti_bridge.models.digests import digest

from .errors import MalformedLaunchError, RefusedLaunchError, StaleLoginError
from .expiry import forget_expired, forget_oldest

__all__ = [
    "COOKIE_PREFIX",
    "LIFETIME",
    "Login",
    "begin",
    "check_enabled",
    "check_nonce",
    "cookie_name",
    "finish",
    "kept_by_platform",
]

LIFETIME = timedelta(minutes=10)
COOKIE_PREFIX = "kapasitas_lti_"
PARAMETER_LIMIT = 2000
FRAME_LIMIT = 255
# Begun logins that are kept at most; more than a country's officials begin in ten minutes.
MOST_OPEN = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Where to send the browser, and the secret that ties the login to it.

    The cookie keeps the secret; so does the platform, where it offers to (``storage_target``: the name of
    its frame; else empty).
    """

    redirect_to: str
    cookie_name: str
    cookie_value: str = field(repr=False)
    storage_target: str


def cookie_name(state: str) -> str:
    """Return the cookie's name; one a login, so that launches in several tabs do not disturb each other."""
    return COOKIE_PREFIX + digest(state)[:16]


def find_platform(issuer: str, client_id: str) -> Platform:
    """Return the registered platform; raises RefusedLaunchError.

    ``client_id`` is optional in the login request; without it the issuer must be registered once.
    """
    known = [row for row in Platform.objects.filter(issuer=issuer)[:100] if row.issuer == issuer]
    if client_id:
        known = [row for row in known if row.client_id == client_id]
    if not known:
        raise RefusedLaunchError("iss", _("This HR system is not registered on the learning site."))
    if len(known) > 1:
        raise MalformedLaunchError(
            "client_id", _("The HR system did not say which of its registrations it uses.")
        )
    check_enabled(known[0])
    return known[0]


def check_enabled(platform: Platform) -> None:
    """Raise RefusedLaunchError where the operator has taken the platform out of use."""
    if not platform.enabled:
        raise RefusedLaunchError("platform", _("This HR system is out of use on the learning site for now."))


def begin(parameters: Mapping[str, str], *, launch_url: str, now: datetime) -> Login:
    """Store a login that is good for one launch, and return where to send the browser.

    The caller has checked that ``target_link_uri`` is a page of ours. Raises LaunchError.
    """
    _check_form(parameters)
    platform = find_platform(parameters["iss"], parameters.get("client_id", ""))
    state, nonce, browser = (secrets.token_urlsafe(32) for _part in range(3))
    storage_target = parameters.get("lti_storage_target", "")
    forget_expired(LoginState, now)
    stored = LoginState.objects.create(
        state_digest=digest(state),
        nonce_digest=digest(nonce),
        browser_digest=digest(browser),
        platform=platform,
        target_link_uri=parameters["target_link_uri"],
        storage_target=storage_target,
        expires_at=now + LIFETIME,
    )
    # Anybody may begin a login. Who means it comes back within seconds, long before it is among the oldest.
    forget_oldest(stored, MOST_OPEN)
    return Login(
        redirect_to=_authentication_request(platform, parameters, launch_url, state=state, nonce=nonce),
        cookie_name=cookie_name(state),
        cookie_value=browser,
        storage_target=storage_target,
    )


def _check_form(parameters: Mapping[str, str]) -> None:
    for name in ("iss", "login_hint", "target_link_uri"):
        if not parameters.get(name):
            raise MalformedLaunchError(name, _("The login request lacks “%(name)s”.") % {"name": name})
    if any(len(value) > PARAMETER_LIMIT or not value.isprintable() for value in parameters.values()):
        raise _unfit("login request")
    if len(parameters.get("lti_storage_target", "")) > FRAME_LIMIT:
        raise _unfit("lti_storage_target")


def _unfit(fault: str) -> MalformedLaunchError:
    return MalformedLaunchError(fault, _("The login request is too long or has no valid form."))


def _authentication_request(
    platform: Platform, parameters: Mapping[str, str], launch_url: str, *, state: str, nonce: str
) -> str:
    """Return the address at the platform that answers with a launch (LTI Security Framework 1.0, 5.1.1.2)."""
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": launch_url,
        "state": state,
        "nonce": nonce,
        "login_hint": parameters["login_hint"],
    }
    if parameters.get("lti_message_hint"):
        query["lti_message_hint"] = parameters["lti_message_hint"]
    separator = "&" if urlsplit(platform.auth_login_url).query else "?"
    return f"{platform.auth_login_url}{separator}{urlencode(query)}"


def kept_by_platform(state: str, *, now: datetime) -> LoginState | None:
    """Return the open login whose browser secret the platform was asked to keep too, or None."""
    return (
        LoginState.objects.select_related("platform")
        .filter(state_digest=digest(state), used_at__isnull=True, expires_at__gte=now)
        .exclude(storage_target="")
        .first()
    )


def finish(state: str, browser: str, *, now: datetime) -> LoginState:
    """Use the login up and return it; of two callers with the same state, one gets it.

    ``browser`` is the secret from the cookie or, by a form of our own, from the platform's storage.
    Commits on its own: a launch that fails afterwards cannot be tried again with the same state.
    Raises StaleLoginError.
    """
    login = LoginState.objects.select_related("platform").filter(state_digest=digest(state)).first()
    if login is None:
        raise StaleLoginError("state", _("This launch does not belong to a login that began here."))
    used = StaleLoginError("state", _("This launch was already used once."))
    # Said first, because a launch takes its browser's cookie away: the same form again has none.
    if login.used_at is not None:
        raise used
    # Before it is used up: somebody who only knows the state must not be able to spoil the login.
    if not hmac.compare_digest(login.browser_digest, digest(browser)):
        raise StaleLoginError("browser", _("This launch began in another browser, or cookies are blocked."))
    check_enabled(login.platform)
    if login.expires_at < now:
        raise StaleLoginError("state", _("Opening the course took too long; the login has expired."))
    if not LoginState.objects.filter(pk=login.pk, used_at__isnull=True).update(used_at=now):
        raise used
    return login


def check_nonce(login: LoginState, claims: Mapping[str, object]) -> None:
    """Raise StaleLoginError unless the token answers this very login."""
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(login.nonce_digest, _safe_digest(nonce)):
        raise StaleLoginError("nonce", _("The launch message does not answer the login that began here."))


def _safe_digest(text: str) -> str:
    return digest(text.encode(errors="replace").decode())

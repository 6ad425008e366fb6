"""Both legs of a launch, and its continuation in a window of its own."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from lti_bridge.host import course_host
from lti_bridge.launch import tickets
from lti_bridge.launch.accounts import accept
from lti_bridge.launch.claims import DeepLinking, Launch, Place, check_envelope, read_message
from lti_bridge.launch.errors import MalformedLaunchError, StaleLoginError, UntrustedLaunchError
from lti_bridge.launch.login import (
    LIFETIME,
    Login,
    begin,
    check_nonce,
    cookie_name,
    finish,
    kept_by_platform,
)
from lti_bridge.models import LinkedAccount, LoginState, Platform
from lti_bridge.origins import origin, origin_text

from .choosing import begin_choosing
from .pages import errors_as_page, framed_page, is_own_form, language_of, set_language
from .resources import launchable, place_of

__all__ = ["continue_launch", "launch", "login", "open_course", "refuse_reopened"]


# The decorators, on both legs: the platform posts here from another site, so that Django's CSRF token
# cannot be there (state and browser secret do its work); and keys are fetched meanwhile, which must not
# happen inside a transaction.
@csrf_exempt
@transaction.non_atomic_requests
@require_http_methods(["GET", "POST"])
@errors_as_page
def login(request: HttpRequest) -> HttpResponse:
    """Answer a login that a platform starts (OIDC third-party initiated login, GET or POST)."""
    parameters = (request.POST if request.method == "POST" else request.GET).dict()
    parameters = {name: str(value) for name, value in parameters.items()}
    if parameters.get("target_link_uri"):
        launchable(request, parameters["target_link_uri"])
    begun = begin(
        parameters,
        launch_url=request.build_absolute_uri(reverse("kapasitas_lti:launch")),
        now=timezone.now(),
    )
    response = _to_platform(request, begun)
    secure = request.is_secure()
    # Browsers take SameSite=None only together with Secure.
    response.set_cookie(
        begun.cookie_name,
        begun.cookie_value,
        max_age=LIFETIME,
        secure=secure,
        httponly=True,
        samesite="None" if secure else "Lax",
        path=reverse("kapasitas_lti:launch"),
    )
    return response


def _to_platform(request: HttpRequest, begun: Login) -> HttpResponse:
    """Send the browser to the platform; first let the platform keep the secret where it offers to.

    Whether the cookie comes back is known too late, so that both keep it.
    """
    if not begun.storage_target:
        return HttpResponseRedirect(begun.redirect_to)
    context = {
        "next": begun.redirect_to,
        "frame": begun.storage_target,
        "platform_origin": origin_text(begun.redirect_to),
        "key": begun.cookie_name,
        "value": begun.cookie_value,
    }
    return framed_page(request, "lti_bridge/storage_put.html", context)


def refuse_reopened(request: HttpRequest) -> None:
    """Raise StaleLoginError where a browser that opens its tabs again asks for what was posted."""
    if request.method == "GET":
        raise StaleLoginError("method", _("This page opens from the HR system only."))


@csrf_exempt
@transaction.non_atomic_requests
@require_http_methods(["GET", "POST"])
@errors_as_page
def launch(request: HttpRequest) -> HttpResponse:
    """Verify a launch, sign its person in, and send the browser to the course."""
    refuse_reopened(request)
    if "error" in request.POST and "id_token" not in request.POST:
        raise UntrustedLaunchError("error", _("The HR system refused the login."))
    state, token = request.POST.get("state", ""), request.POST.get("id_token", "")
    if not state or not token:
        raise MalformedLaunchError(
            "id_token" if state else "state", _("The launch lacks its state or its signed message.")
        )
    now = timezone.now()
    cookie = cookie_name(state)
    secret = request.COOKIES.get(cookie, "")
    if not secret and "browser" not in request.POST and (kept := kept_by_platform(state, now=now)):
        return _ask_platform(request, kept, state, token)
    begun = finish(state, secret or _from_platform(request), now=now)
    message = _verified(request, begun, token)
    if isinstance(message, DeepLinking):
        response = begin_choosing(request, begun.platform, message, with_cookie=bool(secret))
    else:
        place = place_of(request, message.target_link_uri)
        account = accept(
            begun.platform, message, course_key=place.course_key, usage_key=place.usage_key, now=now
        )
        response = open_course(request, account, message, place, keeps_cookies=bool(secret))
    response.delete_cookie(cookie, path=reverse("kapasitas_lti:launch"))
    return response


def _ask_platform(request: HttpRequest, kept: LoginState, state: str, token: str) -> HttpResponse:
    """Return a page that fetches the secret from the platform's storage, and posts the launch again."""
    context = {
        "state": state,
        "id_token": token,
        "frame": kept.storage_target,
        "platform_origin": origin_text(kept.platform.auth_login_url),
        "key": cookie_name(state),
    }
    return framed_page(request, "lti_bridge/storage_get.html", context)


def _from_platform(request: HttpRequest) -> str:
    """Return the secret that our page fetched from the platform's storage; empty where there is none.

    Somebody who began a login knows its secret, and could have another browser post it: a cookie prevents
    that, so here the form must be one of our own.
    """
    secret = request.POST.get("browser", "")
    if secret and not is_own_form(request):
        raise StaleLoginError("browser", _("This launch began in another browser, or cookies are blocked."))
    return secret


def _verified(request: HttpRequest, begun: LoginState, token: str) -> Launch | DeepLinking:
    """Return what the token says, once it is known to answer this login; raises LaunchError."""
    # Cryptography and HTTP: not for a worker that serves no launch.
    from lti_bridge.launch.keysets import verified_claims

    claims = verified_claims(token, begun.platform.key_set_url)
    check_envelope(
        claims, issuer=begun.platform.issuer, client_id=begun.platform.client_id, now=timezone.now()
    )
    check_nonce(begun, claims)
    message = read_message(claims)
    if message.target_link_uri != begun.target_link_uri:
        raise UntrustedLaunchError(
            "target_link_uri", _("The launch asks for another page than the login that began it.")
        )
    return message


def open_course(
    request: HttpRequest,
    account: LinkedAccount,
    launch: Launch,
    place: Place,
    *,
    keeps_cookies: bool,
) -> HttpResponse:
    """Begin the person's session and go to the place.

    In a frame that keeps no cookies of ours, offer a window of its own instead.
    """
    path = course_host().url(place.course_key, place.usage_key or None)
    return_url = launch.return_url if _leads_home(account.platform, launch) else ""
    if keeps_cookies and not _frame_without_session(request):
        return _signed_in(request, account.user_id, path, return_url, launch.locale)
    token = tickets.issue(account, path=path, return_url=return_url, locale=launch.locale, now=timezone.now())
    with translation.override(language_of(launch.locale) or translation.get_language()):
        return framed_page(request, "lti_bridge/own_window.html", {"ticket": token})


def _leads_home(platform: Platform, launch: Launch) -> bool:
    """Whether the way back is the platform's own; LTI 1.1 names no address of it but the outcome service."""
    homes = (platform.issuer, platform.auth_login_url, launch.services.outcome_url)
    return origin(launch.return_url) in {origin(home) for home in homes} - {None}


def _frame_without_session(request: HttpRequest) -> bool:
    """Whether the answer is shown in another site's frame, to which browsers send no session cookie.

    Browsers that say nothing (Fetch Metadata) are believed to show a window.
    """
    in_frame = request.headers.get("Sec-Fetch-Dest", "") in ("iframe", "frame", "embed", "object")
    foreign = request.headers.get("Sec-Fetch-Site", "") == "cross-site"
    crosses = settings.SESSION_COOKIE_SAMESITE == "None" and settings.SESSION_COOKIE_SECURE
    return in_frame and foreign and not crosses


def _signed_in(request: HttpRequest, user_id: int, path: str, return_url: str, locale: str) -> HttpResponse:
    response = HttpResponseRedirect(path)
    with transaction.atomic():
        # A fresh session: whoever used this browser before leaves nothing behind.
        request.session.flush()
        course_host().sign_in(request, response, user_id)
        if return_url:
            request.session["lti_return_url"] = return_url
    set_language(response, locale)
    return response


# Django's token lives in a cookie, which the frame that sends this form does not keep: the form's origin
# and the ticket do its work.
@csrf_exempt
@transaction.non_atomic_requests
@require_http_methods(["GET", "POST"])
@errors_as_page
def continue_launch(request: HttpRequest) -> HttpResponse:
    """Go on with a verified launch in a window of its own."""
    refuse_reopened(request)
    if not is_own_form(request):
        raise StaleLoginError("origin", _("This page was not opened by a launch."))
    ticket = tickets.redeem(request.POST.get("ticket", ""), now=timezone.now())
    return _signed_in(request, ticket.account.user_id, ticket.path, ticket.return_url, ticket.locale)

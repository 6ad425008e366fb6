"""The OpenID Connect third-party initiated login (SEC 5.1.1), the platform's side."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from standalone.simpeg.conf import option
from standalone.simpeg.models import Course, Enrolment, LoginHint, Tool

from .errors import LoginError
from .secrets import digest, new_secret

__all__ = ["AuthenticationRequest", "accept", "begin", "client_of", "read_request"]

FIXED = {
    "scope": "openid",
    "response_type": "id_token",
    "response_mode": "form_post",
    "prompt": "none",
}
MAX_LENGTH = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationRequest:
    """What the tool asked for, its form checked; who may come back is not checked yet."""

    tool: Tool
    redirect_uri: str
    login_hint: str
    message_hint: str
    nonce: str
    state: str


def begin(user: User, course: Course) -> str:
    """Open a login for ``user`` and return the tool's URL to send the browser to.

    Raises PermissionDenied unless the user is an active member of the course.
    """
    if not Enrolment.objects.filter(course=course, official__user=user, active=True).exists():
        raise PermissionDenied
    now = timezone.now()
    LoginHint.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    hint, message_hint = new_secret(), new_secret()
    LoginHint.objects.create(
        digest=digest(hint),
        message_digest=digest(message_hint),
        user=user,
        course=course,
        expires_at=now + timedelta(seconds=option("LOGIN_HINT_SECONDS")),
    )
    query = urlencode(
        {
            "iss": option("BASE_URL"),
            "login_hint": hint,
            "target_link_uri": course.target_link_uri,
            "lti_message_hint": message_hint,
            "client_id": course.tool.client_id,
            "lti_deployment_id": course.tool.deployment_id,
        }
    )
    return f"{course.tool.login_url}{'&' if urlsplit(course.tool.login_url).query else '?'}{query}"


def one(parameters: QueryDict, name: str, *, returnable: bool = True) -> str:
    """Return a parameter that must be there exactly once and not empty."""
    values = parameters.getlist(name)
    if len(values) != 1 or not values[0] or len(values[0]) > MAX_LENGTH:
        message = _("The tool's request must carry “%(name)s” exactly once.") % {"name": name}
        raise LoginError("invalid_request", message, returnable=returnable)
    return values[0]


def client_of(parameters: QueryDict) -> tuple[Tool, str]:
    """Return the tool and its redirect URI; an error here must not be sent to that URI."""
    client_id = one(parameters, "client_id", returnable=False)
    redirect_uri = one(parameters, "redirect_uri", returnable=False)
    tool = Tool.objects.filter(client_id=client_id).first()
    if tool is None:
        raise LoginError(
            "unauthorized_client", _("No tool is registered here under this client_id."), returnable=False
        )
    if not tool.may_return_to(redirect_uri):
        message = _("The redirect_uri is not registered for this tool.")
        raise LoginError("invalid_request", message, returnable=False)
    return tool, redirect_uri


def read_request(parameters: QueryDict) -> AuthenticationRequest:
    """Read an authentication request (SEC 5.1.1.2); raises LoginError."""
    tool, redirect_uri = client_of(parameters)
    for name, required in FIXED.items():
        if one(parameters, name) != required:
            message = _("“%(name)s” must be “%(value)s”.") % {"name": name, "value": required}
            unsupported = name == "response_type"
            raise LoginError("unsupported_response_type" if unsupported else "invalid_request", message)
    return AuthenticationRequest(
        tool=tool,
        redirect_uri=redirect_uri,
        login_hint=one(parameters, "login_hint"),
        message_hint=one(parameters, "lti_message_hint"),
        nonce=one(parameters, "nonce"),
        state=one(parameters, "state"),
    )


def accept(asked: AuthenticationRequest, user: User | AnonymousUser) -> Enrolment:
    """Use the login hint up and return whom to launch into what; raises LoginError.

    The hint must be fresh, unused, given to this very user for a course of this tool; the nonce
    must be new.
    """
    if not user.is_authenticated:
        raise LoginError(
            "login_required", _("You are not signed in here any more. Sign in and open the course again.")
        )
    hint = LoginHint.objects.select_related("course__tool").filter(digest=digest(asked.login_hint)).first()
    if hint is None or hint.user_id != user.pk or hint.course.tool_id != asked.tool.pk:
        raise LoginError("login_required", _("The login_hint was not given to you for this tool."))
    if hint.message_digest != digest(asked.message_hint):
        raise LoginError("invalid_request", _("The lti_message_hint does not belong to the login_hint."))
    if hint.expires_at <= timezone.now():
        raise LoginError("login_required", _("Opening the course took too long. Open it again from here."))
    enrolment = (
        Enrolment.objects.select_related("course__tool", "official__office")
        .filter(course=hint.course, official__user=user, active=True)
        .first()
    )
    if enrolment is None:
        raise LoginError("access_denied", _("You are not assigned to this course any more."))
    use_up(hint, asked)
    return enrolment


def use_up(hint: LoginHint, asked: AuthenticationRequest) -> None:
    """Mark the hint as used by one conditional UPDATE, so that of two requests at once one fails."""
    nonce = digest(f"{asked.tool.pk}:{asked.nonce}")
    try:
        with transaction.atomic():
            used = LoginHint.objects.filter(pk=hint.pk, nonce_digest=None).update(nonce_digest=nonce)
    except IntegrityError:
        raise LoginError("invalid_request", _("The tool used this nonce before.")) from None
    if not used:
        raise LoginError(
            "login_required", _("This login_hint was used before. Open the course again from here.")
        )

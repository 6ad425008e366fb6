"""From the claims of a verified id_token to a Launch; pure, and strict about what it accepts.

LTI 1.3 Core, section 5 and appendix; 1EdTech Security Framework 1.0, section 5.1.3. The signature
has been checked before; everything else is checked here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from lti_bridge.origins import origin

from .errors import LaunchError, MalformedLaunchError, UntrustedLaunchError

__all__ = [
    "CLAIM",
    "CONTEXT_ROLE",
    "CUSTOM_CLAIMS",
    "IDENTIFIER_LIMIT",
    "TEACHING",
    "TEXT_LIMIT",
    "URL_LIMIT",
    "DeepLinking",
    "Launch",
    "Place",
    "Services",
    "check_envelope",
    "is_storable",
    "read_launch",
    "read_message",
    "too_long",
]

LEEWAY = timedelta(seconds=60)
OLDEST = timedelta(hours=1)
LONGEST = timedelta(hours=24)
IDENTIFIER_LIMIT = 255
TEXT_LIMIT = 255
URL_LIMIT = 2000
ECHO_LIMIT = 20_000

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
DEEP_LINKING_CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
NRPS_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
CONTEXT_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership"
INSTITUTION_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
SYSTEM_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
# Who may choose what a platform links to. It decides nothing in the course: choosing gives no right there.
CHOOSERS = frozenset(
    {
        *(CONTEXT_ROLE + "#" + role for role in ("Administrator", "ContentDeveloper", "Instructor")),
        *(INSTITUTION_ROLE + role for role in ("Administrator", "Faculty", "Instructor", "Staff")),
        *(SYSTEM_ROLE + role for role in ("AccountAdmin", "Administrator", "Creator", "SysAdmin")),
    }
)

# Context roles that make an instructor here.
TEACHING = frozenset({"Instructor", "ContentDeveloper"})
CUSTOM_CLAIMS = ("nip", "name", "office_code", "office_name", "post")
NAME_CLAIMS = ("name", "given_name", "family_name")

type Claims = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The services that the launch grants; empty where the platform grants none.

    ``outcome_url`` and ``result_sourcedid`` are LTI 1.1's Basic Outcomes; the latter names
    the person's result.
    """

    lineitems_url: str = ""
    lineitem_url: str = ""
    scopes: tuple[str, ...] = ()
    memberships_url: str = ""
    outcome_url: str = ""
    result_sourcedid: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What a genuine launch says. Personal data is in ``custom`` and ``names`` only."""

    sub: str
    deployment_id: str
    target_link_uri: str
    resource_link_id: str
    context_id: str
    is_instructor: bool
    is_learner: bool
    services: Services
    return_url: str
    locale: str
    custom: Mapping[str, str]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepLinking:
    """A platform's request to choose what it links to (LTI Deep Linking 2.0, 4.4).

    ``data`` is JSON text of what the platform wants back, whatever it is; empty where it sent nothing.
    """

    sub: str
    deployment_id: str
    target_link_uri: str
    may_choose: bool
    return_url: str
    accepts_links: bool
    accepts_several: bool
    accepts_line_items: bool
    data: str
    title: str
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a launch opens; ``usage_key`` is empty for the course itself."""

    course_key: str
    usage_key: str = ""


def check_envelope(claims: Claims, *, issuer: str, client_id: str, now: datetime) -> None:
    """Raise UntrustedLaunchError unless issuer, audience and times are right (±60 s).

    ``exp`` and ``iat`` are required; a token issued more than an hour ago, or living longer than a
    day, is refused. Several audiences need an ``azp`` that is ours (OpenID Connect Core, 3.1.3.7).
    """
    if claims.get("iss") != issuer:
        raise UntrustedLaunchError(
            "iss", _("The launch names another issuer than the one that was registered.")
        )
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or client_id not in audiences:
        raise UntrustedLaunchError("aud", _("The launch is meant for another tool."))
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != client_id:
        raise UntrustedLaunchError("azp", _("The launch was authorised for another tool."))
    issued, expires = _time(claims, "iat"), _time(claims, "exp")
    if "nbf" in claims and _time(claims, "nbf") > now + LEEWAY:
        raise UntrustedLaunchError(
            "nbf", _("The launch is not valid yet: the clocks of the two systems differ.")
        )
    if issued > now + LEEWAY:
        raise UntrustedLaunchError(
            "iat", _("The launch comes from the future: the clocks of the two systems differ.")
        )
    if issued < now - OLDEST:
        raise UntrustedLaunchError("iat", _("The launch was issued too long ago."))
    if expires < now - LEEWAY:
        raise UntrustedLaunchError("exp", _("The launch has expired."))
    if expires > issued + LONGEST:
        raise UntrustedLaunchError("exp", _("The launch would be valid for longer than a day."))


def _time(claims: Claims, name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UntrustedLaunchError(name, _("The launch does not say when it was issued, or when it expires."))
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UntrustedLaunchError(name, _("The launch carries a time that does not exist.")) from error


def read_message(claims: Claims) -> Launch | DeepLinking:
    """Return what the claims describe, by their message type; raises MalformedLaunchError."""
    if claims.get(CLAIM + "message_type") == "LtiDeepLinkingRequest":
        return _read_deep_linking(claims)
    return read_launch(claims)


def read_launch(claims: Claims) -> Launch:
    """Return the launch that the claims describe; raises MalformedLaunchError naming the claim."""
    if claims.get(CLAIM + "message_type") != "LtiResourceLinkRequest":
        raise MalformedLaunchError("message_type", _("This kind of LTI message is not supported here."))
    _check_version(claims)
    roles = _roles(claims)
    context = _object(claims, CLAIM + "context")
    presentation = _object(claims, CLAIM + "launch_presentation")
    link = _object(claims, CLAIM + "resource_link")
    return Launch(
        sub=_identifier(claims, "sub"),
        deployment_id=_identifier(claims, CLAIM + "deployment_id"),
        target_link_uri=_required_text(claims, CLAIM + "target_link_uri", URL_LIMIT),
        resource_link_id=_identifier(link, "id", "resource_link.id"),
        context_id=_text(context, "id", IDENTIFIER_LIMIT),
        is_instructor=bool(roles & TEACHING),
        is_learner="Learner" in roles,
        services=_services(claims),
        return_url=_text(presentation, "return_url", URL_LIMIT),
        locale=_text(presentation, "locale", 35),
        custom=_personal(_object(claims, CLAIM + "custom"), CUSTOM_CLAIMS),
        names=_personal(claims, NAME_CLAIMS),
    )


def _check_version(claims: Claims) -> None:
    if claims.get(CLAIM + "version") != "1.3.0":
        raise MalformedLaunchError("version", _("The launch is not LTI version 1.3.0."))


def _read_deep_linking(claims: Claims) -> DeepLinking:
    _check_version(claims)
    principal = _roles(claims) & (TEACHING | {"Administrator"})
    asked = _object(claims, DEEP_LINKING_CLAIM)
    presentation = _object(claims, CLAIM + "launch_presentation")
    types = asked.get("accept_types")
    if not isinstance(types, list):
        raise _missing("accept_types")
    return DeepLinking(
        sub=_identifier(claims, "sub"),
        deployment_id=_identifier(claims, CLAIM + "deployment_id"),
        target_link_uri=_required_text(claims, CLAIM + "target_link_uri", URL_LIMIT),
        may_choose=bool(principal or CHOOSERS.intersection(_role_list(claims))),
        return_url=_required_text(asked, "deep_link_return_url", URL_LIMIT),
        accepts_links="ltiResourceLink" in types,
        # What is not said is the narrower of the two.
        accepts_several=_flag(asked, "accept_multiple", default=False),
        # Deep Linking 4.4.1: where the field is missing nothing is known; ignoring one does no harm.
        accepts_line_items=_flag(asked, "accept_lineitem", default=True),
        data=_echo(asked),
        title=_text(asked, "title", TEXT_LIMIT),
        locale=_text(presentation, "locale", 35),
    )


def _flag(claims: Claims, name: str, *, default: bool) -> bool:
    value = claims.get(name, default)
    # Some platforms write these as texts.
    return value is True or value == "true"


def _echo(asked: Claims) -> str:
    """Return ``data`` as JSON text: it goes back as it came, an empty text or an object too."""
    if "data" not in asked:
        return ""
    text = json.dumps(asked["data"])
    if len(text) > ECHO_LIMIT:
        raise _missing("data")
    return text


def _missing(fault: str) -> LaunchError:
    return MalformedLaunchError(
        fault,
        # Translators: %(claim)s is the technical name of a field, such as "sub"
        _("The launch lacks “%(claim)s”, or it has no valid form.") % {"claim": fault},
    )


def too_long(fault: str, limit: int) -> LaunchError:
    """Return the error for a text that is longer than we keep."""
    return MalformedLaunchError(
        fault,
        # Translators: %(claim)s is the technical name of a field, such as "lineitem"
        _("“%(claim)s” of the launch is longer than %(limit)s characters.")
        % {"claim": fault, "limit": limit},
    )


def _short(claim: str) -> str:
    return claim.removeprefix(CLAIM)


def _object(claims: Claims, name: str) -> Mapping[str, object]:
    value = claims.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _missing(_short(name))
    return value


def _text(claims: Claims, name: str, limit: int) -> str:
    value = claims.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or not is_storable(value):
        raise _missing(_short(name))
    if len(value) > limit:
        raise too_long(_short(name), limit)
    return value


def is_storable(value: str) -> bool:
    """Whether databases can keep the text: no NUL, no lone surrogates (JSON can carry both)."""
    return "\x00" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


def _required_text(claims: Claims, name: str, limit: int, fault: str = "") -> str:
    value = _text(claims, name, limit)
    if not value.strip():
        raise _missing(fault or _short(name))
    return value


def _identifier(claims: Claims, name: str, fault: str = "") -> str:
    return _required_text(claims, name, IDENTIFIER_LIMIT, fault)


def _roles(claims: Claims) -> frozenset[str]:
    """Return the short names of the context roles; institution and system roles give no right here.

    The claim must be there, and may be empty (certification 6.1.2). Sub-roles
    (``…/membership/Instructor#TeachingAssistant``) count as their principal role.
    """
    found = set()
    for role in _role_list(claims):
        if role.startswith(CONTEXT_ROLE + "#"):
            found.add(role.removeprefix(CONTEXT_ROLE + "#"))
        elif role.startswith(CONTEXT_ROLE + "/"):
            found.add(role.removeprefix(CONTEXT_ROLE + "/").partition("#")[0])
        elif "/" not in role and ":" not in role:
            found.add(role)
    return frozenset(found)


def _role_list(claims: Claims) -> list[str]:
    value = claims.get(CLAIM + "roles")
    if not isinstance(value, list) or not all(isinstance(role, str) for role in value):
        raise _missing("roles")
    return value


def _services(claims: Claims) -> Services:
    endpoint = _object(claims, AGS_CLAIM)
    scopes = endpoint.get("scope", [])
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise _missing("ags endpoint scope")
    urls = [_text(endpoint, name, URL_LIMIT) for name in ("lineitems", "lineitem")]
    if any(url and origin(url) is None for url in urls):
        raise _missing("ags endpoint")
    return Services(
        lineitems_url=urls[0],
        lineitem_url=urls[1],
        scopes=tuple(sorted(set(scopes))),
        memberships_url=_memberships_url(claims),
    )


def _memberships_url(claims: Claims) -> str:
    """Return where the roster is read (NRPS 2.0, 3.6.1.1), or "" where our version is not offered."""
    service = _object(claims, NRPS_CLAIM)
    versions = service.get("service_versions")
    url = _text(service, "context_memberships_url", URL_LIMIT)
    if not isinstance(versions, list) or "2.0" not in versions or not url:
        return ""
    if origin(url) is None:
        raise _missing("namesroleservice")
    return url


def _personal(claims: Claims, names: tuple[str, ...]) -> Mapping[str, str]:
    """Return those of the named texts that are there and were filled in."""
    found = {name: _text(claims, name, TEXT_LIMIT).strip() for name in names}
    return {name: value for name, value in found.items() if value and not _is_unsubstituted(value)}


def _is_unsubstituted(value: str) -> bool:
    """Whether the platform left a variable ("$Person.sourcedId") as it was (LTI Core, appendix C)."""
    return value.startswith("$") and "." in value

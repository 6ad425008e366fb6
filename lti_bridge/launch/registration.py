"""Dynamic Registration 1.0, the tool's side: what a platform says of itself, and what we say of us. Pure.

1EdTech "LTI Dynamic Registration" 1.0; OpenID Connect Discovery 1.0 and Dynamic Client Registration 1.0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from lti_bridge.origins import origin
from lti_bridge.scopes import SCOPE_LINE_ITEM, SCOPE_MEMBERSHIP, SCOPE_RESULT, SCOPE_SCORE

from .errors import RegistrationError, RegistrationInDoubtError

__all__ = [
    "Configuration",
    "Registered",
    "ToolAddresses",
    "read_configuration",
    "read_registration",
    "registration_request",
]

LTI_PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
LTI_TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
SCOPES = (SCOPE_LINE_ITEM, SCOPE_RESULT, SCOPE_SCORE, SCOPE_MEMBERSHIP)
CLAIMS = ("iss", "sub", "name", "given_name", "family_name")
# What the platform fills in, where it knows these variables; docs/how-to/connect-simpeg.md names them.
CUSTOM = {
    "nip": "$Person.sourcedId",
    "name": "$Person.name.full",
    "office_code": "$Person.office.code",
    "office_name": "$Person.office.name",
    "post": "$Person.post",
}
TEXT_LIMIT = 255
URL_LIMIT = 500

type Document = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What a platform's OpenID configuration says, as far as we use it. All addresses are of one host."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    registration_endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolAddresses:
    """Our own addresses, absolute."""

    login: str
    launch: str
    jwks: str
    deep_link: str
    home: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """How the platform has registered us; ``deployment_id`` is empty where it named none."""

    client_id: str
    deployment_id: str


def read_configuration(document: object, *, url: str) -> Configuration:
    """Return what the OpenID configuration at the URL says; raises RegistrationError.

    The issuer and every address must be of the URL's own host and port: the specification asks it of the
    issuer; of the others we do, so that a configuration cannot point our requests and keys elsewhere.
    """
    if not isinstance(document, dict):
        raise RegistrationError(
            "openid_configuration", _("The HR system's OpenID configuration is no JSON object.")
        )
    _check_offers(document)
    found = Configuration(
        issuer=_address(document, "issuer", TEXT_LIMIT),
        authorization_endpoint=_address(document, "authorization_endpoint", URL_LIMIT),
        token_endpoint=_address(document, "token_endpoint", URL_LIMIT),
        jwks_uri=_address(document, "jwks_uri", URL_LIMIT),
        registration_endpoint=_address(document, "registration_endpoint", URL_LIMIT),
    )
    for name in Configuration.__dataclass_fields__:
        if origin(getattr(found, name)) != origin(url):
            raise RegistrationError(
                name, _("The HR system's OpenID configuration names an address of another host.")
            )
    return found


def _address(document: Document, name: str, limit: int) -> str:
    value = document.get(name)
    if not isinstance(value, str) or len(value) > limit or not value.isprintable() or origin(value) is None:
        raise RegistrationError(
            name, _("The HR system's OpenID configuration lacks “%(name)s”.") % {"name": name}
        )
    return value


# What we cannot do without, where the platform lists what it offers.
NEEDED = {
    "response_types_supported": "id_token",
    "id_token_signing_alg_values_supported": "RS256",
    "token_endpoint_auth_methods_supported": "private_key_jwt",
}


def _check_offers(document: Document) -> None:
    for name, needed in NEEDED.items():
        offered = document.get(name)
        if isinstance(offered, list) and needed not in offered:
            raise RegistrationError(
                name, _("The HR system does not offer “%(needed)s”.") % {"needed": needed}
            )
    platform = document.get(LTI_PLATFORM)
    messages = platform.get("messages_supported") if isinstance(platform, dict) else None
    listed = messages if isinstance(messages, list) else []
    kinds = [message.get("type") for message in listed if isinstance(message, dict)]
    if "LtiResourceLinkRequest" not in kinds:
        raise RegistrationError(
            "messages_supported",
            _("The HR system does not offer “%(needed)s”.") % {"needed": "LtiResourceLinkRequest"},
        )


def registration_request(tool: ToolAddresses, *, name: str) -> dict[str, Any]:
    """Return the client that we ask to be (Dynamic Registration 1.0, 3.6)."""
    host = origin(tool.home)
    return {
        "application_type": "web",
        "grant_types": ["client_credentials", "implicit"],
        "response_types": ["id_token"],
        "redirect_uris": [tool.launch],
        "initiate_login_uri": tool.login,
        "client_name": name,
        "client_name#id": name,
        "jwks_uri": tool.jwks,
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(SCOPES),
        LTI_TOOL: {
            "domain": _domain(host),
            "description": "Competency courses for kecamatan and kelurahan officials.",
            "description#id": "Kursus kompetensi bagi aparatur kecamatan dan kelurahan.",
            "target_link_uri": tool.deep_link,
            "custom_parameters": dict(CUSTOM),
            "claims": list(CLAIMS),
            "messages": [
                {"type": "LtiResourceLinkRequest", "target_link_uri": tool.deep_link},
                {
                    "type": "LtiDeepLinkingRequest",
                    "target_link_uri": tool.deep_link,
                    "label": "Choose courses",
                    "label#id": "Pilih kursus",
                },
            ],
        },
    }


def _domain(found: tuple[str, str, int] | None) -> str:
    """Return host and, where it is not the usual one, port (as Moodle and the specification write it)."""
    if found is None:
        return ""
    scheme, host, port = found
    return host if port == (443 if scheme == "https" else 80) else f"{host}:{port}"


def read_registration(document: object, tool: ToolAddresses) -> Registered:
    """Return what the platform's answer says; raises RegistrationInDoubtError, as we may be registered.

    A platform may change what was asked for, and says so here; with other redirect URIs or keys nothing
    could ever be launched.
    """
    if not isinstance(document, dict):
        raise _no_answer("client_id")
    client_id = document.get("client_id")
    if not isinstance(client_id, str) or not 0 < len(client_id) <= TEXT_LIMIT or not client_id.isprintable():
        raise _no_answer("client_id")
    redirects = document.get("redirect_uris", [tool.launch])
    if not isinstance(redirects, list) or tool.launch not in redirects:
        raise _no_answer("redirect_uris")
    if document.get("jwks_uri", tool.jwks) != tool.jwks:
        raise _no_answer("jwks_uri")
    ours = document.get(LTI_TOOL)
    deployment = ours.get("deployment_id", "") if isinstance(ours, dict) else ""
    if not isinstance(deployment, str) or len(deployment) > TEXT_LIMIT or "\x00" in deployment:
        raise _no_answer("deployment_id")
    return Registered(client_id=client_id, deployment_id=deployment)


def _no_answer(fault: str) -> RegistrationInDoubtError:
    return RegistrationInDoubtError(fault, _("The HR system's answer is not what the standard says."))

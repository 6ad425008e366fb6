"""From the parameters of a genuine LTI 1.1 launch to a Launch; pure, and strict about what it accepts.

LTI 1.1 Implementation Guide, sections 3 and 5, and appendix A (roles).
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from lti_bridge.launch.claims import (
    CUSTOM_CLAIMS,
    IDENTIFIER_LIMIT,
    TEACHING,
    TEXT_LIMIT,
    URL_LIMIT,
    Launch,
    Place,
    Services,
    too_long,
)
from lti_bridge.launch.errors import MalformedLaunchError
from lti_bridge.origins import origin

__all__ = ["place_of", "read_launch", "return_url_of"]

KEY_LIMIT = 255
SOURCEDID_LIMIT = 2000
NAMES = {
    "name": "lis_person_name_full",
    "given_name": "lis_person_name_given",
    "family_name": "lis_person_name_family",
}
CONTEXT_ROLE = "urn:lti:role:ims/lis/"
ROLES_OF_1_3 = "http://purl.imsglobal.org/vocab/lis/v2/membership#"

type Parameters = Mapping[str, str]


def read_launch(parameters: Parameters, *, url: str) -> Launch:
    """Return the launch that the parameters describe; raises MalformedLaunchError naming the parameter.

    ``url`` is the address that was posted to. The deployment is the only one that a platform of
    LTI 1.1 has, with the empty id.
    """
    if parameters.get("lti_message_type") != "basic-lti-launch-request":
        raise MalformedLaunchError("lti_message_type", _("This kind of LTI message is not supported here."))
    if parameters.get("lti_version") != "LTI-1p0":
        raise MalformedLaunchError("lti_version", _("The launch is not LTI version 1.1."))
    roles = _roles(parameters)
    return Launch(
        sub=_required(parameters, "user_id", IDENTIFIER_LIMIT),
        deployment_id="",
        target_link_uri=url[:URL_LIMIT],
        resource_link_id=_required(parameters, "resource_link_id", IDENTIFIER_LIMIT),
        context_id=_text(parameters, "context_id", IDENTIFIER_LIMIT),
        is_instructor=bool(roles & TEACHING),
        is_learner="Learner" in roles,
        services=_services(parameters),
        return_url=return_url_of(parameters),
        locale=_text(parameters, "launch_presentation_locale", 35),
        custom=_filled({name: _text(parameters, "custom_" + name, TEXT_LIMIT) for name in CUSTOM_CLAIMS}),
        names=_filled({name: _text(parameters, said, TEXT_LIMIT) for name, said in NAMES.items()}),
    )


def place_of(parameters: Parameters, *, course_key: str = "", usage_key: str = "") -> Place:
    """Return what the address names, or else ``custom_course`` and ``custom_block``.

    Raises MalformedLaunchError where neither names a course, or where they name two.
    """
    asked = Place(
        course_key=_text(parameters, "custom_course", KEY_LIMIT),
        usage_key=_text(parameters, "custom_block", KEY_LIMIT),
    )
    if not course_key:
        if not asked.course_key:
            raise MalformedLaunchError(
                "custom_course", _("The launch does not say which course is to be opened.")
            )
        return asked
    found = Place(course_key=course_key, usage_key=usage_key or asked.usage_key)
    if asked.course_key not in ("", course_key) or asked.usage_key not in ("", found.usage_key):
        raise MalformedLaunchError(
            "custom_course", _("The address and the parameters of the launch name different courses.")
        )
    return found


def return_url_of(parameters: Parameters) -> str:
    """Return where the person may be sent back to, or "".

    The registration of LTI 1.1 knows no address of the HR system: only the origin of its outcome
    service, which is signed and checked, is taken for the system's own.
    """
    url = _text(parameters, "launch_presentation_return_url", URL_LIMIT)
    outcomes = parameters.get("lis_outcome_service_url", "")
    return url if origin(url) is not None and origin(url) == origin(outcomes) else ""


def _text(parameters: Parameters, name: str, limit: int) -> str:
    value = parameters.get(name, "")
    # Length, not form, where databases take any text: names have all sorts of characters.
    if len(value) > limit:
        raise too_long(name, limit)
    return value


def _required(parameters: Parameters, name: str, limit: int) -> str:
    value = _text(parameters, name, limit)
    if not value.strip():
        raise _malformed(name)
    return value


def _malformed(name: str) -> MalformedLaunchError:
    return MalformedLaunchError(
        name,
        # Translators: %(claim)s is the technical name of a field, such as "sub"
        _("The launch lacks “%(claim)s”, or it has no valid form.") % {"claim": name},
    )


def _roles(parameters: Parameters) -> frozenset[str]:
    """Return the short names of the context roles; roles in institution and system give no right here.

    Names without a URN are context roles (guide, 3); sub-roles (``Instructor/GuestInstructor``) count as
    their principal role; platforms that have moved on may send the URIs of LTI 1.3.
    """
    found = set()
    for role in map(str.strip, _text(parameters, "roles", URL_LIMIT).split(",")):
        short = role.removeprefix(CONTEXT_ROLE).removeprefix(ROLES_OF_1_3)
        if short and ":" not in short:
            found.add(short.partition("/")[0])
    return frozenset(found)


def _services(parameters: Parameters) -> Services:
    url = _text(parameters, "lis_outcome_service_url", URL_LIMIT)
    sourcedid = _text(parameters, "lis_result_sourcedid", SOURCEDID_LIMIT)
    # It goes back in XML, which has no room for control characters.
    if not sourcedid.isprintable():
        raise _malformed("lis_result_sourcedid")
    if url:
        # Brings requests: not for a worker that serves no launch.
        from lti_bridge.http import UrlNotAllowedError, check_url

        try:
            check_url(url)
        except UrlNotAllowedError as error:
            raise MalformedLaunchError(
                "lis_outcome_service_url",
                _("The address of the HR system for grades cannot be used: it must begin with https."),
            ) from error
    return Services(outcome_url=url, result_sourcedid=sourcedid)


def _filled(texts: Mapping[str, str]) -> Mapping[str, str]:
    """Return those that were filled in; platforms leave a variable that they do not know as it was."""
    stripped = {name: value.strip() for name, value in texts.items()}
    return {
        name: value
        for name, value in stripped.items()
        if value and not (value.startswith("$") and "." in value)
    }

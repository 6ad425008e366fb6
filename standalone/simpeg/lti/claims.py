"""The claims of a resource link launch (LTI Core 5, AGS 3.1, NRPS 2.1)."""

from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from standalone.simpeg.conf import absolute, option
from standalone.simpeg.models import Course, Enrolment, Official

from .names import AGS_CLAIM, AGS_SCOPES, LTI, NRPS_CLAIM, ROLE_PREFIX

__all__ = ["launch_claims", "name_claims"]


def launch_claims(enrolment: Enrolment, nonce: str) -> dict[str, Any]:
    """Return everything that the id_token says of this member, course and platform."""
    course, official = enrolment.course, enrolment.official
    now = int(timezone.now().timestamp())
    return {
        "iss": option("BASE_URL"),
        "sub": str(official.subject),
        "aud": course.tool.client_id,
        "iat": now,
        "exp": now + option("ID_TOKEN_SECONDS"),
        "nonce": nonce,
        **name_claims(official),
        "locale": get_language(),
        f"{LTI}message_type": "LtiResourceLinkRequest",
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": course.tool.deployment_id,
        f"{LTI}target_link_uri": course.target_link_uri,
        f"{LTI}resource_link": {"id": str(course.resource_link_id), "title": course.title},
        f"{LTI}roles": [ROLE_PREFIX + enrolment.role],
        f"{LTI}context": {
            "id": str(course.context_id),
            "title": course.title,
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
        },
        f"{LTI}tool_platform": {
            "guid": option("GUID"),
            "name": option("NAME"),
            "product_family_code": "kapasitas-demo-simpeg",
        },
        f"{LTI}launch_presentation": {
            "document_target": "window",
            "locale": get_language(),
            "return_url": absolute("my_courses"),
        },
        f"{LTI}custom": {
            "nip": official.nip,
            "name": official.name,
            "office_code": official.office.code,
            "office_name": official.office.name,
            "post": official.post,
        },
        AGS_CLAIM: ags_claim(course),
        NRPS_CLAIM: {
            "context_memberships_url": absolute("memberships", context_id=course.context_id),
            "service_versions": ["2.0"],
        },
    }


def name_claims(official: Official) -> dict[str, str]:
    """Return the standard name claims; many Indonesians have one name, and then no family name."""
    given, _, family = official.name.rpartition(" ")
    claims = {"name": official.name, "given_name": given or family}
    return {**claims, "family_name": family} if given else claims


def ags_claim(course: Course) -> dict[str, Any]:
    """Return the AGS endpoints; ``lineitem`` only where the link has exactly one (AGS 3.1.1)."""
    claim: dict[str, Any] = {
        "scope": [scope for scope in AGS_SCOPES if scope in course.tool.scopes()],
        "lineitems": absolute("line_items", context_id=course.context_id),
    }
    mine = list(course.line_items.filter(resource_link_id=str(course.resource_link_id))[:2])
    if len(mine) == 1:
        claim["lineitem"] = absolute("line_item", context_id=course.context_id, line_item_id=mine[0].pk)
    return claim

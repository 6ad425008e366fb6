"""The membership service (NRPS 2): who takes part in a context."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from standalone.simpeg.conf import absolute
from standalone.simpeg.models import Enrolment

from .claims import name_claims
from .errors import ServiceError
from .line_items import course_of, not_allowed
from .names import MEMBERSHIP_CONTAINER, ROLE_PREFIX, SCOPE_MEMBERSHIP
from .service import answer, authorised, check_accepts, only_page, service

__all__ = ["memberships"]


@service
def memberships(request: HttpRequest, context_id: UUID) -> HttpResponse:
    """List the members of a context, of all roles or of one (``role``, short name or URI)."""
    if request.method != "GET":
        return not_allowed("GET")
    course = course_of(authorised(request, SCOPE_MEMBERSHIP), context_id)
    check_accepts(request, MEMBERSHIP_CONTAINER)
    if request.GET.get("rlid", str(course.resource_link_id)) != str(course.resource_link_id):
        raise ServiceError(404, "No such resource link in this context.")
    rows = course.enrolments.select_related("official").order_by("pk")
    if "role" in request.GET:
        rows = rows.filter(role=request.GET["role"].removeprefix(ROLE_PREFIX))
    url = absolute("memberships", context_id=context_id)
    page, headers = only_page(request, url, rows)
    context = {"id": str(course.context_id), "title": course.title}
    body = {"id": url, "context": context, "members": [shown(row) for row in page]}
    return answer(body, MEMBERSHIP_CONTAINER, headers=headers)


def shown(enrolment: Enrolment) -> dict[str, Any]:
    """Return a member as the service shows it."""
    return {
        "status": "Active" if enrolment.active else "Inactive",
        **name_claims(enrolment.official),
        "user_id": str(enrolment.official.subject),
        "roles": [ROLE_PREFIX + enrolment.role],
    }

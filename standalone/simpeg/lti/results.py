"""The result service (AGS 3.3): what counts now, read only."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from standalone.simpeg.conf import absolute
from standalone.simpeg.models import LineItem, Result

from .line_items import line_item_of, not_allowed, url_of
from .members import subject_of
from .names import RESULT_CONTAINER, SCOPE_RESULT
from .service import answer, authorised, check_accepts, only_page, service

__all__ = ["results"]


@service
def results(request: HttpRequest, context_id: UUID, line_item_id: int) -> HttpResponse:
    """List the results of a line item, of all users or of one."""
    if request.method != "GET":
        return not_allowed("GET")
    item = line_item_of(authorised(request, SCOPE_RESULT), context_id, line_item_id)
    check_accepts(request, RESULT_CONTAINER)
    rows = item.results.select_related("official")
    if "user_id" in request.GET:
        subject = subject_of(request.GET["user_id"])
        rows = rows.filter(official__subject=subject) if subject else rows.none()
    url = absolute("results", context_id=context_id, line_item_id=line_item_id)
    page, headers = only_page(request, url, rows)
    return answer([shown(row, item) for row in page], RESULT_CONTAINER, headers=headers)


def shown(result: Result, item: LineItem) -> dict[str, Any]:
    """Return a result as the service shows it; without a score it has no resultScore."""
    url = url_of(item)
    body: dict[str, Any] = {
        "id": f"{url}/results/{result.pk}",
        "scoreOf": url,
        "userId": str(result.official.subject),
        "resultMaximum": item.score_maximum,
    }
    if result.score is not None:
        body["resultScore"] = result.score
    if result.comment:
        body["comment"] = result.comment
    return body

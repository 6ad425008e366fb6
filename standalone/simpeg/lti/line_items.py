"""AGS line items: the container, and one line item (AGS 3.2)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from standalone.simpeg.conf import absolute
from standalone.simpeg.models import Course, LineItem, Tool

from .errors import ServiceError
from .names import LINE_ITEM, LINE_ITEM_CONTAINER, SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ
from .service import answer, authorised, check_accepts, json_body, only_page, service
from .values import number, text, timestamp

__all__ = ["course_of", "line_item", "line_item_of", "line_items", "not_allowed", "url_of"]

FILTERS = ("resource_link_id", "resource_id", "tag")
NAME_LENGTH = 255


def course_of(tool: Tool, context_id: UUID) -> Course:
    """Return the tool's course; another tool's course is as unknown as none."""
    course = Course.objects.filter(tool=tool, context_id=context_id).first()
    if course is None:
        raise ServiceError(404, "No such context.")
    return course


def line_item_of(tool: Tool, context_id: UUID, line_item_id: int) -> LineItem:
    """Return the tool's line item; raises ServiceError 404."""
    found = (
        LineItem.objects.select_related("course")
        .filter(pk=line_item_id, course__tool=tool, course__context_id=context_id)
        .first()
    )
    if found is None:
        raise ServiceError(404, "No such line item.")
    return found


def url_of(item: LineItem) -> str:
    """Return the line item's id, which is its URL."""
    return absolute("line_item", context_id=item.course.context_id, line_item_id=item.pk)


def shown(item: LineItem) -> dict[str, Any]:
    """Return the line item as the service shows it; empty members are left out."""
    optional = {
        "resourceLinkId": item.resource_link_id,
        "resourceId": item.resource_id,
        "tag": item.tag,
        "startDateTime": item.start_at and item.start_at.isoformat(),
        "endDateTime": item.end_at and item.end_at.isoformat(),
    }
    return {
        "id": url_of(item),
        "label": item.label,
        "scoreMaximum": item.score_maximum,
        **{name: value for name, value in optional.items() if value},
    }


def read(body: dict[str, Any], course: Course) -> dict[str, Any]:
    """Return the fields of a line item sent by a tool; raises ServiceError 400."""
    maximum = number(body, "scoreMaximum", minimum=Decimal(0), required=True)
    if not maximum:
        raise ServiceError(400, "scoreMaximum must be greater than 0.")
    link = text(body, "resourceLinkId", NAME_LENGTH)
    if link and link != str(course.resource_link_id):
        raise ServiceError(400, "resourceLinkId names no resource link of this context.")
    start, end = (timestamp(body, name) for name in ("startDateTime", "endDateTime"))
    if start and end and end < start:
        raise ServiceError(400, "endDateTime lies before startDateTime.")
    return {
        "label": text(body, "label", NAME_LENGTH, required=True),
        "score_maximum": maximum,
        "resource_link_id": link,
        "resource_id": text(body, "resourceId", NAME_LENGTH),
        "tag": text(body, "tag", NAME_LENGTH),
        "start_at": start and start.moment,
        "end_at": end and end.moment,
    }


@service
def line_items(request: HttpRequest, context_id: UUID) -> HttpResponse:
    """List a context's line items, or add one."""
    if request.method == "POST":
        course = course_of(authorised(request, SCOPE_LINE_ITEM), context_id)
        check_accepts(request, LINE_ITEM)
        item = LineItem.objects.create(course=course, **read(json_body(request, LINE_ITEM), course))
        response = answer(shown(item), LINE_ITEM, status=201)
        response.headers["Location"] = url_of(item)
        return response
    if request.method != "GET":
        return not_allowed("GET", "POST")
    course = course_of(authorised(request, SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ), context_id)
    check_accepts(request, LINE_ITEM_CONTAINER)
    wanted = {name: request.GET[name] for name in FILTERS if name in request.GET}
    rows = course.line_items.select_related("course").filter(**wanted)
    page, headers = only_page(request, absolute("line_items", context_id=context_id), rows)
    return answer([shown(item) for item in page], LINE_ITEM_CONTAINER, headers=headers)


@service
def line_item(request: HttpRequest, context_id: UUID, line_item_id: int) -> HttpResponse:
    """Show, replace or remove one line item."""
    handlers: dict[str, Callable[[HttpRequest, LineItem], HttpResponse]] = {
        "GET": show,
        "PUT": replace,
        "DELETE": remove,
    }
    handler = handlers.get(request.method or "")
    if handler is None:
        return not_allowed(*handlers)
    scopes = (SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ) if handler is show else (SCOPE_LINE_ITEM,)
    return handler(request, line_item_of(authorised(request, *scopes), context_id, line_item_id))


def show(request: HttpRequest, item: LineItem) -> HttpResponse:
    """Answer with the line item."""
    check_accepts(request, LINE_ITEM)
    return answer(shown(item), LINE_ITEM)


def replace(request: HttpRequest, item: LineItem) -> HttpResponse:
    """Replace all that a tool may change; the binding to a resource link is not (AGS 3.2.7)."""
    check_accepts(request, LINE_ITEM)
    body = json_body(request, LINE_ITEM)
    fields = read(body, item.course)
    if body.get("id", url_of(item)) != url_of(item):
        raise ServiceError(400, "id differs from the line item's URL.")
    if fields["resource_link_id"] != item.resource_link_id:
        raise ServiceError(400, "resourceLinkId may not change.")
    for name, value in fields.items():
        setattr(item, name, value)
    item.save()
    return answer(shown(item), LINE_ITEM)


def remove(request: HttpRequest, item: LineItem) -> HttpResponse:
    """Remove the line item and its results."""
    item.delete()
    return HttpResponse(status=204)


def not_allowed(*methods: str) -> HttpResponse:
    """Answer 405 with the methods that there are."""
    return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})

"""Our line items at a platform: found over all pages, created once, under a lock.

LTI AGS 2.0, section 3.2. The tags tell ours from others on the same resource link.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lti_bridge import http
from lti_bridge.delivery.errors import BlockedError, RejectedError, TransientError
from lti_bridge.errands import at_desk
from lti_bridge.models import LineItem, ReportKind, ReportTarget
from lti_bridge.origins import origin
from lti_bridge.scopes import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ

from .exchange import Exchange, refusal
from .paging import pages, with_query

__all__ = [
    "LOCK",
    "TAGS",
    "adopted",
    "found_line_item",
    "line_item_url",
    "may_create",
]

MEDIA_LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
MEDIA_CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"
TAGS = {ReportKind.COMPLETION: "kapasitas-completion", ReportKind.GRADE: "kapasitas-grade"}
# What HR reads beside the course in its own system; the platform's language is not known.
LABELS = {ReportKind.COMPLETION: "Penyelesaian", ReportKind.GRADE: "Nilai"}
PAGE_SIZE = 100
MOST_PAGES = 200
LOCK = timedelta(minutes=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    url: str
    tag: str
    resource_link_id: str


def line_item_url(
    target: ReportTarget, kind: ReportKind, maximum: str, exchange: Exchange, *, lock: timedelta = LOCK
) -> str:
    """Return the URL of our line item for the kind, found or made if need be; raises DeliveryError.

    Where the platform lets us neither list nor create, the one line item that it coupled with the
    link takes the grade, and completion cannot be told.
    """
    known = at_desk(LineItem.objects.filter(target=target, tag=TAGS[kind]).first)
    if known is not None:
        return known.url
    url = adopted(target, kind, exchange) if _may_list(target) else ""
    if not url and may_create(target):
        url = _created(target, kind, maximum, exchange, lock)
    if not url and kind == ReportKind.GRADE:
        # The coupled line item has a column of its own already; nothing is remembered.
        url = target.lineitem_url
        if url:
            return url
    if not url and target.lineitem_url:
        # The coupled line item takes the grade: the place as a whole is not blocked.
        raise RejectedError("the launch grants no line item for this kind of report")
    if not url:
        raise BlockedError("the launch grants no line item for this kind of report")
    at_desk(lambda: _remember(target, kind, url))
    return url


def found_line_item(target: ReportTarget, kind: ReportKind, exchange: Exchange) -> str:
    """Return the URL of our line item for the kind, or "" where there is none yet; makes none.

    Raises DeliveryError. What is found is remembered.
    """
    known = LineItem.objects.filter(target=target, tag=TAGS[kind]).first()
    if known is not None:
        return known.url
    url = adopted(target, kind, exchange) if _may_list(target) else ""
    if url:
        at_desk(lambda: _remember(target, kind, url))
        return url
    # As line_item_url has it: the coupled one is used only where we may make none of our own.
    return target.lineitem_url if kind == ReportKind.GRADE and not may_create(target) else ""


def _remember(target: ReportTarget, kind: ReportKind, url: str) -> None:
    """Remember the line item; raises TransientError where its list is the target's no longer."""
    with transaction.atomic():
        # Locked, as a launch locks it that brings another list and forgets the line items of this one.
        row = ReportTarget.objects.select_for_update().filter(pk=target.pk)
        if row.values_list("lineitems_url", flat=True).first() != target.lineitems_url:
            raise TransientError("the list of line items has moved meanwhile")
        LineItem.objects.update_or_create(target=target, tag=TAGS[kind], defaults={"url": url})


def may_create(target: ReportTarget) -> bool:
    """Whether the last launch lets us make line items."""
    return bool(target.lineitems_url) and SCOPE_LINE_ITEM in target.scopes


def _may_list(target: ReportTarget) -> bool:
    return may_create(target) or (bool(target.lineitems_url) and SCOPE_LINE_ITEM_READ in target.scopes)


def adopted(target: ReportTarget, kind: ReportKind, exchange: Exchange) -> str:
    """Return the first of our line items by URL, or "": any two workers choose the same one.

    Raises DeliveryError, also for an address that we could never send to: it is not remembered, and no
    further line item is made beside it.
    """
    ours = [
        item.url
        for item in _listed(target, kind, exchange)
        if item.tag == TAGS[kind] and item.resource_link_id == target.resource_link_id
    ]
    url = min(ours, key=lambda url: (len(url), url), default="")
    if url:
        try:
            http.check_url(url)
        except http.UrlNotAllowedError as error:
            raise BlockedError(f"the line item's address cannot be used: {error}") from error
    return url


def _created(
    target: ReportTarget, kind: ReportKind, maximum: str, exchange: Exchange, lock: timedelta
) -> str:
    now = timezone.now()
    until = now + lock
    free = Q(line_item_lock_until__isnull=True) | Q(line_item_lock_until__lt=now)
    row = ReportTarget.objects.filter(pk=target.pk)
    if not at_desk(lambda: row.filter(free).update(line_item_lock_until=until)):
        raise TransientError("another worker is creating the line item", retry_after=timedelta(seconds=5))
    try:
        # Somebody may have created it between our listing and the lock.
        url = adopted(target, kind, exchange)
        if not url:
            _post(target, kind, maximum, exchange)
            # Listed again, not taken from the reply: should two exist by now, both workers settle on one.
            url = adopted(target, kind, exchange)
        if not url:
            raise TransientError("the platform created a line item and does not list it")
        return url
    finally:
        # Ours only: where this took longer than the lock lasts, another worker may hold it by now.
        at_desk(lambda: row.filter(line_item_lock_until=until).update(line_item_lock_until=None))


def _post(target: ReportTarget, kind: ReportKind, maximum: str, exchange: Exchange) -> None:
    fields = json.dumps(
        {
            "label": LABELS[kind],
            "resourceLinkId": target.resource_link_id,
            "resourceId": target.course_key,
            "tag": TAGS[kind],
        }
    )
    # A Decimal goes into JSON as it is printed, never through a float.
    body = f'{fields[:-1]}, "scoreMaximum": {maximum}}}'.encode()
    reply = exchange.request(
        "POST", target.lineitems_url, accept=MEDIA_LINE_ITEM, content_type=MEDIA_LINE_ITEM, body=body
    )
    if reply.status == 403:
        raise BlockedError("the platform does not let us create line items", http_status=403)
    if reply.status not in (200, 201):
        # Not in doubt for the score, which was not sent yet; the list is read again before the next try.
        raise refusal(reply, "creating a line item", is_read=True)


def _listed(target: ReportTarget, kind: ReportKind, exchange: Exchange) -> Iterator[_Found]:
    url = with_query(
        target.lineitems_url,
        resource_link_id=target.resource_link_id,
        tag=TAGS[kind],
        limit=str(PAGE_SIZE),
    )
    listed = pages(exchange, url, accept=MEDIA_CONTAINER, what="the list of line items", most=MOST_PAGES)
    for reply in listed:
        if reply.status == 403:
            raise BlockedError("the platform does not let us list line items", http_status=403)
        if reply.status == 404:
            raise BlockedError("the platform no longer has the list of line items", http_status=404)
        if reply.status != 200:
            raise refusal(reply, "listing line items", is_read=True)
        yield from _items_in(reply)


def _items_in(reply: http.Response) -> Iterator[_Found]:
    try:
        document = reply.json()
    except http.BadResponseError as error:
        raise TransientError("the list of line items is no JSON", http_status=reply.status) from error
    if not isinstance(document, list):
        raise TransientError("the list of line items is no list", http_status=reply.status)
    for entry in document:
        if isinstance(entry, dict) and isinstance(entry.get("id"), str) and origin(entry["id"]):
            yield _Found(
                url=entry["id"],
                tag=str(entry.get("tag", "")),
                resource_link_id=str(entry.get("resourceLinkId", "")),
            )

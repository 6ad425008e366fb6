"""Assignment and Grade Services 2.0: post a score, read a result back."""

import json
import threading
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

from lti_bridge import http
from lti_bridge.delivery.errors import (
    AmbiguousError,
    BlockedError,
    ConflictError,
    RejectedError,
    TransientError,
)
from lti_bridge.delivery.report import Reading, Report, result_of
from lti_bridge.delivery.timestamps import wire_text
from lti_bridge.errands import at_desk
from lti_bridge.models import LineItem, ReportKind, ReportTarget
from lti_bridge.scopes import SCOPE_RESULT, SCOPE_SCORE

from .exchange import Exchange, exchange_for, lacks_scope, refusal
from .line_items import LOCK, TAGS, line_item_url
from .paging import pages, with_query

__all__ = ["MEDIA_RESULTS", "AgsService", "below", "read_result", "score_body"]

MEDIA_SCORE = "application/vnd.ims.lis.v1.score+json"
MEDIA_RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
CANVAS_SUBMISSION = "https://canvas.instructure.com/lti/submission"
MOST_PAGES = 200


class AgsService:
    """One target's gradebook at its platform (implements ``delivery.report.ResultsService``)."""

    def __init__(self, target: ReportTarget, line_item_lock: timedelta = LOCK) -> None:
        self._target = target
        self._line_item_lock = line_item_lock
        # Line items by kind; a service lives for a minute or so, and is used by several threads.
        self._line_items: dict[ReportKind, str] = {}
        self._looking = threading.Lock()
        self._exchange = exchange_for(target)

    def send(self, report: Report) -> None:
        """Post the score; the same report may be posted any number of times. Raises DeliveryError."""
        if SCOPE_SCORE not in self._target.scopes:
            raise BlockedError("the launch grants no permission to post scores")
        line_item = self._line_item(report)
        reply = self._exchange.request(
            "POST",
            below(line_item, "scores"),
            accept="application/json, */*;q=0.5",
            content_type=MEDIA_SCORE,
            body=score_body(report),
        )
        if not 200 <= reply.status < 300:
            raise self._score_refusal(reply, report)

    def read(self, report: Report) -> Reading:
        """Read the person's result; unreadable without the launch's permission. Raises DeliveryError."""
        if SCOPE_RESULT not in self._target.scopes:
            return Reading(is_readable=False)
        reading = read_result(self._exchange, self._line_item(report), report.recipient)
        if reading is None:
            raise self._gone(report)
        return reading

    def _line_item(self, report: Report) -> str:
        kind = ReportKind(report.kind)
        # Two threads that both found none would both make one.
        with self._looking:
            if kind not in self._line_items:
                self._line_items[kind] = line_item_url(
                    self._target, kind, f"{report.maximum:f}", self._exchange, lock=self._line_item_lock
                )
            return self._line_items[kind]

    def _score_refusal(
        self, reply: http.Response, report: Report
    ) -> TransientError | AmbiguousError | RejectedError | BlockedError:
        if reply.status == 404:
            return self._gone(report)
        if reply.status == 409 or (reply.status == 400 and b"timestamp" in reply.body.lower()):
            return ConflictError("the platform holds an equal or newer timestamp", http_status=reply.status)
        if lacks_scope(reply):
            return BlockedError("the platform does not let us post scores", http_status=403)
        return refusal(reply, "posting the score", is_read=False)

    def _gone(self, report: Report) -> RejectedError:
        """Forget the line item, so that a delivery which is tried anew looks for it anew."""
        kind = ReportKind(report.kind)
        self._line_items.pop(kind, None)
        known = LineItem.objects.filter(target=self._target, tag=TAGS[kind])
        at_desk(known.delete)
        return RejectedError("the platform no longer has the line item", http_status=404)


def score_body(report: Report) -> bytes:
    """Return the JSON of a score; numbers are printed as the Decimals they are, never as floats."""
    fields = json.dumps(
        {
            "userId": report.recipient,
            "activityProgress": "Completed" if report.completed else "InProgress",
            # The figure is final for the moment; platforms take only such ones into their gradebook.
            "gradingProgress": "FullyGraded",
            "timestamp": wire_text(report.wire_timestamp),
            # Canvas takes a score for an attempt otherwise, and attempts run out.
            CANVAS_SUBMISSION: {"new_submission": False},
        }
    )
    return f'{fields[:-1]}, "scoreGiven": {report.value:f}, "scoreMaximum": {report.maximum:f}}}'.encode()


def below(url: str, name: str) -> str:
    """Return the address of a line item's ``scores`` or ``results``; its query stays (AGS 2.0, 3.3)."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}"))


def read_result(exchange: Exchange, line_item: str, recipient: str) -> Reading | None:
    """Return what the line item holds for the person; None where the platform no longer has the line item.

    Raises DeliveryError.
    """
    url = with_query(below(line_item, "results"), user_id=recipient)
    for reply in pages(exchange, url, accept=MEDIA_RESULTS, what="the list of results", most=MOST_PAGES):
        if reply.status == 403:
            return Reading(is_readable=False)
        if reply.status == 404:
            return None
        if reply.status != 200:
            raise refusal(reply, "reading results", is_read=True)
        found = _result_for(reply, recipient)
        if found is not None:
            return found
    return Reading()


def _result_for(reply: http.Response, recipient: str) -> Reading | None:
    """Return what the page says of the person; None where it does not name them."""
    try:
        document = reply.json()
    except http.BadResponseError as error:
        raise TransientError("the results are no JSON", http_status=reply.status) from error
    if not isinstance(document, list):
        raise TransientError("the results are no list", http_status=reply.status)
    for entry in document:
        if not isinstance(entry, dict) or entry.get("userId") != recipient:
            continue
        # A result without a maximum is a fraction of 1 (AGS 2.0, 3.4); one without a score is none yet.
        return Reading(result=result_of(entry.get("resultScore"), entry.get("resultMaximum", 1)))
    return None

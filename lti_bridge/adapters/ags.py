"""Assignment and Grade Services 2.0: post a score, read a result back."""

import json
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit, urlunsplit

from lti_bridge import http
from lti_bridge.delivery.errors import (
    AmbiguousError,
    BlockedError,
    ConflictError,
    RejectedError,
    TransientError,
)
from lti_bridge.delivery.report import Report, same_result
from lti_bridge.delivery.timestamps import wire_text
from lti_bridge.models import LineItem, ReportKind, ReportTarget

from .exchange import Client, Exchange, refusal
from .line_items import (
    LOCK,
    SCOPE_LINE_ITEM,
    SCOPE_LINE_ITEM_READ,
    TAGS,
    line_item_url,
    next_page,
    with_query,
)

__all__ = ["AgsService", "score_body"]

SCOPE_SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
SCOPE_RESULT = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
MEDIA_SCORE = "application/vnd.ims.lis.v1.score+json"
MEDIA_RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
OUR_SCOPES = frozenset({SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_SCORE, SCOPE_RESULT})
MOST_PAGES = 200


class AgsService:
    """One target's gradebook at its platform (implements ``delivery.report.ResultsService``)."""

    def __init__(self, target: ReportTarget, line_item_lock: timedelta = LOCK) -> None:
        platform = target.deployment.platform
        self._target = target
        self._line_item_lock = line_item_lock
        self._exchange = Exchange(
            Client(
                issuer=platform.issuer,
                client_id=platform.client_id,
                token_url=platform.auth_token_url,
                scopes=tuple(sorted(OUR_SCOPES & set(target.scopes))),
            )
        )

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

    def holds(self, report: Report) -> bool | None:
        """Read the person's result; None where the launch grants no permission to. Raises DeliveryError."""
        if SCOPE_RESULT not in self._target.scopes:
            return None
        url = with_query(below(self._line_item(report), "results"), user_id=report.recipient)
        seen: set[str] = set()
        while url:
            if url in seen or len(seen) >= MOST_PAGES:
                raise TransientError("the list of results does not end")
            seen.add(url)
            reply = self._exchange.request("GET", url, accept=MEDIA_RESULTS)
            if reply.status == 403:
                return None
            if reply.status == 404:
                raise self._gone(reply, report)
            if reply.status != 200:
                raise refusal(reply, "reading results", is_read=True)
            found = _result_of(reply, report)
            if found is not None:
                return found
            url = next_page(reply, url)
        return False

    def _line_item(self, report: Report) -> str:
        return line_item_url(
            self._target,
            ReportKind(report.kind),
            f"{report.maximum:f}",
            self._exchange,
            lock=self._line_item_lock,
        )

    def _score_refusal(
        self, reply: http.Response, report: Report
    ) -> TransientError | AmbiguousError | RejectedError | BlockedError:
        if reply.status == 404:
            return self._gone(reply, report)
        if reply.status == 409 or (reply.status == 400 and b"timestamp" in reply.body.lower()):
            return ConflictError("the platform holds an equal or newer timestamp", http_status=reply.status)
        if reply.status == 403 and "insufficient_scope" in reply.headers.get("WWW-Authenticate", ""):
            return BlockedError("the platform does not let us post scores", http_status=403)
        return refusal(reply, "posting the score", is_read=False)

    def _gone(self, reply: http.Response, report: Report) -> RejectedError:
        """Forget the line item, so that a delivery which is tried anew looks for it anew."""
        LineItem.objects.filter(target=self._target, tag=TAGS[ReportKind(report.kind)]).delete()
        return RejectedError("the platform no longer has the line item", http_status=reply.status)


def score_body(report: Report) -> bytes:
    """Return the JSON of a score; numbers are printed as the Decimals they are, never as floats."""
    fields = json.dumps(
        {
            "userId": report.recipient,
            "activityProgress": "Completed" if report.completed else "InProgress",
            # The figure is final for the moment; platforms take only such ones into their gradebook.
            "gradingProgress": "FullyGraded",
            "timestamp": wire_text(report.wire_timestamp),
        }
    )
    return f'{fields[:-1]}, "scoreGiven": {report.value:f}, "scoreMaximum": {report.maximum:f}}}'.encode()


def below(url: str, name: str) -> str:
    """Return the address of a line item's ``scores`` or ``results``; its query stays (AGS 2.0, 3.3)."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}"))


def _result_of(reply: http.Response, report: Report) -> bool | None:
    """Return whether the page's result for the person is the report's; None where it has none for them."""
    try:
        document = reply.json()
    except http.BadResponseError as error:
        raise TransientError("the results are no JSON", http_status=reply.status) from error
    if not isinstance(document, list):
        raise TransientError("the results are no list", http_status=reply.status)
    for entry in document:
        if not isinstance(entry, dict) or entry.get("userId") != report.recipient:
            continue
        # A result without a maximum is a fraction of 1 (AGS 2.0, 3.4).
        score, maximum = _number(entry.get("resultScore")), _number(entry.get("resultMaximum", 1))
        return score is not None and maximum is not None and same_result(report, score, maximum)
    return None


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    return number if abs(number) < 10**12 else None

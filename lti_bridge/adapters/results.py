"""All results that a platform holds of a target, page by page (AGS 2.0, section 3.4).

What is read is a stranger's: pages are bounded, loops and other origins refused, nonsense left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from lti_bridge import http
from lti_bridge.delivery.errors import DeliveryError, RejectedError, TransientError
from lti_bridge.delivery.report import Report, Result, ResultsService, result_of
from lti_bridge.models import LineItem, LtiVersion, ReportKind, ReportTarget
from lti_bridge.scopes import SCOPE_RESULT

from .ags import MEDIA_RESULTS, below
from .exchange import exchange_for, refusal
from .line_items import TAGS, found_line_item, may_create
from .paging import pages, with_query
from .services import results_service

__all__ = [
    "AgsResults",
    "NotKeptError",
    "OneByOneResults",
    "PersonResult",
    "ResultsReader",
    "UnreadableError",
    "results_of",
]

PAGE_SIZE = 200
# Two million people at pages of 200; a platform that pages one by one is read up to ten thousand.
MOST_PAGES = 10_000


class UnreadableError(DeliveryError):
    """The target's results cannot be read at all: nothing can be compared, today or tomorrow."""


class NotKeptError(DeliveryError):
    """The target has no column for the kind of report, and we may make none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonResult:
    """One person's result; ``theirs`` is None where there is none, or a row without a score.

    ``person`` is the platform's id of the person; it is personal data and stays out of reprs. Of whom the
    platform lets us read nothing (not ``is_readable``), nothing can be said.
    """

    person: str = field(repr=False)
    theirs: Result | None
    is_readable: bool = True


class ResultsReader(Protocol):
    """A way to read everybody's results of a target. Every failure is a DeliveryError."""

    def pages(self, kind: ReportKind) -> Iterator[Sequence[PersonResult]]:
        """Yield the results of one kind of report; none where the column is yet to be made.

        Raises UnreadableError where they cannot be read, NotKeptError where there is no such column.
        """
        ...


class Reports(Protocol):
    """The newest report of each person of a target, in batches."""

    def __call__(self, kind: ReportKind) -> Iterable[Sequence[Report]]:
        """Return those of one kind."""
        ...


def results_of(target: ReportTarget, reports: Reports) -> ResultsReader:
    """Return the reader for the target's platform; its deployment and platform are loaded already.

    ``reports`` gives, for a platform that is asked person by person, whom to ask about.
    """
    if target.deployment.platform.lti_version == LtiVersion.V1_1:
        return OneByOneResults(results_service(target), reports)
    return AgsResults(target)


class OneByOneResults:
    """Results of a platform that can only be asked person by person (LTI 1.1: one column, the grade)."""

    def __init__(self, service: ResultsService, reports: Reports) -> None:
        self._service = service
        self._reports = reports

    def pages(self, kind: ReportKind) -> Iterator[Sequence[PersonResult]]:
        """Yield a page for each batch of people; see ``ResultsReader``."""
        if kind != ReportKind.GRADE:
            raise NotKeptError("there is one column, for the grade")
        is_readable = False
        asked = False
        for batch in self._reports(kind):
            page = [self._result(report) for report in batch]
            asked = asked or bool(page)
            is_readable = is_readable or any(one.is_readable for one in page)
            yield page
        # Some platforms refuse to read one person's, others know no reading at all.
        if asked and not is_readable:
            raise UnreadableError("the platform lets us read nobody's result")

    def _result(self, report: Report) -> PersonResult:
        reading = self._service.read(report)
        return PersonResult(person=report.recipient, theirs=reading.result, is_readable=reading.is_readable)


class AgsResults:
    """Results of our line items at one target."""

    def __init__(self, target: ReportTarget) -> None:
        self._target = target
        self._exchange = exchange_for(target)

    def pages(self, kind: ReportKind) -> Iterator[Sequence[PersonResult]]:
        """Yield the pages of the line item; see ``ResultsReader``."""
        if SCOPE_RESULT not in self._target.scopes:
            raise UnreadableError("the launch grants no permission to read results")
        line_item = found_line_item(self._target, kind, self._exchange)
        if not line_item:
            if may_create(self._target):
                return
            raise NotKeptError("the launch grants no line item for this kind of report")
        url = with_query(below(line_item, "results"), limit=str(PAGE_SIZE))
        for reply in pages(
            self._exchange, url, accept=MEDIA_RESULTS, what="the list of results", most=MOST_PAGES
        ):
            self._refuse(reply, kind)
            yield _results_in(reply)

    def _refuse(self, reply: http.Response, kind: ReportKind) -> None:
        if reply.status == 403:
            raise UnreadableError("the platform does not let us read results", http_status=403)
        if reply.status == 404:
            # Forgotten, so that the next reading, and the next report, look for it anew.
            LineItem.objects.filter(target=self._target, tag=TAGS[kind]).delete()
            raise RejectedError("the platform no longer has the line item", http_status=404)
        if reply.status != 200:
            raise refusal(reply, "reading results", is_read=True)


def _results_in(reply: http.Response) -> list[PersonResult]:
    try:
        document = reply.json()
    except http.BadResponseError as error:
        raise TransientError("the results are no JSON", http_status=reply.status) from error
    if not isinstance(document, list):
        raise TransientError("the results are no list", http_status=reply.status)
    return [
        # A result without a maximum is a fraction of 1 (AGS 2.0, 3.4).
        PersonResult(
            person=entry["userId"],
            theirs=result_of(entry.get("resultScore"), entry.get("resultMaximum", 1)),
        )
        for entry in document
        if isinstance(entry, dict) and isinstance(entry.get("userId"), str)
    ]

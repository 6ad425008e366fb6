"""One reconciliation: a target's results are read page by page and compared with what we know.

No request is made inside a transaction, and no more than a page and a batch of people is held at once.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from lti_bridge.adapters.results import NotKeptError, PersonResult, ResultsReader, UnreadableError, results_of
from lti_bridge.delivery.errors import DeliveryError, RejectedError
from lti_bridge.delivery.reconciliation import compare, points_of
from lti_bridge.delivery.report import Report, Result
from lti_bridge.logs import log_event
from lti_bridge.models import (
    Delivery,
    DeliveryState,
    Discrepancy,
    DiscrepancyKind,
    Enrolment,
    LinkedAccount,
    Reconciliation,
    ReportKind,
    ReportTarget,
)
from lti_bridge.models.digests import digest

from . import acting, ledger
from .ours import Known, known_of

__all__ = ["BATCH", "Summary", "reconcile_target"]

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How a reconciliation ended. ``problem`` is empty where everything was read.

    ``remaining`` discrepancies wait for somebody, or for what was sent again; ``unknown`` results belong
    to people whom we do not know.
    """

    target_id: int
    compared: int = 0
    found: int = 0
    resolved: int = 0
    sent_again: int = 0
    remaining: int = 0
    unknown: int = 0
    problem: str = ""


@dataclass(slots=True, kw_only=True)
class _Tally:
    compared: int = 0
    found: int = 0
    resolved: int = 0
    sent_again: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A reading of one kind of report that is going on."""

    target: ReportTarget
    kind: ReportKind
    began: datetime
    may_have_forgotten: bool
    tally: _Tally


def reconcile_target(target_id: int) -> Summary:
    """Compare a target's results with ours, and do what needs nobody's decision. Idempotent.

    What is missing or outdated there is sent again; what was changed there is shown, and overwritten only
    where the platform's ``overwrites_changes`` says so. Once everything was read, ``reconcile_first`` is
    off. Failures stand in the summary and the ``Reconciliation``. Raises ReportTarget.DoesNotExist.

    Takes as long as the platform does: not inside a transaction, and so not in a request of the LMS, which
    is one (``lti_bridge.tasks.reconcile`` is for that). The caller checks permissions.
    """
    target = ReportTarget.objects.select_related("deployment__platform").get(pk=target_id)
    run = Reconciliation.objects.create(target=target, started_at=timezone.now())
    tally = _Tally()
    problem, is_read = _tried(target, tally)
    if is_read and target.reconcile_first:
        ReportTarget.objects.filter(pk=target_id).update(reconcile_first=False)
        acting.wake_sender()
    counts = {"compared": tally.compared, "found": tally.found, "resolved": tally.resolved}
    Reconciliation.objects.filter(pk=run.pk).update(
        finished_at=timezone.now(), problem=problem[:500], **counts
    )
    log_event(
        "reconciliation_finished",
        target=target_id,
        platform=target.deployment.platform_id,
        error="unreadable" if problem else None,
        **counts,
    )
    remaining = Discrepancy.objects.filter(target_id=target_id, resolved_at__isnull=True)
    return Summary(
        target_id=target_id,
        sent_again=tally.sent_again,
        remaining=remaining.exclude(kind=DiscrepancyKind.UNKNOWN).count(),
        unknown=tally.unknown,
        problem=problem,
        **counts,
    )


def _tried(target: ReportTarget, tally: _Tally) -> tuple[str, bool]:
    """Read everything; return what went wrong, and whether the target may be sent to after this."""
    try:
        _read(target, tally)
    except UnreadableError as error:
        # Nothing could ever be compared: holding back what is to be sent would be for good.
        return error.message, True
    except DeliveryError as error:
        return error.message, False
    return "", True


def _read(target: ReportTarget, tally: _Tally) -> None:
    if not target.deployment.platform.enabled:
        # Neither read nor unreadable: what waits goes on waiting.
        raise RejectedError("the HR system is not in use")
    reader = results_of(target, lambda kind: _newest_reports(target, kind))
    for kind in ReportKind:
        reading = _Reading(
            target=target,
            kind=kind,
            began=timezone.now(),
            may_have_forgotten=target.reconcile_first,
            tally=tally,
        )
        # A column that is not there has nothing to part from.
        with contextlib.suppress(NotKeptError):
            _read_kind(reading, reader)


def _read_kind(reading: _Reading, reader: ResultsReader) -> None:
    seen: set[int] = set()
    unknown = 0
    for page in _pages(reader, reading.kind):
        for results in batched(page, BATCH):
            found, strangers = _by_account(reading.target, results)
            unknown += strangers
            new = {account: one for account, one in found.items() if account not in seen}
            _compare(reading, {account: one.theirs for account, one in new.items() if one.is_readable})
            seen.update(found)
    for accounts in _told(reading):
        _compare(reading, dict.fromkeys(account for account in accounts if account not in seen))
    now = timezone.now()
    target_id, tally = reading.target.pk, reading.tally
    tally.unknown += unknown
    tally.resolved += ledger.note_unknown(target_id, reading.kind, there_are=unknown > 0, now=now)
    tally.resolved += ledger.close_without_learner(target_id, reading.kind, now)


def _pages(reader: ResultsReader, kind: ReportKind) -> Iterator[Sequence[PersonResult]]:
    """Yield the pages; a line item that is gone is looked for once more, and may have another address."""
    is_first = True
    try:
        for page in reader.pages(kind):
            is_first = False
            yield page
    except RejectedError as error:
        if not is_first or error.http_status != 404:
            raise
        yield from reader.pages(kind)


def _by_account(target: ReportTarget, results: Iterable[PersonResult]) -> tuple[dict[int, PersonResult], int]:
    """Return what is held of people on whom we report, and how many results are of nobody we know."""
    found = {digest(result.person): result for result in results}
    known = dict(
        LinkedAccount.objects.filter(
            platform_id=target.deployment.platform_id, sub_digest__in=list(found)
        ).values_list("sub_digest", "pk")
    )
    reporting = frozenset(
        Enrolment.objects.filter(
            target=target, account_id__in=list(known.values()), reports=True
        ).values_list("account_id", flat=True)
    )
    strangers = sum(one.theirs is not None for person, one in found.items() if person not in known)
    return {pk: found[person] for person, pk in known.items() if pk in reporting}, strangers


def _told(reading: _Reading) -> Iterator[list[int]]:
    """Yield, in batches, the accounts of whom something was delivered."""
    delivered = Delivery.objects.filter(
        target_id=OuterRef("target_id"),
        account_id=OuterRef("account_id"),
        kind=reading.kind,
        state=DeliveryState.DELIVERED,
    )
    rows = Enrolment.objects.filter(Exists(delivered), target=reading.target, reports=True)
    return _account_batches(rows)


def _account_batches(rows: QuerySet[Enrolment]) -> Iterator[list[int]]:
    last = 0
    while True:
        accounts = list(
            rows.filter(account_id__gt=last)
            .order_by("account_id")
            .values_list("account_id", flat=True)[:BATCH]
        )
        if not accounts:
            return
        yield accounts
        last = accounts[-1]


def _compare(reading: _Reading, theirs: Mapping[int, Result | None]) -> None:
    if not theirs:
        return
    known = known_of(reading.target.pk, reading.kind, list(theirs), reading.began)
    noted = [_noted(reading, account, known[account], held) for account, held in theirs.items()]
    outcome = ledger.note(reading.target.pk, reading.kind, noted, timezone.now())
    tally = reading.tally
    tally.compared += len(noted)
    tally.found += len(outcome.found_at)
    tally.resolved += outcome.resolved
    tally.sent_again += acting.act(reading.target, reading.kind, noted, known, outcome.found_at)


def _noted(reading: _Reading, account: int, known: Known, held: Result | None) -> ledger.Noted:
    ours = known.ours
    return ledger.Noted(
        account_id=account,
        finding=compare(ours, held, may_have_forgotten=reading.may_have_forgotten),
        ours=ours.newest,
        sent=ours.sent,
        theirs=None if held is None else points_of(held, ours.maximum),
        maximum=ours.maximum,
    )


def _newest_reports(target: ReportTarget, kind: ReportKind) -> Iterator[list[Report]]:
    """Yield the newest reports in batches, for platforms that are asked person by person."""
    for accounts in _account_batches(Enrolment.objects.filter(target=target, reports=True)):
        known = known_of(target.pk, kind, accounts, timezone.now())
        subs = dict(LinkedAccount.objects.filter(pk__in=accounts).values_list("pk", "sub"))
        yield [
            _report(kind, subs[account], one.newest)
            for account, one in known.items()
            if one.newest is not None
        ]


def _report(kind: ReportKind, recipient: str, newest: Delivery) -> Report:
    return Report(
        kind=kind,
        recipient=recipient,
        value=newest.value,
        maximum=newest.maximum,
        completed=newest.completed,
        wire_timestamp=newest.wire_timestamp or newest.event_time,
    )

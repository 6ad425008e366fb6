"""One attempt: look where there is reason to, send, and say how it ended. Touches no row of the outbox."""

from collections.abc import Callable

from django.utils import timezone

from lti_bridge.delivery.decisions import Decision, Outcome, decide
from lti_bridge.delivery.errors import ConflictError, DeliveryError
from lti_bridge.delivery.report import Result, ResultsService, holds, is_known
from lti_bridge.delivery.timestamps import restamped
from lti_bridge.errands import at_desk

from .claims import Claim, Ending
from .holding import has_no_other_author

__all__ = ["attempt", "failed"]


def attempt(claim: Claim, service: ResultsService, jitter: Callable[[], float]) -> Ending:
    """Send the claim's report, unless it has arrived already or the platform holds another's value."""
    try:
        if claim.ambiguous or claim.former is not None:
            ending = _looked(claim, service)
            if ending is not None:
                return ending
        service.send(claim.report)
    except ConflictError as error:
        return _after_conflict(claim, service, error, jitter)
    except DeliveryError as error:
        return failed(claim, error, jitter)
    return Ending(claim=claim, decision=Decision(outcome=Outcome.DELIVERED))


def _looked(claim: Claim, service: ResultsService) -> Ending | None:
    """Read the present result; return how the claim ends by it, or None where it is to be sent."""
    read = service.read(claim.report).result
    if read is None:
        return None
    report = Result(score=claim.report.value, maximum=claim.report.maximum)
    if is_known(read, [report]):
        # Without doubt it is somebody's who entered the same: ours is sent, to be theirs no longer.
        return Ending(claim=claim, decision=Decision(outcome=Outcome.CONFIRMED)) if claim.ambiguous else None
    if claim.former is None or is_known(read, [claim.former]):
        return None
    if at_desk(lambda: has_no_other_author(claim, read)):
        return None
    return Ending(claim=claim, decision=Decision(outcome=Outcome.HELD), read=read)


def _after_conflict(
    claim: Claim, service: ResultsService, conflict: ConflictError, jitter: Callable[[], float]
) -> Ending:
    """An equal timestamp may be our own earlier send: look. If it is not, try again with a newer one."""
    try:
        if holds(service, claim.report):
            return Ending(claim=claim, decision=Decision(outcome=Outcome.CONFIRMED), error=conflict)
    except DeliveryError as error:
        return failed(claim, error, jitter)
    decision = decide(conflict, attempts=claim.attempt_count, jitter=jitter())
    newer = restamped(claim.report.wire_timestamp, timezone.now())
    return Ending(claim=claim, decision=decision, error=conflict, wire_timestamp=newer)


def failed(claim: Claim, error: DeliveryError, jitter: Callable[[], float]) -> Ending:
    """Return the ending that the error decides."""
    decision = decide(error, attempts=claim.attempt_count, jitter=jitter())
    return Ending(claim=claim, decision=decision, error=error)

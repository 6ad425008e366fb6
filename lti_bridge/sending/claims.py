"""What passes between the parts of the engine."""

from dataclasses import dataclass
from datetime import datetime

from lti_bridge.delivery.decisions import Decision
from lti_bridge.delivery.errors import DeliveryError
from lti_bridge.delivery.report import Report, Result

__all__ = ["Claim", "Ending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A row that is ours until its lease ends, with the attempt that was opened for it.

    ``former`` is the last delivered state of the key, where the platform's present result is to be
    compared before this one is sent. ``is_probe``: the platform's circuit hangs on how this one ends.
    """

    delivery_id: int
    attempt_id: int
    attempt_count: int
    platform_id: int
    target_id: int
    account_id: int
    report: Report
    ambiguous: bool
    former: Result | None = None
    is_probe: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a claim ended; without a decision nothing was sent, and the row goes back as it was.

    ``wire_timestamp`` is a newer one for the next try, ``read`` the foreign result that a HELD delivery
    waits for somebody to decide about.
    """

    claim: Claim
    decision: Decision | None = None
    error: DeliveryError | None = None
    wire_timestamp: datetime | None = None
    read: Result | None = None

"""Why a delivery failed.

The class decides what happens next::

    DeliveryError
    ├── TransientError    surely not applied; try again later
    ├── AmbiguousError    perhaps applied (time-out, reset, 5xx); read the result back, then try again
    │   └── ConflictError the platform holds an equal or newer timestamp; read back at once
    ├── BlockedError      nothing can be sent to this target until somebody changes something
    └── RejectedError     this delivery will never be taken (no such line item, user; bad value)

Messages name statuses and fields and never a person.
"""

from datetime import timedelta

__all__ = [
    "AmbiguousError",
    "BlockedError",
    "ConflictError",
    "DeliveryError",
    "RejectedError",
    "TransientError",
]


class DeliveryError(Exception):
    """A delivery failed; see the module's tree."""

    def __init__(
        self, message: str, *, http_status: int | None = None, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.http_status = http_status
        self.retry_after = retry_after


class TransientError(DeliveryError):
    """Surely not applied; try again later."""


class AmbiguousError(DeliveryError):
    """Perhaps applied."""


class ConflictError(AmbiguousError):
    """The platform holds an equal or newer timestamp."""


class BlockedError(DeliveryError):
    """Nothing can be sent to this target for now."""


class RejectedError(DeliveryError):
    """The delivery will never be taken."""

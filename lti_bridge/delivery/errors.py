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
    """A delivery failed; see the module's tree.

    ``oauth_error`` is the code by which a token endpoint refused us (RFC 6749, 5.2); empty for any other
    failure.
    """

    def __init__(
        self,
        message: str,
        *,
        http_status: int | None = None,
        retry_after: timedelta | None = None,
        no_answer: bool = False,
        oauth_error: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.http_status = http_status
        self.retry_after = retry_after
        self.no_answer = no_answer
        self.oauth_error = oauth_error

    @property
    def says_down(self) -> bool:
        """Whether the system itself is at fault, and not this delivery: no answer came, or a 5xx."""
        return self.no_answer or (self.http_status is not None and self.http_status >= 500)

    @property
    def asks_for_a_pause(self) -> bool:
        """Whether the system answers, and wants fewer requests (RFC 6585, 4; RFC 9110, 15.6.4)."""
        return self.http_status == 429 or (self.http_status == 503 and self.retry_after is not None)


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

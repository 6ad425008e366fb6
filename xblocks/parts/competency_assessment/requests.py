"""Requests of clients, which are not to be trusted: their fields, or a refusal.

A refusal is a ``RefusedError`` with the HTTP status of its kind: 400 the client is wrong, 403 who asks may
not, 404 no such item, 409 not now.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from xblocks.competency.certainty import Certainty
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _

from .timing import Told

__all__ = [
    "RefusedError",
    "certainty_of",
    "check_fields",
    "client_uuid_of",
    "flag_of",
    "text_of",
    "told_of",
]

# What every database can hold; clocks that were reset to 1970 are common.
PLAUSIBLE_YEARS = range(1970, 9999)


class RefusedError(Exception):
    """The request is refused; nothing has changed."""

    def __init__(self, status: int, message: Message) -> None:
        super().__init__(str(message))
        self.status, self.message = status, message


def check_fields(
    data: object, required: Collection[str], optional: Collection[str] = ()
) -> dict[str, object]:
    """Return the request's fields; refuses missing ones and ones that are not known."""
    if not isinstance(data, dict):
        raise RefusedError(400, Message(_("The request must be a JSON object.")))
    for name in data:
        if name not in required and name not in optional:
            raise RefusedError(
                400, Message(_("The request's field {name} is not known."), {"name": repr(name)[:40]})
            )
    for name in required:
        if name not in data:
            raise RefusedError(400, Message(_("The request lacks the field {name}."), {"name": name}))
    return cast(dict[str, object], data)


def text_of(fields: Mapping[str, object], name: str) -> str:
    """Return a field that must hold text, trimmed."""
    value = fields[name]
    if not isinstance(value, str) or not value.strip():
        raise RefusedError(400, Message(_("The field {name} must be a text."), {"name": name}))
    return value.strip()


def client_uuid_of(value: object) -> str:
    """Return the client's UUID in its usual spelling."""
    try:
        if not isinstance(value, str):
            raise ValueError
        return str(UUID(value))
    except ValueError:
        raise RefusedError(400, Message(_("The field uuid must be a UUID."))) from None


def told_of(fields: Mapping[str, object]) -> Told:
    """Return what the client says of the time: when the answer was given, and when it was sent."""
    return Told(answered=_time_of(fields, "answered_at"), sent=_time_of(fields, "sent_at"))


def _time_of(fields: Mapping[str, object], name: str) -> datetime | None:
    value = fields.get(name)
    if value is None:
        return None
    try:
        told = datetime.fromisoformat(value) if isinstance(value, str) else None
        if told is not None and told.tzinfo is not None and told.year in PLAUSIBLE_YEARS:
            return told.astimezone(UTC)
    except ValueError:
        pass
    raise RefusedError(
        400, Message(_("The field {name} must be an ISO 8601 time with its zone."), {"name": name})
    )


def flag_of(fields: Mapping[str, object], name: str) -> bool:
    """Return a field that is true or false; false where it is not there."""
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise RefusedError(400, Message(_("The field {name} must be true or false."), {"name": name}))
    return value


def certainty_of(fields: Mapping[str, object], *, asked: bool) -> Certainty | None:
    """Return how sure the learner is; None where nothing was chosen. ``asked``: whether it is asked for."""
    value = fields.get("certainty")
    if value is None:
        return None
    if not asked:
        raise RefusedError(400, Message(_("This assessment does not ask how sure you are.")))
    if isinstance(value, bool) or value not in list(Certainty):
        raise RefusedError(400, Message(_("The field certainty must be 1, 2 or 3.")))
    return Certainty(cast(int, value))

"""Single members of a JSON body, each checked where it is read."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from .errors import ServiceError

__all__ = ["LARGEST", "STEP", "Timestamp", "choice", "number", "text", "timestamp"]

# Eleven digits before the point, four after: what the tables hold exactly.
LARGEST = Decimal(10) ** 11
STEP = Decimal("0.0001")
ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """A moment, and the text that named it."""

    moment: datetime
    wire: str

    def __lt__(self, other: "Timestamp") -> bool:
        return self.moment < other.moment


def text(body: dict[str, Any], name: str, longest: int, *, required: bool = False) -> str:
    """Return a text member, empty where it is missing; raises ServiceError 400."""
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise ServiceError(400, f"{name} must be a text of at most {longest} characters.")
    if required and not value.strip():
        raise ServiceError(400, f"{name} is required.")
    return value


def number(
    body: dict[str, Any], name: str, *, minimum: Decimal | None = None, required: bool = False
) -> Decimal | None:
    """Return a number member, rounded to four decimals; raises ServiceError 400."""
    value = body.get(name)
    if value is None and name not in body:
        if required:
            raise ServiceError(400, f"{name} is required.")
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ServiceError(400, f"{name} must be a number.")
    if not -LARGEST < value < LARGEST:
        raise ServiceError(400, f"{name} is too large.")
    if minimum is not None and value < minimum:
        raise ServiceError(400, f"{name} must be {minimum} or more.")
    return Decimal(value).quantize(STEP)


def choice(body: dict[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    """Return a member from a fixed vocabulary; raises ServiceError 400."""
    value = body.get(name)
    if not isinstance(value, str) or value not in allowed:
        raise ServiceError(400, f"{name} must be one of {', '.join(allowed)}.")
    return value


def timestamp(body: dict[str, Any], name: str, *, required: bool = False) -> Timestamp | None:
    """Return an ISO 8601 moment with a time zone; raises ServiceError 400.

    Digits of a second beyond the sixth are cut off.
    """
    if name not in body and not required:
        return None
    value = body.get(name)
    problem = ServiceError(400, f"{name} must be an ISO 8601 date and time with a time zone.")
    if not isinstance(value, str) or not ISO_8601.fullmatch(value):
        raise problem
    try:
        return Timestamp(moment=datetime.fromisoformat(value), wire=value)
    except ValueError:
        raise problem from None

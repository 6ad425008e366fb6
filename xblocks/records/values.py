"""Plain values of the records API that a host without the records app can make, too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

__all__ = ["ResponseRecord"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRecord:
    """An answer as it is recorded. ``client_uuid`` makes recording it twice harmless."""

    item_id: str
    client_uuid: UUID
    response: Mapping[str, object]
    fraction: Decimal
    points: Decimal
    answered_at: datetime | None = None

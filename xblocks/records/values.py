"""Plain values of the records API that a host without the records app knows, too."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from xblocks.competency.values import dataclass, field
from xblocks.measurement.models import ItemModel
from xblocks.measurement.policy import Standing
from xblocks.measurement.pool import Pool

__all__ = ["BankPool", "LevelWords", "Requirement", "ResponseRecord"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRecord:
    """An answer as it is recorded. ``client_uuid`` makes recording it twice harmless."""

    item_id: str
    client_uuid: UUID
    response: Mapping[str, object]
    fraction: Decimal
    points: Decimal
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelWords:
    """What a person at a level does, and the behaviours by which it shows, in one language."""

    description: str = ""
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """The level, 1 to 5, that a post requires by competency.

    ``proposed`` are the competencies whose level is somebody's proposal, never to be shown as law.
    """

    levels: Mapping[str, int] = field(default_factory=dict)
    proposed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class BankPool:
    """A bank version with the calibration in use: what an adaptive form is given from.

    ``calibration`` names it (``governance#3``), to be kept with the attempt. ``pool`` has the live items
    whose parameters may be used, each in the area of the competency that it names first; ``trial`` the items
    on trial, and the enemies of each. ``models`` and ``standings`` have every item of the version.
    """

    reference: str
    calibration: str
    pool: Pool
    models: Mapping[str, ItemModel]
    trial: Mapping[str, frozenset[str]]
    standings: Mapping[str, Standing]

"""The items of an adaptive test, and which are best where.

Which items are most informative at an ability does not change while a bank version lives. So the order is
worked out once, when the version is activated, and a step looks it up: its cost does not grow with the bank.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from .errors import DataError, ParameterError
from .models import ItemModel

__all__ = ["KEPT", "THETAS", "OrderTable", "Pool", "PoolItem"]

# 81 abilities, .1 apart: between two of them no item's information changes enough to matter.
THETAS = tuple(round(-4.0 + 0.1 * i, 1) for i in range(81))
KEPT = 64
MAX_ITEMS = 65_535


class PoolItem(NamedTuple):
    """An item as an adaptive test sees it. ``enemies`` give it away and never come in the same test."""

    id: str
    model: ItemModel
    area: str
    enemies: frozenset[str] = frozenset()


def nearest(theta: float) -> int:
    """Return the index in THETAS that is nearest."""
    return min(max(round((theta - THETAS[0]) * 10.0), 0), len(THETAS) - 1)


class OrderTable:
    """For each content area and each of THETAS, the positions of the most informative items, best first.

    2 bytes an entry: 61 KiB for six areas, whatever the size of the bank.
    """

    __slots__ = ("_rows", "areas")

    def __init__(self, areas: Sequence[str], rows: Mapping[str, Sequence["array[int]"]]) -> None:
        self.areas = tuple(areas)
        self._rows = rows

    @classmethod
    def of(cls, items: Sequence[PoolItem]) -> "OrderTable":
        """Work the table out: one information for each item and ability."""
        if not 1 <= len(items) <= MAX_ITEMS:
            raise ParameterError(f"a pool holds from 1 to {MAX_ITEMS} items, not {len(items)}")
        positions: dict[str, list[int]] = {}
        for position, item in enumerate(items):
            positions.setdefault(item.area, []).append(position)
        rows = {
            area: [_best(items, members, theta) for theta in THETAS] for area, members in positions.items()
        }
        return cls(sorted(positions), rows)

    def best(self, area: str, theta: float) -> Sequence[int]:
        """Return positions of the area's best items near the ability, best first."""
        return self._rows[area][nearest(theta)]

    def to_bytes(self) -> bytes:
        """Return the rows as little-endian 16-bit numbers, each row after its length."""
        parts = []
        for area in self.areas:
            for row in self._rows[area]:
                parts.append(len(row).to_bytes(2, "little"))
                parts.append(_little(row).tobytes())
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, items: Sequence[PoolItem], data: bytes) -> "OrderTable":
        """Read what ``to_bytes`` wrote for these items; raises DataError for anything else."""
        areas = sorted({item.area for item in items})
        at = 0
        rows: dict[str, list[array[int]]] = {}
        for area in areas:
            rows[area] = []
            for _theta in THETAS:
                size = int.from_bytes(data[at : at + 2], "little") * 2
                row = array("H")
                if not size or at + 2 + size > len(data):
                    raise DataError("the order table was made for other items; work it out again")
                row.frombytes(data[at + 2 : at + 2 + size])
                row = _little(row)
                if max(row) >= len(items):
                    raise DataError("the order table was made for other items; work it out again")
                rows[area].append(row)
                at += 2 + size
        if at != len(data):
            raise DataError("the order table was made for other items; work it out again")
        return cls(areas, rows)


def _best(items: Sequence[PoolItem], members: Iterable[int], theta: float) -> "array[int]":
    return array("H", _ranked(items, members, theta)[:KEPT])


def _ranked(items: Sequence[PoolItem], members: Iterable[int], theta: float) -> list[int]:
    # Position breaks ties: the order is the same on every machine.
    return sorted(members, key=lambda position: (-items[position].model.information(theta), position))


def _little(row: "array[int]") -> "array[int]":
    if array("H", [1]).tobytes() == b"\x01\x00":
        return row
    swapped = array("H", row)
    swapped.byteswap()
    return swapped


class Pool:
    """The operational items of one bank version, and their order."""

    __slots__ = ("_by_area", "items", "order", "position")

    def __init__(self, items: Iterable[PoolItem], order: OrderTable | None = None) -> None:
        self.items = tuple(items)
        self.position = {item.id: position for position, item in enumerate(self.items)}
        if len(self.position) != len(self.items):
            raise ParameterError("two items of the pool have the same id")
        self.order = order or OrderTable.of(self.items)
        self._by_area: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self.items)

    def by_information(self, area: str, theta: float) -> Iterator[PoolItem]:
        """Yield the area's items from the most informative on: those of the table, then, rarely, the rest."""
        best = self.order.best(area, theta)
        yield from (self.items[position] for position in best)
        if len(best) < KEPT:
            return
        rest = set(self._area(area)).difference(best)
        yield from (self.items[position] for position in _ranked(self.items, rest, theta))

    def _area(self, area: str) -> tuple[int, ...]:
        if area not in self._by_area:
            self._by_area[area] = tuple(
                position for position, item in enumerate(self.items) if item.area == area
            )
        return self._by_area[area]

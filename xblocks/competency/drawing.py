"""Filling cells with items, each item in one cell at most: what a blueprint's draw rests on.

Which sets of items can stand in the cells together is a transversal matroid (Edmonds & Fulkerson 1965): items
taken greedily, each with an augmenting path where its cells are full, give a filling of the largest size, and
of those the one that prefers earlier items. Enemies are kept apart by branch and bound over it.
"""

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from typing import Protocol

__all__ = ["Cells", "apart"]

# Nearly every draw is found at the first of these; a bank that is all enemies would take too long.
MAX_TRIES = 300


class Named(Protocol):
    """What can be drawn."""

    @property
    def id(self) -> str:
        """Distinct among all."""
        ...


class Cells[T: Named]:
    """Cells of given sizes, filled from ``order`` as far as can be, earlier items first.

    ``fitting`` tells of each item, by id, which cells it fits.
    """

    __slots__ = ("_fitting", "_held", "_order", "_sizes")

    def __init__(
        self, order: Sequence[T], fitting: Mapping[str, Sequence[int]], sizes: Sequence[int]
    ) -> None:
        self._order, self._fitting, self._sizes = order, fitting, sizes
        self._held: list[list[T]] = [[] for _size in sizes]
        free = sum(sizes)
        for item in order:
            if free == 0:
                break
            free -= self._put(item, set())

    def without(self, ids: Collection[str]) -> "Cells[T]":
        """Return the same cells filled without these items."""
        return Cells([item for item in self._order if item.id not in ids], self._fitting, self._sizes)

    @property
    def full(self) -> bool:
        """Whether no place is free."""
        return all(len(held) == size for held, size in zip(self._held, self._sizes, strict=True))

    def __iter__(self) -> Iterator[T]:
        """Yield the items in the cells."""
        for held in self._held:
            yield from held

    def contested(self) -> frozenset[int]:
        """Return cells that want more items than fit into any of them (Hall 1935); empty if all are full."""
        found = {cell for cell, held in enumerate(self._held) if len(held) < self._sizes[cell]}
        holder = {item.id: cell for cell, held in enumerate(self._held) for item in held}
        waiting = list(found)
        while waiting:
            cell = waiting.pop()
            for item in self._order:
                other = holder.get(item.id)
                if other is not None and other not in found and cell in self._fitting[item.id]:
                    found.add(other)
                    waiting.append(other)
        return frozenset(found)

    def _put(self, item: T, tried: set[int]) -> bool:
        """Put the item into a cell, moving others where that helps; tell whether it found a place."""
        fitting = self._fitting[item.id]
        for cell in fitting:
            if len(self._held[cell]) < self._sizes[cell]:
                self._held[cell].append(item)
                return True
        for cell in fitting:
            if cell in tried:
                continue
            tried.add(cell)
            for place, other in enumerate(self._held[cell]):
                if self._put(other, tried):
                    self._held[cell][place] = item
                    return True
        return False


def apart[T: Named](
    cells: Cells[T], enemies: Mapping[str, Collection[str]], late: Collection[str]
) -> list[T] | None:
    """Return a filling without enemies, with as few ``late`` items as can be; None if none was found.

    ``cells`` are full, and filled with ``late`` items last. ``enemies`` is symmetric.
    """
    # The fewest late ones first; where that takes too long, whichever filling is found first.
    return _search(cells, enemies, late) or _search(cells, enemies, ())


def _search[T: Named](
    cells: Cells[T], enemies: Mapping[str, Collection[str]], late: Collection[str]
) -> list[T] | None:
    numbers = count()
    nothing: frozenset[str] = frozenset()
    waiting = [(_late(cells, late), 0, next(numbers), nothing, cells)]
    for _try in range(MAX_TRIES):
        if not waiting:
            return None
        _late_ones, _depth, _number, without, found = heapq.heappop(waiting)
        one = _with_an_enemy(found, enemies)
        if one is None:
            return list(found)
        # Either it comes, and its enemies do not, or it does not.
        for more in (frozenset(enemies[one]), frozenset([one])):
            left = without | more
            refilled = cells.without(left)
            if refilled.full:
                entry = (_late(refilled, late), -len(left), next(numbers), left, refilled)
                heapq.heappush(waiting, entry)
    return None


def _late[T: Named](cells: Cells[T], late: Collection[str]) -> int:
    return sum(item.id in late for item in cells)


def _with_an_enemy[T: Named](cells: Cells[T], enemies: Mapping[str, Collection[str]]) -> str | None:
    ids = {item.id for item in cells}
    return next((item.id for item in cells if ids.intersection(enemies.get(item.id, ()))), None)

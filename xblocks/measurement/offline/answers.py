"""The answers as calibration takes them."""

import numpy as np
import numpy.typing as npt

from xblocks.measurement.errors import DataError

from .families import Array

__all__ = ["MISSING", "Answers", "Precision"]

MISSING = -1
# Rows that are worked on at once: their posteriors stay in the processor's cache.
BLOCK = 2048

type Precision = type[np.float32] | type[np.float64]


class Answers:
    """Distinct response patterns with their weights, as indicators of the categories above 0."""

    def __init__(self, patterns: npt.NDArray[np.int8], weights: Array, categories: int) -> None:
        self.patterns, self.weights, self.categories = patterns, weights, categories
        self.persons, self.items = patterns.shape
        self.complete = not (patterns == MISSING).any()

    @classmethod
    def of(cls, responses: npt.ArrayLike) -> "Answers":
        """Read a table (N, J); raises DataError for what cannot be calibrated."""
        given = np.asarray(responses)
        if (
            given.ndim != 2
            or not np.issubdtype(given.dtype, np.integer)
            or len(given) < 20
            or given.shape[1] < 2
        ):
            raise DataError("calibration needs whole numbers: 20 or more persons by 2 or more items")
        if given.min() < MISSING or given.max() > 100:
            raise DataError("a response is a category from 0, or -1 for an item that was not given")
        categories = int(given.max()) + 1
        for item, column in enumerate(given.T):
            reached = np.bincount(column[column != MISSING], minlength=categories)
            if categories < 2 or (reached == 0).any():
                raise DataError(
                    f"item {item + 1}: nobody reached category {int(np.argmin(reached))}; "
                    "leave the item out or join its categories"
                )
        patterns = given.astype(np.int8)
        weights = np.ones(len(patterns))
        # Short tests have few patterns: each is worked out once.
        if given.shape[1] <= 20:
            patterns, counts = np.unique(patterns, axis=0, return_counts=True)
            weights = counts.astype(float)
        return cls(patterns, weights, categories)

    def sample(self, size: int) -> "Answers":
        """Return every n-th person: the same at each run."""
        chosen = np.arange(0, self.persons, self.persons // size)
        return Answers(self.patterns[chosen], self.weights[chosen], self.categories)

    def count(self) -> tuple[int, ...]:
        """Return how many people answered each item."""
        return tuple(int(n) for n in self.weights @ (self.patterns != MISSING))

    def shares(self) -> Array:
        """Return the shares of each category (J, K)."""
        counts = np.stack([self.weights @ (self.patterns == k) for k in range(self.categories)], axis=1)
        result: Array = counts / counts.sum(axis=1, keepdims=True)
        return result

    def indicators(self, rows: slice, precision: Precision = np.float64) -> tuple[Array, Array | None]:
        """Return who reached each category above 0 (n, (K-1)J), and who answered (n, J; None: everybody)."""
        block = self.patterns[rows]
        if self.complete and self.categories == 2:
            return block.astype(precision), None
        reached = np.concatenate([block == k for k in range(1, self.categories)], axis=1).astype(precision)
        return reached, None if self.complete else (block != MISSING).astype(precision)

    def blocks(self) -> list[slice]:
        """Return the rows in portions."""
        return [slice(first, first + BLOCK) for first in range(0, self.persons, BLOCK)]

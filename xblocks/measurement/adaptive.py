"""The adaptive test: what to ask next, and when to stop.

Stateless: each step follows from the answers so far. Content quota first, then one of the five most
informative items of that area at random (randomesque, Kingsbury & Zara 1989), passing over enemies and
items that have been seen too often. The randomness comes from the attempt's seed and the step, so an
attempt can be replayed to the last digit.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from random import Random
from typing import NamedTuple

from .ability import STANDARD_GRID, Answer, Estimate, Grid, Posterior, posterior
from .errors import DataError, ParameterError, within
from .pool import KEPT, Pool, PoolItem

__all__ = ["AdaptiveTest", "Given", "Rules", "Step", "StopReason", "over_exposed"]

RANDOMESQUE = 5


class StopReason(Enum):
    """Why a test is over."""

    CLASSIFIED = "classified"  # it is clear on which side of the cut the ability lies
    PRECISE = "precise"  # the standard error is small enough
    LENGTH = "length"  # the longest length was reached
    TIME = "time"  # the time was over
    EXHAUSTED = "exhausted"  # no item was left that could be asked


class Rules(NamedTuple):
    """When to stop, and what to ask of which area.

    ``shares`` says what part of the test each content area should have (they are taken relative to their
    sum). ``pilots`` items on trial are slipped in among the first ``minimum`` and count for nothing.
    ``cut`` on the theta scale with ``confidence`` stops as soon as P(theta > cut) is at least
    ``confidence`` or at most 1 - ``confidence``; ``se`` stops at that standard error. None leaves a rule out.
    ``randomesque`` is the number of best items among which chance chooses; 1 measures a little better and
    shows the same few items to everybody.
    """

    shares: Mapping[str, float]
    minimum: int = 8
    maximum: int = 30
    cut: float | None = None
    confidence: float = 0.95
    se: float | None = None
    pilots: int = 0
    randomesque: int = RANDOMESQUE

    def checked(self, pool: Pool) -> "Rules":
        """Return the rules; raises ParameterError for what cannot be followed with this pool."""
        if not 1 <= self.minimum <= self.maximum:
            raise ParameterError(
                f"a test of at least {self.minimum} and at most {self.maximum} items cannot be given"
            )
        if self.maximum > len(pool):
            raise ParameterError(f"at most {self.maximum} items are to be asked and the pool has {len(pool)}")
        if unknown := set(self.shares) - set(pool.order.areas):
            raise ParameterError(f"the pool has no items of {', '.join(sorted(unknown))}")
        shares = [within(f"the share of {area}", share, 0, 1e6) for area, share in self.shares.items()]
        if not any(shares):
            raise ParameterError("no content area has a share of the test")
        within("the confidence", self.confidence, 0.5, 0.999)
        if self.cut is not None:
            within("the cut score", self.cut, -6, 6)
        if self.se is not None:
            within("the standard error to stop at", self.se, 0.05, 2.0)
        if not 0 <= self.pilots <= self.minimum:
            raise ParameterError(f"{self.pilots} pilot items do not fit into {self.minimum}")
        if not 1 <= self.randomesque <= KEPT:
            raise ParameterError(
                f"chance cannot choose among the {self.randomesque} best items; it takes 1 to {KEPT}"
            )
        return self


class Given(NamedTuple):
    """An item that was asked and answered."""

    item_id: str
    category: int


class Step(NamedTuple):
    """Where the test stands after some answers, and what comes next (``item_id`` None: it is over).

    ``above`` is P(theta > cut), None without a cut.
    """

    item_id: str | None
    reason: StopReason | None
    estimate: Estimate
    above: float | None


def over_exposed(counts: Mapping[str, int], tests: int, rate: float) -> frozenset[str]:
    """Return the ids that more than ``rate`` of the last ``tests`` tests have asked: bar them for a while.

    A maximum exposure rate from periodic counts: once barred, an item's count stands still while ``tests``
    grows, until it may come again (the restricted procedure of Revuelta & Ponsoda 1998). Raises
    ParameterError for a rate outside .01..1, DataError for an item asked more often than there were tests.
    """
    within("the exposure rate", rate, 0.01, 1.0)
    for item_id, count in counts.items():
        if not 0 <= count <= tests:
            raise DataError(f"{item_id!r} was asked {count} times in {tests} tests")
    return frozenset(item_id for item_id, count in counts.items() if count > rate * tests)


class AdaptiveTest:
    """One attempt's test, by ``seed``, which is secret to the attempt.

    ``barred`` ids are never asked: those of an earlier form, and those whose exposure rate is too high.
    ``trial`` has the items on trial, which are not of the pool, and the enemies of each.
    """

    __slots__ = ("_grid", "_shares", "_trial_steps", "barred", "pool", "rules", "seed", "trial")

    def __init__(
        self,
        pool: Pool,
        rules: Rules,
        *,
        seed: str,
        barred: Collection[str] = (),
        trial: Mapping[str, Collection[str]] | None = None,
        grid: Grid = STANDARD_GRID,
    ) -> None:
        self.pool, self.rules, self.seed = pool, rules.checked(pool), seed
        self.barred, self.trial = frozenset(barred), trial or {}
        if both := sorted(self.trial.keys() & pool.position.keys()):
            raise ParameterError(f"{both[0]!r} is both on trial and of the pool")
        self._grid = grid
        whole = sum(rules.shares.values())
        self._shares = [(area, share / whole) for area, share in rules.shares.items() if share]
        number = min(rules.pilots, len(self.trial))
        self._trial_steps = frozenset(_replayable(seed).sample(range(rules.minimum), number))

    def step(self, given: Sequence[Given], *, time_over: bool = False) -> Step:
        """Return what follows from the answers so far; raises DataError for an unknown item."""
        answers = (
            Answer(self._item(one.item_id).model, one.category)
            for one in given
            if one.item_id not in self.trial
        )
        return self.step_from(posterior(answers, self._grid), given, time_over=time_over)

    def step_from(self, known: Posterior, given: Sequence[Given], *, time_over: bool = False) -> Step:
        """Return the same as ``step`` where the posterior of the counting answers is at hand."""
        estimate = known.estimate()
        above = known.above(self.rules.cut) if self.rules.cut is not None else None
        counted = [self._item(item_id) for item_id, _category in given if item_id not in self.trial]
        reason = StopReason.TIME if time_over else self._over(len(counted), estimate, above)
        if reason is not None:
            return Step(None, reason, estimate, above)
        randomness = _replayable(f"{self.seed}\n{len(given)}")
        shut = self._shut(given, counted)
        left = [item_id for item_id in self.trial if item_id not in shut]
        # None are left where one was answered before its time, without connection.
        if left and len(given) in self._trial_steps:
            return Step(randomness.choice(left), None, estimate, above)
        item_id = self._next(estimate.theta, counted, shut, randomness)
        return Step(item_id, None if item_id else StopReason.EXHAUSTED, estimate, above)

    def _item(self, item_id: str) -> PoolItem:
        position = self.pool.position.get(item_id)
        if position is None:
            raise DataError(f"the test has no item {item_id!r}")
        return self.pool.items[position]

    def _over(self, count: int, estimate: Estimate, above: float | None) -> StopReason | None:
        rules = self.rules
        if count < rules.minimum:
            return None
        if above is not None and not 1.0 - rules.confidence < above < rules.confidence:
            return StopReason.CLASSIFIED
        if rules.se is not None and estimate.se <= rules.se:
            return StopReason.PRECISE
        return StopReason.LENGTH if count >= rules.maximum else None

    def _shut(self, given: Sequence[Given], counted: Iterable[PoolItem]) -> set[str]:
        """Return what cannot come any more: what was asked, and the enemies of that."""
        shut = {item_id for item_id, _category in given}
        for item_id in self.trial.keys() & shut:
            shut.update(self.trial[item_id])
        for item in counted:
            if item.enemies:
                shut |= item.enemies
        return shut

    def _next(
        self, theta: float, asked: Sequence[PoolItem], shut: Collection[str], randomness: Random
    ) -> str | None:
        barred, best = self.barred, list[str]()
        for area in self._areas(asked, randomness):
            for item in self.pool.by_information(area, theta):
                if item.id not in shut and item.id not in barred:
                    best.append(item.id)
                    if len(best) == self.rules.randomesque:
                        break
            if best:
                return randomness.choice(best)
        return None

    def _areas(self, asked: Sequence[PoolItem], randomness: Random) -> list[str]:
        """Return the areas, first the one that is furthest behind its share; ties at random."""
        counts = dict.fromkeys(self.rules.shares, 0)
        for item in asked:
            counts[item.area] = counts.get(item.area, 0) + 1
        length = len(asked) + 1
        behind = [(counts[area] - share * length, randomness.random(), area) for area, share in self._shares]
        return [area for _behind, _tie, area in sorted(behind)]


def _replayable(seed: str) -> Random:
    # To be replayed, not to be secret: the seed is.
    return Random(seed)  # noqa: S311

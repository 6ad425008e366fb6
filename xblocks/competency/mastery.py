"""Mastery: what all evidence of a person together says about each competency, and why.

A finding, not a decision: that is a person's (UU 27/2022 article 10), who may override the finding with a
reason. Statuses have the words of Open edX's competency-based education.

Each evidence is an ability under the prior N(0, 1). The prior is taken out of it, which leaves what was
observed, as a normal likelihood of precision 1/se² - 1 and of precision times mean theta/se² (the site of
expectation propagation; Minka 2001). These are added up, weighted, and the prior is put in once. Abilities on
the scales of several banks meet at their cut scores: each cut is the mean of the banks', by what they tell.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import sqrt
from typing import NamedTuple

from xblocks.measurement.ability import Estimate
from xblocks.measurement.decisions import probability_above
from xblocks.measurement.errors import DataError, within

from .evidence import Evidence, EvidenceKind
from .levels import HIGHEST, PROVISIONAL_CUTS, LevelCuts, LevelEstimate, level_of
from .messages import Message
from .messages import mark as _
from .values import dataclass

__all__ = [
    "DEMONSTRATED_FROM",
    "HALF_LIFE_DAYS",
    "MINIMUM_ITEMS",
    "MINIMUM_RELIABILITY",
    "STATUS_NAMES",
    "Counted",
    "Mastery",
    "MasteryStatus",
    "Override",
    "Policy",
    "mastery",
    "why",
]


class MasteryStatus(StrEnum):
    """Whether a competency was shown at the level in question."""

    DEMONSTRATED = "Demonstrated"
    PARTIALLY_ATTEMPTED = "PartiallyAttempted"
    NOT_DEMONSTRATED = "AttemptedNotDemonstrated"


STATUS_NAMES: Mapping[MasteryStatus, str] = {
    MasteryStatus.DEMONSTRATED: _("Demonstrated"),
    MasteryStatus.PARTIALLY_ATTEMPTED: _("Not certain yet"),
    MasteryStatus.NOT_DEMONSTRATED: _("Not demonstrated"),
}
"""What people read of each status, as message keys."""


class Policy(StrEnum):
    """Which evidence counts. A block counts once, by the attempt that stands for it (``_standing``)."""

    LATEST = "latest"  # the newest, and of the older as much as it takes to tell enough
    BEST = "best"  # what ``latest`` said when it was best
    DECAY = "decay"  # all, each by half as much for every half-life of its age


DEMONSTRATED_FROM = 0.8
"""The probability that makes a finding; at most 1 less this, and the contrary is found."""
MINIMUM_ITEMS = 5
MINIMUM_RELIABILITY = 0.5
"""Of an ability that may be found on, 1 - se²: at least half of what is known comes from the person."""
HALF_LIFE_DAYS = 365.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A person's decision about a competency. Without level and status it withdraws the one before.

    ``decided_by`` is the account of who decided, None where that is not known any more.
    """

    competency: str
    level: int | None
    status: MasteryStatus | None
    reason: str
    decided_at: datetime
    decided_by: int | None = None

    def __post_init__(self) -> None:
        if (self.level is None) != (self.status is None):
            raise DataError("a decision has a level and a status, or neither")
        if self.level is not None:
            within("the level", self.level, 0, HIGHEST)
        if not self.reason.strip():
            raise DataError("a decision needs a reason")


class Counted(NamedTuple):
    """Evidence that counts, and by how much, 0..1."""

    evidence: Evidence
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mastery:
    """What is found of one competency, and what holds.

    ``status`` and ``level`` are what holds: the override's where there is one, else ``found`` and the
    estimate's. ``found`` is None where a person decided without any evidence; the estimate is then the
    prior's. ``target`` is the level in question, the required one or else the one found (at least 1), and
    ``probability`` how sure it is reached: of the prior's and the evidence's own word, the more cautious.
    ``left_out`` counts evidence that was replaced, is older than needed, or is a person's word on herself or
    himself; ``newer`` what came after the override.
    """

    competency: str
    status: MasteryStatus
    level: int
    required: int | None
    target: int
    probability: float
    estimate: LevelEstimate
    found: MasteryStatus | None
    enough: bool
    reasons: tuple[Counted, ...]
    left_out: int
    overridden: Override | None
    newer: int

    @property
    def theta(self) -> float:
        """The ability, with the prior."""
        return self.estimate.theta

    @property
    def se(self) -> float:
        """Its standard error; 1 means that nothing is known."""
        return self.estimate.se

    @property
    def items(self) -> int:
        """How many items count."""
        return sum(one.items for one, _weight in self.reasons if one.kind is EvidenceKind.ITEM)

    @property
    def observations(self) -> int:
        """How many observations by people count: rubrics, mentors' words, portfolios."""
        return sum(one.kind is not EvidenceKind.ITEM for one, _weight in self.reasons)

    @property
    def last_on(self) -> datetime | None:
        """When the newest of it was observed."""
        return max((one.occurred_at for one, _weight in self.reasons), default=None)


def mastery(
    evidence: Iterable[Evidence],
    *,
    cuts: Mapping[str, LevelCuts],
    required: Mapping[str, int],
    policy: Policy,
    at: datetime,
    half_life_days: float = HALF_LIFE_DAYS,
    overrides: Iterable[Override] = (),
) -> Mapping[str, Mastery]:
    """Return what is found at a time, by competency, of those that have evidence or an override by then.

    ``cuts`` are those of each bank (``Evidence.scale``); a bank that is not there has the provisional ones.
    ``required`` is by competency. Of revisions, give the newest only. The order of the evidence changes
    nothing. A self-assessment never counts.
    """
    within("the half-life in days", half_life_days, 1, 36500)
    for competency, level in required.items():
        within(f"the level required of {competency}", level, 1, HIGHEST)
    known: dict[str, list[Evidence]] = {}
    for one in evidence:
        if one.occurred_at <= at:
            known.setdefault(one.competency, []).append(one)
    observed = {id_ for id_, group in known.items() if any(map(_is_observed, group))}
    decided: dict[str, Override] = {}
    for override in sorted(overrides, key=lambda override: override.decided_at):
        if override.decided_at <= at:
            decided[override.competency] = override
    in_force = {id_: override for id_, override in decided.items() if override.status is not None}
    reducer = _Reducer(cuts, policy, at, half_life_days)
    return {
        id_: reducer.mastery(id_, known.get(id_, []), required.get(id_), in_force.get(id_))
        for id_ in sorted(observed | in_force.keys())
    }


class _Reducer(NamedTuple):
    cuts: Mapping[str, LevelCuts]
    policy: Policy
    at: datetime
    half_life_days: float

    def mastery(
        self, competency: str, evidence: Sequence[Evidence], required: int | None, override: Override | None
    ) -> Mastery:
        usable = sorted(filter(_is_observed, evidence), key=_order)
        counted = self._counted(usable, required)
        finding = self._finding(counted, required)
        holds = override.status if override and override.status else None
        return Mastery(
            competency=competency,
            status=holds or finding.status,
            level=finding.level.level if override is None or override.level is None else override.level,
            required=required,
            target=finding.target,
            probability=finding.probability,
            estimate=finding.level,
            found=finding.status if counted else None,
            enough=finding.enough,
            reasons=tuple(counted),
            left_out=len(evidence) - len(counted),
            overridden=override,
            newer=sum(one.occurred_at > override.decided_at for one in usable) if override else 0,
        )

    def _counted(self, usable: Sequence[Evidence], required: int | None) -> list[Counted]:
        if self.policy is Policy.DECAY:
            return [Counted(one, self._weight(one)) for one in _standing(usable)]
        if self.policy is Policy.LATEST or not usable:
            return _latest(usable)
        moments = sorted({one.occurred_at for one in usable}, reverse=True)
        states = [_latest([one for one in usable if one.occurred_at <= moment]) for moment in moments]
        # Of equal ones the newest, which stands first.
        return max(states, key=lambda state: self._finding(state, required).rank)

    def _weight(self, evidence: Evidence) -> float:
        return float(0.5 ** ((self.at - evidence.occurred_at) / timedelta(days=self.half_life_days)))

    def _finding(self, counted: Sequence[Counted], required: int | None) -> "_Finding":
        estimate = _combined(counted)
        cuts = self._cuts(counted)
        level = level_of(estimate, cuts)
        target = required or max(level.level, 1)
        probability = _cautious(estimate, cuts.thetas[target - 1])
        return _Finding(required, level, target, probability, _enough(counted))

    def _cuts(self, counted: Sequence[Counted]) -> LevelCuts:
        """Return the cuts of the banks that the evidence is from, their mean by what each tells."""
        scales = [(self.cuts.get(one.scale, PROVISIONAL_CUTS), _site(one, w)[0]) for one, w in counted]
        whole = sum(told for _cuts, told in scales)
        if whole <= 0.0 or len({cuts for cuts, _told in scales}) == 1:
            return scales[0][0] if scales else PROVISIONAL_CUTS
        return LevelCuts(
            tuple(sum(cuts.thetas[k] * told for cuts, told in scales) / whole for k in range(HIGHEST))
        )


class _Finding(NamedTuple):
    required: int | None
    level: LevelEstimate
    target: int
    probability: float
    enough: bool

    @property
    def status(self) -> MasteryStatus:
        if self.enough and self.probability >= DEMONSTRATED_FROM:
            return MasteryStatus.DEMONSTRATED
        if self.enough and self.probability <= 1.0 - DEMONSTRATED_FROM:
            return MasteryStatus.NOT_DEMONSTRATED
        return MasteryStatus.PARTIALLY_ATTEMPTED

    @property
    def rank(self) -> tuple[bool, float]:
        return self.enough, self.level.theta if self.required is None else self.probability


def _is_observed(evidence: Evidence) -> bool:
    """Tell whether somebody or something else than the person says it."""
    return evidence.kind is not EvidenceKind.SELF


def _order(evidence: Evidence) -> tuple[datetime, int, str, str]:
    return evidence.occurred_at, evidence.attempt, evidence.source, evidence.kind


def _standing(usable: Sequence[Evidence]) -> list[Evidence]:
    """Return of each source and kind the attempt that stands for it, newest first.

    Attempts at one block may ask the same items, so they must not be added up as if they told of different
    ones. The newest stands for all if it tells enough by itself; else the newest that does, so that a
    retake which was broken off replaces nothing; and where none does, the longest.
    """
    groups: dict[tuple[str, str], list[Evidence]] = {}
    for one in usable:
        groups.setdefault((one.source, one.kind), []).append(one)
    return sorted((max(group, key=_stands) for group in groups.values()), key=_order, reverse=True)


def _stands(evidence: Evidence) -> tuple[bool, int, tuple[datetime, int, str, str]]:
    enough = _enough([Counted(evidence, 1.0)])
    return enough, 0 if enough else evidence.items, _order(evidence)


def _latest(usable: Sequence[Evidence]) -> list[Counted]:
    """Return the newest evidence, and older as far as it takes to tell enough."""
    counted: list[Counted] = []
    for one in _standing(usable):
        if _enough(counted):
            break
        counted.append(Counted(one, 1.0))
    return counted


def _site(evidence: Evidence, weight: float) -> tuple[float, float]:
    """Return precision, and precision times mean, of what was observed, without the prior.

    The weight is the power of the likelihood (Ibrahim & Chen 2000). An SE above 1, which the 3PL can leave,
    counts as 1: evidence never takes away what other evidence told.
    """
    precision = max(evidence.se**-2, 1.0)
    return weight * (precision - 1.0), weight * precision * evidence.theta


def _combined(counted: Iterable[Counted]) -> Estimate:
    sites = [_site(*one) for one in counted]
    precision = 1.0 + sum(told for told, _shift in sites)
    return Estimate(sum(shift for _told, shift in sites) / precision, 1.0 / sqrt(precision))


def _enough(counted: Sequence[Counted]) -> bool:
    """Tell whether there is enough to find anything: few items, or vague ones, leave it open."""
    items = sum(one.items for one, _weight in counted)
    return items >= MINIMUM_ITEMS and 1.0 - _combined(counted).se ** 2 >= MINIMUM_RELIABILITY


def _cautious(estimate: Estimate, cut: float) -> float:
    """Return P(theta > cut) with the prior, or without it, whichever is nearer to one half.

    The prior, an assumption about everybody, may make a finding more careful; it must not make one. Level 1
    is reached by nine in ten beforehand, level 5 by three in a thousand.
    """
    with_prior = probability_above(estimate, cut)
    told = estimate.se**-2 - 1.0
    if told < 1e-6:
        return 0.5
    observed = Estimate(estimate.theta * estimate.se**-2 / told, told**-0.5)
    alone = probability_above(observed, cut)
    if (with_prior - 0.5) * (alone - 0.5) <= 0.0:
        return 0.5
    return min(with_prior, alone, key=lambda p: abs(p - 0.5))


def why(mastery: Mastery, day: Callable[[datetime], str]) -> tuple[Message, ...]:
    """Return what the finding rests on, sentence by sentence; ``day`` writes a date for the reader."""
    said = []
    if mastery.last_on is not None:
        values = {
            "items": mastery.items,
            "observations": mastery.observations,
            "date": day(mastery.last_on),
        }
        said.append(Message(_("Items: {items}; observations: {observations}; last on {date}."), values))
        if not mastery.enough:
            said.append(Message(_("That is too little to be sure.")))
    if mastery.left_out:
        said.append(
            Message(
                _("Not counted, because replaced, older than needed, or a self-assessment: {number}."),
                {"number": mastery.left_out},
            )
        )
    if mastery.overridden is not None:
        values = {"date": day(mastery.overridden.decided_at)}
        said.append(Message(_("A person decided this on {date}."), values))
        if mastery.newer:
            said.append(Message(_("Evidence since that decision: {number}."), {"number": mastery.newer}))
    return tuple(said)

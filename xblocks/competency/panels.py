"""A panel sets a standard: sheets, rounds, and the cut that follows. Cizek & Bunch (2007).

Judges are numbers, never names. Modified Angoff: each judge says of each item what share of officials who are
only just competent would solve it. Bookmark: each judge marks, in a booklet of items from easy to hard, how
far somebody only just competent gets. Contrasting groups: experts name people who are competent and people
who are not yet; only figures of each group are kept.

Raw cuts are in items solved, each item counting 1; thetas are on the scale of the models given.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from math import floor, sqrt
from random import Random
from statistics import fmean, stdev

from xblocks.measurement.ability import expected_fraction, expected_sum_score
from xblocks.measurement.errors import DataError
from xblocks.measurement.models import ItemModel, ThreeParameterLogistic
from xblocks.measurement.standard_setting import (
    CutScore,
    angoff,
    bookmark_location,
    contrasting_groups,
    contrasting_logistic,
    theta_of_sum_score,
)

from .errors import CompetencyError
from .messages import Message
from .messages import mark as _
from .values import dataclass, replace

__all__ = [
    "JUDGES",
    "MIN_GROUP",
    "RESPONSE_PROBABILITIES",
    "Cut",
    "Group",
    "Method",
    "Panel",
    "PanelError",
    "Place",
    "angoff_cut",
    "booklet",
    "bookmark_cut",
    "checked_mark",
    "checked_sheet",
    "expected_raw",
    "group_of",
    "groups_cut",
    "read_names",
    "read_share",
]

JUDGES = range(2, 31)
# Fewer say little of where two groups part, and figures of so few might tell who they are.
MIN_GROUP = 10
RESPONSE_PROBABILITIES = (Decimal("0.50"), Decimal("0.67"), Decimal("0.80"))
SHARE = re.compile(r"(?P<whole>[0-9]{1,3})(?:[.,](?P<part>[0-9]))?\s*%?")
LOWEST, HIGHEST = -10.0, 10.0
BIN = 0.5
RESAMPLES = 200


class Method(StrEnum):
    """How a standard is set."""

    ANGOFF = "angoff"
    BOOKMARK = "bookmark"
    CONTRASTING = "contrasting"


class PanelError(CompetencyError):
    """What a panel gave cannot be taken; the message says what, and how it must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A cut score with the error of those who set it, not that of a learner's measurement.

    ``raw`` is of ``items`` items, ``theta`` on the bank's scale.
    """

    raw: float
    raw_se: float
    theta: float
    theta_se: float
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel[Sheet]:
    """Judges 1..``judges`` and, for each round, the sheets handed in. The last round is the current one."""

    judges: int
    rounds: tuple[Mapping[int, Sheet], ...] = ({},)

    def __post_init__(self) -> None:
        if self.judges not in JUDGES:
            raise PanelError(
                Message(
                    _("A panel has from {least} to {most} judges."),
                    {"least": JUDGES.start, "most": JUDGES.stop - 1},
                )
            )

    @property
    def missing(self) -> tuple[int, ...]:
        """The judges who have not handed in the current round's sheet."""
        return tuple(judge for judge in range(1, self.judges + 1) if judge not in self.rounds[-1])

    def with_sheet(self, judge: int, sheet: Sheet) -> "Panel[Sheet]":
        """Return the panel with the judge's sheet of the current round, in place of an earlier one."""
        if not 1 <= judge <= self.judges:
            raise PanelError(
                Message(
                    _("There is no judge {judge}: this panel has {judges}."),
                    {"judge": judge, "judges": self.judges},
                )
            )
        return replace(self, rounds=(*self.rounds[:-1], {**self.rounds[-1], judge: sheet}))

    def next_round(self) -> "Panel[Sheet]":
        """Return the panel in its next round; raises PanelError while sheets of this one are missing."""
        self.complete()
        return replace(self, rounds=(*self.rounds, {}))

    def complete(self) -> tuple[Sheet, ...]:
        """Return every judge's sheet of the current round, in the order of judges; raises PanelError."""
        if self.missing:
            raise PanelError(
                Message(
                    _("These judges have not handed in their sheet of round {round}: {judges}."),
                    {"round": len(self.rounds), "judges": ", ".join(map(str, self.missing))},
                )
            )
        return tuple(self.rounds[-1][judge] for judge in range(1, self.judges + 1))


# Angoff


def read_share(item: str, text: str) -> Decimal:
    """Return the share 0..1 that ``text`` says in percent; raises PanelError that names the item.

    >>> read_share("q1", "65"), read_share("q1", " 7,5 % ")
    (Decimal('0.65'), Decimal('0.075'))
    """
    found = SHARE.fullmatch(text.strip())
    share = Decimal(f"{found['whole']}.{found['part'] or 0}") / 100 if found else None
    if share is None or share > 1:
        raise PanelError(
            Message(
                _("Item {item}: “{text}” is no percentage from 0 to 100. Write for example 65."),
                {"item": item, "text": text[:20]},
            )
        )
    return share.normalize() + 0


def checked_sheet(items: Sequence[str], shares: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    """Return the shares of the panel's items; raises PanelError unless each has one."""
    without = [item for item in items if item not in shares]
    if without:
        raise PanelError(
            Message(
                _("Not judged yet: {items}. A sheet counts when it is whole."), {"items": ", ".join(without)}
            )
        )
    return {item: shares[item] for item in items}


def angoff_cut(
    items: Sequence[str], sheets: Sequence[Mapping[str, Decimal]], models: Mapping[str, ItemModel]
) -> Cut:
    """Return the modified Angoff cut; the theta is where the test characteristic curve expects it.

    An item of several categories counts by its share of the highest one. Raises PanelError where no ability
    expects such a cut.
    """
    raw = angoff([[float(sheet[item]) for item in items] for sheet in sheets])
    weights = [models[item].categories - 1 for item in items]
    sums = [
        sum(float(sheet[item]) * weight for item, weight in zip(items, weights, strict=True))
        for sheet in sheets
    ]
    chosen = [models[item] for item in items]
    target = fmean(sums)
    if not expected_sum_score(chosen, LOWEST) < target < expected_sum_score(chosen, HIGHEST):
        raise PanelError(
            Message(
                _(
                    "The panel expects {raw} of {items} items: no ability is that low or that high on these "
                    "items. Discuss the judgements in another round."
                ),
                {"raw": f"{raw.cut:.1f}", "items": len(items)},
            )
        )
    theta = theta_of_sum_score(chosen, target)
    error = stdev(sums) / sqrt(len(sums))
    slope = _slope(expected_sum_score, chosen, theta)
    return Cut(raw=raw.cut, raw_se=raw.se, theta=theta, theta_se=error / slope, items=len(items))


def _slope(
    curve: Callable[[Sequence[ItemModel], float], float], models: Sequence[ItemModel], theta: float
) -> float:
    h = 1e-4
    return (curve(models, theta + h) - curve(models, theta - h)) / (2 * h)


def _cut_at(theta: float, error: float, models: Sequence[ItemModel]) -> Cut:
    """Return the cut at an ability, in items solved as well."""
    return Cut(
        raw=expected_raw(models, theta),
        raw_se=error * _slope(expected_raw, models, theta),
        theta=theta,
        theta_se=error,
        items=len(models),
    )


def expected_raw(models: Iterable[ItemModel], theta: float) -> float:
    """Return how many items somebody of this ability is expected to solve, parts of an item included."""
    return sum(expected_fraction(model, theta) for model in models)


# Bookmark


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page of the booklet: reaching ``category`` of the item becomes likely enough at ``location``."""

    item: str
    category: int
    location: float


def booklet(models: Mapping[str, ItemModel], response_probability: Decimal) -> tuple[Place, ...]:
    """Return the ordered booklet, easiest first: a page for an item, or for each step of one with several.

    Raises PanelError for an item that guessing alone solves as often as the response probability.
    """
    places = [
        Place(item=item, category=category, location=_location(item, model, category, response_probability))
        for item, model in models.items()
        for category in range(1, model.categories)
    ]
    if len(places) < 2:
        raise PanelError(Message(_("A booklet needs two or more calibrated items.")))
    return tuple(sorted(places, key=lambda place: (place.location, place.item, place.category)))


def _location(item: str, model: ItemModel, category: int, response_probability: Decimal) -> float:
    wanted = float(response_probability)
    if isinstance(model, ThreeParameterLogistic):
        if model.c < wanted:
            return bookmark_location(model, wanted)
    else:
        return _where(model, category, wanted)
    raise PanelError(
        Message(
            _("Item {item} is guessed right too often for a booklet with {percent} percent: leave it out."),
            {"item": item, "percent": int(response_probability * 100)},
        )
    )


def _where(model: ItemModel, category: int, wanted: float) -> float:
    """Return the ability at which the category or a higher one has the wanted probability."""
    low, high = LOWEST, HIGHEST
    while high - low > 1e-9:
        middle = (low + high) / 2.0
        if sum(model.category_probs(middle)[category:]) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def checked_mark(places: Sequence[Place], text: str) -> int:
    """Return the mark that ``text`` says: how many pages are mastered; raises PanelError."""
    bare = text.strip()
    if not re.fullmatch(r"[0-9]{1,4}", bare) or not 1 <= int(bare) <= len(places):
        raise PanelError(
            Message(
                _("“{text}” is no page of the booklet: write a number from 1 to {last}."),
                {"text": text[:20], "last": len(places)},
            )
        )
    return int(bare)


def bookmark_cut(places: Sequence[Place], marks: Sequence[int], models: Mapping[str, ItemModel]) -> Cut:
    """Return the bookmark cut: the mean of the locations of the judges' marks, with the panel's error."""
    locations = [places[mark - 1].location for mark in marks]
    theta, error = fmean(locations), stdev(locations) / sqrt(len(locations))
    chosen = [models[item] for item in dict.fromkeys(place.item for place in places)]
    return _cut_at(theta, error, chosen)


# Contrasting groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is kept of a group: how many, their mean and spread, and how many in each half logit."""

    persons: int
    mean: float
    sd: float
    bins: Mapping[float, int]


def read_names(text: str) -> tuple[str, ...]:
    """Return the names of a pasted list, one a line or separated by commas or semicolons, each once."""
    return tuple(dict.fromkeys(name.strip() for name in re.split(r"[\n,;]", text) if name.strip()))


def group_of(thetas: Sequence[float]) -> Group:
    """Return the figures of a group; raises PanelError for one that is too small."""
    if len(thetas) < MIN_GROUP:
        raise PanelError(
            Message(
                _("Only {n} people of a group have answered items of this bank; it needs {least} or more."),
                {"n": len(thetas), "least": MIN_GROUP},
            )
        )
    bins = Counter(floor(theta / BIN) * BIN for theta in thetas)
    return Group(persons=len(thetas), mean=fmean(thetas), sd=stdev(thetas), bins=dict(sorted(bins.items())))


def groups_cut(
    competent: Sequence[float], not_yet: Sequence[float], models: Mapping[str, ItemModel], *, seed: str
) -> Cut:
    """Return the cut where the two groups part.

    Raises PanelError for groups that are too small, or where those called competent measure lower than the
    others. ``seed`` makes the error repeatable where the groups do not overlap.
    """
    first, second = group_of(competent), group_of(not_yet)
    if first.mean <= second.mean:
        raise PanelError(
            Message(
                _(
                    "The people called competent do not measure higher than the others (means {high} and "
                    "{low}): no cut tells the groups apart. Check whether the lists are exchanged."
                ),
                {"high": f"{first.mean:.2f}", "low": f"{second.mean:.2f}"},
            )
        )
    theta, error = _parting(competent, not_yet, seed)
    return _cut_at(theta, error, list(models.values()))


def _parting(competent: Sequence[float], not_yet: Sequence[float], seed: str) -> CutScore:
    """Return where somebody is as likely to be of the one group as of the other.

    Groups that do not overlap have no such line: then it is the cut that misclassifies fewest, with the error
    of a bootstrap over both groups (Efron & Tibshirani 1993, chapter 6).
    """
    try:
        return contrasting_logistic(competent, not_yet)
    except DataError:
        random = Random(seed)  # noqa: S311 - no secret
        cuts = [
            contrasting_groups(
                random.choices(competent, k=len(competent)), random.choices(not_yet, k=len(not_yet))
            )
            for _number in range(RESAMPLES)
        ]
        return CutScore(contrasting_groups(competent, not_yet), stdev(cuts))

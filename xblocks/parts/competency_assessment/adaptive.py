"""The adaptive form: what comes next, what is sent ahead for a lost connection, and what it is worth.

State in, state out. The test itself is ``xblocks.measurement.adaptive``; here its answers are read from an
attempt, and the attempt is moved on.
"""

from collections.abc import Collection, Mapping
from math import ceil

from xblocks.competency.blueprint import AdaptiveRules, Blueprint
from xblocks.competency.domain_score import expected_share
from xblocks.competency.grading import AttemptScore
from xblocks.competency.items import Item
from xblocks.competency.measuring import category
from xblocks.competency.messages import mark as _
from xblocks.competency.types import score
from xblocks.competency.values import dataclass, field, replace
from xblocks.measurement.adaptive import AdaptiveTest, Given, Rules, Step, StopReason
from xblocks.measurement.errors import MeasurementError
from xblocks.measurement.pool import Pool

from .content import WORTH
from .state import Attempt, Traced

__all__ = ["REASONS", "Course", "barred_of", "given_of", "rules_of", "usable"]

# What is sent ahead of the item that comes next.
RESERVE = 2
REASONS: Mapping[StopReason, str] = {
    StopReason.CLASSIFIED: _("It is clear on which side of the required level you are."),
    StopReason.PRECISE: _("Your level is known precisely enough."),
    StopReason.LENGTH: _("The longest length of the test was reached."),
    StopReason.TIME: _("The time was over."),
    StopReason.EXHAUSTED: _("There was no further item that suits you."),
}


def rules_of(adaptive: AdaptiveRules, blueprint: Blueprint, cut: float | None) -> Rules:
    """Return the author's rules as the test takes them. ``cut`` is where the level begins, on the scale."""
    return Rules(
        shares=blueprint.shares,
        minimum=adaptive.minimum,
        maximum=adaptive.maximum,
        cut=cut,
        confidence=adaptive.confidence,
        se=adaptive.se,
        pilots=min(blueprint.pilots, adaptive.minimum),
    )


def usable(pool: Pool, adaptive: AdaptiveRules, blueprint: Blueprint) -> bool:
    """Tell whether an adaptive test can be given from the pool: it has the areas, and is large enough."""
    try:
        rules_of(adaptive, blueprint, None).checked(pool)
    except MeasurementError:
        return False
    return True


def barred_of(
    pool: Pool, rules: Rules, *, met: Collection[str], over_exposed: Collection[str]
) -> frozenset[str]:
    """Return what not to ask: what the learner met before, and what too many have seen.

    Where that leaves an area fewer items than the longest test has of it, the second gives way first, then
    both.
    """
    whole = sum(rules.shares.values())
    for barred in (frozenset(met) | frozenset(over_exposed), frozenset(met)):
        left = [item.area for item in pool.items if item.id not in barred]
        if all(left.count(area) >= ceil(rules.maximum * part / whole) for area, part in rules.shares.items()):
            return barred
    return frozenset()


def given_of(attempt: Attempt, items: Mapping[str, Item]) -> tuple[Given, ...]:
    """Return what was asked and answered, in that order, by the items as they are now."""
    answered = [items[id_] for id_, answer in attempt.answers.items() if answer.final and id_ in items]
    responses = attempt.responses(answered)
    return tuple(
        Given(item.id, category(item, score(item, responses[item.id]).fraction))
        for item in answered
        if item.id in responses
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """An adaptive attempt and all that decides how it goes on.

    ``given`` are its answers; ``trial`` the items on trial that may be slipped in, and the enemies of each.
    """

    attempt: Attempt
    given: tuple[Given, ...]
    pool: Pool
    rules: Rules
    trial: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def step(self, *, time_over: bool = False) -> Step:
        """Return where the test stands, and what comes next."""
        test = AdaptiveTest(
            self.pool, self.rules, seed=self.attempt.seed, barred=self.attempt.barred, trial=self.trial
        )
        return test.step(self.given, time_over=time_over)

    def current(self, step: Step) -> str | None:
        """Return what the learner is asked now; None where the test is over.

        It was sent before. Where the author's changes led elsewhere since, it is the first that is open.
        """
        if step.item_id is None or step.item_id in self.attempt.offered:
            return step.item_id
        return next((id_ for id_ in self.attempt.offered if id_ not in self.attempt.answers), None)

    def offered(self, step: Step) -> "Course":
        """Return the course with what comes next, and the reserve, noted as sent to the learner."""
        sent = list(self.attempt.offered)
        if step.item_id is not None:
            sent += [id_ for id_ in (step.item_id, *self.reserve(step.item_id)) if id_ not in sent]
        pilots = tuple(id_ for id_ in sent if id_ in self.trial)
        return replace(self, attempt=replace(self.attempt, offered=tuple(sent), pilots=pilots))

    def reserve(self, current: str) -> tuple[str, ...]:
        """Return what the learner can go on with when the connection is lost after ``current``.

        First what was sent and not needed, so that no more of the bank is shown than must be.
        """
        room = min(RESERVE, self.rules.maximum - len(self.given) - 1)
        chosen: list[str] = []
        for id_ in self.attempt.offered:
            waits = id_ != current and id_ not in self.attempt.answers
            together = {current, *chosen, *self.attempt.answers}
            if waits and len(chosen) < room and not self._enemies((id_,)) & together:
                chosen.append(id_)
        while len(chosen) < room:
            found = self._second_best((current, *chosen))
            if found is None:
                break
            chosen.append(found)
        return tuple(chosen)

    def _second_best(self, taken: tuple[str, ...]) -> str | None:
        """Return what the test would ask if those taken were not there; never an item on trial."""
        together = (*taken, *self.attempt.answers)
        shut = {*self.attempt.barred, *self.attempt.offered, *taken, *self._enemies(together)}
        counting = [one for one in self.given if one.item_id not in self.attempt.pilots]
        seed = f"{self.attempt.seed}\nreserve {len(taken)}"
        return AdaptiveTest(self.pool, self.rules, seed=seed, barred=shut).step(counting).item_id

    def _enemies(self, ids: Collection[str]) -> set[str]:
        position = self.pool.position
        known = [self.pool.items[position[id_]].enemies for id_ in ids if id_ in position]
        return set().union(*known, *(self.trial[id_] for id_ in ids if id_ in self.trial))

    def traced(self, item: str, step: Step) -> "Course":
        """Return the course with what is known after the answer to ``item`` noted."""
        theta, se = step.estimate
        above = None if step.above is None else round(step.above, 6)
        after = Traced(item, round(theta, 6), round(se, 6), above)
        return replace(self, attempt=replace(self.attempt, trace=(*self.attempt.trace, after)))

    def score(self) -> AttemptScore:
        """Return the points: the per cent of the bank that the learner is expected to answer rightly.

        Where the test was broken off before its shortest length, they are less in proportion: else not to
        answer would be a way to the average.
        """
        share = expected_share(self.pool.items, self.rules.shares, self.step().estimate.theta)
        counted = sum(one.item_id not in self.attempt.pilots for one in self.given)
        complete = min(1.0, counted / self.rules.minimum)
        return AttemptScore(round(WORTH * share * complete, 4), WORTH)

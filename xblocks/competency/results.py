"""Results of an attempt: item by item, in total, and by competency."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from .items import Item
from .responses import Response
from .scoring import Score
from .types import score
from .values import dataclass

__all__ = ["AttemptResult", "CompetencyResult", "ItemResult", "result_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """One item, the answer to it, and what it earned."""

    item: Item
    response: Response | None
    score: Score

    @property
    def answered(self) -> bool:
        """Whether there is a complete answer."""
        return self.response is not None and self.response.complete


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetencyResult:
    """What one competency's items earned. An item of several competencies counts in full for each."""

    competency: str
    earned: Decimal
    possible: Decimal
    items: int
    answered: int

    @property
    def share(self) -> Decimal:
        """Share of the points, 0..1."""
        return self.earned / self.possible


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """The results of an attempt's items, in the order shown."""

    items: tuple[ItemResult, ...]

    @property
    def earned(self) -> Decimal:
        """Points earned."""
        return sum((one.score.points for one in self.items), Decimal(0))

    @property
    def possible(self) -> Decimal:
        """Points that could be earned."""
        return sum((one.score.possible for one in self.items), Decimal(0))

    @property
    def answered(self) -> int:
        """How many items have a complete answer."""
        return sum(one.answered for one in self.items)

    @property
    def share(self) -> Decimal:
        """Share of the points, 0..1; 0 where there is nothing to earn."""
        return self.earned / self.possible if self.possible else Decimal(0)

    def by_competency(self) -> tuple[CompetencyResult, ...]:
        """Return the results by competency, in the order the items first name them."""
        groups: dict[str, list[ItemResult]] = {}
        for one in self.items:
            for competency in one.item.competencies:
                groups.setdefault(competency, []).append(one)
        return tuple(_competency(competency, group) for competency, group in groups.items())


def result_of(items: Iterable[Item], responses: Mapping[str, Response]) -> AttemptResult:
    """Score the items with the answers by item id; an item without one earns nothing."""
    return AttemptResult(
        items=tuple(
            ItemResult(item=item, response=responses.get(item.id), score=score(item, responses.get(item.id)))
            for item in items
        )
    )


def _competency(competency: str, group: list[ItemResult]) -> CompetencyResult:
    return CompetencyResult(
        competency=competency,
        earned=sum((one.score.points for one in group), Decimal(0)),
        possible=sum((one.score.possible for one in group), Decimal(0)),
        items=len(group),
        answered=sum(one.answered for one in group),
    )

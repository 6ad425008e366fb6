"""What a form is made of: how many items of which competency and level, and the drawing of it from a bank.

Pure and replayable: the seed of the attempt decides, and an item's place in the draw does not depend on the
other items or on the machine.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from .drawing import Cells, apart
from .errors import BlueprintError, DefinitionError
from .items import COMPETENCY_ID, LEVELS, MAX_ID, Item, ItemStatus
from .messages import Message
from .messages import mark as _
from .values import dataclass

__all__ = [
    "CONFIDENCE",
    "COUNTS",
    "PILOTS",
    "AdaptiveRules",
    "Blueprint",
    "Draw",
    "Study",
    "check",
    "draw",
    "draw_fresh",
    "drawable",
    "enemies_of",
]

COUNTS = range(1, 101)
PILOTS = range(21)
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """So many items, 1 to 100, of a competency and, unless None, of a level."""

    competency: str
    count: int
    level: int | None = None

    def __post_init__(self) -> None:
        faults = [*_competency_faults(self.competency), *_level_faults(self.level)]
        if self.count not in COUNTS:
            faults.append(_not_between("count", COUNTS))
        if faults:
            raise DefinitionError(faults)

    @property
    def cell(self) -> Message:
        """What is drawn, in words."""
        if self.level is None:
            return Message("{competency}", {"competency": self.competency})
        return Message(
            _("{competency} at level {level}"), {"competency": self.competency, "level": self.level}
        )

    def takes(self, item: Item) -> bool:
        """Tell whether the item is of this competency and level."""
        return self.competency in item.competencies and self.level in (None, item.level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """The draws of a form, and how many items on trial, 0 to 20, are slipped in and count for nothing.

    ``repeats`` True: items that the learner met before may come again; whoever draws bars none for it.
    """

    draws: tuple[Draw, ...]
    pilots: int = 0
    repeats: bool = False

    def __post_init__(self) -> None:
        faults: list[Message] = []
        if not self.draws:
            faults.append(Message(_("The blueprint draws nothing.")))
        seen: set[tuple[str, int | None]] = set()
        for one in self.draws:
            if (one.competency, one.level) in seen:
                faults.append(Message(_("The blueprint draws {cell} twice."), {"cell": one.cell}))
            seen.add((one.competency, one.level))
        if self.pilots not in PILOTS:
            faults.append(_not_between("pilots", PILOTS))
        if faults:
            raise DefinitionError(faults)

    @property
    def size(self) -> int:
        """How many items of a form count."""
        return sum(one.count for one in self.draws)

    @property
    def shares(self) -> Mapping[str, float]:
        """The part of the form, 0 to 1, that each competency is drawn for; they sum to 1."""
        shares: dict[str, float] = {}
        for one in self.draws:
            shares[one.competency] = shares.get(one.competency, 0.0) + one.count / self.size
        return shares


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveRules:
    """When an adaptive form ends: after ``minimum`` to ``maximum`` items, 1 to 100.

    ``se``, .1 to 1, ends it at that standard error; ``level`` as soon as the learner is above or below the
    cut of that level with ``confidence``, .51 to .999. None leaves a rule out.
    """

    minimum: int
    maximum: int
    se: float | None = None
    confidence: float = CONFIDENCE
    level: int | None = None

    def __post_init__(self) -> None:
        faults = [*_level_faults(self.level)]
        for name, value in (("minimum", self.minimum), ("maximum", self.maximum)):
            if value not in COUNTS:
                faults.append(_not_between(name, COUNTS))
        if self.minimum > self.maximum:
            faults.append(
                Message(
                    _("An adaptive form of at least {minimum} and at most {maximum} items cannot be given."),
                    {"minimum": self.minimum, "maximum": self.maximum},
                )
            )
        if self.se is not None and not 0.1 <= self.se <= 1.0:
            faults.append(Message(_("The standard error to end at must be 0.1 to 1.")))
        if not 0.51 <= self.confidence <= 0.999:
            faults.append(Message(_("The confidence must be 0.51 to 0.999.")))
        if faults:
            raise DefinitionError(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Where a competency is taught: an address, as OLX has it, and what it is called."""

    competency: str
    href: str
    title: str

    def __post_init__(self) -> None:
        faults = [*_competency_faults(self.competency)]
        if not self.href.strip() or not self.title.strip():
            faults.append(Message(_("A place to study needs an address and a title.")))
        if faults:
            raise DefinitionError(faults)


def _competency_faults(competency: str) -> Iterator[Message]:
    if not COMPETENCY_ID.fullmatch(competency) or len(competency) > MAX_ID:
        yield Message(_("“{id}” cannot be the id of a competency."), {"id": competency})


def _level_faults(level: int | None) -> Iterator[Message]:
    if level is not None and level not in LEVELS:
        yield _not_between("level", LEVELS)


def _not_between(name: str, allowed: Sequence[int]) -> Message:
    return Message(
        _("{name} must be a whole number from {low} to {high}."),
        {"name": name, "low": allowed[0], "high": allowed[-1]},
    )


def enemies_of(items: Iterable[Item]) -> Mapping[str, frozenset[str]]:
    """Return each item's enemies, whichever of the two names the other; items without any are left out."""
    found: dict[str, set[str]] = {}
    for item in items:
        for enemy in item.enemies:
            found.setdefault(item.id, set()).add(enemy)
            found.setdefault(enemy, set()).add(item.id)
    return {id_: frozenset(enemies) for id_, enemies in found.items()}


def drawable(items: Iterable[Item], blueprint: Blueprint) -> tuple[Item, ...]:
    """Return the live items that some draw takes, in their order."""
    items = tuple(items)
    fitting = _fitting(items, blueprint)
    return tuple(item for item in items if item.status is ItemStatus.LIVE and fitting[item.id])


def _fitting(items: Iterable[Item], blueprint: Blueprint) -> Mapping[str, Sequence[int]]:
    """Return which draws take each item, by its id."""
    by_competency: dict[str, list[tuple[int, int | None]]] = {}
    for number, one in enumerate(blueprint.draws):
        by_competency.setdefault(one.competency, []).append((number, one.level))
    return {
        item.id: [
            number
            for competency in item.competencies
            for number, level in by_competency.get(competency, ())
            if level is None or level == item.level
        ]
        for item in items
    }


def draw(
    items: Iterable[Item], blueprint: Blueprint, *, seed: str, barred: Collection[str] = ()
) -> tuple[str, ...]:
    """Return the ids of a form in the order to ask them; items on trial are among them, as far as there are.

    No two of them are enemies, and an item counts for one draw. ``barred`` items do not come. Raises
    BlueprintError, with every draw that cannot be filled.
    """
    return _drawn([item for item in items if item.id not in barred], blueprint, seed=seed, late=())


def draw_fresh(
    items: Iterable[Item], blueprint: Blueprint, *, seed: str, barred: Collection[str] = ()
) -> tuple[str, ...]:
    """Draw as ``draw`` does, but fall back to as few ``barred`` items as the blueprint can be filled with.

    Items on trial that are barred do not come: a second answer teaches nothing of them.
    """
    kept = [item for item in items if item.status is not ItemStatus.PILOT or item.id not in barred]
    return _drawn(kept, blueprint, seed=seed, late=barred)


def _drawn(
    items: Sequence[Item], blueprint: Blueprint, *, seed: str, late: Collection[str]
) -> tuple[str, ...]:
    enemies, fitting = enemies_of(items), _fitting(items, blueprint)
    wanted = [item for item in items if fitting[item.id]]
    order = sorted(
        (item for item in wanted if item.status is ItemStatus.LIVE),
        key=lambda item: (item.id in late, _place(seed, item)),
    )
    cells = Cells(order, fitting, [one.count for one in blueprint.draws])
    if not cells.full:
        raise BlueprintError(_shortages(order, blueprint, cells))
    chosen = apart(cells, enemies, late)
    if chosen is None:
        raise BlueprintError(
            [Message(_("No form of this blueprint was found that keeps items apart from their enemies."))]
        )
    ids = [item.id for item in chosen]
    trial = sorted(
        (item for item in wanted if item.status is ItemStatus.PILOT),
        key=lambda item: _place(seed, item),
    )
    for item in trial:
        if len(ids) < blueprint.size + blueprint.pilots and not enemies.get(item.id, frozenset()) & set(ids):
            ids.append(item.id)
    return tuple(sorted(ids, key=lambda id_: hashlib.sha256(f"{seed}\norder\n{id_}".encode()).digest()))


def _place(seed: str, item: Item) -> bytes:
    # A digest and no generator: the place of an item stays when others come to the bank.
    return hashlib.sha256(f"{seed}\n{item.id}".encode()).digest()


def _shortages(items: Sequence[Item], blueprint: Blueprint, cells: Cells[Item]) -> Iterator[Message]:
    short = False
    for one in blueprint.draws:
        have = sum(map(one.takes, items))
        if have < one.count:
            short = True
            yield Message(
                _("The blueprint needs {need} items of {cell} and has {have}."),
                {"need": one.count, "cell": one.cell, "have": have},
            )
    if short:
        return
    # Each draw could be filled by itself; these want the same items.
    together = [blueprint.draws[cell] for cell in sorted(cells.contested())]
    names = Message(
        ", ".join(f"{{c{n}}}" for n in range(len(together))),
        {f"c{n}": one.cell for n, one in enumerate(together)},
    )
    yield Message(
        _("The blueprint needs {need} items of {cells} together and has {have}."),
        {
            "need": sum(one.count for one in together),
            "cells": names,
            "have": sum(any(one.takes(item) for one in together) for item in items),
        },
    )


def check(
    items: Iterable[Item], blueprint: Blueprint, adaptive: AdaptiveRules | None = None
) -> tuple[Message, ...]:
    """Return why no form can be drawn from these items; empty where one can."""
    items = tuple(items)
    problems: list[Message] = []
    try:
        draw(items, blueprint, seed="check")
    except BlueprintError as error:
        problems += error.faults
    if adaptive is not None:
        problems += _adaptive_problems(items, blueprint, adaptive)
    return tuple(problems)


def _adaptive_problems(
    items: Sequence[Item], blueprint: Blueprint, adaptive: AdaptiveRules
) -> Iterator[Message]:
    # An adaptive form counts an item for the competency that it names first.
    live = [item.competencies[0] for item in items if item.status is ItemStatus.LIVE]
    for competency in blueprint.shares:
        if competency not in live:
            yield Message(
                _("An adaptive form needs items that name {competency} first, and there are none."),
                {"competency": competency},
            )
    have = sum(competency in blueprint.shares for competency in live)
    if have < adaptive.maximum:
        yield Message(
            _("An adaptive form of at most {need} items needs as many to choose from, and has {have}."),
            {"need": adaptive.maximum, "have": have},
        )

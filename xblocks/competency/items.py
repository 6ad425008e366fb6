"""Items: what an assessment asks, and the key. Nine types in one family.

Values are checked where they are born: making an item that breaks a rule raises DefinitionError with
every fault. Text that people read is XHTML in canonical form, sanitised by whoever shows it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import ClassVar

from .errors import DefinitionError
from .messages import Message
from .messages import mark as _
from .parts import (
    Action,
    Entry,
    FillCell,
    ItemStatus,
    JudgementMode,
    LabelCell,
    Line,
    Option,
    Pair,
    Quantity,
)
from .values import dataclass

__all__ = [
    "COMPETENCY_ID", "LEVELS", "MAX_ID", "SECONDS", "Action", "Entry", "FillCell", "FindTheError", "Item",
    "ItemStatus", "JudgementMode", "LabelCell", "Line", "Matching", "MultipleResponse", "Numeric",
    "Option", "Ordering", "Pair", "Quantity", "ShortText", "SingleChoice", "SituationalJudgement",
    "TableFill", "normalised",
]  # fmt: skip

ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
CELL_ID = re.compile(r"[a-z][a-z0-9_]*")
COMPETENCY_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*")
# One row of a database column each; a course with longer ids could not be recorded.
MAX_ID = 100
MAX_PARTS = 50
LEVELS = range(1, 6)
SECONDS = range(5, 3601)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question. ``level`` is 1..5; ``points`` None means the default, 1 (see ``worth``).

    ``feedback`` says why the key is right; ``source`` names the article of law it rests on. ``seconds`` is
    the time that an answer is expected to take, 5 to 3600. ``enemies`` are ids of items that give this one
    away, or are given away by it: naming it on one of the two is enough.
    """

    type: ClassVar[str] = ""

    id: str
    competencies: tuple[str, ...]
    level: int
    prompt: str
    points: Decimal | None = None
    source: str = ""
    feedback: str = ""
    seconds: int | None = None
    status: ItemStatus = ItemStatus.LIVE
    enemies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        faults = [*self._common_faults(), *self._faults()]
        if faults:
            raise DefinitionError(faults)

    @property
    def worth(self) -> Decimal:
        """Points for a fully right answer."""
        return Decimal(1) if self.points is None else self.points

    def _common_faults(self) -> Iterator[Message]:
        if not ID.fullmatch(self.id) or len(self.id) > MAX_ID:
            yield Message(
                _("“{id}” cannot be an id: use small letters, digits, - and _, up to 100."), {"id": self.id}
            )
        if not self.competencies:
            yield Message(_("Item {item} names no competency."), {"item": self.id})
        for competency in self.competencies:
            if not COMPETENCY_ID.fullmatch(competency) or len(competency) > MAX_ID:
                yield Message(_("“{id}” cannot be the id of a competency."), {"id": competency})
        yield from _duplicates(self.competencies)
        if self.level not in LEVELS:
            yield Message(_("Item {item}: the level must be 1 to 5."), {"item": self.id})
        if not (self.worth.is_finite() and 0 < self.worth <= 1000):
            yield Message(_("Item {item}: points must be more than 0, at most 1000."), {"item": self.id})
        if not _text(self.prompt):
            yield Message(_("Item {item} has no prompt."), {"item": self.id})
        if self.seconds is not None and self.seconds not in SECONDS:
            yield Message(_("Item {item}: seconds must be 5 to 3600."), {"item": self.id})
        yield from self._enemy_faults()

    def _enemy_faults(self) -> Iterator[Message]:
        for enemy in self.enemies:
            if not ID.fullmatch(enemy) or len(enemy) > MAX_ID:
                yield Message(
                    _("“{id}” cannot be an id: use small letters, digits, - and _, up to 100."), {"id": enemy}
                )
        if self.id in self.enemies:
            yield Message(_("Item {item} names itself as an enemy."), {"item": self.id})
        yield from _duplicates(self.enemies)

    def _faults(self) -> Iterator[Message]:
        return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleChoice(Item):
    """One right option among several."""

    type: ClassVar[str] = "single_choice"
    options: tuple[Option, ...]

    def _faults(self) -> Iterator[Message]:
        yield from _part_faults(self, [(part.id, part.body) for part in self.options], at_least=2)
        right = sum(option.correct for option in self.options)
        if right != 1:
            yield Message(
                _("Item {item} has {n} right options; a single choice has exactly one."),
                {"item": self.id, "n": right},
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleResponse(Item):
    """Every right option among several."""

    type: ClassVar[str] = "multiple_response"
    options: tuple[Option, ...]

    def _faults(self) -> Iterator[Message]:
        yield from _part_faults(self, [(part.id, part.body) for part in self.options], at_least=2)
        if not any(option.correct for option in self.options):
            yield Message(_("Item {item} has no right option."), {"item": self.id})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering(Item):
    """Entries to put in order; they are kept in the right one."""

    type: ClassVar[str] = "ordering"
    entries: tuple[Entry, ...]

    def _faults(self) -> Iterator[Message]:
        yield from _part_faults(self, [(part.id, part.body) for part in self.entries], at_least=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching(Item):
    """Left-hand sides to be matched with right-hand sides, of which ``distractors`` fit none."""

    type: ClassVar[str] = "matching"
    pairs: tuple[Pair, ...]
    distractors: tuple[Entry, ...] = ()

    @property
    def right_sides(self) -> dict[str, str]:
        """Every right-hand side by its id: the pair's, or the distractor's."""
        return {part.id: part.right for part in self.pairs} | {
            part.id: part.body for part in self.distractors
        }

    def _faults(self) -> Iterator[Message]:
        pairs = [(part.id, part.left if _text(part.right) else "") for part in self.pairs]
        extra = [(part.id, part.body) for part in self.distractors]
        yield from _part_faults(self, pairs + extra, at_least=2)
        if not self.pairs or len(pairs + extra) < 2:
            yield Message(_("Item {item} needs a pair, and two right-hand sides."), {"item": self.id})


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric(Item):
    """A number to be worked out."""

    type: ClassVar[str] = "numeric"
    answer: Quantity

    def _faults(self) -> Iterator[Message]:
        yield from _quantity_faults(self.id, self.answer.value, self.answer.tolerance)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortText(Item):
    """A word or phrase; spelling counts, case, spacing and punctuation do not."""

    type: ClassVar[str] = "short_text"
    accepted: tuple[str, ...]

    def _faults(self) -> Iterator[Message]:
        if not self.accepted or not all(map(normalised, self.accepted)):
            yield Message(
                _("Item {item} needs an accepted answer with letters or digits."), {"item": self.id}
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationalJudgement(Item):
    """Ways to act in a situation, judged against the experts' key."""

    type: ClassVar[str] = "situational_judgement"
    mode: JudgementMode
    actions: tuple[Action, ...]

    def _faults(self) -> Iterator[Message]:
        yield from _part_faults(self, [(part.id, part.body) for part in self.actions], at_least=2)
        for action in self.actions:
            if action.effectiveness not in LEVELS:
                yield Message(
                    _("Item {item}: the effectiveness of {part} must be 1 to 5."),
                    {"item": self.id, "part": action.id},
                )
        if self.mode is JudgementMode.RANK and len({part.effectiveness for part in self.actions}) < 2:
            yield Message(
                _("Item {item}: to be ranked, actions must differ in effectiveness."), {"item": self.id}
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFill(Item):
    """A table with cells to fill; a cell with a formula follows from the learner's own cells."""

    type: ClassVar[str] = "table_fill"
    rows: tuple[tuple[LabelCell | FillCell, ...], ...]

    @property
    def cells(self) -> tuple[FillCell, ...]:
        """The cells to fill, row by row."""
        return tuple(cell for row in self.rows for cell in row if isinstance(cell, FillCell))

    def key(self) -> dict[str, Decimal]:
        """Return the right number of every cell to fill; raises DefinitionError where one has none."""
        values: dict[str, Decimal] = {}
        open_ = {cell.id: cell for cell in self.cells}
        while open_:
            ready = [
                cell for cell in open_.values() if not cell.formula or values.keys() >= {*cell.formula.cells}
            ]
            if not ready:
                raise DefinitionError(
                    [
                        Message(
                            _("Item {item}: the formula of {part} reads a cell that has no number."),
                            {"item": self.id, "part": next(iter(open_))},
                        )
                    ]
                )
            for cell in ready:
                value = cell.formula.value(values) if cell.formula else cell.value
                if value is None:
                    raise DefinitionError(
                        [
                            Message(
                                _("Item {item}: the formula of {part} has no value."),
                                {"item": self.id, "part": cell.id},
                            )
                        ]
                    )
                values[cell.id] = value
                del open_[cell.id]
        return values

    def _faults(self) -> Iterator[Message]:
        yield from _part_faults(self, [(cell.id, cell.id) for cell in self.cells], at_least=1)
        for cell in self.cells:
            if not CELL_ID.fullmatch(cell.id):
                yield Message(
                    _("Item {item}: the cell id {part} must be letters, digits and _, a letter first."),
                    {"item": self.id, "part": cell.id},
                )
            if (cell.value is None) == (cell.formula is None):
                yield Message(
                    _("Item {item}: cell {part} needs either a value or a formula."),
                    {"item": self.id, "part": cell.id},
                )
                return
            yield from _quantity_faults(self.id, cell.value, cell.tolerance)
        try:
            self.key()
        except DefinitionError as error:
            yield from error.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class FindTheError(Item):
    """A document in lines, some of them wrong."""

    type: ClassVar[str] = "find_the_error"
    lines: tuple[Line, ...]

    def _faults(self) -> Iterator[Message]:
        yield from _part_faults(self, [(part.id, part.body) for part in self.lines], at_least=2)
        if not any(line.wrong for line in self.lines):
            yield Message(_("Item {item} has no wrong line to find."), {"item": self.id})


def normalised(text: str) -> str:
    """Return the text as short answers are compared: case, spacing, punctuation and encoding gone.

    >>> normalised("  Kepala   Desa. ") == normalised("kepala-desa")
    True
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", plain.replace("_", " ")))


def _text(markup: str) -> bool:
    """Tell whether the markup shows anything: text, or an image."""
    return "<img" in markup or bool(re.sub(r"<[^>]*>", "", markup).strip())


def _part_faults(item: Item, parts: Iterable[tuple[str, str]], *, at_least: int) -> Iterator[Message]:
    parts = list(parts)
    if not at_least <= len(parts) <= MAX_PARTS:
        yield Message(
            _("Item {item} needs {least} to {most} parts to answer, and has {n}."),
            {"item": item.id, "n": len(parts), "least": at_least, "most": MAX_PARTS},
        )
    for id_, body in parts:
        if not ID.fullmatch(id_) or len(id_) > MAX_ID:
            yield Message(
                _("“{id}” cannot be an id: use small letters, digits, - and _, up to 100."), {"id": id_}
            )
        if not _text(body):
            yield Message(_("Item {item}: {part} is empty."), {"item": item.id, "part": id_})
    yield from _duplicates([id_ for id_, _body in parts])


def _duplicates(ids: Iterable[str]) -> Iterator[Message]:
    seen: set[str] = set()
    for id_ in ids:
        if id_ in seen:
            yield Message(_("The id {id} is used twice."), {"id": id_})
        seen.add(id_)


def _quantity_faults(item: str, value: Decimal | None, tolerance: Decimal | None) -> Iterator[Message]:
    for number in (value, tolerance):
        if number is not None and not (number.is_finite() and abs(number) < 10**18):
            yield Message(
                _("Item {item}: {number} is not a number one can answer."), {"item": item, "number": number}
            )
    if tolerance is not None and tolerance < 0:
        yield Message(_("Item {item}: the tolerance must not be negative."), {"item": item})

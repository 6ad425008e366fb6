"""Responses: a learner's answer to one item, read from untrusted JSON.

Each kind knows its own JSON, which is the same on the wire and at rest but for the ids of shuffled
parts: those leave the server as opaque tokens (see ``layout``), ``names`` maps them back.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar, Self, cast, override

from .errors import ResponseShapeError
from .items import (
    FindTheError,
    Item,
    JudgementMode,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortText,
    SingleChoice,
    SituationalJudgement,
    TableFill,
)
from .messages import Message
from .messages import mark as _
from .numbers import NumberFormat, parse_number
from .values import dataclass

__all__ = [
    "Chosen",
    "Json",
    "Matched",
    "Numbers",
    "Placed",
    "Rated",
    "Response",
    "Written",
    "judged",
    "renamed",
]

type Json = Mapping[str, object]
MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that fits its item. ``complete`` counts it as answered; an incomplete one is kept too."""

    field: ClassVar[str] = ""
    complete: bool

    def to_json(self) -> dict[str, object]:
        """Return what ``read`` takes."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Chosen(Response):
    """The ids that were ticked: options, or lines."""

    field: ClassVar[str] = "chosen"
    ids: tuple[str, ...]

    @classmethod
    def read(cls, item: SingleChoice | MultipleResponse | FindTheError, data: Json) -> Self:
        """Read ``{"chosen": ["b", …]}``."""
        parts = item.lines if isinstance(item, FindTheError) else item.options
        known = [part.id for part in parts]
        given = _value(item, data, cls.field)
        most = 1 if isinstance(item, SingleChoice) else len(known)
        if not isinstance(given, list) or len(given) > most or len(given) != len({*map(str, given)}):
            raise _shape(item, given, Message(_("a list of at most {n} ids"), {"n": most}))
        for id_ in given:
            if not isinstance(id_, str) or id_ not in known:
                raise _shape(item, id_, Message(_("parts of the item")))
        # In the item's order, so that equal answers are equal.
        return cls(bool(given), tuple(id_ for id_ in known if id_ in given))

    @override
    def to_json(self) -> dict[str, object]:
        return {self.field: list(self.ids)}


@dataclass(frozen=True, slots=True)
class Placed(Response):
    """A place for each part, 1 first: entries in order, actions from most to least effective."""

    field: ClassVar[str] = "places"
    places: Mapping[str, int]

    @classmethod
    def read(cls, item: Ordering | SituationalJudgement, data: Json) -> Self:
        """Read ``{"places": {"b": 1, …}}``."""
        parts = item.entries if isinstance(item, Ordering) else item.actions
        places = _whole_numbers(item, data, cls.field, [part.id for part in parts], len(parts))
        return cls(len(places) == len(parts) == len({*places.values()}), places)

    @override
    def to_json(self) -> dict[str, object]:
        return {self.field: dict(self.places)}


@dataclass(frozen=True, slots=True)
class Rated(Response):
    """A rating 1..5 for each action."""

    field: ClassVar[str] = "ratings"
    ratings: Mapping[str, int]

    @classmethod
    def read(cls, item: SituationalJudgement, data: Json) -> Self:
        """Read ``{"ratings": {"a": 4, …}}``."""
        ratings = _whole_numbers(item, data, cls.field, [part.id for part in item.actions], 5)
        return cls(len(ratings) == len(item.actions), ratings)

    @override
    def to_json(self) -> dict[str, object]:
        return {self.field: dict(self.ratings)}


@dataclass(frozen=True, slots=True)
class Matched(Response):
    """The right-hand side chosen for each left-hand side."""

    field: ClassVar[str] = "matches"
    matches: Mapping[str, str]

    @classmethod
    def read(cls, item: Matching, data: Json) -> Self:
        """Read ``{"matches": {"p1": "d1", …}}``."""
        rights = item.right_sides
        matches: dict[str, str] = {}
        for left, right in _mapping(item, data, cls.field, [pair.id for pair in item.pairs]).items():
            if not isinstance(right, str) or right not in rights:
                raise _shape(item, right, Message(_("one of the right-hand sides")))
            matches[left] = right
        return cls(len(matches) == len(item.pairs), matches)

    @override
    def to_json(self) -> dict[str, object]:
        return {self.field: dict(self.matches)}


@dataclass(frozen=True, slots=True)
class Numbers(Response):
    """Numbers as typed and as understood, by cell; a numeric item has one cell, ``value``."""

    field: ClassVar[str] = "numbers"
    typed: Mapping[str, str]
    values: Mapping[str, Decimal]

    @classmethod
    def read(cls, item: Numeric | TableFill, data: Json) -> Self:
        """Read ``{"numbers": {"value": "1.250.000"}}``; raises NumberFormatError for other text."""
        styles = (
            {"value": item.answer.style}
            if isinstance(item, Numeric)
            else {cell.id: cell.style for cell in item.cells}
        )
        typed: dict[str, str] = {}
        for cell, text in _mapping(item, data, cls.field, list(styles)).items():
            if not isinstance(text, str):
                raise _shape(item, text, Message(_("a number as text")))
            if text.strip():
                typed[cell] = text.strip()
        values = {
            cell: parse_number(text, styles[cell] or NumberFormat.PLAIN) for cell, text in typed.items()
        }
        return cls(len(typed) == len(styles), typed, values)

    @override
    def to_json(self) -> dict[str, object]:
        return {self.field: dict(self.typed)}


@dataclass(frozen=True, slots=True)
class Written(Response):
    """Text as typed."""

    field: ClassVar[str] = "text"
    text: str

    @classmethod
    def read(cls, item: ShortText, data: Json) -> Self:
        """Read ``{"text": "…"}``, up to 500 characters."""
        text = _value(item, data, cls.field)
        if not isinstance(text, str) or len(text) > MAX_TEXT or not _is_storable(text):
            raise _shape(item, text, Message(_("text of up to {n} characters"), {"n": MAX_TEXT}))
        return cls(bool(text.strip()), text)

    @override
    def to_json(self) -> dict[str, object]:
        return {self.field: self.text}


def judged(item: SituationalJudgement, data: Json) -> Placed | Rated:
    """Read the answer that the item's mode asks for."""
    return Placed.read(item, data) if item.mode is JudgementMode.RANK else Rated.read(item, data)


def renamed(data: object, names: Mapping[str, str]) -> object:
    """Return the JSON with the ids of shuffled parts mapped by ``names``; what is not named stays.

    >>> renamed({"places": {"t1": 2}, "matches": {"p1": "t1"}}, {"t1": "a"})
    {'places': {'a': 2}, 'matches': {'p1': 'a'}}
    """
    if not names or not isinstance(data, dict):
        return data

    def rename(one: object) -> object:
        return names.get(one, one) if isinstance(one, str) else one

    return {
        field: {rename(key): rename(value) for key, value in given.items()}
        if isinstance(given, dict)
        else given
        for field, given in data.items()
    }


def _is_storable(text: str) -> bool:
    """Tell whether databases, pages and reports can hold the text: JSON has NUL and halves of characters."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _shape(item: Item, given: object, expected: Message) -> ResponseShapeError:
    return ResponseShapeError(
        Message(
            _("The answer to item {item} cannot be read: expected {expected}, got {given}."),
            {"item": item.id, "expected": expected, "given": repr(given)[:60]},
        )
    )


def _value(item: Item, data: object, field: str) -> object:
    if not isinstance(data, dict) or list(data) != [field]:
        raise _shape(item, data, Message(_("an object with the field “{field}” alone"), {"field": field}))
    return data[field]


def _mapping(item: Item, data: Json, field: str, known: list[str]) -> dict[str, object]:
    given = _value(item, data, field)
    if not isinstance(given, dict):
        raise _shape(item, given, Message(_("an object whose keys are parts of the item")))
    for key in given:
        if key not in known:
            raise _shape(item, key, Message(_("parts of the item")))
    return cast(dict[str, object], given)


def _whole_numbers(item: Item, data: Json, field: str, known: list[str], most: int) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for key, number in _mapping(item, data, field, known).items():
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= most:
            raise _shape(item, number, Message(_("a whole number from 1 to {n}"), {"n": most}))
        numbers[key] = number
    return {key: numbers[key] for key in known if key in numbers}

"""Formulas of table cells: numbers, cell ids, ``+ - * /`` and brackets. Nothing else is evaluated.

>>> formula = Formula.parse("(b1 + b2) * 2")
>>> formula.cells
('b1', 'b2')
>>> formula.value({"b1": Decimal(3), "b2": Decimal("0.5")})
Decimal('7.0')
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException
from operator import add, mul, sub, truediv

from .errors import DefinitionError
from .messages import Message
from .messages import mark as _
from .values import dataclass

__all__ = ["Formula"]

MAX_LENGTH = 500
MAX_DEPTH = 50
TOKEN = re.compile(r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<cell>[a-z][a-z0-9_]*)|(?P<sign>[-+*/()]))")
SUMS: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {"+": add, "-": sub}
PRODUCTS: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {"*": mul, "/": truediv}


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that has been checked. ``cells`` are the ids it reads, in order of appearance."""

    text: str
    cells: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Formula":
        """Return the formula; raises DefinitionError where the text is not one."""
        ones: dict[str, Decimal] = {}
        tokens = _tokens(text)
        for piece in tokens:
            if piece[0].isalpha():
                ones[piece] = Decimal(1)
        _Evaluation(text, tokens, ones, dry=True).result()
        return cls(text, tuple(ones))

    def value(self, cells: Mapping[str, Decimal]) -> Decimal | None:
        """Return the value with these cells; None where it has none (division by zero, overflow).

        Raises KeyError where a cell the formula reads is missing.
        """
        try:
            result = _Evaluation(self.text, _tokens(self.text), cells).result()
        except DecimalException:
            return None
        return result if result.is_finite() else None


def _tokens(text: str) -> list[str]:
    tokens, at, end = [], 0, len(text.rstrip())
    if end > MAX_LENGTH:
        raise _fault(text)
    while at < end:
        found = TOKEN.match(text, at)
        if found is None:
            raise _fault(text)
        tokens.append(found.group().strip())
        at = found.end()
    return tokens


def _fault(text: str) -> DefinitionError:
    return DefinitionError(
        [
            Message(
                _("The formula “{formula}” cannot be read: use numbers, cell ids, + - * / and brackets."),
                {"formula": text[:80]},
            )
        ]
    )


class _Evaluation:
    """Recursive descent over the tokens; ``dry`` checks the grammar without computing."""

    def __init__(
        self, text: str, tokens: list[str], cells: Mapping[str, Decimal], *, dry: bool = False
    ) -> None:
        self.text, self.tokens, self.cells, self.dry = text, tokens, cells, dry
        self.at = self.depth = 0

    def result(self) -> Decimal:
        value = self._chain(SUMS, lambda: self._chain(PRODUCTS, self._factor))
        if self.at != len(self.tokens):
            raise _fault(self.text)
        return value

    def _chain(
        self, operators: Mapping[str, Callable[[Decimal, Decimal], Decimal]], part: Callable[[], Decimal]
    ) -> Decimal:
        value = part()
        while self.at < len(self.tokens) and self.tokens[self.at] in operators:
            operator = operators[self.tokens[self.at]]
            self.at += 1
            right = part()
            value = Decimal(1) if self.dry else operator(value, right)
        return value

    def _factor(self) -> Decimal:
        if self.at == len(self.tokens):
            raise _fault(self.text)
        piece = self.tokens[self.at]
        self.at += 1
        if piece == "(" or piece == "-":
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise _fault(self.text)
            if piece == "-":
                value = -self._factor()
            else:
                value = self._chain(SUMS, lambda: self._chain(PRODUCTS, self._factor))
                if self.at == len(self.tokens) or self.tokens[self.at] != ")":
                    raise _fault(self.text)
                self.at += 1
            self.depth -= 1
            return value
        if piece[0].isalpha():
            return self.cells[piece]
        if piece[0].isdigit():
            return Decimal(piece)
        raise _fault(self.text)

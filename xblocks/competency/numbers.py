"""Numbers as Indonesian officials write them: ``1.250.000,50``, ``Rp1.250.000,00``, ``12,5%``.

A dot groups thousands and a comma opens the decimals (PUEBI). A dot that cannot be a thousands
separator is refused rather than guessed: ``12.5`` might mean 12,5 or a slip for 125.
"""

import re
from decimal import Decimal
from enum import StrEnum

from .errors import NumberFormatError
from .messages import Message
from .messages import mark as _

__all__ = ["NumberFormat", "NumberText", "format_number", "parse_number"]

MAX_LENGTH = 40
NUMBER = re.compile(r"(?P<sign>[-+]?)(?P<whole>[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,(?P<part>[0-9]+))?")


class NumberText(str):
    """A number as it is written for a reader, which still knows its value: plurals depend on that."""

    value: Decimal

    def __new__(cls, text: str, value: Decimal) -> "NumberText":
        """Keep the value beside the text."""
        written = super().__new__(cls, text)
        written.value = value
        return written


class NumberFormat(StrEnum):
    """How a number is written; ``PERCENT`` counts in hundredths, so 12,5% has the value 12.5."""

    PLAIN = "plain"
    RUPIAH = "rupiah"
    PERCENT = "percent"


def parse_number(text: str, style: NumberFormat = NumberFormat.PLAIN) -> Decimal:
    """Return the number written in ``text``; raises NumberFormatError.

    >>> parse_number("1.250.000,50")
    Decimal('1250000.50')
    >>> parse_number("Rp 1.250.000,-", NumberFormat.RUPIAH), parse_number("12,5 %", NumberFormat.PERCENT)
    (Decimal('1250000'), Decimal('12.5'))
    >>> parse_number("12.5")
    Traceback (most recent call last):
    ...
    xblocks.competency.errors.NumberFormatError: “12.5” is not a number. Write for example 1.250.000 or 12,5.
    """
    # What is too long is not looked at: searching it for a unit can take hours.
    kept = text if len(text) <= MAX_LENGTH else ""
    bare = kept.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-").strip()
    if style is NumberFormat.RUPIAH:
        bare = re.sub(r"(?i)^([-+]?)\s*(?:rp\.?|idr)\s*", r"\1", bare)
        bare = re.sub(r",-+$", "", bare)
    elif style is NumberFormat.PERCENT:
        bare = re.sub(r"\s*(?:%|persen)$", "", bare, flags=re.IGNORECASE)
    found = NUMBER.fullmatch(bare)
    if found is None:
        raise NumberFormatError(
            Message(
                _("“{text}” is not a number. Write for example {example}."),
                {"text": text[:MAX_LENGTH], "example": EXAMPLES[style]},
            )
        )
    digits = found["sign"] + found["whole"].replace(".", "")
    return Decimal(f"{digits}.{found['part']}" if found["part"] else digits)


EXAMPLES = {
    NumberFormat.PLAIN: Message(_("1.250.000 or 12,5")),
    NumberFormat.RUPIAH: Message(_("Rp1.250.000")),
    NumberFormat.PERCENT: Message(_("12,5%")),
}


# What groups thousands, and what opens the decimals. Other languages follow Indonesia.
SEPARATORS = {"en": (",", ".")}
INDONESIAN = (".", ",")
# Money is written to the sen (EYD V: Rp5.000,00); nothing else gets trailing zeros.
SEN = 2


def format_number(value: Decimal, style: NumberFormat = NumberFormat.PLAIN, language: str = "id") -> str:
    """Return the number as the language writes it, all its digits.

    >>> format_number(Decimal("1250000"), NumberFormat.RUPIAH), format_number(Decimal("-0.5"))
    ('Rp1.250.000,00', '-0,5')
    >>> format_number(Decimal("12.5"), NumberFormat.PERCENT), format_number(Decimal("1e3"))
    ('12,5%', '1.000')
    >>> format_number(Decimal("1250000"), NumberFormat.RUPIAH, "en")
    'Rp1,250,000.00'
    """
    group, point = SEPARATORS.get(language, INDONESIAN)
    whole, _point, part = f"{abs(value):f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", group)
    part = part.rstrip("0").ljust(SEN if style is NumberFormat.RUPIAH else 0, "0")
    number = f"{grouped}{point}{part}" if part else grouped
    sign = "-" if value < 0 and number.strip("0.,") else ""
    if style is NumberFormat.RUPIAH:
        return f"{sign}Rp{number}"
    return f"{sign}{number}%" if style is NumberFormat.PERCENT else sign + number

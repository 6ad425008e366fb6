"""Settings as texts in a form ⇄ values of fields. A field's own ``values`` say what it takes."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from xblock.fields import Boolean, Field, Float, Integer, String

from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.olx.xml import Problem

__all__ = ["WrongValueError", "choices_of", "shown", "value_of"]

INTEGER = re.compile(r"-?[0-9]{1,9}")
# Four decimals: smaller numbers are written with an exponent, which our OLX does not take.
FLOAT = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{1,4})?")
# What XML 1.0 cannot hold, and the line breaks that an attribute turns into blanks.
UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
MAX_TEXT = 1000
FLAGS = {"true": (True, _("Yes")), "false": (False, _("No"))}


class WrongValueError(ValueError):
    """A text is no value of the field; ``problem`` says why."""

    def __init__(self, message: Message, remedy: Message) -> None:
        self.problem = Problem(line=0, where="", message=message, remedy=remedy)
        super().__init__(str(self.problem))


def choices_of(field: Field) -> dict[str, str]:
    """Return the texts to choose from and their labels; empty where anything can be typed."""
    return {text: label for text, (_value, label) in _choices(field).items()}


def _choices(field: Field) -> Mapping[str, tuple[Any, str]]:
    if isinstance(field, Boolean):
        return FLAGS
    values = field.values
    if not isinstance(values, list):
        return {}
    return {str(one["value"]): (one["value"], one["display_name"]) for one in values}


def shown(field: Field, value: Any, language: str) -> str:
    """Return the value as the form shows it; empty for none."""
    if value is None:
        return ""
    if isinstance(field, Boolean):
        return "true" if value else "false"
    if isinstance(field, Float):
        written = format(Decimal(repr(float(value))).normalize(), "f")
        return written if language == "en" else written.replace(".", ",")
    return str(value)


def value_of(field: Field, text: str) -> Any:
    """Return the value that the text stands for, the default for an empty one; raises WrongValueError.

    Raises TypeError for a kind of field that no form of ours has a control for.
    """
    text = text.strip()
    choices = _choices(field)
    if not text:
        return field.default
    if choices:
        if text not in choices:
            raise WrongValueError(
                Message(_("“{value}” is none of the choices."), {"value": text[:60]}),
                Message(_("Choose one of the list.")),
            )
        return choices[text][0]
    if isinstance(field, Integer):
        return _number(field, text, INTEGER, Message(_("a whole number")))
    if isinstance(field, Float):
        return _number(field, text, FLOAT, Message(_("a number with at most four decimals, such as 0.5")))
    if isinstance(field, String):
        return _text(text)
    raise TypeError(f"the editor has no control for the field {field.name} ({type(field).__name__})")


def _number(field: Field, text: str, pattern: re.Pattern[str], expected: Message) -> int | float:
    if not pattern.fullmatch(text):
        raise WrongValueError(
            Message(_("“{value}” is not {expected}."), {"value": text[:60], "expected": expected}),
            Message(_("Write {expected}."), {"expected": expected}),
        )
    number: int | float = int(text) if isinstance(field, Integer) else float(text.replace(",", "."))
    bounds = field.values if isinstance(field.values, dict) else {}
    low, high = bounds.get("min"), bounds.get("max")
    if low is not None and number < low:
        raise WrongValueError(
            Message(_("{value} is too small."), {"value": text}),
            Message(_("Write {n} or more."), {"n": low}),
        )
    if high is not None and number > high:
        raise WrongValueError(
            Message(_("{value} is too large."), {"value": text}),
            Message(_("Write {n} or less."), {"n": high}),
        )
    return number


def _text(text: str) -> str:
    if UNWRITABLE.search(text):
        raise WrongValueError(
            Message(_("The text holds characters that cannot be seen.")), Message(_("Type it anew."))
        )
    if len(text) > MAX_TEXT:
        raise WrongValueError(
            Message(_("The text is longer than {n} characters."), {"n": MAX_TEXT}), Message(_("Shorten it."))
        )
    return text

"""What commands refuse before anything is written: a database says less clearly what does not fit."""

from django.core.management.base import CommandError

__all__ = ["text_given"]

LIMIT = 255


def text_given(name: str, value: object, *, limit: int = LIMIT) -> str:
    """Return the value of the argument; raises CommandError unless it is a text that can be kept and read."""
    text = str(value)
    if not text.strip() or len(text) > limit or not text.isprintable():
        raise CommandError(f"{name} is to be a text of at most {limit} printable characters.")
    return text

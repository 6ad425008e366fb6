"""Messages for people, from code that knows no language.

The domain names a message by its English text with ``{placeholders}``; the skin, which knows the
reader's language, translates the text and fills it in.
"""

from collections.abc import Callable, Mapping

from .values import dataclass, field

__all__ = ["Message", "mark"]


def mark(text: str) -> str:
    """Return ``text`` as it is: marks it for the translation catalogue (imported as ``_``)."""
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """A translatable sentence and what to fill into it.

    >>> str(Message("Item {item}: {n} options", {"item": "q1", "n": 2}))
    'Item q1: 2 options'
    >>> Message("no {what}", {"what": "key"}).translated({"no {what}": "tanpa {what}"}.__getitem__)
    'tanpa key'
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format_map(self.values)

    def translated(self, gettext: Callable[[str], str]) -> str:
        """Return the sentence in the language of ``gettext``; messages among the values too."""
        values = {
            name: value.translated(gettext) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return gettext(self.text).format_map(values)

"""The reader's language: the host's catalogue first, then the one that comes with the package."""

import gettext as gettext_module
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from xblocks.competency.messages import Message
from xblocks.competency.values import dataclass

__all__ = ["Translator", "translator"]

CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
# The sources speak English; Bahasa Indonesia comes with the package.
BUNDLED = ("id", "en")
# One of our messages: a host's catalogue that has it speaks for us.
MARK = "Sign in to take this assessment."


@dataclass(frozen=True, slots=True)
class Translator:
    """Translates the sources' English into ``language``: what is said is in that language."""

    language: str
    service: Any

    def gettext(self, text: str) -> str:
        """Return the text in the reader's language."""
        if self.service is not None:
            translated = str(self.service.gettext(text))
            if translated != text:
                return translated
        return _catalogue(self.language).gettext(text)

    def ngettext(self, singular: str, plural: str, count: Decimal | int) -> str:
        """Return the text for so many. Parts of one, such as half a point, are no single one."""
        number = int(count) if count == int(count) else 2
        if self.service is not None:
            translated = str(self.service.ngettext(singular, plural, number))
            if translated not in (singular, plural):
                return translated
        return _catalogue(self.language).ngettext(singular, plural, number)

    def text(self, message: Message) -> str:
        """Return the message in the reader's language, filled in."""
        return message.translated(self.gettext)

    def texts(self, messages: Iterable[Message]) -> str:
        """Return the messages as one text."""
        return " ".join(map(self.text, messages))


def translator(block: Any) -> Translator:
    """Return the translator of the current request, English where nobody translated for the reader.

    A host without a catalogue of ours is not asked: its own may have one word or another by chance.
    """
    service = block.runtime.service(block, "i18n")
    asked = (get_language() or "id").split("-")[0]
    speaks = service is not None and str(service.gettext(MARK)) != MARK
    return Translator(asked if speaks or asked in BUNDLED else "en", service if speaks else None)


@cache
def _catalogue(language: str) -> gettext_module.NullTranslations:
    return gettext_module.translation("text", str(CATALOGUES), languages=[language], fallback=True)

"""The reader's language: the host's catalogue first, then the one that comes with the package."""

import gettext as gettext_module
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from xblocks.competency.messages import Message

__all__ = ["Translator", "translator"]

CATALOGUES = Path(__file__).resolve().parent.parent / "translations"


@dataclass(frozen=True, slots=True)
class Translator:
    """Translates the sources' English into ``language``."""

    language: str
    service: Any

    def gettext(self, text: str) -> str:
        """Return the text in the reader's language."""
        if self.service is not None:
            translated = str(self.service.gettext(text))
            if translated != text:
                return translated
        return _catalogue(self.language).gettext(text)

    def text(self, message: Message) -> str:
        """Return the message in the reader's language, filled in."""
        return message.translated(self.gettext)

    def texts(self, messages: Iterable[Message]) -> str:
        """Return the messages as one text."""
        return " ".join(map(self.text, messages))


def translator(block: Any) -> Translator:
    """Return the translator of the current request."""
    return Translator((get_language() or "id").split("-")[0], block.runtime.service(block, "i18n"))


@cache
def _catalogue(language: str) -> gettext_module.NullTranslations:
    return gettext_module.translation("text", str(CATALOGUES), languages=[language], fallback=True)

"""Sentences of the domain and of this app on pages of the administration, in the language of the request."""

import gettext
from functools import cache
from importlib import resources

from django.utils.translation import get_language
from django.utils.translation import gettext as of_django

from xblocks.competency.messages import Message

__all__ = ["language", "say"]


def language() -> str:
    """Return the language of the request, without its region; Indonesian where there is none."""
    return (get_language() or "id").split("-")[0]


def say(message: Message) -> str:
    """Return the message in the reader's language; English where neither catalogue has another.

    This app's own messages are in Django's catalogue, the domain's in the blocks'.
    """
    return message.translated(_translated)


def _translated(text: str) -> str:
    found = of_django(text)
    return found if found != text else _catalogue(language()).gettext(text)


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    directory = str(resources.files("xblocks") / "translations")
    return gettext.translation("text", directory, languages=[code], fallback=True)

"""A pseudo-language for tests: every translated message is wrapped in ⟦…⟧, so that what is not stands out."""

import re
from collections.abc import Collection, Iterator

from lxml import html

__all__ = ["PseudoI18n", "untranslated", "wrapped"]

WRAPPED = re.compile(r"⟦[^⟦⟧]*⟧")
# Between what stands side by side in one line; data of authors and learners is told part by part.
SEPARATORS = re.compile(r"\n| · |, ")
EDGES = " .:\N{EN DASH}\N{EM DASH}→✓✗◐"
SPOKEN = ("aria-label", "title", "alt", "placeholder")
# Signs of the trade that every language writes alike, and the product's name.
SIGNS = frozenset({"Rp", "JP", "NIP", "Kapasitas"})


def wrapped(text: str) -> str:
    """Return the message in the pseudo-language."""
    return f"⟦{text}⟧"


class PseudoI18n:
    """An i18n service of a host that speaks the pseudo-language."""

    def gettext(self, text: str) -> str:
        return wrapped(text)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return wrapped(singular if count == 1 else plural)


def untranslated(page: str, data: Collection[str]) -> list[str]:
    """Return what a reader sees or hears of the page that is neither translated nor in ``data``."""
    found = []
    for text in _shown(html.fromstring(f"<div>{page}</div>")):
        while WRAPPED.search(text):
            text = WRAPPED.sub("", text)
        parts = (" ".join(part.split()).strip(EDGES) for part in SEPARATORS.split(text))
        found += [part for part in parts if re.search(r"[^\W\d_]", part) and part not in {*data, *SIGNS}]
    return found


def _shown(root: html.HtmlElement) -> Iterator[str]:
    for element in root.iter():
        if isinstance(element.tag, str):
            for name, value in element.attrib.items():
                if name in SPOKEN or name.startswith("data-text-"):
                    yield value
            if element.tag in ("script", "style", "textarea"):
                element.text = ""
    # A message may hold markup: the brackets are matched in the text as a whole.
    yield "\n".join(root.itertext())

"""Which post of a framework an official holds, by the words in which the HR system writes it."""

import re
from collections.abc import Iterable, Mapping

__all__ = ["post_of"]

WORD = re.compile(r"\w+")
# Who acts in a post is measured by it: pelaksana tugas, pelaksana harian, penjabat, penjabat sementara.
ACTING = re.compile(r"(?:\W*(?:plt|plh|pjs|pj|penjabat sementara|penjabat|pelaksana (?:tugas|harian))\b)+")


def post_of(text: str, names: Mapping[str, Iterable[str]]) -> str | None:
    """Return the id of the post whose name is in ``text``, or None. ``names`` in any language by id.

    The text begins with the first word of the name, and has the others in their order, as whole words:
    between them HR systems say which section, and afterwards where. Of several names the longest is meant.

    >>> names = {"camat": ["Camat"], "kasi": ["Kepala seksi kecamatan"], "sekcam": ["Sekretaris kecamatan"]}
    >>> post_of("Plt. Camat Contoh", names), post_of("Kepala Seksi Pemerintahan pada Kecamatan Contoh", names)
    ('camat', 'kasi')
    >>> post_of("Sekretaris Camat", names), post_of("Staf Kecamatan Contoh", names)
    (None, None)
    """
    bare = text.casefold()
    acting = ACTING.match(bare)
    words = WORD.findall(bare[acting.end() :] if acting else bare)
    found = [
        (len(wanted), id_)
        for id_, known in names.items()
        for name in known
        if (wanted := WORD.findall(name.casefold())) and _begins(words, wanted)
    ]
    return max(found)[1] if found else None


def _begins(words: list[str], wanted: list[str]) -> bool:
    rest = iter(words)
    return words[:1] == wanted[:1] and all(word in rest for word in wanted)

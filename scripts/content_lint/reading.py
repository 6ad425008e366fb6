"""How hard a text is to read: LIX, and the length of its sentences.

LIX (C. H. Björnsson, *Läsbarhet*, 1968) is words a sentence plus the share of words of more than six letters,
in percent. It counts no syllables, so it carries over to Indonesian, but affixes (*pertanggungjawaban*) make
Indonesian words long: its own bounds do not hold. Ours come from the governance course, whose pages read at
38 to 61; they are this product's, no norm. A colon, a semicolon and the end of a list entry end a sentence.
"""

import re
from collections.abc import Iterator

from lxml import etree

from .content import words

LONG = 7
MIN_WORDS = 60
WARN_LIX, MOST_LIX = 62, 70
WARN_SENTENCE, MOST_SENTENCE = 18, 25
LONGEST_SENTENCE = 45
PROSE = ("p", "li", "dd")


def prose(root: etree._Element) -> list[str]:
    """Return the sentences of the paragraphs and lists of a page; not of tables, headings and sources."""
    found: list[str] = []
    for block in root.iter(*PROSE):
        if "source" in str(block.get("class", "")).split() or any(True for _ in block.iterchildren(*PROSE)):
            continue
        found += [part for part in re.split(r"(?<=[.?!:;])\s+", words(block)) if re.search(r"\w", part)]
    return found


def measure(sentences: list[str]) -> tuple[float, float] | None:
    """Return LIX and the mean words a sentence; None for a text too short to measure."""
    found = [re.findall(r"[^\W\d_]+", sentence) for sentence in sentences]
    count = sum(map(len, found))
    if count < MIN_WORDS:
        return None
    mean = count / len(sentences)
    return mean + 100 * sum(len(word) >= LONG for one in found for word in one) / count, mean


def faults(sentences: list[str]) -> Iterator[tuple[str, bool]]:
    """Yield what makes the text hard, and whether that is an error."""
    measured = measure(sentences)
    if measured is None:
        return
    lix, mean = measured
    if mean > WARN_SENTENCE:
        yield (
            f"sentences have {mean:.0f} words on average; aim at {WARN_SENTENCE} or fewer",
            mean > MOST_SENTENCE,
        )
    elif lix > WARN_LIX:
        yield f"LIX is {lix:.0f}; aim at {WARN_LIX} or less with shorter words and sentences", lix > MOST_LIX
    for sentence in sentences:
        count = len(sentence.split())
        if count > LONGEST_SENTENCE:
            yield f"a sentence of {count} words: “{sentence[:60]}…”; split it", False

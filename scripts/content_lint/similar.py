"""Items that ask the same in nearly the same words, within a bank and across all."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from .content import Content, ItemElement, words
from .findings import Finding, Grade

# Items are compared by runs of three words of the prompt and the answers (Broder's shingles).
RUN = 3
SAME, NEAR = 0.6, 0.4
PARTS = ("prompt", "option", "entry", "pair", "action", "line", "table")


def check(content: Content) -> Iterator[Finding]:
    """Tell each pair of near-duplicates, at the later of the two."""
    shingles = [_shingles(item) for item in content.items]
    places: defaultdict[str, list[int]] = defaultdict(list)
    for number, (item, mine) in enumerate(zip(content.items, shingles, strict=True)):
        shared = Counter(other for shingle in mine for other in places[shingle])
        for other, common in shared.items():
            likeness = common / len(mine | shingles[other])
            if likeness >= NEAR:
                first = content.items[other]
                grade = Grade.ERROR if likeness >= SAME else Grade.WARNING
                text = f"Item {item.id}: {likeness:.0%} like {first.id} ({first.path.name}:{first.line})."
                yield Finding(item.path, item.line, text, "near-duplicate", grade)
        for shingle in mine:
            places[shingle].append(number)


def _shingles(item: ItemElement) -> frozenset[str]:
    parts = [words(part, without="feedback") for tag in PARTS for part in item.element.iterchildren(tag)]
    # Figures are kept: two calculations with other figures are two exercises only if the story differs too.
    found = re.findall(r"\w+", " ".join(parts).casefold())
    runs = zip(*(found[start:] for start in range(RUN)), strict=False)
    return frozenset(" ".join(run) for run in runs) or frozenset(found)

"""Rules for a bank as a whole: keys that cannot be guessed by place or length."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from .content import Content, ItemElement, words
from .findings import Finding, Grade

# Fewer choices, or judgements, than this say nothing about a habit.
ENOUGH, ENOUGH_JUDGED = 12, 6
# By chance each of four places holds a quarter; a share outside these is a habit that learners find.
LEAST, MOST = 0.12, 0.36
LONGEST = 1 / 3


def check(content: Content) -> Iterator[Finding]:
    """Check the items of each bank together."""
    by_bank: dict[tuple[Path, str], list[ItemElement]] = defaultdict(list)
    for item in content.items:
        if item.bank is not None:
            by_bank[item.path, item.bank].append(item)
    for (path, _bank), found in by_bank.items():
        yield from _seconds(path, found)
        judged = [item for item in found if item.type == "situational_judgement"]
        if len(judged) >= ENOUGH_JUDGED:
            yield from _judgements(path, judged)
        items = [item for item in found if item.type == "single_choice"]
        if len(items) >= ENOUGH:
            yield from _places(path, items)
            yield from _lengths(path, items)


def _seconds(path: Path, items: list[ItemElement]) -> Iterator[Finding]:
    without = [item for item in items if item.element.get("seconds") is None]
    if without:
        text = f"{len(without)} of {len(items)} items have no seconds; two minutes are counted for each."
        yield Finding(path, 1, text, "seconds", Grade.WARNING)


def _places(path: Path, items: list[ItemElement]) -> Iterator[Finding]:
    usual = Counter(len(item.options) for item in items).most_common(1)[0][0]
    keys = [
        place
        for item in items
        if len(item.options) == usual
        for place, (_, right) in enumerate(item.options)
        if right
    ]
    places = Counter(keys)
    # Bounds for four options; with more or fewer, in proportion.
    least, most = LEAST * 4 / usual, min(MOST * 4 / usual, 0.7)
    shares = {"abcdefghij"[place]: places[place] / len(keys) for place in range(usual)}
    if any(not least <= share <= most for share in shares.values()):
        told = ", ".join(f"{place} {share:.0%}" for place, share in shares.items())
        text = (
            f"The keys of the single choices stand at {told}; a place should hold {least:.0%} to {most:.0%}."
        )
        yield Finding(path, 1, text, "key-position")


def _lengths(path: Path, items: list[ItemElement]) -> Iterator[Finding]:
    longest = [item for item in items if _key_is_longest(item)]
    if len(longest) > LONGEST * len(items):
        text = (
            f"In {len(longest)} of {len(items)} single choices the key is the longest, more than a third: "
            f"{', '.join(item.id for item in longest[:8])} …"
        )
        yield Finding(path, 1, text, "key-length")


def _judgements(path: Path, items: list[ItemElement]) -> Iterator[Finding]:
    longest = [item for item in items if _best_is_longest(item)]
    if len(longest) > LONGEST * len(items):
        text = (
            f"In {len(longest)} of {len(items)} situations the best action is the longest, over a third: "
            f"{', '.join(item.id for item in longest[:8])} …"
        )
        yield Finding(path, 1, text, "key-length")


def _best_is_longest(item: ItemElement) -> bool:
    actions = [
        (len(words(action)), str(action.get("effectiveness"))) for action in item.element.iter("action")
    ]
    best = max(effectiveness for _length, effectiveness in actions)
    longest = max(length for length, _effectiveness in actions)
    return all(length < longest for length, effectiveness in actions if effectiveness != best)


def _key_is_longest(item: ItemElement) -> bool:
    keys = [len(text) for text, right in item.options if right]
    others = [len(text) for text, right in item.options if not right]
    return bool(keys and others) and max(keys) > max(others)

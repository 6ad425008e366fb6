"""Rules for one item: no cue by length or wording, a stem that is read aright, feedback that teaches."""

import re
from collections.abc import Callable, Iterator
from statistics import mean

from .content import CHOICES, Content, ItemElement, words
from .findings import Finding, Grade

type Told = Iterator[tuple[str, str, Grade]]

# A key this much longer than the mean of the wrong options, and by as many letters, stands out.
TOO_LONG, LETTERS = 1.5, 25
FEEDBACK_WORDS = 12
# Feedback with a smaller share of words of its own than these repeats the question and the key.
OWN_WORDS, FEW_OWN_WORDS = 0.05, 0.25
# Their feedback is the working, which is made of the question's figures.
CALCULATED = ("numeric", "table_fill")
ALL_OR_NONE = re.compile(
    r"\b(semua(nya)?|seluruh(nya)?)( (jawaban|pilihan|pernyataan|opsi))?( di atas| tersebut| itu)?"
    r" (benar|salah|tepat)\b"
    r"|\bsemua (jawaban|pilihan|opsi)\b|\btidak ada( (jawaban|pilihan|satu pun))? yang (benar|tepat)\b"
    r"|\b(jawaban|pilihan) [a-e]( dan|,) [a-e]\b|^[a-e](, [a-e])* dan [a-e]( benar)?$",
    re.IGNORECASE,
)
NEGATIVE = re.compile(
    r"\b(?P<except>kecuali)\b"
    r"|\bmana(?:kah)?(?: \w+){0,2} yang (?P<which>bukan|tidak)\b"
    r"|\byang (?P<that>bukan|tidak) (?:termasuk|merupakan|tepat|benar|sesuai|sah|boleh)\b",
    re.IGNORECASE,
)


def check(content: Content) -> Iterator[Finding]:
    """Check each item of the banks and of the courses by itself."""
    for item in content.items:
        for rule in ITEM_RULES:
            for name, text, grade in rule(item):
                yield Finding(item.path, item.line, f"Item {item.id}: {text}", name, grade)


def key_length(item: ItemElement) -> Told:
    """The key of a single choice must not be recognised by its length."""
    if item.type != "single_choice":
        return
    keys = [len(text) for text, right in item.options if right]
    others = [len(text) for text, right in item.options if not right]
    if len(keys) == 1 and others and keys[0] > mean(others) * TOO_LONG and keys[0] - mean(others) > LETTERS:
        text = f"the key has {keys[0]} letters, the wrong options {mean(others):.0f}: make them alike."
        yield "key-length", text, Grade.ERROR


def all_or_none(item: ItemElement) -> Told:
    """No option speaks of the others: it rewards test-taking, and breaks when options are shuffled."""
    if item.type not in CHOICES:
        return
    for text, _right in item.options:
        if ALL_OR_NONE.search(text):
            yield (
                "all-of-above",
                f"the option “{text}” speaks of the others; write a fact instead.",
                Grade.ERROR,
            )


def negation(item: ItemElement) -> Told:
    """A stem that asks for what is not must show the word."""
    prompt = item.element.find("prompt")
    if prompt is None or item.type not in CHOICES:
        return
    marked = " ".join(words(one) for tag in ("strong", "em", "b") for one in prompt.iter(tag)).casefold()
    for found in NEGATIVE.finditer(_question(words(prompt))):
        word = next(filter(None, found.groups())).casefold()
        if word not in marked:
            yield "negation", f"the question turns on “{word}”: mark it with <strong>.", Grade.ERROR


def feedback(item: ItemElement) -> Told:
    """Feedback must be there and say more than the question and the key did."""
    given = re.findall(r"\w+", item.feedback.casefold())
    if len(given) < FEEDBACK_WORDS:
        text = f"the feedback has {len(given)} words; say in {FEEDBACK_WORDS} or more why the key is right."
        yield "feedback", text, Grade.ERROR
        return
    if item.type in CALCULATED:
        return
    key = [text for text, right in item.options if right]
    said = set(re.findall(r"\w+", " ".join([item.prompt, *key]).casefold()))
    own = sum(word not in said for word in given) / len(given)
    if own < FEW_OWN_WORDS:
        text = "the feedback only repeats the question and the key; say why the others are wrong."
        yield "feedback", text, Grade.ERROR if own < OWN_WORDS else Grade.WARNING


def judgement(item: ItemElement) -> Told:
    """No panel has adopted the keys of situational judgement: such items are on trial (status pilot)."""
    if item.type == "situational_judgement" and item.element.get("status") not in ("pilot", "draft"):
        text = 'no panel has adopted the key (belum disahkan panel): give it status="pilot".'
        yield "pilot", text, Grade.ERROR


def _question(text: str) -> str:
    """Return the sentence that asks: the last one, whatever was told before."""
    sentences = re.split(r"(?<=[.?!])\s+", text)
    asking = [sentence for sentence in sentences if sentence.endswith("?")]
    return " ".join(asking or sentences[-1:])


ITEM_RULES: tuple[Callable[[ItemElement], Told], ...] = (
    key_length,
    all_or_none,
    negation,
    feedback,
    judgement,
)

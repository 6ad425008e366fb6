"""What to look at in an item after calibration, and what to do about it, in words for who is no statistician.

Each rule has its source. A flag asks a person to look; it takes no item out by itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from .calibration_report import CalibrationReport, DifRow, ItemRow, PairRow
from .messages import Message
from .messages import mark as _
from .values import dataclass

__all__ = ["SPLITS", "Flag", "FlagKind", "difficulty_words", "discrimination_words", "flags", "flags_by_item"]

# Ebel & Frisbie (1991): .40 very good, .30 good, .20 just usable.
VERY_GOOD, GOOD, USABLE = 0.40, 0.30, 0.20
# Allen & Yen (1979): between .30 and .70 tells most; nearly all right or wrong tells nearly nothing.
HARD, VERY_HARD, EASY, VERY_EASY = 0.30, 0.15, 0.70, 0.95
# Haladyna & Downing (1993): a distractor that fewer than 5 % choose does no work.
WORKING = 0.05
EASIER = 0.85
# Wright & Linacre (1994): mean squares of multiple choice in run-of-the-mill tests.
FIT = (0.7, 1.3)
# Sympson & Hetter's usual ceiling; above it the item is soon known.
MOST_SHOWN = 0.40
# Below, figures say little: Crocker & Algina (1986) ask 100 to 200 for an item analysis.
FEW = 100


class FlagKind(StrEnum):
    """What a flag is about; ``grave`` ones come first."""

    KEY = "key"
    DISCRIMINATION = "discrimination"
    DIFFICULTY = "difficulty"
    DISTRACTOR = "distractor"
    FIT = "fit"
    DIF = "dif"
    DEPENDENCE = "dependence"
    EXPOSURE = "exposure"
    FEW = "few"


GRAVE = frozenset({FlagKind.KEY, FlagKind.DIF})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One thing to look at: in a word, what was found, and what to do."""

    kind: FlagKind
    short: Message
    found: Message
    advice: Message

    @property
    def grave(self) -> bool:
        """Whether the item should not be used before somebody has looked."""
        return self.kind in GRAVE


def difficulty_words(p: float | None) -> Message:
    """Return how hard the item was, in words."""
    if p is None:
        return Message(_("not known"))
    if p < HARD:
        return Message(_("hard"))
    return Message(_("easy")) if p > EASY else Message(_("medium"))


def discrimination_words(item_rest: float | None) -> Message:
    """Return how well the item tells the able from the others, in words (Ebel & Frisbie 1991)."""
    if item_rest is None:
        return Message(_("not known"))
    if item_rest < 0.0:
        return Message(_("reversed"))
    for least, words in (
        (VERY_GOOD, Message(_("very good"))),
        (GOOD, Message(_("good"))),
        (USABLE, Message(_("sufficient"))),
    ):
        if item_rest >= least:
            return words
    return Message(_("weak"))


def flags_by_item(report: CalibrationReport) -> Mapping[str, tuple[Flag, ...]]:
    """Return the flags of each item that has any, grave ones first."""
    found = {
        item["id"]: flags(
            item,
            [row for row in report["dif"] if row["item"] == item["id"]],
            [row for row in report["q3"] if item["id"] in (row["first"], row["second"])],
        )
        for item in report["items"]
    }
    return {id_: some for id_, some in found.items() if some}


def flags(item: ItemRow, dif: Iterable[DifRow] = (), pairs: Iterable[PairRow] = ()) -> tuple[Flag, ...]:
    """Return what to look at in one item, grave ones first. An item that nobody answered has no flag."""
    if not item["answers"]:
        return ()
    if item["answers"] < FEW:
        return (_few(item),)
    found = [
        *_of_discrimination(item),
        *_of_difficulty(item),
        *_of_options(item),
        *_of_fit(item),
        *_of_dif(dif),
        *_of_pairs(item, pairs),
        *_of_exposure(item),
    ]
    return tuple(sorted(found, key=lambda flag: not flag.grave))


def _few(item: ItemRow) -> Flag:
    return Flag(
        kind=FlagKind.FEW,
        short=Message(_("few answers")),
        found=Message(_("{n} answers so far."), {"n": item["answers"]}),
        advice=Message(
            _("Wait for {least} or more before judging the item; keep it as a pilot until then."),
            {"least": FEW},
        ),
    )


def _of_discrimination(item: ItemRow) -> Iterator[Flag]:
    rest = item["item_rest"]
    if rest is None or rest >= USABLE:
        return
    if rest < 0.0:
        yield Flag(
            kind=FlagKind.KEY,
            short=Message(_("key in doubt")),
            found=Message(_("Able learners get it wrong more often than weak ones.")),
            advice=Message(
                _("Check the key and the wording first: the key may be wrong, or the regulation has changed.")
            ),
        )
        return
    yield Flag(
        kind=FlagKind.DISCRIMINATION,
        short=Message(_("weak discrimination")),
        found=Message(_("The item hardly tells able learners from weak ones.")),
        advice=Message(
            _("Look for an unclear prompt, a second option that can be defended, or a hint to the answer.")
        ),
    )


def _of_difficulty(item: ItemRow) -> Iterator[Flag]:
    p = item["p"]
    if p is None or VERY_HARD <= p <= VERY_EASY:
        return
    hard = p < VERY_HARD
    yield Flag(
        kind=FlagKind.DIFFICULTY,
        short=Message(_("too hard")) if hard else Message(_("too easy")),
        found=Message(_("Hardly anybody solves it."))
        if hard
        else Message(_("Nearly everybody solves it, so it measures little.")),
        advice=Message(_("See whether the course teaches it at all, and whether the key is right."))
        if hard
        else Message(_("Keep it only where everybody must know this; otherwise make it harder.")),
    )


def _of_options(item: ItemRow) -> Iterator[Flag]:
    wrong = [option for option in item["options"] if not option["right"]]
    better = [one["id"] for one in wrong if (one["correlation"] or 0.0) > 0.05 and one["share"] >= WORKING]
    # Where nearly everybody is right, no wrong option can draw many.
    idle = [one["id"] for one in wrong if one["share"] < WORKING] if (item["p"] or 0.0) <= EASIER else []
    if better:
        yield Flag(
            kind=FlagKind.DISTRACTOR,
            short=Message(_("wrong option draws the able")),
            found=Message(
                _("Able learners choose the wrong option {options}."), {"options": ", ".join(better)}
            ),
            advice=Message(_("Check whether this option can be defended, and make it plainly wrong if so.")),
        )
    if idle:
        yield Flag(
            kind=FlagKind.DISTRACTOR,
            short=Message(_("idle option")),
            found=Message(
                _("Fewer than 5 in 100 choose the option {options}."), {"options": ", ".join(idle)}
            ),
            advice=Message(_("Replace it with a mistake that officials really make, or leave it out.")),
        )


def _of_fit(item: ItemRow) -> Iterator[Flag]:
    low, high = FIT
    values = [value for value in (item["infit"], item["outfit"]) if value is not None]
    if any(value > high for value in values):
        yield Flag(
            kind=FlagKind.FIT,
            short=Message(_("unexpected answers")),
            found=Message(_("Answers are less predictable than the model expects.")),
            advice=Message(
                _("Look for guessing, a prompt that is read in two ways, or knowledge it should not need.")
            ),
        )
    elif any(value < low for value in values):
        yield Flag(
            kind=FlagKind.FIT,
            short=Message(_("too predictable")),
            found=Message(_("Answers are more predictable than the model expects.")),
            advice=Message(_("It may repeat another item or depend on one; it adds less than it seems to.")),
        )


SPLITS = {
    "gender": Message(_("men and women")),
    "region": Message(_("officials on Java and elsewhere")),
}


def _of_dif(rows: Iterable[DifRow]) -> Iterator[Flag]:
    for row in rows:
        if row["ets_class"] == "C":
            yield Flag(
                kind=FlagKind.DIF,
                short=Message(_("unfair to a group")),
                found=Message(
                    _("It is not equally hard for {groups} of the same ability."),
                    {"groups": SPLITS[row["split"]]},
                ),
                advice=Message(
                    _("Let both groups read it; retire it unless the difference belongs to the job.")
                ),
            )


def _of_pairs(item: ItemRow, pairs: Iterable[PairRow]) -> Iterator[Flag]:
    others = [row["second"] if row["first"] == item["id"] else row["first"] for row in pairs]
    if others:
        yield Flag(
            kind=FlagKind.DEPENDENCE,
            short=Message(_("depends on another item")),
            found=Message(
                _("Its answers go together with those of {items} beyond what ability explains."),
                {"items": ", ".join(others)},
            ),
            advice=Message(_("If one gives the other away, name them enemies in the bank.")),
        )


def _of_exposure(item: ItemRow) -> Iterator[Flag]:
    if (item["exposure"] or 0.0) > MOST_SHOWN:
        yield Flag(
            kind=FlagKind.EXPOSURE,
            short=Message(_("shown too often")),
            found=Message(
                _("{percent} percent of all attempts show it."),
                {"percent": round(100 * (item["exposure"] or 0.0))},
            ),
            advice=Message(_("Write more items of this competency and level, so that it stays unknown.")),
        )

"""What is flagged in an item: each rule at its border, and every flag with advice."""

from typing import Any

import pytest

from xblocks.competency.calibration_report import DifRow, ItemRow, OptionRow, PairRow
from xblocks.competency.item_review import FlagKind, difficulty_words, discrimination_words, flags


def option(id_: str, share: float, correlation: float | None, *, right: bool = False) -> OptionRow:
    return {
        "id": id_,
        "right": right,
        "chosen": round(share * 400),
        "share": share,
        "correlation": correlation,
        "fifths": [share] * 5,
    }


def item(**changes: Any) -> ItemRow:
    sound: ItemRow = {
        "id": "q1",
        "type": "single_choice",
        "competencies": ["gov.a"],
        "level": 3,
        "status": "live",
        "answers": 400,
        "p": 0.6,
        "item_total": 0.5,
        "item_rest": 0.45,
        "options": [option("a", 0.6, 0.45, right=True), option("b", 0.25, -0.3), option("c", 0.15, -0.2)],
        "infit": 1.0,
        "outfit": 1.1,
        "points": [],
        "shown": 400,
        "exposure": 0.3,
    }
    return {**sound, **changes}  # type: ignore[typeddict-item]  # tests change one member each


def dif(ets_class: str) -> DifRow:
    return {
        "item": "q1",
        "split": "gender",
        "chi_square": 9.0,
        "odds_ratio": 2.5,
        "low": 1.5,
        "high": 4.0,
        "delta": -2.1,
        "ets_class": ets_class,
    }


PAIR: PairRow = {"first": "q9", "second": "q1", "q3": 0.4}


def kinds(row: ItemRow, **more: Any) -> list[FlagKind]:
    return [flag.kind for flag in flags(row, **more)]


def test_a_sound_item_has_no_flag() -> None:
    assert kinds(item()) == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"item_rest": -0.01}, FlagKind.KEY),
        ({"item_rest": 0.19}, FlagKind.DISCRIMINATION),
        ({"p": 0.14}, FlagKind.DIFFICULTY),
        ({"p": 0.96}, FlagKind.DIFFICULTY),
        ({"options": [option("a", 0.6, 0.4, right=True), option("b", 0.4, 0.1)]}, FlagKind.DISTRACTOR),
        ({"options": [option("a", 0.6, 0.4, right=True), option("b", 0.04, -0.1)]}, FlagKind.DISTRACTOR),
        ({"outfit": 1.31}, FlagKind.FIT),
        ({"infit": 0.69}, FlagKind.FIT),
        ({"exposure": 0.41}, FlagKind.EXPOSURE),
        ({"answers": 99}, FlagKind.FEW),
    ],
)
def test_what_is_out_of_bounds_is_flagged(changes: dict[str, Any], kind: FlagKind) -> None:
    assert kinds(item(**changes)) == [kind]


@pytest.mark.parametrize(
    "changes",
    [
        {"item_rest": 0.20},
        {"item_rest": None},
        {"p": 0.15},
        {"p": 0.95},
        {"infit": 0.7, "outfit": 1.3},
        {"infit": None, "outfit": None},
        {"exposure": 0.40},
        {"answers": 100},
        {"answers": 0, "p": None, "item_rest": None},
        # Where nearly everybody is right, no wrong option can draw many.
        {"p": 0.9, "options": [option("a", 0.9, 0.4, right=True), option("b", 0.04, -0.1)]},
    ],
)
def test_what_is_on_the_border_is_not(changes: dict[str, Any]) -> None:
    assert kinds(item(**changes)) == []


def test_unfair_and_dependent_items_are_flagged() -> None:
    """Class C only; grave signs come first; the other item is named."""
    assert kinds(item(), dif=[dif("A"), dif("B")]) == []
    found = flags(item(item_rest=0.1), dif=[dif("C")], pairs=[PAIR])
    assert [flag.kind for flag in found] == [FlagKind.DIF, FlagKind.DISCRIMINATION, FlagKind.DEPENDENCE]
    assert [flag.grave for flag in found] == [True, False, False]
    assert "q9" in str(found[-1].found) and "q1" not in str(found[-1].found)


def test_few_answers_say_nothing_else() -> None:
    """Figures of 60 answers would flag what is only chance."""
    assert kinds(item(answers=60, item_rest=-0.3, p=0.05), dif=[dif("C")]) == [FlagKind.FEW]


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (None, "not known"),
        (-0.1, "reversed"),
        (0.19, "weak"),
        (0.2, "sufficient"),
        (0.3, "good"),
        (0.4, "very good"),
    ],
)
def test_discrimination_in_words(rest: float | None, words: str) -> None:
    assert str(discrimination_words(rest)) == words


@pytest.mark.parametrize(
    ("p", "words"), [(None, "not known"), (0.29, "hard"), (0.3, "medium"), (0.7, "medium"), (0.71, "easy")]
)
def test_difficulty_in_words(p: float | None, words: str) -> None:
    assert str(difficulty_words(p)) == words

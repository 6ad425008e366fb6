"""The communication course: keys that can be worked out again, tests that never repeat, a reading in step."""

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from xblocks.competency.items import (
    Item,
    ItemStatus,
    MultipleResponse,
    Numeric,
    SingleChoice,
    SituationalJudgement,
    TableFill,
)
from xblocks.olx.banks import ItemBank
from xblocks.olx.markup import plain_text

from .reading import assessments, bank_of, inline_of, pages_of

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "course_content"
COURSE = CONTENT / "communication"
REVIEW = ROOT / "docs" / "reviews" / "communication.md"
SUBJECTS = {
    f"kom.{name}"
    for name in ("informasi", "mendengarkan", "tulis", "musyawarah", "digital", "data_pribadi", "krisis")
}
QUOTED_WORDS = 20


@pytest.fixture(scope="module")
def bank() -> ItemBank:
    return bank_of("communication")


@pytest.fixture(scope="module")
def inline() -> dict[str, Item]:
    """The items that are written in the course itself."""
    return inline_of("communication")


@pytest.fixture(scope="module")
def pages() -> dict[str, etree._Element]:
    return pages_of("communication")


def _element(name: str) -> etree._Element:
    found: etree._Element = next(one for _path, one in assessments(COURSE) if one.get("url_name") == name)
    return found


def _draws(name: str) -> dict[str, int]:
    return {str(one.get("competency")): int(str(one.get("count"))) for one in _element(name).iter("draw")}


def test_bank_is_large_and_mixed(bank: ItemBank) -> None:
    """At least 80 live items, all nine types, levels 1 to 3; the judgement beside them is on trial."""
    live = [item for item in bank.items.values() if item.status is ItemStatus.LIVE]
    assert len(live) >= 80
    assert len({type(item) for item in bank.items.values()}) == 9
    assert {item.level for item in live} == {1, 2, 3}
    judged = [item for item in bank.items.values() if isinstance(item, SituationalJudgement)]
    assert judged
    for item in judged:
        assert item.status is ItemStatus.PILOT, item.id
        assert "belum disahkan panel" in plain_text(item.feedback), item.id


def test_tests_never_repeat_an_item(bank: ItemBank) -> None:
    """The bank holds a pre-test and both attempts of the post-test for every subject."""
    live = Counter(item.competencies[0] for item in bank.items.values() if item.status is ItemStatus.LIVE)
    before, after = _draws("pretes"), _draws("pascates")
    attempts = int(str(_element("pascates").get("attempts")))
    assert set(before) == set(after) == SUBJECTS
    for subject in SUBJECTS:
        assert live[subject] >= before[subject] + attempts * after[subject], subject


def test_practice_leaves_judgement_to_be_tried(bank: ItemBank) -> None:
    """The exercises ask items on trial only, and leave as many unseen as a post-test slips in."""
    asked = {
        str(item.get("ref"))
        for _path, element in assessments(COURSE)
        for item in element.iterchildren("item")
        if item.get("ref")
    }
    pilots = {item.id for item in bank.items.values() if item.status is ItemStatus.PILOT}
    slipped_in = int(str(_element("pascates").find("blueprint").get("pilots")))  # type: ignore[union-attr]
    assert asked < pilots
    assert len(pilots - asked) >= slipped_in * int(str(_element("pascates").get("attempts")))


def test_keys_cannot_be_guessed_by_place_or_length(bank: ItemBank) -> None:
    """The places are even, and the key is neither often the longest nor often the shortest."""
    choices = [item for item in bank.items.values() if isinstance(item, SingleChoice)]
    places = Counter([option.correct for option in item.options].index(True) for item in choices)
    assert set(places) == {0, 1, 2, 3}
    assert max(places.values()) - min(places.values()) <= 2
    lengths = [
        (len(plain_text(option.body)), [len(plain_text(one.body)) for one in item.options if not one.correct])
        for item in choices
        for option in item.options
        if option.correct
    ]
    assert sum(key > max(others) for key, others in lengths) <= len(choices) * 0.3
    assert sum(key < min(others) for key, others in lengths) <= len(choices) * 0.3


def test_the_order_of_answers_tells_nothing(bank: ItemBank, inline: dict[str, Item]) -> None:
    """Right answers of several, and the best action, stand at different places from item to item."""
    items = [*bank.items.values(), *inline.values()]
    several = [item for item in items if isinstance(item, MultipleResponse)]
    assert len({tuple(option.correct for option in item.options) for item in several}) >= 5
    assert all("Pilih semua" in plain_text(item.prompt) for item in several)
    best = Counter(
        max(range(len(item.actions)), key=lambda place: item.actions[place].effectiveness)
        for item in items
        if isinstance(item, SituationalJudgement)
    )
    assert max(best.values()) <= best.total() / 2


def test_computed_keys_follow_from_the_figures(bank: ItemBank, inline: dict[str, Item]) -> None:
    """Every computed key, calculated again from the figures of its prompt and the rule."""
    items = [*bank.items.values(), *inline.values()]
    assert {item.id: item.answer.value for item in items if isinstance(item, Numeric)} == {
        "kom-den-04": 2 + 14,
        "kom-mus-11": (120 - 10 - 20) // 9,
        "kom-dig-08": Decimal(204) / 240 * 100,
        "kom-dat-07": 3 * 24,
        "kuis3-persen": Decimal(234) / 300 * 100,
    }
    assert {item.id: dict(item.key()) for item in items if isinstance(item, TableFill)} == {
        "kom-inf-15": {"papan": 150 * 40 / 100, "grup": 150 * 34 / 100, "tanya": 39},
        "kom-den-05": {"lengkap": 30, "putus": 60, "sampai": 14, "jumlah": 30 + 60 + 14},
        "kom-kri-11": {"grup": 800 * 45 / 100, "suara": 800 * 30 / 100, "sisa": 200},
        "kuis4-waktu": {"buka": 15, "tutup": 15, "sisa": 120, "satu": 10},
    }


def test_the_case_tells_what_each_choice_leads_to(pages: dict[str, etree._Element]) -> None:
    """Three decisions of four options, each with its consequence; the next unit begins from each of them."""
    for number in (1, 2, 3):
        options = _element(f"kasus-banjir-{number}-pilihan").findall("item/option")
        assert len(options) == 4
        for option in options:
            assert len("".join(option.find("feedback").itertext()).split()) >= 8  # type: ignore[union-attr]
    for number in (2, 3):
        assert len(pages[f"kasus-banjir-{number}"].findall(".//table/tbody/tr")) == 4


def test_every_chapter_states_its_aims_and_practises(pages: dict[str, etree._Element]) -> None:
    """Six chapters: aims first, two pages or more, an ungraded exercise and one graded quiz."""
    chapters = sorted(COURSE.glob("chapter/bab*.xml"))
    assert len(chapters) == 6
    for chapter in chapters:
        units = [
            etree.parse(COURSE / "vertical" / f"{unit.get('url_name')}.xml").getroot()
            for part in etree.parse(chapter).getroot()
            for unit in etree.parse(COURSE / "sequential" / f"{part.get('url_name')}.xml").getroot()
        ]
        texts = [str(html.get("url_name")) for unit in units for html in unit.iterchildren("html")]
        assert len(texts) >= 2
        assert "Tujuan belajar" in "".join(pages[texts[0]].itertext()), texts[0]
        names = [str(one.get("url_name")) for unit in units for one in unit.iter("competency_assessment")]
        assert any(name.startswith("latihan") for name in names)
        assert sum(name.startswith("kuis") for name in names) == 1


def test_second_reading_covers_every_item_as_it_is(bank: ItemBank, inline: dict[str, Item]) -> None:
    """An item that cites a law has its row, with its source and a short quotation; others are listed."""
    text = REVIEW.read_text()
    found = re.findall(r"^\| (\S+) \| (.+) \| “(.+)” \| (.+) \|$", text, re.M)
    rows = {cells[0]: cells[1:] for cells in found}
    items = {**bank.items, **inline}
    by_law = {name for name, item in items.items() if re.search(r"\b(UU|PP) \d", item.source)}
    assert set(rows) & set(items) == by_law
    for name in by_law:
        source, quotation, verdict = rows[name]
        assert source == items[name].source
        assert len(quotation.split()) <= QUOTED_WORDS, name
        assert verdict == "sesuai", name
    listed = set(
        re.findall(r"[a-z]+\d?-[a-z]+(?:-\d\d)?", text.split("## Items that rest on an indicator")[1])
    )
    assert set(items) - by_law <= listed

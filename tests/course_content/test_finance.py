"""The finance course: keys that can be worked out again, tests that can be filled, sources that were read."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from xblocks.competency.items import (
    Item,
    ItemStatus,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    SingleChoice,
    SituationalJudgement,
    TableFill,
)
from xblocks.competency.numbers import NumberFormat
from xblocks.competency.parts import FillCell, LabelCell
from xblocks.olx.banks import ItemBank
from xblocks.olx.markup import plain_text

from .reading import assessments, bank_of, inline_of, pages_of

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "course_content"
COURSE = CONTENT / "finance"
REVIEW = ROOT / "docs" / "reviews" / "finance.md"
LAWS = r"(UU|PP) \d+/\d{4}"
QUOTED_WORDS = 20


@pytest.fixture(scope="module")
def bank() -> ItemBank:
    return bank_of("finance")


@pytest.fixture(scope="module")
def inline() -> dict[str, Item]:
    """The items that are written in the course itself."""
    return inline_of("finance")


@pytest.fixture(scope="module")
def pages() -> dict[str, etree._Element]:
    return pages_of("finance")


def _element(name: str) -> etree._Element:
    return next(one for _path, one in assessments(COURSE) if one.get("url_name") == name)


def _draws(name: str) -> Counter[tuple[str, int]]:
    return Counter(
        {
            (str(one.get("competency")), int(str(one.get("level")))): int(str(one.get("count")))
            for one in _element(name).iter("draw")
        }
    )


def test_bank_is_large_and_mixed(bank: ItemBank) -> None:
    """At least 120 live items, all nine types, levels 1 to 3, none too rare to be drawn."""
    live = [item for item in bank.items.values() if item.status is ItemStatus.LIVE]
    assert len(live) >= 120
    assert len({type(item) for item in bank.items.values()}) == 9
    assert {item.level for item in live} == {1, 2, 3}


def test_judgement_is_on_trial_and_not_sold_as_law(bank: ItemBank, inline: dict[str, Item]) -> None:
    """No panel has adopted the ratings: they count for nothing, and the feedback says what they are."""
    for item in [*bank.items.values(), *inline.values()]:
        if isinstance(item, SituationalJudgement):
            assert item.status is ItemStatus.PILOT, item.id
            assert "pertimbangan profesional" in plain_text(item.feedback), item.id


def test_tests_never_repeat_an_item(bank: ItemBank) -> None:
    """The bank holds a pre-test and both attempts of the post-test for every competency and level."""
    live = Counter(
        (item.competencies[0], item.level)
        for item in bank.items.values()
        if item.status is ItemStatus.LIVE and len(item.competencies) == 1
    )
    before, after = _draws("pretes"), _draws("pascates")
    assert (before.total(), after.total()) == (18, 24)
    attempts = int(str(_element("pascates").get("attempts")))
    for cell in before | after:
        assert live[cell] >= before[cell] + attempts * after[cell], cell


def test_every_item_says_why_and_from_which_article(bank: ItemBank, inline: dict[str, Item]) -> None:
    """A source names law and article; feedback is more than a verdict."""
    for item in [*bank.items.values(), *inline.values()]:
        assert re.search(rf"{LAWS} Pasal \d+", item.source), item.id
        assert len(plain_text(item.feedback).split()) >= 12, item.id


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


def test_several_right_answers_are_told_and_vary(bank: ItemBank, inline: dict[str, Item]) -> None:
    """Nobody has to guess whether one or several answers are wanted; marking all of them earns little."""
    for item in [*bank.items.values(), *inline.values()]:
        if item.type in {"multiple_response", "find_the_error"}:
            assert "Pilih semua" in plain_text(item.prompt), item.id
    keys = Counter(
        tuple(option.correct for option in item.options)
        for item in bank.items.values()
        if isinstance(item, MultipleResponse)
    )
    assert len(keys) >= 5
    assert not any(all(key) for key in keys)


def test_numeric_keys_follow_from_the_figures(bank: ItemBank, inline: dict[str, Item]) -> None:
    """Every computed key, calculated again from the figures of its prompt and the rule."""
    calculated = {
        "keu-ren-06": 85_000_000 + 2_500_000 + 4_500_000,
        "keu-ren-17": 3 + 6,
        "keu-ren-20": 1_440_000_000_000 // 12,
        "keu-byr-05": 60_000_000 - 52_350_000,
        "keu-ptj-07": 15_000_000 - 11_480_000,
        "keu-ptj-18": Decimal(204) / 240 * 100,
        "keu-aset-13": 34 * 12_500 - 412_500,
        "keu-itg-08": 2 + 14,  # ten working days are two weeks
        "keu-itg-16": (120 - 96) * 185_000,
        "keu-lat1-plafon": 48_000_000 + 36_500_000 + 27_000_000 - 100_000_000,
        "keu-lat3-gu": 16_350_000,
        "keu-lat4-kas": 3_275_000 - 310_000 - 2_900_000,
        "keu-kuis5-aula": 14 * 450_000 - 5_850_000,
        "keu-kuis6-honor": (35 - 29) * 125_000,
    }
    numeric = {
        item.id: item for item in [*bank.items.values(), *inline.values()] if isinstance(item, Numeric)
    }
    assert {name: item.answer.value for name, item in numeric.items()} == calculated


def test_numeric_prompts_state_the_unit(bank: ItemBank, inline: dict[str, Item]) -> None:
    """What is asked in rupiah, percent or working days says so."""
    for item in [*bank.items.values(), *inline.values()]:
        if isinstance(item, Numeric):
            unit = item.answer.unit or {"rupiah": "rupiah", "percent": "persen"}[str(item.answer.style)]
            assert unit in plain_text(item.prompt), item.id


def _figure(cell: LabelCell) -> Decimal:
    """The amount or count that a label begins with: ``Rp45.000``, ``4 jam``."""
    found = re.match(r"(?:Rp)?(\d+(?:\.\d{3})*)", plain_text(cell.body))
    assert found, cell.body
    return Decimal(found[1].replace(".", ""))


def _products(table: TableFill) -> Iterator[tuple[FillCell, Decimal]]:
    """The cells that hold count by price, the two that stand before them, with the product."""
    for row in table.rows:
        match row:
            case (_, LabelCell() as count, LabelCell() as price, FillCell() as amount):
                if amount.style is NumberFormat.RUPIAH and plain_text(price.body):
                    yield amount, _figure(count) * _figure(price)


@pytest.fixture(scope="module")
def tables(bank: ItemBank, inline: dict[str, Item]) -> list[TableFill]:
    return [item for item in [*bank.items.values(), *inline.values()] if isinstance(item, TableFill)]


def test_rows_of_count_and_price_multiply_to_their_key(tables: list[TableFill]) -> None:
    """Count by price is the amount wherever a table shows the three; there are at least ten such rows."""
    multiplied = 0
    for table in tables:
        for cell, product in _products(table):
            assert table.key()[cell.id] == product, (table.id, cell.id)
            multiplied += 1
    assert multiplied >= 10


def test_feedback_states_the_figure_of_every_cell(tables: list[TableFill]) -> None:
    """What a cell holds is told in the feedback, worked out as the block works it out."""
    for table in tables:
        figures = re.findall(r"\d+(?:\.\d{3})*", plain_text(table.feedback))
        for name, value in table.key().items():
            assert f"{int(value):,}".replace(",", ".") in figures, (table.id, name)


def test_inline_items_do_not_give_away_the_tests(bank: ItemBank, inline: dict[str, Item]) -> None:
    """No exercise repeats a prompt of the bank, and the exercises order, match and fill tables."""
    prompts = {plain_text(item.prompt) for item in bank.items.values()}
    assert not prompts & {plain_text(item.prompt) for item in inline.values()}
    assert {Ordering, Matching, TableFill, Numeric} <= {type(item) for item in inline.values()}


def test_the_case_tells_what_each_choice_leads_to() -> None:
    """Three decisions, each option with its consequence."""
    for name in ("kasus1", "kasus2", "kasus3"):
        options = _element(name).findall("item/option")
        assert len(options) == 4
        for option in options:
            assert "Akibat:" in "".join(option.find("feedback").itertext())  # type: ignore[union-attr]


def test_every_chapter_states_its_aims_teaches_and_practises(pages: dict[str, etree._Element]) -> None:
    """Six chapters: aims by level first, two pages or more, an ungraded exercise and one graded quiz."""
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
        first = "".join(pages[texts[0]].itertext())
        assert all(f"Level {level}:" in first for level in (1, 2, 3)), texts[0]
        names = [str(one.get("url_name")) for unit in units for one in unit.iter("competency_assessment")]
        assert any(name.startswith("latihan") for name in names)
        assert sum(name.startswith("kuis") for name in names) == 1


def test_pages_end_with_their_sources_and_are_of_a_readable_length(
    pages: dict[str, etree._Element],
) -> None:
    """300 to 900 words; law, article and date at the end; captions and scopes on tables."""
    for name, page in pages.items():
        assert 300 <= len("".join(page.itertext()).split()) <= 900, name
        *_rest, last = page.iter("p", "table", "blockquote", "ul", "ol")
        source = "".join(last.itertext())
        assert last.get("class") == "source", name
        assert re.match(rf"Sumber: .*{LAWS} Pasal \d+.* Keadaan per 26 November 2026\.", source), name
        for table in page.iter("table"):
            assert table.find("caption") is not None, name
            assert all(cell.get("scope") for cell in table.iter("th")), name


def test_pictures_explain_themselves_and_fetch_nothing(pages: dict[str, etree._Element]) -> None:
    """Three pictures, each with words for those who do not see it; no script, no address."""
    shown = [image for page in pages.values() for image in page.iter("img")]
    assert len(shown) >= 3
    assert all(len(str(image.get("alt")).split()) >= 10 for image in shown)
    for path in COURSE.glob("static/*.svg"):
        root = etree.parse(path).getroot()
        names = {etree.QName(one).localname for one in root.iter(etree.Element)}
        assert not names & {"script", "image", "use", "foreignObject", "a"}, path.name
        assert root.get("aria-label") or {"title", "desc"} <= names, path.name


def test_second_reading_covers_every_item_as_it_is(bank: ItemBank, inline: dict[str, Item]) -> None:
    """Each item has its row, with the source that the item states and a short quotation."""
    rows = {
        cells[0]: cells[1:]
        for cells in re.findall(r"^\| (keu-\S+) \| (.+) \| “(.+)” \| (.+) \|$", REVIEW.read_text(), re.M)
    }
    items = {**bank.items, **inline}
    assert set(rows) == set(items)
    for name, (source, quotation, verdict) in rows.items():
        assert source == items[name].source
        assert len(quotation.split()) <= QUOTED_WORDS, name
        assert verdict.startswith("sesuai"), name

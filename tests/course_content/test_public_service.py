"""The public service course: tests that can be filled, keys that follow from figures, a second reading."""

import re
from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

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

from .reading import assessments, bank_of, inline_of

ROOT = Path(__file__).resolve().parents[2]
COURSE = ROOT / "course_content" / "public_service"
BANK = ROOT / "course_content" / "banks" / "public_service.xml"
REVIEW = ROOT / "docs" / "reviews" / "public_service.md"
COMPETENCIES = {
    "lay.standar",
    "lay.permohonan",
    "lay.pengaduan",
    "lay.perilaku",
    "lay.inklusi",
    "lay.terpadu",
    "lay.evaluasi",
    "kom.data_pribadi",
}
QUOTED_WORDS = 20


@pytest.fixture(scope="module")
def bank() -> ItemBank:
    return bank_of("public_service")


@pytest.fixture(scope="module")
def inline() -> dict[str, Item]:
    """The items that are written in the course itself."""
    return inline_of("public_service")


@pytest.fixture(scope="module")
def items(bank: ItemBank, inline: dict[str, Item]) -> dict[str, Item]:
    return {**bank.items, **inline}


def _page(name: str) -> Any:
    parser = etree.HTMLParser(encoding="utf-8")
    return etree.fromstring((COURSE / "html" / f"{name}.html").read_bytes(), parser)


def _assessment(name: str) -> Any:
    return next(one for _path, one in assessments(COURSE) if one.get("url_name") == name)


def _draws(name: str) -> Counter[tuple[str, int]]:
    return Counter(
        {
            (str(one.get("competency")), int(str(one.get("level")))): int(str(one.get("count")))
            for one in _assessment(name).iter("draw")
        }
    )


def _nine(scores: list[Decimal], respondents: int) -> Decimal:
    """The converted index of nine elements: mean of each, weight 1/9, times 25, rounded at the end."""
    assert len(scores) == 9
    index = sum((score / respondents for score in scores), Decimal(0)) / 9 * 25
    return index.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _after_working_days(start: date, days: int) -> date:
    day = start
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


def test_bank_has_every_type_and_level_of_eight_competencies(bank: ItemBank) -> None:
    """At least 140 items count, and each competency has items of levels 1 to 3."""
    live = [item for item in bank.items.values() if item.status is ItemStatus.LIVE]
    assert len(live) >= 140
    assert len({item.type for item in bank.items.values()}) == 9
    assert {(item.competencies[0], item.level) for item in live} == {
        (competency, level) for competency in COMPETENCIES for level in (1, 2, 3)
    }


def test_pre_test_and_both_attempts_of_the_post_test_share_no_item(bank: ItemBank) -> None:
    """For each competency and level the bank holds what the three forms draw together."""
    live = Counter(
        (item.competencies[0], item.level)
        for item in bank.items.values()
        if item.status is ItemStatus.LIVE and len(item.competencies) == 1
    )
    before, after = _draws("pretes"), _draws("pascates")
    assert {competency for competency, _level in after} == COMPETENCIES
    attempts = int(str(_assessment("pascates").get("attempts")))
    for cell in before | after:
        assert live[cell] >= before[cell] + attempts * after[cell], cell


def test_keys_are_known_neither_by_place_nor_by_pattern(bank: ItemBank, items: dict[str, Item]) -> None:
    """Places are even, several right answers stand in many patterns, and the best action is not the first."""
    choices = [item for item in bank.items.values() if isinstance(item, SingleChoice)]
    places = Counter([option.correct for option in item.options].index(True) for item in choices)
    assert max(places.values()) - min(places.values()) <= 2
    several = [item for item in items.values() if isinstance(item, MultipleResponse)]
    patterns = Counter(tuple(option.correct for option in item.options) for item in several)
    assert patterns.most_common(1)[0][1] <= len(several) / 4
    assert not any(all(pattern) for pattern in patterns)
    judged = [item for item in items.values() if isinstance(item, SituationalJudgement)]
    first = sum(
        item.actions[0].effectiveness == max(one.effectiveness for one in item.actions) for item in judged
    )
    assert first <= len(judged) / 2


def test_judgement_counts_for_nothing_and_says_so(items: dict[str, Item]) -> None:
    judged = [item for item in items.values() if isinstance(item, SituationalJudgement)]
    assert len(judged) >= 10
    for item in judged:
        assert item.status is ItemStatus.PILOT, item.id
        assert "belum disahkan panel" in plain_text(item.feedback), item.id


def test_numeric_keys_follow_from_the_figures(items: dict[str, Item]) -> None:
    """Every computed key, calculated again from the figures of its prompt and the rule."""
    thursday, friday, second_of_june = date(2026, 3, 5), date(2026, 3, 6), date(2026, 6, 2)
    calculated: dict[str, Decimal | int] = {
        "lay-std-08": 5 + 7,
        "lay-prm-07": (_after_working_days(thursday, 5) - thursday).days,
        "lay-adu-07": (second_of_june + timedelta(days=30)).day,
        "lay-prl-12": Decimal(15) / 250 * 100,
        "lay-ink-10": -(-40 * 7 // 50),
        "lay-evl-07": Decimal(sum([3, 3, 2, 4, 3, 3, 2, 3, 4, 3])) / 10,
        "lay-evl-08": Decimal("28.80") / 9 * 25,
        "lay-evl-11": Decimal(221) / 260 * 100,
        "lay-evl-13": 132 // 22,
        "lay-dat-10": (10 + 3 * 24) % 24,
        "lay-lat1-waktu": sum(one <= 40 for one in [20, 25, 25, 30, 30, 35, 35, 40, 40, 90]) * 10,
        "lay-lat2-hitung": (_after_working_days(friday, 5) - friday).days,
        "lay-lat3-tanggap": 14,
        "lay-lat6-unsur": Decimal(108) / 40,
    }
    numeric = {item.id: item.answer.value for item in items.values() if isinstance(item, Numeric)}
    assert numeric == calculated


def test_tables_follow_from_the_figures(items: dict[str, Item]) -> None:
    """Every cell of every table, calculated again."""
    half, mean = Decimal("0.5"), Decimal("2.9")
    calculated = {
        "lay-std-12": {"periksa": 6 * 10, "ketik": 6 * 15, "serah": 6 * 5, "satu": 30, "enam": 6 * 30},
        "lay-prm-12": {"selesai": 10, "tambah": 5, "batas": 15},
        "lay-adu-17": {"tanggap": 14, "lengkap": 14 + 30, "putus": 44 + 60, "sampai": 104 + 14},
        "lay-tpd-12": {"hemat": 3 - 1, "kunjungan": 2 * 80, "ongkos": 160 * 20_000},
        "lay-evl-10": {
            "a": Decimal(85) / 25,
            "ka": 85,
            "b": Decimal(65) / 25,
            "kb": 65,
            "c": Decimal(90) / 25,
            "kc": 90,
        },
        "lay-evl-20": {
            "la": Decimal("27.9") / 9,
            "ini": Decimal("29.7") / 9,
            "kla": 77 + half,
            "kini": 82 + half,
            "naik": 5,
        },
        "lay-kuis2-alur": {"tetap": 5, "sampai": 10},
        "lay-kuis6-hitung": {
            "tertimbang": mean,
            "konversi": mean * 25,
            "selisih": Decimal("76.61") - mean * 25,
        },
    }
    tables = {item.id: item.key() for item in items.values() if isinstance(item, TableFill)}
    assert tables == calculated


@pytest.mark.parametrize(
    ("page", "respondents", "stated"),
    [("menghitung-skm", 30, "78,33"), ("tugas-terbimbing-skm", 40, "78,89")],
)
def test_worked_surveys_come_out_as_told(page: str, respondents: int, stated: str) -> None:
    """The sums in the table give the index in the text, and each mean that is shown."""
    root = _page(page)
    rows = [
        ["".join(cell.itertext()) for cell in row.iter("td")]
        for row in next(root.iter("table")).iter("tr")
        if row.find("td") is not None
    ]
    sums = [Decimal(row[1]) for row in rows]
    assert f"{_nine(sums, respondents)}".replace(".", ",") == stated
    assert stated in "".join(root.itertext())
    shown = dict(row for table in root.iter("table") for row in _means(table))
    assert shown == {
        row[0]: (one / respondents).quantize(Decimal("0.01")) for row, one in zip(rows, sums, strict=True)
    }


def _means(table: etree._Element) -> list[tuple[str, Decimal]]:
    """Element and mean of each row, if the table's last column is headed “Rata-rata”."""
    heads = ["".join(cell.itertext()) for cell in table.iter("th")]
    if heads[-1] != "Rata-rata":
        return []
    return [
        (str(cells[0].text), Decimal(str(cells[-1].text).replace(",", ".")))
        for cells in (row.findall("td") for row in table.iter("tr"))
        if cells
    ]


def test_the_case_tells_what_each_choice_leads_to() -> None:
    for name in ("kasus1", "kasus2", "kasus3"):
        options = _assessment(name).findall("item/option")
        assert len(options) == 4
        assert all((option.findtext("feedback") or "").startswith("Akibat:") for option in options)


def test_every_chapter_begins_with_its_aims_and_practises() -> None:
    """Aims by level on the first page; an exercise without marks and one graded quiz."""
    chapters = sorted(COURSE.glob("chapter/bab*.xml"))
    assert len(chapters) == 6
    for chapter in chapters:
        parts = [
            etree.parse(COURSE / "sequential" / f"{part.get('url_name')}.xml").getroot()
            for part in etree.parse(chapter).getroot()
        ]
        units = [
            etree.parse(COURSE / "vertical" / f"{unit.get('url_name')}.xml").getroot()
            for part in parts
            for unit in part
        ]
        first = "".join(_page(str(units[0][0].get("url_name"))).itertext())
        assert all(f"Level {level}:" in first for level in (1, 2, 3)), chapter.name
        names = [str(one.get("url_name")) for unit in units for one in unit.iter("competency_assessment")]
        assert any(name.startswith("latihan") for name in names)
        assert [part.get("graded") for part in parts].count("true") == 1


def test_amended_rules_are_taught_as_they_stand(items: dict[str, Item]) -> None:
    """No key, and no key's neighbour without an explanation, rests on the ten days of 2014."""
    amended = [item for item in items.values() if "Pasal 53" in item.source]
    assert len(amended) >= 10
    assert all("sebagaimana diubah dengan UU 6/2023 Pasal 175 angka 7" in item.source for item in amended)
    for item in amended:
        if isinstance(item, SingleChoice):
            key = next(plain_text(option.body) for option in item.options if option.correct)
            assert "10 hari kerja" not in key, item.id
            assert "putusan pengadilan" not in key.casefold() or "tidak ada" in key, item.id


def test_second_reading_covers_every_item_as_it_is(items: dict[str, Item]) -> None:
    """Each item has its row with the source that it states; words of the law, or that none was at hand."""
    rows = re.findall(r"^\| (lay-\S+) \| (.+) \| (.+) \| (.+) \|$", REVIEW.read_text(), re.M)
    assert {name for name, *_rest in rows} == set(items)
    assert len(rows) == len(items)
    for name, source, words, verdict in rows:
        assert source == items[name].source, name
        assert verdict.startswith("sesuai"), name
        if words.startswith("“"):
            assert len(words.split()) <= QUOTED_WORDS, name
        else:
            assert "sumber kedua" in words, name
            assert "PermenPANRB 14/2017" in source, name

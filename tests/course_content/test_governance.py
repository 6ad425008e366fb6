"""The governance course: what an official and a hostile reader may expect of it."""

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from scripts.content_lint.content import course_directories, read_content
from scripts.content_lint.minutes import course_time
from xblocks.competency.blueprint import Blueprint, draw
from xblocks.competency.items import Item, ItemStatus, MultipleResponse, Numeric, SingleChoice, TableFill
from xblocks.competency.responses import Numbers
from xblocks.competency.scoring import cells_right
from xblocks.olx.assessments import read_assessment
from xblocks.olx.banks import ItemBank
from xblocks.olx.frameworks import read_framework
from xblocks.olx.markup import plain_text

from .reading import assessments, bank_of, inline_of

CONTENT = Path(__file__).resolve().parents[2] / "course_content"
COURSE = CONTENT / "governance"
REVIEW = Path(__file__).resolve().parents[2] / "docs" / "reviews" / "governance.md"
QUOTED_WORDS = 20


@pytest.fixture(scope="module")
def bank() -> ItemBank:
    return bank_of("governance")


@pytest.fixture(scope="module")
def competencies() -> set[str]:
    framework, problems = read_framework((CONTENT / "frameworks" / "kapasitas.xml").read_bytes())
    assert framework, problems
    return {competency.id for competency in framework.competencies()}


@pytest.fixture(scope="module")
def inline() -> dict[str, Item]:
    """The items that are written in the course itself."""
    return inline_of("governance")


def _element(name: str) -> etree._Element:
    found: dict[str, etree._Element] = {one.get("url_name"): one for _path, one in assessments(COURSE)}
    return found[name]


def _blueprint(name: str) -> Blueprint:
    _settings, definition, problems = read_assessment(_element(name))
    assert definition.blueprint, problems
    return definition.blueprint


def _pages() -> dict[str, etree._Element]:
    parser = etree.HTMLParser(encoding="utf-8")
    return {
        path.stem: etree.parse(path, parser).getroot() for path in sorted((COURSE / "html").glob("*.html"))
    }


def _chapters() -> list[str]:
    course = etree.parse(COURSE / "course" / "2026.xml").getroot()
    return [str(chapter.get("url_name")) for chapter in course]


def _verticals(chapter: str) -> list[etree._Element]:
    return [
        etree.parse(COURSE / "vertical" / f"{unit.get('url_name')}.xml").getroot()
        for part in etree.parse(COURSE / "chapter" / f"{chapter}.xml").getroot()
        for unit in etree.parse(COURSE / "sequential" / f"{part.get('url_name')}.xml").getroot()
    ]


def _words(page: etree._Element) -> int:
    return len("".join(page.itertext()).split())


def test_five_chapters_state_their_aims_teach_and_practise() -> None:
    """Each chapter begins with aims by level, has two pages or more, an ungraded exercise and one quiz."""
    pages = _pages()
    taught = [chapter for chapter in _chapters() if chapter.startswith("bab")]
    assert len(taught) == 5
    for chapter in taught:
        verticals = _verticals(chapter)
        texts = [str(html.get("url_name")) for unit in verticals for html in unit.iterchildren("html")]
        assert len(texts) >= 2
        assert all(300 <= _words(pages[name]) <= 900 for name in texts), texts
        first = "".join(pages[texts[0]].itertext())
        assert "Tujuan belajar" in first
        assert re.search(r"level \d", first)
        names = [
            str(one.get("url_name"))
            for unit in verticals
            for one in unit.iterchildren("competency_assessment")
        ]
        assert sum(name.startswith("latihan") for name in names) == 1
        assert sum(name.startswith("kuis") for name in names) == 1


def test_every_text_unit_that_teaches_names_its_law_and_works_a_case() -> None:
    """A chapter's page cites articles and works a case with fictional people."""
    pages = _pages()
    for chapter in (chapter for chapter in _chapters() if chapter.startswith("bab")):
        for unit in _verticals(chapter):
            for html in unit.iterchildren("html"):
                page = pages[str(html.get("url_name"))]
                text = "".join(page.itertext())
                assert re.search(r"(UU|PP) \d+/\d{4}", text), html.get("url_name")
                assert "Pasal" in text
                assert page.findall(".//blockquote"), html.get("url_name")
                assert "Contoh" in text


def test_tables_have_captions_and_column_heads() -> None:
    """Every table can be read by a screen reader."""
    for name, page in _pages().items():
        for table in page.iter("table"):
            assert table.find("caption") is not None, name
            assert all(cell.get("scope") for cell in table.iter("th")), name


def test_bank_is_large_and_mixed(bank: ItemBank) -> None:
    """At least 120 items that count, of all nine kinds, ten multiple response, six numeric, levels 1 to 4."""
    types = Counter(type(item) for item in bank.items.values())
    assert sum(item.status is ItemStatus.LIVE for item in bank.items.values()) >= 120
    assert len(types) == 9
    assert types[MultipleResponse] >= 10
    assert types[Numeric] >= 6
    levels = Counter(item.level for item in bank.items.values())
    assert set(levels) == {1, 2, 3, 4}
    assert min(levels.values()) >= 6


def test_every_item_says_why_and_from_which_article(bank: ItemBank) -> None:
    """A source names a law and an article (or an annex); feedback is more than a verdict."""
    for item in bank.items.values():
        assert re.search(r"(UU|PP) \d+/\d{4}", item.source), item.id
        assert re.search(r"Pasal \d+|Lampiran", item.source), item.id
        assert len(plain_text(item.feedback).split()) >= 12, item.id


def test_sources_name_laws_that_are_in_force(bank: ItemBank) -> None:
    """Revoked regulations are no source; an amended article names its amendment as it stands now."""
    for item in bank.items.values():
        assert not re.search(r"PP (19/2008|73/2005)|UU 11/2020", item.source), item.id
        if re.search(r"UU 30/2014 Pasal (1|24|38|39|39A|53)\b", item.source):
            assert "sebagaimana diubah dengan UU 6/2023 Pasal 175 angka" in item.source, item.id


def test_tests_cover_every_competency_and_never_repeat_an_item(
    bank: ItemBank, competencies: set[str]
) -> None:
    """16 and 24 items; whatever the seeds, the bank fills both attempts without what was met before."""
    wanted = {competency for competency in competencies if competency.startswith("gov.")}
    for name, size in (("pretes", 16), ("pascates", 24)):
        blueprint = _blueprint(name)
        assert blueprint.size == size
        assert not blueprint.repeats
        assert {one.competency for one in blueprint.draws} == wanted
    attempts = int(str(_element("pascates").get("attempts")))
    for learner in range(25):
        met: set[str] = set()
        for name in ("pretes", *["pascates"] * attempts):
            form = set(draw(bank.items.values(), _blueprint(name), seed=f"{learner}-{len(met)}", barred=met))
            assert not form & met
            met |= form


def test_post_test_is_not_easier_than_the_pre_test() -> None:
    """The mean level of the post-test is at least the pre-test's, and it hides its keys."""
    mean = {
        name: sum((one.level or 0) * one.count for one in _blueprint(name).draws) / _blueprint(name).size
        for name in ("pretes", "pascates")
    }
    assert mean["pascates"] > mean["pretes"]
    assert _element("pascates").get("feedback") == "never"


def test_exercises_show_no_item_that_may_count(bank: ItemBank) -> None:
    """What exercises take from the bank is on trial, so that no test asks what they explained."""
    for _path, element in assessments(COURSE):
        for item in element.iterfind("item[@ref]"):
            assert bank.items[str(item.get("ref"))].status is ItemStatus.PILOT


def test_the_case_tells_what_each_choice_leads_to() -> None:
    """Three decisions, each option with its consequence."""
    for name in ("kasus1", "kasus2", "kasus3"):
        options = _element(name).findall("item/option")
        assert len(options) == 4
        for option in options:
            assert "Akibat:" in _text(option.find("feedback"))


def test_pictures_explain_themselves() -> None:
    """Four diagrams, each with words for those who do not see it."""
    shown = [image for page in _pages().values() for image in page.iter("img")]
    assert len(shown) >= 4
    assert all(len(str(image.get("alt")).split()) >= 10 for image in shown)


def test_keys_cannot_be_guessed_by_place_or_length(bank: ItemBank) -> None:
    """No place holds more than a third of the single-choice keys, and the key is seldom the longest."""
    choices = [item for item in bank.items.values() if isinstance(item, SingleChoice)]
    places = Counter(
        next(place for place, option in enumerate(item.options) if option.correct) for item in choices
    )
    assert set(places) == {0, 1, 2, 3}
    assert max(places.values()) <= len(choices) / 3
    longest = sum(_is_longest(item) for item in choices)
    assert longest <= len(choices) / 3


def _is_longest(item: SingleChoice) -> bool:
    lengths = {option.correct: len(plain_text(option.body)) for option in item.options if option.correct}
    others = max(len(plain_text(option.body)) for option in item.options if not option.correct)
    return lengths[True] > others


def test_multiple_response_keys_vary_in_number_and_place(bank: ItemBank) -> None:
    """Marking everything, or always the same places, earns little."""
    items = [item for item in bank.items.values() if isinstance(item, MultipleResponse)]
    assert all(not all(option.correct for option in item.options) for item in items)
    assert len({tuple(option.correct for option in item.options) for item in items}) >= 5
    assert len({sum(option.correct for option in item.options) for item in items}) >= 3


def test_quizzes_do_not_give_away_the_tests(bank: ItemBank) -> None:
    """No inline item repeats the prompt of an item of the bank."""
    prompts = {plain_text(item.prompt) for item in bank.items.values()}
    for _path, element in assessments(COURSE):
        for prompt in element.iterfind("item/prompt"):
            assert " ".join("".join(prompt.itertext()).split()) not in prompts


def test_lesson_hours_are_what_the_content_takes() -> None:
    """What HR receives is the minutes of the units at 45 minutes a JP, and the learner is told the same."""
    (course,) = (one for one in read_content(CONTENT).courses if one.name == "governance")
    stated = course.kapasitas["lesson_hours"]
    assert stated == round(course_time(course, read_content(CONTENT)).lesson_hours)
    assert f"{stated} jam pelajaran (JP)" in "".join(_pages()["tentang-kursus"].itertext())


def test_grading_counts_five_quizzes_and_the_post_test() -> None:
    """30 and 70 percent, pass at 70; the pre-test is in no graded part."""
    policy = json.loads((COURSE / "policies" / "2026" / "grading_policy.json").read_text())
    assert {entry["type"]: (entry["weight"], entry["min_count"]) for entry in policy["GRADER"]} == {
        "Kuis": (0.3, 5),
        "Pasca-tes": (0.7, 1),
    }
    assert policy["GRADE_CUTOFFS"] == {"Pass": 0.7}
    graded = {
        path.stem: etree.parse(path).getroot().get("format")
        for path in (COURSE / "sequential").glob("*.xml")
        if etree.parse(path).getroot().get("graded") == "true"
    }
    assert Counter(graded.values()) == {"Kuis": 5, "Pasca-tes": 1}
    assert "pretes-bagian" not in graded


def test_inline_items_use_the_types_that_teach() -> None:
    """The quizzes order, match, fill tables, judge and find errors, beside the plain choices."""
    types = {
        str(item.get("type"))
        for _, element in assessments(COURSE)
        for item in element.iterfind("item[@type]")
    }
    assert {"ordering", "matching", "table_fill", "situational_judgement", "find_the_error"} <= types


@pytest.mark.parametrize(
    ("quiz", "item_id", "typed"),
    [
        pytest.param(
            "kuis3",
            "kuis3-tenggat",
            {"ajukan": "21", "selesai": "10", "banding": "10", "jumlah": "41"},
            id="deadlines",
        ),
        pytest.param(
            "kuis4",
            "kuis4-hitung",
            {"dasar": "1.200.000.000.000", "minimal": "Rp60.000.000.000", "kurang": "9.000.000.000"},
            id="allocation",
        ),
    ],
)
def test_tables_accept_the_answers_that_their_feedback_states(
    quiz: str, item_id: str, typed: dict[str, str]
) -> None:
    """What the feedback calculates, typed as Indonesians type it, earns every cell."""
    element = next(one for _, one in assessments(COURSE) if one.get("url_name") == quiz)
    _settings, definition, _problems = read_assessment(element)
    item = next(one for one in definition.entries if isinstance(one, TableFill) and one.id == item_id)
    assert set(cells_right(item, Numbers.read(item, {"numbers": typed})).values()) == {True}


def _prompts_and_feedback() -> list[tuple[etree._Element, str, str]]:
    """Every item of the bank and of the quizzes, with the words of its prompt and of its feedback."""
    bank = etree.parse(CONTENT / "banks" / "governance.xml").getroot()
    inline = [item for _path, element in assessments(COURSE) for item in element.iterfind("item[@type]")]
    return [
        (item, _text(item.find("prompt")), _text(item.find("feedback")))
        for item in [*bank.iter("item"), *inline]
    ]


def _text(element: etree._Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def test_numeric_prompts_state_the_unit_of_the_answer() -> None:
    """What is asked in rupiah, percent, days or working days says so; days are never left open."""
    words = {"rupiah": "rupiah", "percent": "persen"}
    for item, prompt, _feedback in _prompts_and_feedback():
        if item.get("type") == "numeric":
            answer = item.find("answer")
            assert answer is not None
            unit = answer.get("unit") or words[str(answer.get("format"))]
            assert unit in prompt, item.get("id")
            assert (unit == "hari kerja") == ("hari kerja" in prompt), item.get("id")


def test_items_with_several_right_answers_say_so() -> None:
    """Nobody has to guess whether one or several answers are wanted."""
    for item, prompt, _feedback in _prompts_and_feedback():
        if item.get("type") in {"multiple_response", "find_the_error"}:
            assert "Pilih semua" in prompt, item.get("id")


def test_judgement_is_not_sold_as_law() -> None:
    """Where the key is reasoned and not quoted, the feedback says that it is professional judgement."""
    reasoned = {"kuis2-usul"}
    for item, _prompt, feedback in _prompts_and_feedback():
        if item.get("type") == "situational_judgement" or item.get("id") in reasoned:
            assert "pertimbangan profesional" in feedback, item.get("id")
            reasoned.discard(str(item.get("id")))
    assert not reasoned


def test_self_checks_have_one_right_choice_and_say_why() -> None:
    """Each plain problem has one right choice and a solution."""
    paths = sorted((COURSE / "problem").glob("*.xml"))
    assert paths
    for path in paths:
        problem = etree.parse(path).getroot()
        assert len(problem.findall(".//choice[@correct='true']")) == 1, path.name
        assert problem.find(".//solution") is not None, path.name


def test_content_is_a_course_directory() -> None:
    """The validator finds the course."""
    assert COURSE in course_directories(CONTENT)


def test_numeric_keys_follow_from_the_rule(bank: ItemBank) -> None:
    """The keys of the computed items, calculated again from the figures of the rule."""
    shares = {
        "gov-kel-06": 5 * 8000,
        "gov-kel-07": 1_600_000_000_000 // 2,
        "gov-dan-03": (2_400_000_000_000 - 400_000_000_000) * 5 // 100,
        "gov-dan-11": (1_250_000_000_000 - 250_000_000_000) * 5 // 100 - 42_000_000_000,
        "gov-adm-08": 10 + 5,
        "gov-lay-06": 60 + 14,
        "gov-plm-12": Decimal(9_450 * 20) / (210 * 5 * 60),
        "gov-dan-16": Decimal(36) / (900 - 100) * 100,
    }
    for name, value in shares.items():
        item: Item = bank.items[name]
        assert isinstance(item, Numeric)
        assert item.answer.value == value, name


def test_second_reading_covers_every_item_as_it_is(bank: ItemBank, inline: dict[str, Item]) -> None:
    """Each item has its row, with the source that the item states and a short quotation."""
    rows = {
        cells[0]: cells[1:]
        for cells in re.findall(
            r"^\| ([a-z][\w-]+) \| (.+) \| “(.+)” \| (sesuai.*) \|$", REVIEW.read_text(encoding="utf-8"), re.M
        )
    }
    items = {**bank.items, **inline}
    assert set(rows) == set(items)
    for name, (source, quotation, _verdict) in rows.items():
        assert source == items[name].source
        assert len(quotation.split()) <= QUOTED_WORDS, name

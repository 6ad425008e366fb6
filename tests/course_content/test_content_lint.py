"""The rules of ``make validate-content``: each fires at the place that breaks it, and only then."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.content_lint import Finding, Grade, lint, read_content
from scripts.content_lint.laws import indicator_names, read_laws, read_source
from scripts.content_lint.minutes import Rates, course_time, table
from scripts.content_lint.reading import measure
from scripts.validate_content import main

from . import small

BANK, LAWS, FRAMEWORK = "banks/kecil.xml", "laws.csv", "frameworks/kecil.xml"
PAGE, QUIZ, POLICY = "kecil/html/loket.html", "kecil/vertical/unit-kuis.xml", "kecil/policies/R/policy.json"
BEFORE, AFTER = "kecil/vertical/unit-pretes.xml", "kecil/vertical/unit-pascates.xml"
SVG, CHAPTER = "kecil/static/alur.svg", "kecil/chapter/bab.xml"
LONG_KEY = "Bupati atau wali kota, atas usul sekretaris daerah dan sesuai peraturan perundang-undangan"
HARD = "<p>" + " ".join(["pertanggungjawaban penyelenggaraan"] * 40) + ".</p>"

# Name of the rule and of the file, what is replaced by what, and a word of the finding.
BAD = {
    "no-source": ("source", BANK, "    <source>PP 17/2018 Pasal 1</source>\n", "", "no <source>"),
    "source-without-law": ("source", BANK, "PP 17/2018 Pasal 1<", "Kata orang<", "Kata orang"),
    "source-without-article": ("source", BANK, "PP 17/2018 Pasal 1<", "PP 17/2018<", "without an article"),
    "source-of-unknown-law": ("source", BANK, "PP 17/2018 Pasal 1<", "PP 99/2018 Pasal 1<", "PP 99/2018"),
    "source-of-replaced-law": ("source", BANK, "PP 17/2018 Pasal 1<", "PP 19/2008 Pasal 1<", "replaced"),
    "source-of-amended-article": ("source", BANK, "PP 17/2018 Pasal 1<", "UU 30/2014 Pasal 53<", "amended"),
    "source-of-first-amendment": (
        "source",
        BANK,
        "PP 17/2018 Pasal 1<",
        "UU 23/2014 Pasal 250 sebagaimana diubah dengan UU 9/2015<",
        "UU 6/2023",
    ),
    "page-of-amended-article": ("source", PAGE, "PP 17/2018 Pasal 10.", "UU 30/2014 Pasal 53.", "amended"),
    "page-of-replaced-law": ("source", PAGE, "PP 17/2018 Pasal 10.", "PP 19/2008 Pasal 10.", "replaced"),
    "indicator-nowhere": ("source", QUIZ, "Komunikasi 2.1", "Komunikasi 2.9", "2.9"),
    "indicator-missing": (
        "source",
        QUIZ,
        "PermenPANRB 38/2017, indikator Komunikasi 2.1",
        "PP 17/2018 Pasal 1",
        "indicator",
    ),
    "laws-columns": ("laws", LAWS, "id,title", "id,judul", "columns"),
    "laws-date": ("laws", LAWS, "PP 17/2018,Kecamatan,2026-11-26", "PP 17/2018,Kecamatan,26-11-2026", "date"),
    "laws-amendment": ("laws", LAWS, "UU 6/2023: 1 53", "UU 6/2023 (1, 53)", "amended_by"),
    "laws-twice": ("laws", LAWS, "PP 19/2008,", "PP 17/2018,", "two rows"),
    "key-too-long": ("key-length", BANK, ">Bupati atau wali kota<", f">{LONG_KEY}<", "b-1"),
    "all-of-above": ("all-of-above", BANK, ">Gubernur provinsi<", ">Semua jawaban benar<", "Semua"),
    "none-of-above": ("all-of-above", BANK, ">Gubernur provinsi<", ">Tidak ada yang benar<", "Tidak ada"),
    "negation-unmarked": ("negation", BANK, "Surat mana yang harus", "Surat mana yang tidak", "tidak"),
    "exception-unmarked": ("negation", BANK, "forum pimpinan?", "forum pimpinan, kecuali?", "kecuali"),
    "feedback-short": (
        "feedback",
        BANK,
        f"<feedback><p>{small.FEEDBACK}",
        "<feedback><p>Sudah jelas.",
        "2 words",
    ),
    "feedback-repeats": (
        "feedback",
        BANK,
        f"<feedback><p>{small.FEEDBACK}",
        "<feedback><p>Siapa mengangkat camat? Bupati atau wali kota. Yang mengangkat bupati, wali kota.",
        "repeats",
    ),
    "judgement-live": ("pilot", QUIZ, 'status="pilot"', 'status="live"', "panel"),
    "page-undated": ("as-of", PAGE, " Keadaan per 26 November 2026.", "", "Keadaan"),
    "page-date-impossible": ("as-of", PAGE, "26 November 2026", "31 November 2026", "Keadaan"),
    "page-without-sources": ("as-of", PAGE, '<p class="source">', "<p>", "source"),
    "page-hard": ("reading", PAGE, "<h3>Di loket</h3>", "<h3>Di loket</h3>" + HARD * 4, "sentence"),
    "heading-of-the-platform": ("headings", PAGE, "<h3>Di loket</h3>", "<h2>Di loket</h2>", "h2"),
    "heading-skipped": ("headings", PAGE, "<h3>Di loket</h3>", "<h3>A</h3><h5>B</h5>", "h5"),
    "table-without-caption": ("table", PAGE, "<caption>Berkas</caption>", "", "caption"),
    "table-without-scope": ("table", PAGE, ' scope="col"', "", "scope"),
    "link-outside": ("link", PAGE, "/jump_to_id/unit-kuis", "https://example.org/", "example.org"),
    "link-nowhere": ("link", PAGE, "/jump_to_id/unit-kuis", "/jump_to_id/unit-x", "unit-x"),
    "file-nowhere": ("link", PAGE, "/static/alur.svg", "/static/x.svg", "x.svg"),
    "link-relative": ("link", PAGE, "/jump_to_id/unit-kuis", "kuis.html", "kuis.html"),
    "anchor-nowhere": ("link", PAGE, "/jump_to_id/unit-kuis", "#bawah", "#bawah"),
    "study-nowhere": (
        "link",
        BEFORE,
        '    <item ref="b-1"/>',
        '    <study competency="gov.x" href="/jump_to_id/unit-y">Y</study><item ref="b-1"/>',
        "unit-y",
    ),
    "course-image-nowhere": ("link", POLICY, '"alur.svg"', '"sampul.svg"', "sampul.svg"),
    "picture-without-alternative": ("alternative", PAGE, ' alt="Alur surat"', ' alt=""', "alur.svg"),
    "svg-without-title": ("alternative", SVG, "<title>Alur</title>", "", "title"),
    "svg-without-description": (
        "alternative",
        SVG,
        "Tiga langkah dari loket sampai surat diserahkan.",
        "",
        "desc",
    ),
    "svg-script": ("svg", SVG, "<rect", "<script>alert(1)</script><rect", "script"),
    "svg-handler": ("svg", SVG, "<rect", '<rect onclick="x()"', "onclick"),
    "svg-outside": ("svg", SVG, 'href="#r"', 'href="https://example.org/#r"', "outside"),
    "svg-paint-outside": ("svg", SVG, 'fill="#123"', 'fill="url(https://example.org/#p)"', "outside"),
    "svg-style-outside": ("svg", SVG, "<rect", "<style>@import 'x.css';</style><rect", "outside"),
    "svg-entities": ("svg", SVG, "<svg", '<!DOCTYPE svg [<!ENTITY a "b">]><svg', "DOCTYPE"),
    "svg-fixed-size": ("svg", SVG, ' viewBox="0 0 10 10"', "", "viewBox"),
    "no-practice": ("practice", QUIZ, 'feedback="immediate"', 'feedback="never"', "practice"),
    "paragraph-twice": (
        "repeat",
        PAGE,
        "<h3>Di loket</h3>",
        "<h3>Di loket</h3>" + small.SENTENCE.format(n=0),
        "warga nomor 0",
    ),
    "heading-twice": ("repeat", PAGE, "<h3>Di loket</h3>", "<h3>Di loket</h3><h3>Di loket</h3>", "di loket"),
    "text-after-text": (
        "practice",
        "kecil/sequential/bagian.xml",
        '<vertical url_name="teks"/>',
        '<vertical url_name="teks"/><vertical><html url_name="lagi"/></vertical>',
        "lagi",
    ),
    "no-pre-test": ("tests", BEFORE, 'url_name="pretes"', 'url_name="awal"', "pre-test"),
    "no-post-test": ("tests", AFTER, 'url_name="pascates"', 'url_name="akhir"', "post-test"),
    "no-english-title": ("english", POLICY, "A small course", "", "title"),
    "hours-untrue": ("hours", POLICY, '"lesson_hours": 0', '"lesson_hours": 6', "6 JP"),
    "hours-missing": ("hours", POLICY, '"lesson_hours": 0', '"lesson_hours": "6"', "missing"),
    "tests-repeat": ("coverage", AFTER, 'ref="b-3"', 'ref="b-1"', "b-1"),
}

# What looks like a fault and is none.
GOOD = {
    "several-places": (
        BANK,
        "PP 17/2018 Pasal 1<",
        "PP 17/2018 Pasal 1 ayat (2) huruf b dan ayat (3), Pasal 4\u20136<",
    ),
    "annex": (BANK, "PP 17/2018 Pasal 1<", "PP 17/2018 Pasal 20 dan Lampiran II angka 2<"),
    "elucidation": (
        BANK,
        "PP 17/2018 Pasal 1<",
        "PP 17/2018 penjelasan Pasal 30 ayat (7) dan penjelasannya<",
    ),
    "amended-and-said": (
        BANK,
        "PP 17/2018 Pasal 1<",
        "UU 30/2014 Pasal 53 ayat (2) sebagaimana diubah dengan UU 6/2023 Pasal 175 angka 7<",
    ),
    "indicator-by-id": (QUIZ, "Komunikasi 2.1", "man.komunikasi.2.1"),
    "negation-marked": (BANK, "Surat mana yang harus", "Surat mana yang <strong>tidak</strong>"),
    "negation-in-the-story": (BANK, "Siapa yang mengangkat", "Camat lama tidak hadir. Siapa yang mengangkat"),
    "all-of-a-fact": (BANK, ">Gubernur provinsi<", ">Tidak ada; semua syarat terpenuhi<"),
    "anchor": (PAGE, "<h3>Di loket</h3>", '<h3 id="atas">Di loket</h3><p><a href="#atas">Ke atas</a></p>'),
    "heading-back": (PAGE, "<h3>Di loket</h3>", "<h3>A</h3><h4>B</h4><h3>C</h3>"),
}


def _changed(file: str, old: str, new: str) -> dict[str, str]:
    text = small.files()[file]
    assert old in text
    return {file: text.replace(old, new, 1)}


def _errors(directory: Path) -> list[Finding]:
    return [finding for finding in lint(directory) if finding.grade is Grade.ERROR]


def test_small_content_has_no_finding(tmp_path: Path) -> None:
    """What the tests below break is clean: no error and no warning."""
    assert list(map(str, lint(small.write(tmp_path)))) == []


@pytest.mark.parametrize(("rule", "file", "old", "new", "named"), BAD.values(), ids=BAD.keys())
def test_a_rule_fires_where_it_is_broken(
    tmp_path: Path, rule: str, file: str, old: str, new: str, named: str
) -> None:
    """The finding has the rule's name and says what is wrong; it points at the file that was broken."""
    found = _errors(small.write(tmp_path, _changed(file, old, new)))
    fired = [finding for finding in found if finding.rule == rule and named in finding.text]
    assert fired, list(map(str, found))
    places = (
        {tmp_path / file, tmp_path / CHAPTER, tmp_path / PAGE} if rule == "practice" else {tmp_path / file}
    )
    if rule == "tests":
        places = {tmp_path / "kecil/course.xml"}
    assert {finding.path for finding in fired} <= places


@pytest.mark.parametrize(("file", "old", "new"), GOOD.values(), ids=GOOD.keys())
def test_a_rule_is_silent_about_what_is_right(tmp_path: Path, file: str, old: str, new: str) -> None:
    """A near miss is no error."""
    assert list(map(str, _errors(small.write(tmp_path, _changed(file, old, new))))) == []


def test_keys_at_one_place_are_told(tmp_path: Path) -> None:
    """A bank whose keys all stand first can be answered without reading."""
    bank = small.bank()
    for number in range(1, 13):
        text = small.item(number)
        prompt, key, wrong = small.FACTS[number - 1]
        lines = [f'    <option id="a" correct="true">{key}</option>']
        lines += [f'    <option id="{name}">{one}</option>' for name, one in zip("bcd", wrong, strict=True)]
        first = small.ITEM.format(n=number, prompt=prompt, options="\n".join(lines), feedback=small.FEEDBACK)
        assert text in bank
        bank = bank.replace(text, first)
    (finding,) = _errors(small.write(tmp_path, {BANK: bank}))
    assert finding.rule == "key-position"
    assert "a 100%" in finding.text


def test_keys_that_are_the_longest_are_told(tmp_path: Path) -> None:
    """In a bank the key may be the longest option by chance, not as a habit."""
    bank = small.bank()
    for _prompt, key, _wrong in small.FACTS[:5]:
        bank = bank.replace(f">{key}<", f">{key} itu saja<")
    (finding,) = _errors(small.write(tmp_path, {BANK: bank}))
    assert finding.rule == "key-length"
    assert "5 of 12" in finding.text


def test_best_actions_that_are_the_longest_are_told(tmp_path: Path) -> None:
    """Of six situations whose best action is the longest all are named; two of six may be so by chance."""
    for longest, fired in ((6, True), (2, False)):
        judged = "".join(
            small.JUDGED.format(n=n, best="lalu mencatatnya" if n < longest else "", story=small.FACTS[n][0])
            for n in range(6)
        )
        bank = small.bank().replace("</item_bank>", f"{judged}</item_bank>")
        found = _errors(small.write(tmp_path / str(longest), {BANK: bank}))
        assert [finding.rule for finding in found] == ["key-length"] * fired, list(map(str, found))


def test_near_duplicates_are_told_with_both_ids(tmp_path: Path) -> None:
    """The same question with one word changed is told at the later item, within a bank and across banks."""
    copy = small.item(1).replace('id="b-1"', 'id="c-1"').replace("Siapa yang", "Siapakah yang")
    other = f'<item_bank id="lain" version="1" title="Lain" lang="id">\n{copy}</item_bank>\n'
    (finding,) = _errors(small.write(tmp_path, {"banks/lain.xml": other}))
    assert finding.rule == "near-duplicate"
    assert "c-1" in finding.text
    assert "b-1" in finding.text
    assert finding.path.name == "lain.xml"
    assert finding.line == 2


@pytest.mark.parametrize(("count", "rules"), [(6, set()), (7, {"coverage"}), (13, {"olx"})])
def test_both_tests_are_drawn_without_repeats(tmp_path: Path, count: int, rules: set[str]) -> None:
    """Twelve items fill a pre-test and a post-test of six; seven and seven would repeat."""
    draw = f'<blueprint><draw competency="gov.x" count="{count}"/></blueprint>'
    changes = {
        path: small.ASSESSMENT.format(name=name, attributes='bank="kecil@1" form="random"', items=draw)
        for path, name in ((BEFORE, "pretes"), (AFTER, "pascates"))
    }
    found = _errors(small.write(tmp_path, changes))
    assert {finding.rule for finding in found} == rules, list(map(str, found))


def test_a_page_too_long_is_an_error_and_a_short_one_a_warning(tmp_path: Path) -> None:
    """Units are for ten minutes or less."""
    for paragraphs, grade in ((15, Grade.WARNING), (120, Grade.ERROR), (2, Grade.ERROR)):
        directory = small.write(tmp_path / str(paragraphs), {PAGE: small.page(paragraphs)})
        found = [finding for finding in lint(directory) if finding.rule == "length"]
        assert [finding.grade for finding in found] == [grade], paragraphs


def test_a_file_that_nothing_shows_is_a_warning(tmp_path: Path) -> None:
    """It is carried to every learner's device for nothing, and does no harm."""
    (finding,) = lint(small.write(tmp_path, {"kecil/static/lama.svg": small.SVG}))
    assert (finding.rule, finding.grade) == ("link", Grade.WARNING)


def test_items_without_seconds_are_counted_in_one_warning(tmp_path: Path) -> None:
    """One line for the bank, not one an item."""
    (finding,) = lint(small.write(tmp_path, {BANK: small.bank().replace(' seconds="60"', "")}))
    assert (finding.rule, finding.grade) == ("seconds", Grade.WARNING)
    assert "12 of 12" in finding.text


def test_every_problem_is_told_at_once_and_the_status_is_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three faults of three rules are three lines; the last line counts them."""
    changes = {
        **_changed(BANK, "PP 17/2018 Pasal 1<", "Kata orang<"),
        **_changed(PAGE, ' alt="Alur surat"', ' alt=""'),
        **_changed(POLICY, '"lesson_hours": 0', '"lesson_hours": 6'),
    }
    assert main([str(small.write(tmp_path, changes))]) == 1
    printed = capsys.readouterr().out
    assert all(f"error [{rule}]" in printed for rule in ("source", "alternative", "hours"))
    assert "problem(s), 0 warning(s)" in printed.splitlines()[-1]


def test_time_is_added_up_from_words_cases_tasks_and_items(tmp_path: Path) -> None:
    """Reading, a case of four minutes, a task with its own time, and the seconds of the items."""
    task = '<div data-minutes="20"><blockquote><p>Tugas.</p></blockquote></div>'
    text = small.page() + "<blockquote><p>Kasus.</p></blockquote>" + task
    content = read_content(small.write(tmp_path, {PAGE: text}))
    (course,) = content.courses
    time = course_time(course, content, Rates(words_a_minute=50))
    assert time.words == course.pages["loket"].words
    # Four items of the tests at 60 seconds; the quiz at 60 and 90.
    assert time.minutes == pytest.approx(time.words / 50 + 4 + 20 + (4 * 60 + 60 + 90) / 60)
    assert time.lesson_hours == pytest.approx(time.minutes / 45)
    assert (time.chapters, time.units, time.items) == (2, 1, 14)
    assert "situational_judgement 1" in table(content)


def test_a_drawn_test_takes_the_mean_of_what_may_be_drawn(tmp_path: Path) -> None:
    """Three items of 60 seconds are three minutes, whichever are drawn."""
    draw = '<blueprint><draw competency="gov.x" count="3"/></blueprint>'
    drawn = small.ASSESSMENT.format(name="pretes", attributes='bank="kecil@1" form="random"', items=draw)
    fixed, other = (
        read_content(small.write(tmp_path / name, changes))
        for name, changes in (("fixed", {}), ("drawn", {BEFORE: drawn}))
    )
    difference = course_time(other.courses[0], other).minutes - course_time(fixed.courses[0], fixed).minutes
    assert difference == pytest.approx(3 - 2)


def test_reading_ease_is_lix() -> None:
    """Two sentences of thirty words with ten long ones: 30 + 33.3."""
    sentence = " ".join(["kata"] * 20 + ["pelayanan"] * 10)
    measured = measure([sentence, sentence])
    assert measured is not None
    assert measured[0] == pytest.approx(30 + 100 / 3)
    assert measured[1] == 30
    assert measure(["terlalu pendek"]) is None


def test_sources_are_read_into_laws_articles_and_indicators() -> None:
    """Ranges and lists belong to the law before them; words that are no citation come back."""
    names = {"man.komunikasi.2.1": "man.komunikasi.2.1", "komunikasi 2.1": "man.komunikasi.2.1"}
    found = read_source("PP 12/2019 Pasal 19 ayat (4) huruf e dan Pasal 150\u2013152; Komunikasi 2.1", names)
    assert found.places == [("PP 12/2019", "19"), ("PP 12/2019", "150"), ("PP 12/2019", "152")]
    assert found.indicators == ["man.komunikasi.2.1"]
    assert (found.laws, found.bare, found.unread) == (["PP 12/2019"], [], [])
    listed = read_source("PP 12/2019 Pasal 14 ayat (2) serta ayat (3); Pasal 145 ayat (1)", {})
    assert (listed.places, listed.unread) == ([("PP 12/2019", "14"), ("PP 12/2019", "145")], [])
    # After two laws nobody can tell whose article comes next.
    assert read_source("PP 1/2001 Pasal 1 jo. PP 2/2002 Pasal 2; Pasal 3", {}).unread == ["Pasal 3"]
    assert read_source("menurut PP 12/2019 Pasal 1", {}).unread == ["menurut"]
    assert read_source("Pasal 1", {}).unread == ["Pasal 1"]


@given(st.text(max_size=200))
def test_any_source_is_read_or_told(text: str) -> None:
    """No text breaks the reader; what is neither law nor indicator nor blank is told."""
    found = read_source(text, {"komunikasi 2.1": "man.komunikasi.2.1"})
    assert all(law in text for law in found.laws)
    assert set(found.bare) <= set(found.laws)


def test_packaged_laws_and_names_are_read() -> None:
    """The table that ships has no fault, and each indicator can be cited by name."""
    content = Path(__file__).resolve().parents[2] / "course_content"
    laws, problems = read_laws(content / "laws.csv")
    assert problems == []
    assert laws["PP 19/2008"].replaced_by == "PP 17/2018"
    assert laws["UU 30/2014"].amending("53") == ["UU 6/2023"]
    names = indicator_names(read_content(content).frameworks.values())
    assert len(set(names.values())) == 135
    assert names["pengembangan diri dan orang lain 3.2"] == "man.pengembangan.3.2"

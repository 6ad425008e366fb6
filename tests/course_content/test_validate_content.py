"""``make validate-content``: the shipped content is clean, and each kind of fault is named with its place."""

import shutil
from pathlib import Path

import pytest

from scripts.validate_content import main, validate

CONTENT = Path(__file__).resolve().parents[2] / "course_content"
PRE_TEST = "governance/vertical/unit-pretes.xml"
EXERCISE = "governance/vertical/unit-latihan2.xml"
QUIZ = "governance/vertical/unit-kuis1.xml"
SUMMARY = "governance/vertical/unit-ringkasan-tenggat.xml"
BANK = "banks/governance.xml"
FRAMEWORK = "frameworks/kapasitas.xml"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(CONTENT, tmp_path / "content", ignore=shutil.ignore_patterns("__pycache__"))


def test_shipped_content_is_clean() -> None:
    """Every course, bank and framework that we ship has no problem at all."""
    assert [str(finding) for finding in validate(CONTENT)] == []


def _break(copy: Path, file: str, old: str, new: str) -> int:
    """Replace the first occurrence and return its line."""
    path = copy / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


FAULTS = {
    "unknown-competency-in-bank": (
        BANK,
        'competencies="gov.kelembagaan"',
        'competencies="gov.lembaga"',
        "gov.lembaga",
    ),
    "unknown-competency-inline": (
        QUIZ,
        'competencies="gov.kelembagaan"',
        'competencies="gov.lembaga"',
        "gov.lembaga",
    ),
    "unknown-bank": (PRE_TEST, 'bank="governance@2"', 'bank="governance@9"', "governance@9"),
    "unresolved-reference": (EXERCISE, 'ref="gov-sit-06"', 'ref="gov-kel-99"', "gov-kel-99"),
    "same-reference-twice": (
        EXERCISE,
        '<item ref="gov-sit-06"/>',
        '<item ref="gov-sit-06"/><item ref="gov-sit-06"/>',
        "gov-sit-06",
    ),
    "id-twice-in-bank": (BANK, 'id="gov-kel-02"', 'id="gov-kel-01"', "gov-kel-01"),
    "id-in-course-and-bank": (QUIZ, 'id="kuis1-jabatan"', 'id="gov-kel-01"', "gov-kel-01"),
    "no-right-option": (BANK, ' correct="true"', "", "gov-kel-01"),
    "unknown-attribute": (QUIZ, 'feedback="immediate"', 'feedbak="immediate"', "feedbak"),
    "unknown-feedback-policy": (QUIZ, 'feedback="immediate"', 'feedback="sometimes"', "sometimes"),
    "unknown-item-type": (QUIZ, 'type="matching"', 'type="pairing"', "pairing"),
    "level-out-of-range": (BANK, 'level="1"', 'level="6"', "6"),
    "markup-not-allowed": (QUIZ, "<prompt><p>", "<prompt><p onclick='x'>", "onclick"),
    "enemy-nowhere": (BANK, ' level="1"', ' level="1" enemies="gov-xxx-99"', "gov-xxx-99"),
    "study-of-nothing": (
        EXERCISE,
        '    <item id="lat2-izin"',
        '    <study competency="gov.x" href="/x">X</study><item id="lat2-izin"',
        "gov.x",
    ),
    "required-competency-undefined": (
        FRAMEWORK,
        '<requires competency="gov.kelembagaan"',
        '<requires competency="gov.x"',
        "gov.x",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "named"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_named_with_file_and_line(copy: Path, file: str, old: str, new: str, named: str) -> None:
    """The finding points at the file and line that were broken, and names the thing at fault."""
    line = _break(copy, file, old, new)
    found = [finding for finding in validate(copy) if finding.path == copy / file and named in str(finding)]
    # An option's fault is told at its item, a few lines above.
    assert any(line - 8 <= finding.line <= line + 1 for finding in found), [str(one) for one in found]


def test_a_form_that_cannot_be_drawn_is_named(copy: Path) -> None:
    """A blueprint is drawn from the bank that it names; what it lacks is told at its line."""
    path = copy / PRE_TEST
    text = path.read_text()
    drawn = '<draw competency="gov.kelembagaan" level="1" count="1"/>'
    assert drawn in text
    line = text[: text.index("<blueprint>")].count("\n") + 1
    for count, expected in ((2, 0), (99, 1)):
        path.write_text(text.replace(drawn, drawn.replace('count="1"', f'count="{count}"')))
        # Ninety-nine items also take longer than the lesson hours say, which is another matter.
        found = [finding for finding in validate(copy) if finding.rule != "hours"]
        assert [(one.path, one.line) for one in found] == [(path, line)] * expected
        assert all("gov.kelembagaan" in one.text and "99" in one.text for one in found)


OLX_FAULTS = {
    "dangling-page": (SUMMARY, 'url_name="ringkasan-tenggat"', 'url_name="hilang"', "hilang"),
    "unknown-tag": (QUIZ, "<vertical ", "<vertikal ", "vertikal"),
    "broken-policy": ("governance/policies/2026/policy.json", '"course/2026"', '"course/2027"', "2027"),
    "weights-not-one": ("governance/policies/2026/grading_policy.json", "0.7", "0.6", "weight"),
    "not-xml": ("governance/chapter/bab1.xml", "</chapter>", "", "bab1"),
}


@pytest.mark.parametrize(("file", "old", "new", "named"), OLX_FAULTS.values(), ids=OLX_FAULTS.keys())
def test_a_fault_of_olx_is_named(copy: Path, file: str, old: str, new: str, named: str) -> None:
    """What olxcleaner finds is told with the rest."""
    if file == QUIZ:
        _break(copy, file, "</vertical>", "</vertikal>")
    _break(copy, file, old, new)
    assert any(named in str(finding) for finding in validate(copy))


def test_a_file_that_nothing_points_to_is_named(copy: Path) -> None:
    """A page left out of every unit is a fault at that page."""
    _break(
        copy, "governance/vertical/unit-anggaran-kelurahan.xml", '<html url_name="anggaran-kelurahan"/>', ""
    )
    (finding,) = validate(copy)
    assert finding.path == copy / "governance/html/anggaran-kelurahan.xml"
    assert "Nothing in the course points" in finding.text


def test_all_faults_are_told_at_once(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three faults in three files are three lines, and the status is 1."""
    for file, old, new, _named in (
        FAULTS["unknown-competency-in-bank"],
        FAULTS["unresolved-reference"],
        FAULTS["required-competency-undefined"],
    ):
        _break(copy, file, old, new)
    assert main([str(copy)]) == 1
    printed = capsys.readouterr().out
    assert "gov.lembaga" in printed
    assert "gov-kel-99" in printed
    assert "gov.x" in printed


def test_a_directory_without_framework_is_a_fault(tmp_path: Path) -> None:
    """Without a framework no competency can be looked up; that is said."""
    assert "no framework" in str(validate(tmp_path)[0])


def test_clean_content_is_said_to_be_clean(capsys: pytest.CaptureFixture[str]) -> None:
    """The status is 0 and the last line counts the courses."""
    assert main([]) == 0
    assert "no problems" in capsys.readouterr().out

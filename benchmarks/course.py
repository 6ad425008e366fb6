"""A small course: a page of text, a platform problem, an assessment of 20 items of the governance bank."""

from pathlib import Path

from lxml import etree

from .rig import ROOT

__all__ = [
    "ASSESSMENT",
    "ITEMS",
    "KEY",
    "PROBLEM",
    "UNITS",
    "assessment_olx",
    "first_choice_item",
    "usage",
    "write_course",
]

KEY = "course-v1:Kapasitas+UKUR+2026"
ITEMS = 20
UNITS = ("text", "problem", "assessment")


def usage(block_type: str, name: str) -> str:
    """Return the key of a block of the course."""
    return f"block-v1:Kapasitas+UKUR+2026+type@{block_type}+block@{name}"


PROBLEM = usage("problem", "soal")
ASSESSMENT = usage("competency_assessment", "ukur")

FILES = {
    "course.xml": '<course org="Kapasitas" course="UKUR" url_name="2026"/>',
    "policies/2026/policy.json": '{"course/2026": {"display_name": "Kursus ukur"}}',
    "policies/2026/grading_policy.json": (
        '{"GRADER": [{"type": "Ujian", "min_count": 1, "drop_count": 0, "weight": 1.0}],'
        ' "GRADE_CUTOFFS": {"Lulus": 0.6}}'
    ),
    "problem/soal.xml": """<problem display_name="Pimpinan kecamatan" weight="1.0">
  <multiplechoiceresponse>
    <label>Siapa memimpin kecamatan?</label>
    <choicegroup type="MultipleChoice">
      <choice correct="true">Camat</choice>
      <choice correct="false">Lurah</choice>
    </choicegroup>
  </multiplechoiceresponse>
</problem>""",
    "html/teks.xml": '<html filename="teks" display_name="Teks"/>',
    "html/teks.html": "<p>Kecamatan dipimpin camat.</p>",
}


def bank_items() -> list[etree._Element]:
    """Return 20 items of the governance bank, spread over it."""
    bank = etree.parse(ROOT / "course_content/banks/governance.xml").getroot()
    items = list(bank.iterchildren("item"))
    chosen = items[:: len(items) // ITEMS][:ITEMS]
    for item in chosen:
        # Enemies that were not chosen would be named in vain.
        item.attrib.pop("enemies", None)
    return chosen


def assessment_olx() -> str:
    """Return the assessment with its items written out."""
    items = "".join(etree.tostring(item, encoding="unicode") for item in bank_items())
    return (
        '<competency_assessment url_name="ukur" display_name="Ukur" schema="1" feedback="never">'
        f"{items}</competency_assessment>"
    )


def first_choice_item() -> tuple[str, list[str]]:
    """Return the id of the first single-choice item, and the ids of its options."""
    item = next(one for one in bank_items() if one.get("type") == "single_choice")
    return str(item.get("id")), [str(option.get("id")) for option in item.iterchildren("option")]


def write_course(root: Path) -> Path:
    """Write the course's files below ``root`` and return it."""
    contents = {
        "text": '<html url_name="teks"/>',
        "problem": '<problem url_name="soal"/>',
        "assessment": assessment_olx(),
    }
    units = "".join(f'<vertical url_name="{name}">{content}</vertical>' for name, content in contents.items())
    course = (
        '<course display_name="Kursus ukur"><chapter url_name="bab">'
        f'<sequential url_name="ujian" graded="true" format="Ujian">{units}</sequential></chapter></course>'
    )
    for name, text in {**FILES, "course/2026.xml": course}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root

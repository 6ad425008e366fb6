"""What the tests of the courses read: a bank, the items that stand in the course, its pages."""

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from scripts.content_lint.content import assessment_elements, xml_documents
from xblocks.competency.items import Item
from xblocks.olx.assessments import read_assessment
from xblocks.olx.banks import ItemBank, read_bank

CONTENT = Path(__file__).resolve().parents[2] / "course_content"


def assessments(course: Path) -> Iterator[tuple[Path, etree._Element]]:
    """Yield each assessment element of a course with its file."""
    return assessment_elements(xml_documents(course))


def bank_of(course: str) -> ItemBank:
    """Return the course's bank, which has no problems."""
    found, problems = read_bank((CONTENT / "banks" / f"{course}.xml").read_bytes())
    assert found, problems
    return found


def inline_of(course: str) -> dict[str, Item]:
    """Return the items that are written in the course itself, by id."""
    return {
        item.id: item
        for _path, element in assessments(CONTENT / course)
        for item in read_assessment(element)[1].entries
        if isinstance(item, Item)
    }


def pages_of(course: str) -> dict[str, etree._Element]:
    """Return the course's pages by name."""
    parser = etree.HTMLParser(encoding="utf-8")
    return {path.stem: etree.parse(path, parser).getroot() for path in (CONTENT / course).glob("html/*.html")}

"""Rules for text units: length, repeats, reading ease, headings, tables, and links that lead somewhere."""

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from lxml import etree

from . import reading
from .content import Content, Course, Page, line_of, words
from .findings import Finding, Grade

LEAST_WORDS, MOST_WORDS = 100, 1200
FEW_WORDS, MANY_WORDS = 300, 900
FIRST_HEADING = 3
# Two paragraphs that begin with so many equal words are one, written twice.
SAME_START = 10
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
JUMP = "/jump_to_id/"
STATIC = "/static/"


def check(content: Content) -> Iterator[Finding]:
    """Check every text unit, and every link of every course and bank."""
    for course in content.courses:
        for page in course.pages.values():
            yield from _length(page)
            yield from _repeats(page)
            yield from _ease(page)
            yield from _headings(page)
            yield from _tables(page)
        yield from _links(course)
    for item in content.items:
        if item.bank is not None:
            for node in item.element.iter("a", "img"):
                address = str(node.get("href") or node.get("src") or "")
                if _outside(address):
                    yield Finding(item.path, line_of(node), f"“{address}” leads out of the course.", "link")


def _length(page: Page) -> Iterator[Finding]:
    count = page.words
    if not FEW_WORDS <= count <= MANY_WORDS:
        grade = Grade.WARNING if LEAST_WORDS <= count <= MOST_WORDS else Grade.ERROR
        text = f"The unit has {count} words; write {FEW_WORDS} to {MANY_WORDS}, or split it."
        yield Finding(page.path, 0, text, "length", grade)


def _repeats(page: Page) -> Iterator[Finding]:
    seen: set[str] = set()
    for node in page.root.iter("p", "li", *HEADINGS):
        text = words(node).casefold()
        start = " ".join(text.split()[:SAME_START])
        if node.tag not in HEADINGS and start.count(" ") < SAME_START - 1:
            continue
        if start in seen:
            yield Finding(page.path, line_of(node), f"“{start}” stands here a second time.", "repeat")
        seen.add(start)


def _ease(page: Page) -> Iterator[Finding]:
    for text, wrong in reading.faults(reading.prose(page.root)):
        yield Finding(
            page.path, 0, f"Hard to read: {text}.", "reading", Grade.ERROR if wrong else Grade.WARNING
        )


def _headings(page: Page) -> Iterator[Finding]:
    before = FIRST_HEADING - 1
    for heading in page.root.iter(*HEADINGS):
        level = int(str(heading.tag)[1])
        if level < FIRST_HEADING:
            text = f"<{heading.tag!s}> is the platform's; headings of a unit start at <h{FIRST_HEADING}>."
            yield Finding(page.path, line_of(heading), text, "headings")
        elif level > before + 1:
            text = f"<{heading.tag!s}> “{words(heading)[:40]}” skips a level; the one before is h{before}."
            yield Finding(page.path, line_of(heading), text, "headings")
        if not words(heading):
            yield Finding(page.path, line_of(heading), "The heading is empty.", "headings")
        before = max(level, FIRST_HEADING)


def _tables(page: Page) -> Iterator[Finding]:
    for table in page.root.iter("table"):
        if table.find("caption") is None:
            yield Finding(page.path, line_of(table), "The table has no <caption>.", "table")
        if any(not cell.get("scope") for cell in table.iter("th")):
            yield Finding(page.path, line_of(table), "A <th> of the table has no scope.", "table")


def _links(course: Course) -> Iterator[Finding]:
    units = {
        str(element.get("url_name"))
        for _path, root in course.documents
        for element in root.iter()
        if isinstance(element.tag, str) and element.get("url_name")
    }
    places = [
        *((page.path, node) for page in course.pages.values() for node in page.root.iter()),
        *((path, node) for path, root in course.documents for node in root.iter() if path.suffix == ".xml"),
    ]
    for path, node in places:
        for name in ("href", "src"):
            address = node.get(name) if isinstance(node.tag, str) else None
            if address is not None:
                fault = _address_fault(str(address), course, units, node)
                if fault:
                    yield Finding(path, line_of(node), fault, "link")
    image = course.policy.get("course_image")
    if image and not (course.directory / "static" / str(image)).is_file():
        yield Finding(course.policy_path, 0, f"course_image {image} is not in static/.", "link")


def _address_fault(address: str, course: Course, units: set[str], node: etree._Element) -> str:
    if _outside(address):
        return f"“{address}” leads out of the course: learners may have no way there."
    path, fragment = unquote(urlsplit(address).path), urlsplit(address).fragment
    if path.startswith(JUMP) and path.removeprefix(JUMP).strip("/") not in units:
        return f"“{address}”: the course has no unit of that name."
    if path.startswith(STATIC) and not (course.directory / "static" / path.removeprefix(STATIC)).is_file():
        return f"“{address}”: there is no such file in static/."
    if not path and fragment and not _holds(node.getroottree().getroot(), fragment):
        return f"“{address}”: the page has no such id."
    if path and not path.startswith((JUMP, STATIC)):
        return f"“{address}”: write {JUMP}<unit> or {STATIC}<file>."
    return ""


def _outside(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.scheme or parts.netloc)


def _holds(root: etree._Element, id_: str) -> bool:
    return any(node.get("id") == id_ for node in root.iter() if isinstance(node.tag, str))

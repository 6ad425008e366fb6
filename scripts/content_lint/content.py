"""The files of a content directory, parsed once for all rules."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree, html

from xblocks.competency.framework import CompetencyFramework
from xblocks.olx.banks import ItemBank, read_bank
from xblocks.olx.frameworks import read_framework
from xblocks.olx.xml import MalformedXmlError, Problem, parse

ASSESSMENT = "competency_assessment"
CHOICES = ("single_choice", "multiple_response")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemElement:
    """An item as written. ``bank`` is the bank's ``id@version``, or None where it stands in a course."""

    path: Path
    element: etree._Element
    bank: str | None

    @property
    def id(self) -> str:
        """The id as written."""
        return str(self.element.get("id"))

    @property
    def type(self) -> str:
        """The type as written."""
        return str(self.element.get("type"))

    @property
    def line(self) -> int:
        """The line in its file."""
        return line_of(self.element)

    @property
    def competencies(self) -> tuple[str, ...]:
        """The ids of the competencies."""
        return tuple(str(self.element.get("competencies", "")).split())

    @property
    def prompt(self) -> str:
        """The words of the prompt."""
        return words(self.element.find("prompt"))

    @property
    def feedback(self) -> str:
        """The words of the feedback on the item."""
        return words(self.element.find("feedback"))

    @property
    def options(self) -> list[tuple[str, bool]]:
        """The text of each option without its feedback, and whether it is right."""
        return [
            (words(option, without="feedback"), option.get("correct") == "true")
            for option in self.element.iterchildren("option")
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A text unit: the HTML of a file in ``html/``."""

    path: Path
    root: etree._Element

    @property
    def words(self) -> int:
        """How many words the page has, tables included."""
        return len(words(self.root).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentElement:
    """An assessment as written, and the chapter it stands in ("" where none points to it)."""

    path: Path
    element: etree._Element
    chapter: str

    @property
    def name(self) -> str:
        """The url_name."""
        return str(self.element.get("url_name"))

    @property
    def line(self) -> int:
        """The line in its file."""
        return line_of(self.element)

    @property
    def before(self) -> bool:
        """Whether this is a pre-test, by its name."""
        return self.name.startswith("pretes")

    @property
    def after(self) -> bool:
        """Whether this is a post-test, by its name."""
        return self.name.startswith("pascates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One course. ``chapters`` holds, by url_name and in order, the html names under each chapter.

    ``sections`` holds, by chapter, what each sequential points to, as tag and url_name in reading order.
    ``documents`` are the course's XML files; ``problems`` counts the platform's own problems.
    """

    directory: Path
    policy_path: Path
    policy: Mapping[str, Any]
    pages: Mapping[str, Page]
    chapters: Mapping[str, tuple[str, ...]]
    sections: Mapping[str, tuple[tuple[tuple[str, str], ...], ...]]
    assessments: tuple[AssessmentElement, ...]
    documents: tuple[tuple[Path, etree._Element], ...]
    problems: int

    @property
    def name(self) -> str:
        """The directory's name."""
        return self.directory.name

    @property
    def kapasitas(self) -> Mapping[str, Any]:
        """Our part of the course's settings."""
        other = self.policy.get("other_course_settings")
        ours = other.get("kapasitas") if isinstance(other, dict) else None
        return ours if isinstance(ours, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A content directory. Frameworks and banks with a problem are left out; ``told`` has the problems."""

    directory: Path
    courses: tuple[Course, ...]
    frameworks: Mapping[Path, CompetencyFramework]
    banks: Mapping[Path, ItemBank]
    items: tuple[ItemElement, ...]
    told: tuple[tuple[Path, Problem], ...]


def read_content(directory: Path) -> Content:
    """Parse everything in the directory; files that are no XML are left out, and told by ``structure``."""
    told: list[tuple[Path, Problem]] = []
    frameworks: dict[Path, CompetencyFramework] = {}
    for path in sorted((directory / "frameworks").glob("*.xml")):
        framework, problems = read_framework(path.read_bytes())
        told += [(path, problem) for problem in problems]
        if framework is not None:
            frameworks[path] = framework
    banks: dict[Path, ItemBank] = {}
    items: list[ItemElement] = []
    for path in sorted((directory / "banks").glob("*.xml")):
        bank, problems = read_bank(path.read_bytes())
        told += [(path, problem) for problem in problems]
        if bank is not None:
            banks[path] = bank
        items += _bank_items(path)
    courses = tuple(map(_course, course_directories(directory)))
    for course in courses:
        for one in course.assessments:
            items += [
                ItemElement(path=one.path, element=item, bank=None)
                for item in one.element.iterchildren("item")
                if item.get("ref") is None
            ]
    return Content(
        directory=directory,
        courses=courses,
        frameworks=frameworks,
        banks=banks,
        items=tuple(items),
        told=tuple(told),
    )


def course_directories(directory: Path) -> list[Path]:
    """Return the course directories, by name."""
    return sorted(path.parent for path in directory.glob("*/course.xml"))


def assessment_elements(
    documents: Iterable[tuple[Path, etree._Element]],
) -> Iterator[tuple[Path, etree._Element]]:
    """Yield each assessment element with its file; not those that only point to a file of their own."""
    for path, root in documents:
        for element in root.iter(ASSESSMENT):
            if not is_pointer(element):
                yield path, element


def xml_documents(course: Path) -> list[tuple[Path, etree._Element]]:
    """Return the XML files of a course that can be parsed, by path."""
    found = ((path, _parsed(path)) for path in sorted(course.rglob("*.xml")))
    return [(path, root) for path, root in found if root is not None]


def is_pointer(element: etree._Element) -> bool:
    """Whether the element only names a file of its own."""
    return set(element.attrib) == {"url_name"} and not len(element) and not (element.text or "").strip()


def line_of(element: etree._Element) -> int:
    """Return the line of an element; 0 where it is unknown."""
    return int(element.sourceline or 0)


def words(element: etree._Element | None, *, without: str = "") -> str:
    """Return the text of an element with single blanks, without that of children of one tag."""
    parts: list[str] = []
    if element is not None:
        _gather(element, parts, without)
    return " ".join("".join(parts).split())


def _gather(element: etree._Element, parts: list[str], without: str) -> None:
    # Blocks stand apart, though nothing between their tags says so.
    edge = " " if element.tag in BLOCKS else ""
    parts += [edge, element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and child.tag != without:
            _gather(child, parts, "")
        parts.append(child.tail or "")
    parts.append(edge)


BLOCKS = frozenset(
    [
        "p",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "blockquote",
        "div",
        "h3",
        "h4",
        "h5",
        "figure",
        "figcaption",
    ]
)


def _bank_items(path: Path) -> list[ItemElement]:
    root = _parsed(path)
    if root is None:
        return []
    reference = f"{root.get('id')}@{root.get('version')}"
    return [ItemElement(path=path, element=one, bank=reference) for one in root.iter("item")]


def _parsed(path: Path) -> etree._Element | None:
    try:
        return parse(path.read_bytes())
    except MalformedXmlError:
        return None


def _course(directory: Path) -> Course:
    documents = xml_documents(directory)
    by_place = {(path.parent.name, path.stem): root for path, root in documents}
    pointer = by_place.get((directory.name, "course"))
    run = "" if pointer is None else str(pointer.get("url_name"))
    chapters = _chapters(by_place.get(("course", run)), by_place)
    policy_path = directory / "policies" / run / "policy.json"
    units = {place: chapter for chapter, places in chapters.items() for place in places}
    return Course(
        directory=directory,
        policy_path=policy_path,
        policy=_policy(policy_path, run),
        pages=_pages(directory),
        chapters={
            chapter: tuple(name for tag, name in places if tag == "html")
            for chapter, places in chapters.items()
        },
        sections={chapter: _sections(places, by_place) for chapter, places in chapters.items()},
        assessments=tuple(
            AssessmentElement(
                path=path, element=element, chapter=units.get((path.parent.name, path.stem), "")
            )
            for path, element in assessment_elements(documents)
        ),
        documents=tuple(documents),
        problems=sum(tag == "problem" for places in chapters.values() for tag, _name in places),
    )


def _chapters(
    course: etree._Element | None, by_place: Mapping[tuple[str, str], etree._Element]
) -> dict[str, list[tuple[str, str]]]:
    """Return, by chapter, what it points to at any depth, as tag and url_name in reading order."""
    if course is None:
        return {}
    found: dict[str, list[tuple[str, str]]] = {}
    for chapter in course.iterchildren("chapter"):
        places: list[tuple[str, str]] = []
        _walk(chapter, by_place, places, depth=0)
        found[str(chapter.get("url_name"))] = places
    return found


def _sections(
    places: Iterable[tuple[str, str]], by_place: Mapping[tuple[str, str], etree._Element]
) -> tuple[tuple[tuple[str, str], ...], ...]:
    found = []
    for place in places:
        if place[0] == "sequential" and place in by_place:
            under: list[tuple[str, str]] = []
            for unit in by_place[place].iterchildren(tag=etree.Element):
                _walk(unit, by_place, under, depth=0)
            found.append(tuple(under))
    return tuple(found)


def _walk(
    element: etree._Element,
    by_place: Mapping[tuple[str, str], etree._Element],
    places: list[tuple[str, str]],
    depth: int,
) -> None:
    place = (str(element.tag), str(element.get("url_name")))
    if place in places or depth > 10:
        return
    places.append(place)
    for child in by_place.get(place, element):
        if isinstance(child.tag, str) and child.get("url_name"):
            _walk(child, by_place, places, depth + 1)


def _policy(path: Path, run: str) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_bytes())[f"course/{run}"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _pages(directory: Path) -> dict[str, Page]:
    parser = html.HTMLParser(encoding="utf-8")
    return {
        path.stem: Page(
            path=path,
            # A page has no root of its own; this gives it one, and keeps its lines.
            root=html.fragment_fromstring(b"<div>" + path.read_bytes() + b"</div>", parser=parser),
        )
        for path in sorted((directory / "html").glob("*.html"))
    }

"""Check courses, banks and frameworks: validate_content.py [directory …]; lists every problem, then exits 1.

A directory holds ``frameworks/``, ``banks/`` and a directory for each course. olxcleaner checks a course
as OLX, our own readers check what is in our elements, and the names between the files are looked up.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import olxcleaner
from lxml import etree

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from xblocks.olx.assessments import read_assessment  # noqa: E402
from xblocks.olx.banks import read_bank  # noqa: E402
from xblocks.olx.frameworks import read_framework  # noqa: E402
from xblocks.olx.xml import MalformedXmlError, Problem, parse  # noqa: E402

ASSESSMENT = "competency_assessment"
OUR_TAGS = [ASSESSMENT]
POINTED_TO = ("chapter", "sequential", "vertical", "html", "problem", "video")


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """One problem. ``line`` 0 is unknown."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{place}: {self.text}"


@dataclass(slots=True)
class Names:
    """What the files define for one another: competencies, the items of each bank, where an item is."""

    competencies: set[str] = field(default_factory=set)
    banks: dict[str, set[str]] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)


def validate(directory: Path) -> list[Finding]:
    """Return every problem of the content in the directory, by file and line."""
    names = Names()
    findings = [
        *_frameworks(directory, names),
        *_banks(directory, names),
        *(finding for course in courses(directory) for finding in _course(course, names)),
    ]
    return sorted(set(findings))


def courses(directory: Path) -> list[Path]:
    """Return the course directories, by name."""
    return sorted(path.parent for path in directory.glob("*/course.xml"))


def assessments(course: Path) -> Iterator[tuple[Path, etree._Element]]:
    """Yield each assessment element of a course with its file; skips files that are not XML."""
    for path in sorted(course.rglob("*.xml")):
        try:
            root = parse(path.read_bytes())
        except MalformedXmlError:
            continue
        for element in root.iter(ASSESSMENT):
            if not _is_pointer(element):
                yield path, element


def _frameworks(directory: Path, names: Names) -> Iterator[Finding]:
    paths = sorted((directory / "frameworks").glob("*.xml"))
    if not paths:
        yield Finding(directory / "frameworks", 0, "There is no framework: competencies cannot be looked up.")
    for path in paths:
        framework, problems = read_framework(path.read_bytes())
        yield from _told(path, problems)
        for competency in framework.competencies() if framework else ():
            if competency.id in names.competencies:
                yield Finding(path, 0, f"The competency {competency.id} is defined in another framework too.")
            names.competencies.add(competency.id)


def _banks(directory: Path, names: Names) -> Iterator[Finding]:
    for path in sorted((directory / "banks").glob("*.xml")):
        _bank, problems = read_bank(path.read_bytes())
        yield from _told(path, problems)
        try:
            root = parse(path.read_bytes())
        except MalformedXmlError:
            continue
        items = list(root.iter("item"))
        yield from _look_up(path, items, names)
        reference = f"{root.get('id')}@{root.get('version')}"
        if reference in names.banks:
            yield Finding(path, 1, f"The bank {reference} is defined in another file too.")
        names.banks.setdefault(reference, set()).update(str(item.get("id")) for item in items)


def _course(course: Path, names: Names) -> Iterator[Finding]:
    _tree, store, url_names = olxcleaner.validate(str(course), allowed_xblocks=OUR_TAGS)
    for error in store.errors:
        yield Finding(course / error.filename, 0, f"{error.name}: {error.description}")
    # A broken file hides all that it points to; that is told when it is mended.
    pages = [] if store.errors else [path for tag in POINTED_TO for path in (course / tag).glob("*.xml")]
    for path in pages:
        if path.stem not in url_names:
            yield Finding(path, 0, "Nothing in the course points to this file, so no learner sees it.")
    for path, element in assessments(course):
        _settings, _definition, problems = read_assessment(element, where=str(element.get("url_name")))
        yield from _told(path, problems)
        items = list(element.iterchildren("item"))
        yield from _look_up(path, (item for item in items if item.get("ref") is None), names)
        yield from _resolve(path, element, items, names)


def _told(path: Path, problems: Iterable[Problem]) -> Iterator[Finding]:
    for problem in problems:
        yield Finding(path, problem.line, f"{problem.where}: {problem.message} {problem.remedy}")


def _look_up(path: Path, items: Iterable[etree._Element], names: Names) -> Iterator[Finding]:
    """Look up the items' competencies, and take their ids into the one list of all."""
    for item in items:
        line, item_id = int(item.sourceline or 0), str(item.get("id"))
        for competency in str(item.get("competencies", "")).split():
            if competency not in names.competencies:
                yield Finding(path, line, f"Item {item_id}: no framework has the competency {competency}.")
        if item_id in names.items:
            yield Finding(path, line, f"Item {item_id}: the id is used already, in {names.items[item_id]}.")
        names.items.setdefault(item_id, f"{path.name}:{line}")


def _resolve(
    path: Path, element: etree._Element, items: Iterable[etree._Element], names: Names
) -> Iterator[Finding]:
    bank = element.get("bank")
    if bank is None:
        return
    if bank not in names.banks:
        known = ", ".join(sorted(names.banks)) or "none"
        yield Finding(path, int(element.sourceline or 0), f"There is no bank {bank}; known are: {known}.")
        return
    for item in items:
        reference = item.get("ref")
        if reference is not None and reference not in names.banks[str(bank)]:
            yield Finding(path, int(item.sourceline or 0), f"The bank {bank} has no item {reference}.")


def _is_pointer(element: etree._Element) -> bool:
    """Whether the element only names a file of its own."""
    return set(element.attrib) == {"url_name"} and not len(element) and not (element.text or "").strip()


def main(arguments: list[str]) -> int:
    """Print every problem and return the exit status."""
    directories = [Path(argument) for argument in arguments] or [ROOT / "course_content"]
    findings = [finding for directory in directories for finding in validate(directory)]
    for finding in findings:
        print(finding)
    if findings:
        print(f"{len(findings)} problem(s)")
        return 1
    found = sum(len(courses(directory)) for directory in directories)
    print(f"{found} course(s), their banks and frameworks: no problems")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Files, names and readers: what is no OLX, what is defined twice, what points nowhere."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import olxcleaner
from lxml import etree

from xblocks.competency.blueprint import check as blueprint_faults
from xblocks.olx.assessments import AssessmentDefinition, read_assessment
from xblocks.olx.banks import ItemBank
from xblocks.olx.xml import Problem

from .content import ASSESSMENT, Content, Course, line_of
from .findings import Finding

POINTED_TO = ("chapter", "sequential", "vertical", "html", "problem", "video")


@dataclass(slots=True)
class _Names:
    """What the files define for one another; ``good`` are the banks without a problem."""

    competencies: set[str] = field(default_factory=set)
    banks: dict[str, set[str]] = field(default_factory=dict)
    good: dict[str, ItemBank] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)


def check(content: Content) -> Iterator[Finding]:
    """Tell what the readers, olxcleaner and the names between the files have against the content."""
    names = _Names()
    for path, problem in content.told:
        yield from _told(path, [problem])
    yield from _frameworks(content, names)
    yield from _banks(content, names)
    for course in content.courses:
        yield from _course(course, names)


def _frameworks(content: Content, names: _Names) -> Iterator[Finding]:
    folder = content.directory / "frameworks"
    if not list(folder.glob("*.xml")):
        yield Finding(folder, 0, "There is no framework: competencies cannot be looked up.")
    for path, framework in content.frameworks.items():
        for competency in framework.competencies():
            if competency.id in names.competencies:
                yield Finding(path, 0, f"The competency {competency.id} is defined in another framework too.")
            names.competencies.add(competency.id)


def _banks(content: Content, names: _Names) -> Iterator[Finding]:
    for bank in content.banks.values():
        names.good.setdefault(bank.reference, bank)
    paths: dict[str, Path] = {}
    for item in content.items:
        if item.bank is None:
            continue
        yield from _look_up(item.path, [item.element], names)
        if paths.setdefault(item.bank, item.path) != item.path:
            yield Finding(item.path, 1, f"The bank {item.bank} is defined in another file too.")
        names.banks.setdefault(item.bank, set()).add(item.id)


def _course(course: Course, names: _Names) -> Iterator[Finding]:
    _tree, store, url_names = olxcleaner.validate(str(course.directory), allowed_xblocks=[ASSESSMENT])
    for error in store.errors:
        yield Finding(course.directory / error.filename, 0, f"{error.name}: {error.description}")
    # A broken file hides all that it points to; that is told when it is mended.
    tags = () if store.errors else POINTED_TO
    for path in (path for tag in tags for path in (course.directory / tag).glob("*.xml")):
        if path.stem not in url_names:
            yield Finding(path, 0, "Nothing in the course points to this file, so no learner sees it.")
    for one in course.assessments:
        path, element = one.path, one.element
        settings, definition, problems = read_assessment(element, where=one.name)
        yield from _told(path, problems)
        items = list(element.iterchildren("item"))
        yield from _look_up(path, (item for item in items if item.get("ref") is None), names)
        yield from _resolve(path, element, items, names)
        yield from _draw(path, element, names.good.get(settings.bank or ""), definition, names)


def _told(path: Path, problems: Iterable[Problem]) -> Iterator[Finding]:
    for problem in problems:
        yield Finding(path, problem.line, f"{problem.where}: {problem.message} {problem.remedy}")


def _look_up(path: Path, items: Iterable[etree._Element], names: _Names) -> Iterator[Finding]:
    """Look up the items' competencies, and take their ids into the one list of all."""
    for item in items:
        line, item_id = line_of(item), str(item.get("id"))
        for competency in str(item.get("competencies", "")).split():
            if competency not in names.competencies:
                yield Finding(path, line, f"Item {item_id}: no framework has the competency {competency}.")
        if item_id in names.items:
            yield Finding(path, line, f"Item {item_id}: the id is used already, in {names.items[item_id]}.")
        names.items.setdefault(item_id, f"{path.name}:{line}")


def _resolve(
    path: Path, element: etree._Element, items: Iterable[etree._Element], names: _Names
) -> Iterator[Finding]:
    bank = element.get("bank")
    if bank is None:
        return
    if bank not in names.banks:
        known = ", ".join(sorted(names.banks)) or "none"
        yield Finding(path, line_of(element), f"There is no bank {bank}; known are: {known}.")
        return
    for item in items:
        reference = item.get("ref")
        if reference is not None and reference not in names.banks[str(bank)]:
            yield Finding(path, line_of(item), f"The bank {bank} has no item {reference}.")


def _draw(
    path: Path,
    element: etree._Element,
    bank: ItemBank | None,
    definition: AssessmentDefinition,
    names: _Names,
) -> Iterator[Finding]:
    """Draw the form once, and look up the competencies that are drawn, and taught elsewhere."""
    for one in element.iter("draw", "study"):
        competency = one.get("competency")
        if competency is not None and competency not in names.competencies:
            yield Finding(path, line_of(one), f"<{one.tag!s}>: no framework has the competency {competency}.")
    if bank is None or definition.blueprint is None:
        return
    line = next(map(line_of, element.iter("blueprint")), 0)
    for fault in blueprint_faults(bank.items.values(), definition.blueprint, definition.adaptive):
        yield Finding(path, line, f"The bank {bank.reference}: {fault}")

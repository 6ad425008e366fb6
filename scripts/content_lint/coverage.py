"""Whether a bank can fill the tests that draw from it, before and after, without repeats."""

from collections import Counter
from collections.abc import Iterator, Mapping

from xblocks.competency.blueprint import Blueprint, Draw
from xblocks.competency.blueprint import check as blueprint_faults
from xblocks.competency.errors import DefinitionError
from xblocks.olx.assessments import AssessmentDefinition, read_assessment
from xblocks.olx.banks import ItemBank

from .content import AssessmentElement, Content, Course
from .findings import Finding


def check(content: Content) -> Iterator[Finding]:
    """Check the pre-test and the post-test of each course against their bank, together."""
    banks = {bank.reference: bank for bank in content.banks.values()}
    for course in content.courses:
        yield from _disjoint(course)
        yield from _together(course, banks)


def _disjoint(course: Course) -> Iterator[Finding]:
    """A fixed post-test asks nothing that a fixed pre-test asked."""
    asked = {ref: one.name for one in course.assessments if one.before for ref in _references(one)}
    for one in course.assessments:
        for ref in _references(one):
            if one.after and ref in asked:
                text = f"{one.name} asks {ref} as {asked[ref]} did: learners have met it."
                yield Finding(one.path, one.line, text, "coverage")


def _references(one: AssessmentElement) -> list[str]:
    return [str(item.get("ref")) for item in one.element.iterchildren("item") if item.get("ref")]


def _together(course: Course, banks: Mapping[str, ItemBank]) -> Iterator[Finding]:
    drawn: dict[str, list[tuple[AssessmentElement, AssessmentDefinition]]] = {}
    for one in course.assessments:
        settings, definition, problems = read_assessment(one.element, where=one.name)
        bank = banks.get(settings.bank or "")
        if not problems and bank and definition.blueprint and not definition.adaptive:
            if blueprint_faults(bank.items.values(), definition.blueprint):
                continue  # told by structure, at its own line
            drawn.setdefault(bank.reference, []).append((one, definition))
    for reference, found in drawn.items():
        if len(found) < 2:
            continue
        fixed = {ref for one in course.assessments for ref in _references(one)}
        left = [item for item in banks[reference].items.values() if item.id not in fixed]
        counts: Counter[tuple[str, int | None]] = Counter()
        for _one, definition in found:
            for draw in definition.blueprint.draws if definition.blueprint else ():
                counts[draw.competency, draw.level] += draw.count
        names = " and ".join(one.name for one, _definition in found)
        try:
            draws = tuple(Draw(competency=c, level=level, count=n) for (c, level), n in counts.items())
            faults = blueprint_faults(left, Blueprint(draws=draws))
        except DefinitionError as error:
            faults = error.faults
        last = found[-1][0]
        for fault in faults:
            text = f"Without repeats, {names} cannot both be drawn from {reference}: {fault}"
            yield Finding(last.path, last.line, text, "coverage")

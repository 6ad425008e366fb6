"""Rules for a course as a whole: practice after each unit, tests before and after, words for reviewers."""

from collections.abc import Iterator

from .content import Content, Course
from .findings import Finding

# A reviewer who reads no Indonesian sees at least what the course is and whom it is for.
ENGLISH = {"title": (3, 100), "summary": (80, 600)}


def check(content: Content) -> Iterator[Finding]:
    """Check each course."""
    for course in content.courses:
        yield from _practice(course)
        yield from _practice_between(course)
        yield from _tests(course)
        yield from _english(course)


def _practice(course: Course) -> Iterator[Finding]:
    """A chapter that teaches has practice that answers at once; those of the pre- and post-test need none."""
    practised = {one.chapter for one in course.assessments if one.element.get("feedback") == "immediate"}
    tested = {one.chapter for one in course.assessments if one.before or one.after}
    for chapter, pages in course.chapters.items():
        if pages and chapter not in practised | tested:
            path = course.directory / "chapter" / f"{chapter}.xml"
            text = (
                'The chapter has text and no practice: add a competency_assessment with feedback="immediate".'
            )
            yield Finding(path, 0, text, "practice")


def _practice_between(course: Course) -> Iterator[Finding]:
    """Within a section that teaches, no text begins before the one above it was practised.

    The last text of a section may be practised by what follows the section: a case, a task, the quiz. A
    chapter with a pre-test or post-test tells of the course and teaches nothing.
    """
    answering = {
        ("competency_assessment", one.name)
        for one in course.assessments
        if one.element.get("feedback") == "immediate"
    }
    tested = {one.chapter for one in course.assessments if one.before or one.after}
    taught = (sections for chapter, sections in course.sections.items() if chapter not in tested)
    for places in (section for sections in taught for section in sections):
        above = ""
        for place in places:
            if place in answering or place[0] == "problem":
                above = ""
            elif place[0] == "html":
                if above in course.pages:
                    text = f"The next unit, {place[1]}, begins before this one was practised."
                    yield Finding(course.pages[above].path, 0, text, "practice")
                above = place[1]


def _tests(course: Course) -> Iterator[Finding]:
    path = course.directory / "course.xml"
    for told, name, found in (
        ("pre-test", "pretes", [one for one in course.assessments if one.before]),
        ("post-test", "pascates", [one for one in course.assessments if one.after]),
    ):
        if not found:
            text = f"There is no {told}: a competency_assessment whose url_name begins with {name}."
            yield Finding(path, 0, text, "tests")
        for one in found:
            if one.element.get("bank") is None:
                yield Finding(one.path, one.line, f"The {told} asks nothing from a bank.", "tests")


def _english(course: Course) -> Iterator[Finding]:
    english = course.kapasitas.get("english")
    texts = english if isinstance(english, dict) else {}
    for name, (least, most) in ENGLISH.items():
        text = texts.get(name)
        if not isinstance(text, str) or not least <= len(text.strip()) <= most:
            told = (
                f"other_course_settings.kapasitas.english.{name} must be an English text of {least} to "
                f"{most} letters, for reviewers."
            )
            yield Finding(course.policy_path, 0, told, "english")

"""How long a course takes, and the lesson hours (JP) that follow; one JP is 45 minutes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from xblocks.competency.blueprint import Draw
from xblocks.competency.items import Item
from xblocks.olx.assessments import read_assessment
from xblocks.olx.banks import ItemBank

from .content import AssessmentElement, Content, Course
from .findings import Finding

MINUTES_A_LESSON_HOUR = 45
# Lesson hours that differ by more than this from what the units take are not what HR should record.
MARGIN = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What is counted where nothing is stated. Law is read with a pencil, so at half the usual speed."""

    words_a_minute: float = 100
    minutes_a_case: float = 4
    seconds_an_item: float = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseTime:
    """What a course holds and the minutes it takes; ``items`` counts the bank's and the course's own."""

    course: str
    chapters: int
    units: int
    words: int
    items: int
    types: Mapping[str, int]
    levels: Mapping[str, int]
    statuses: Mapping[str, int]
    minutes: float
    stated: object

    @property
    def lesson_hours(self) -> float:
        """The minutes as JP."""
        return self.minutes / MINUTES_A_LESSON_HOUR


def check_hours(content: Content) -> Iterator[Finding]:
    """Compare the lesson hours that HR receives with what the units take."""
    for course in content.courses:
        time = course_time(course, content)
        stated = time.stated
        if isinstance(stated, bool) or not isinstance(stated, int | float):
            text = "other_course_settings.kapasitas.lesson_hours is missing."
            yield Finding(course.policy_path, 0, text, "hours")
        elif abs(stated - time.lesson_hours) > MARGIN:
            taken = f"{time.minutes:.0f} minutes, {time.lesson_hours:.1f} JP"
            text = f"lesson_hours says {stated} JP; the units take {taken}."
            yield Finding(course.policy_path, 0, text, "hours")


def course_time(course: Course, content: Content, rates: Rates | None = None) -> CourseTime:
    """Add up what one learner does once: reading, cases, tasks, practice and one attempt of each test."""
    rates = rates or Rates()
    banks = {bank.reference: bank for bank in content.banks.values()}
    used = {str(one.element.get("bank")) for one in course.assessments}
    items = [
        item
        for item in content.items
        if (item.bank in used if item.bank else course.directory in item.path.parents)
    ]
    words = sum(page.words for page in course.pages.values())
    stated = sum(_stated(page.root, rates) for page in course.pages.values())
    seconds = sum(_assessment_seconds(one, banks, rates) for one in course.assessments)
    seconds += course.problems * rates.seconds_an_item
    return CourseTime(
        course=course.name,
        chapters=len(course.chapters),
        units=len(course.pages),
        words=words,
        items=len(items),
        types=Counter(item.type for item in items),
        levels=Counter(str(item.element.get("level")) for item in items),
        statuses=Counter(str(item.element.get("status", "live")) for item in items),
        minutes=words / rates.words_a_minute + stated + seconds / 60,
        stated=course.kapasitas.get("lesson_hours"),
    )


def _stated(root: etree._Element, rates: Rates) -> float:
    """Minutes for thinking over a page: what ``data-minutes`` states, and a case in each other blockquote."""
    minutes = 0.0
    for node in root.iter():
        if not isinstance(node.tag, str) or any(above.get("data-minutes") for above in node.iterancestors()):
            continue
        if node.get("data-minutes"):
            minutes += _number(node.get("data-minutes"))
        elif node.tag == "blockquote":
            minutes += rates.minutes_a_case
    return minutes


def _number(text: str | None) -> float:
    return float(text) if text and text.replace(".", "", 1).isdigit() else 0.0


def _assessment_seconds(one: AssessmentElement, banks: Mapping[str, ItemBank], rates: Rates) -> float:
    _settings, definition, problems = read_assessment(one.element, where=one.name)
    bank = banks.get(str(one.element.get("bank")))
    known: Mapping[str, Item] = bank.items if bank else {}
    total = 0.0
    for item in one.element.iterchildren("item"):
        written = known.get(str(item.get("ref")))
        seconds = written.seconds if written else _number(item.get("seconds"))
        total += seconds or rates.seconds_an_item
    if definition.blueprint is not None and not problems:
        for draw in definition.blueprint.draws:
            total += draw.count * _mean_seconds(draw, known, rates)
        total += definition.blueprint.pilots * rates.seconds_an_item
    return total


def _mean_seconds(draw: Draw, known: Mapping[str, Item], rates: Rates) -> float:
    fitting = [item.seconds or rates.seconds_an_item for item in known.values() if draw.takes(item)]
    return sum(fitting) / len(fitting) if fitting else rates.seconds_an_item


def table(content: Content, rates: Rates | None = None) -> str:
    """Return what each course holds and takes, for people."""
    lines = [
        f"{'course':<16}{'chapters':>9}{'units':>7}{'words':>8}{'items':>7}{'minutes':>9}{'JP':>6}{'stated':>8}"
    ]
    for course in content.courses:
        one = course_time(course, content, rates)
        lines.append(
            f"{one.course:<16}{one.chapters:>9}{one.units:>7}{one.words:>8}{one.items:>7}"
            f"{one.minutes:>9.0f}{one.lesson_hours:>6.1f}{one.stated!s:>8}"
        )
        for name, counts in (("types", one.types), ("levels", one.levels), ("status", one.statuses)):
            told = ", ".join(f"{key} {count}" for key, count in sorted(counts.items()))
            lines.append(f"  {name}: {told}")
    return "\n".join(lines)

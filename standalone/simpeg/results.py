"""Results as people read them: per course and official, and per official."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from .models import Course, Enrolment, LineItem, Official, Result

__all__ = ["Cell", "CourseOfOfficial", "MemberRow", "member_rows", "results_of"]

ACTIVITY_LABELS = {
    "Initialized": _("Not started"),
    "Started": _("Started"),
    "InProgress": _("In progress"),
    "Submitted": _("Submitted"),
    "Completed": _("Completed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One official in one line item; ``score`` is None where nothing is graded yet.

    ``yes_no``: the line item counts to one, as a completion does, and a number would say nothing.
    """

    label: str
    score: Decimal | None
    maximum: Decimal
    activity: str
    received_at: datetime | None

    @property
    def yes_no(self) -> bool:
        """Whether the line item only says yes or no."""
        return self.maximum == 1

    @property
    def done(self) -> bool:
        """Whether the activity is complete and fully counted where it is a yes or no."""
        return self.activity == "Completed" and (not self.yes_no or self.score == 1)

    @property
    def activity_label(self) -> str:
        """The activity's progress in words."""
        return str(ACTIVITY_LABELS.get(self.activity, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """A line of a course's table of results, one cell a line item."""

    official: Official
    cells: Sequence[Cell]
    received_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseOfOfficial:
    """A course on the official's own page."""

    course: Course
    cells: Sequence[Cell]


def cell(item: LineItem, result: Result | None) -> Cell:
    """Put a result into words and numbers; None where the tool has sent nothing."""
    return Cell(
        label=item.label,
        maximum=item.score_maximum,
        score=result.score if result else None,
        activity=result.activity_progress if result else "",
        received_at=result.received_at if result else None,
    )


def member_rows(
    course: Course, enrolments: Iterable[Enrolment]
) -> tuple[Sequence[LineItem], Sequence[MemberRow]]:
    """Return the columns and the rows of a course's results; two queries for any number of rows."""
    members = list(enrolments)
    items = list(course.line_items.all())
    found = {
        (result.official_id, result.line_item_id): result
        for result in Result.objects.filter(
            line_item__in=items, official__in=[member.official_id for member in members]
        )
    }
    rows = []
    for member in members:
        cells = [cell(item, found.get((member.official_id, item.pk))) for item in items]
        received = [one.received_at for one in cells if one.received_at]
        rows.append(MemberRow(official=member.official, cells=cells, received_at=max(received, default=None)))
    return items, rows


def results_of(official: Official) -> Sequence[CourseOfOfficial]:
    """Return the official's courses with what has come back; three queries for any number."""
    courses = Course.objects.filter(enrolments__official=official, enrolments__active=True)
    courses = courses.prefetch_related("line_items")
    found = {result.line_item_id: result for result in official.results.all()}
    return [
        CourseOfOfficial(
            course=course, cells=[cell(item, found.get(item.pk)) for item in course.line_items.all()]
        )
        for course in courses
    ]

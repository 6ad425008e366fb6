"""A host of one course whose learners' progress is set, not earned: launch and course are not measured."""

from decimal import Decimal

from django.utils import timezone

from lti_bridge.host import Course, CourseProgress, UnknownCourseError
from standalone.courseware.host import StandaloneHost

from .progress import COURSE_KEY, PASSING_GRADE, Progress

__all__ = ["SteeredHost"]


class SteeredHost(StandaloneHost):
    """The one-machine site's accounts, with a course and progress of memory."""

    progresses: dict[int, Progress] = {}

    def course(self, course_key: str) -> Course:
        """Return the one course; raises UnknownCourseError."""
        if course_key != COURSE_KEY:
            raise UnknownCourseError(course_key)
        return Course(
            course_key=course_key, title="Kursus Uji Demo", organiser="BKPSDM Contoh", lesson_hours=20
        )

    def enrol(self, user_id: int, course_key: str, *, instructor: bool) -> None:
        """Enrol nobody: there is no course behind this host."""

    def progress(self, user_id: int, course_key: str) -> CourseProgress:
        """Return what was set last; nothing was done before."""
        found = self.progresses.get(user_id, Progress(grade=Decimal(0), all_blocks=False))
        return CourseProgress(
            course_key=course_key,
            required_blocks=4,
            completed_blocks=4 if found.all_blocks else 2,
            grade=found.grade,
            passing_grade=PASSING_GRADE,
            started_at=timezone.now(),
        )

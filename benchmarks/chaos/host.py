"""The host of the run: one course, whose learners' progress is what ``truth`` says."""

from datetime import datetime
from decimal import Decimal

from django.http import HttpRequest, HttpResponse

from benchmarks.progress import COURSE_KEY, PASSING_GRADE
from lti_bridge.host import Course, CourseProgress, UnknownCourseError

from . import truth

__all__ = ["ChaosHost"]

BLOCKS = 4


class ChaosHost:
    """CourseHost over the table of ``truth``. Nobody is launched or signed in here."""

    def course(self, course_key: str) -> Course:
        """Return the one course; raises UnknownCourseError."""
        if course_key != COURSE_KEY:
            raise UnknownCourseError(course_key)
        return Course(
            course_key=course_key, title="Kursus Uji Demo", organiser="BKPSDM Contoh", lesson_hours=20
        )

    def check_block(self, course_key: str, usage_key: str) -> None:
        """Raise UnknownCourseError: the course has no blocks."""
        raise UnknownCourseError(usage_key)

    def create_learner(self, *, full_name: str) -> int:
        """Raise: accounts are made by the run."""
        raise NotImplementedError

    def update_learner(self, user_id: int, *, full_name: str) -> None:
        """Raise: accounts are made by the run."""
        raise NotImplementedError

    def sign_in(self, request: HttpRequest, response: HttpResponse, user_id: int) -> None:
        """Raise: nobody signs in."""
        raise NotImplementedError

    def enrol(self, user_id: int, course_key: str, *, instructor: bool) -> None:
        """Enrol nobody."""

    def url(self, course_key: str, usage_key: str | None = None) -> str:
        """Return a path that nobody opens."""
        return "/"

    def progress(self, user_id: int, course_key: str) -> CourseProgress:
        """Return what the learner achieved, counting what the current transaction has written."""
        found = truth.learner(user_id)
        return CourseProgress(
            course_key=course_key,
            required_blocks=BLOCKS,
            completed_blocks=BLOCKS if found.all_blocks else BLOCKS // 2,
            grade=Decimal(found.grade),
            passing_grade=PASSING_GRADE,
            started_at=None,
        )

    def learners_with_progress(
        self, course_key: str, *, after_user_id: int, limit: int, since: datetime | None = None
    ) -> list[int]:
        """Return ids of learners who did something, ascending; ``since`` is not known here."""
        return truth.ids_after(after_user_id, limit)

    def completed(self, user_id: int, course_key: str) -> None:
        """Award nothing."""

"""Looks for grades and completions of which no event told the bridge, and makes up for what is missing."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from lti_bridge.courses import is_watched, watched_courses
from lti_bridge.host import UnknownCourseError
from lti_bridge.sweep import sweep_course
from lti_bridge.toggles import events_are_ignored


class Command(BaseCommand):
    """The exit code is 1 where a learner's progress could not be looked at."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Everybody in every watched course, unless narrowed."""
        parser.add_argument("--course", metavar="KEY", help="this course only")
        parser.add_argument(
            "--since",
            metavar="TIME",
            help="only learners whose work has changed since then, as 2026-03-01 or 2026-03-01T08:00+07:00",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep course by course, a line for each."""
        if events_are_ignored():
            raise CommandError("kapasitas_lti.ignore_events is on: nothing is looked at")
        since = _moment(options["since"]) if options["since"] else None
        only = options["course"]
        if only and not is_watched(only):
            raise CommandError(f"{only} is not watched: no HR system launches it, and no setting names it")
        courses = [only] if only else list(watched_courses())
        if not courses:
            self.stdout.write("no course is watched: no HR system launches one, and no setting names one")
        failures = sum(self._one(course_key, since) for course_key in courses)
        if failures:
            raise SystemExit(1)

    def _one(self, course_key: str, since: datetime | None) -> int:
        try:
            swept = sweep_course(course_key, since=since)
        except UnknownCourseError:
            self.stdout.write(f"{course_key}: there is no such course any more")
            return 0
        self.stdout.write(f"{course_key}: looked at {swept.learners} learners, failed {swept.failures}")
        self.stdout.flush()
        return swept.failures


def _moment(text: str) -> datetime:
    try:
        found = parse_datetime(text) or parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{text} is no time such as 2026-03-01 or 2026-03-01T08:00+07:00")
    moment = found if isinstance(found, datetime) else datetime.combine(found, datetime.min.time())
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)

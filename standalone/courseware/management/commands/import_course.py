"""``import_course PATH``: import a course from an OLX directory or a .tar.gz."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from standalone.courseware.olx.importer import import_archive, import_directory
from standalone.courseware.olx.importer import import_directory_if_changed as import_if
from standalone.courseware.olx.problems import CourseImportError


class Command(BaseCommand):
    """Import a course; learners of an earlier import keep their state."""

    help = "Import a course from an OLX directory or a .tar.gz. Learners keep their state."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--if-changed",
            action="store_true",
            help="leave a directory's course alone if it was imported from the very same files",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        path: Path = options["path"]
        try:
            if path.is_dir():
                course = import_if(path) if options["if_changed"] else import_directory(path)
            elif path.is_file():
                with path.open("rb") as archive:
                    course = import_archive(archive, path.name)
            else:
                raise CommandError(f"{path}: no such file or directory")
        except CourseImportError as error:
            raise CommandError(f"{path} was not imported:\n{error}") from error
        if options["verbosity"]:
            self.stdout.write(f"{course.course_key}  {course.title}")

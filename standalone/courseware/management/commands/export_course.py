"""``export_course KEY PATH``: write a course as an OLX directory, or as an archive for a PATH in .tar.gz."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lti_bridge.host import UnknownCourseError
from standalone.courseware.olx.exporter import export_archive, export_directory


class Command(BaseCommand):
    """Export a course."""

    help = "Write a course as an OLX directory, or as an archive if PATH ends in .tar.gz."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("course_key")
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        key, path = options["course_key"], options["path"]
        try:
            if path.name.endswith(".tar.gz"):
                _write_archive(key, path)
            else:
                export_directory(key, path)
        except UnknownCourseError as error:
            raise CommandError(f"There is no course {key}.") from error
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error


def _write_archive(key: str, path: Path) -> None:
    """Write the archive whole or not at all: one that was there stays until the new one is complete."""
    draft = path.with_name(path.name + ".part")
    try:
        with draft.open("wb") as archive:
            export_archive(key, archive)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)

"""Reads a 1EdTech CASE 1.1 package and writes it as the XML of a competency framework."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xblocks.olx.case_reading import read_case
from xblocks.olx.frameworks import write_framework


class Command(BaseCommand):
    """Write the XML for a person to read and load; nothing is written where there is a problem."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the package and where to write."""
        parser.add_argument("package", type=Path, help="the JSON")
        parser.add_argument("--output", type=Path, help="the file to write; without it, standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the framework, or say all that is wrong with the package."""
        path = options["package"]
        try:
            source = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        framework, problems = read_case(source)
        if framework is None:
            told = "\n".join(f"{path}: {one.where}: {one.message} {one.remedy}" for one in problems)
            raise CommandError(told)
        text = write_framework(framework)
        if options["output"]:
            try:
                options["output"].write_text(text, encoding="utf-8")
            except OSError as error:
                raise CommandError(f"{options['output']}: {error.strerror}") from error
        else:
            self.stdout.write(text)

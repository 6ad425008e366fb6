"""Writes a competency framework as a 1EdTech CASE 1.1 package."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xblocks.olx.case import write_case
from xblocks.olx.frameworks import read_framework

# Installed beside us, as data: nothing of it is imported.
PACKAGED = ("course_content", "frameworks/kapasitas.xml")


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is no day such as 2026-11-26") from error


class Command(BaseCommand):
    """Read the XML of a framework and print its package; the same for the same arguments."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the framework, its author and its date."""
        parser.add_argument("framework", nargs="?", type=Path, help="the XML; without it, the packaged one")
        parser.add_argument("--creator", required=True, help="the body that answers for the framework")
        parser.add_argument("--changed", required=True, type=_day, help="the day on which it last changed")
        parser.add_argument("--output", type=Path, help="the file to write; without it, standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the package, or say all that is wrong with the framework."""
        path = options["framework"] or resources.files(PACKAGED[0]).joinpath(PACKAGED[1])
        try:
            source = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        framework, problems = read_framework(source)
        if framework is None:
            raise CommandError("\n".join(f"{path}:{problem}" for problem in problems))
        package = write_case(framework, creator=options["creator"], changed=options["changed"])
        text = json.dumps(package, ensure_ascii=False, indent=1)
        if options["output"]:
            try:
                options["output"].write_text(text + "\n", encoding="utf-8")
            except OSError as error:
                raise CommandError(f"{options['output']}: {error.strerror}") from error
        else:
            self.stdout.write(text)

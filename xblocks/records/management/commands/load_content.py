"""Loads competency frameworks and item banks into the tables that running code reads."""

from argparse import ArgumentParser
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from xblocks.records.api import ChangedContentError, InvalidContentError, load_bank, load_framework

# Installed beside us, as data: nothing of it is imported.
PACKAGED = "course_content"


class Command(BaseCommand):
    """Load ``frameworks/*.xml`` and ``banks/*.xml`` of each directory, all or nothing."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the directories."""
        parser.add_argument(
            "directory",
            nargs="*",
            type=Path,
            help="holds frameworks/ and banks/; without one, those that come with this package are loaded",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load every file, or none and say all that is wrong."""
        problems: list[str] = []
        with ExitStack() as stack, transaction.atomic():
            directories = options["directory"] or [
                stack.enter_context(resources.as_file(resources.files(PACKAGED)))
            ]
            for directory in directories:
                problems += self._load(directory, quiet=not options["verbosity"])
            if problems:
                raise CommandError("\n".join(problems))

    def _load(self, directory: Path, *, quiet: bool) -> list[str]:
        if not directory.is_dir():
            return [f"{directory}: no such directory; give one that holds frameworks/ and banks/"]
        problems: list[str] = []
        for folder, load in (("frameworks", load_framework), ("banks", load_bank)):
            files = sorted((directory / folder).glob("*.xml"))
            if not files:
                problems.append(f"{directory / folder}: holds no XML file")
            for file in files:
                try:
                    reference = load(file.read_bytes())
                    if not quiet:
                        self.stdout.write(f"{reference}  {file.name}")
                except InvalidContentError as error:
                    problems += [f"{file}:{problem}" for problem in error.problems]
                except ChangedContentError as error:
                    problems.append(f"{file}: {error}")
        return problems

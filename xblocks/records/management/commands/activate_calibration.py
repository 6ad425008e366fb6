"""Say which calibration of a bank is in use."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from xblocks.competency.errors import CompetencyError
from xblocks.records.api import activate_calibration


class Command(BaseCommand):
    """See docs/reference/commands.md."""

    help = "Use a calibration of a bank for attempts that begin from now on; an older one may be used again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the bank, and what is to be done with it."""
        parser.add_argument("bank", help="id of the bank, without its version, such as governance")
        parser.add_argument("number", type=int, help="number of the calibration")

    def handle(self, *args: Any, **options: Any) -> None:
        """Activate it."""
        try:
            activate_calibration(options["bank"], options["number"])
        except CompetencyError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['bank']}#{options['number']} is in use")

"""Work out the parameters of a bank's items."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from xblocks.competency.errors import CompetencyError
from xblocks.records.calibrating import FAMILIES, PARTIAL_FAMILIES, calibrate
from xblocks.records.models import Calibration


class Command(BaseCommand):
    """See docs/reference/commands.md."""

    help = "Calibrate the items of a bank from the answers on record; activates nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the bank, and what is to be done with it."""
        parser.add_argument("bank", help="id of the bank, without its version, such as governance")
        parser.add_argument(
            "--family", choices=FAMILIES, default="2PL", help="model of items that are right or wrong"
        )
        parser.add_argument(
            "--partial", choices=PARTIAL_FAMILIES, default="GPCM", help="model of items with partial points"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Calibrate, and say what came of it."""
        try:
            number = calibrate(options["bank"], family=options["family"], partial=options["partial"])
        except CompetencyError as error:
            raise CommandError(str(error)) from error
        row = Calibration.objects.get(bank_id=options["bank"], number=number)
        standings = [str(one.standing) for one in row.parameters.all()]
        self.stdout.write(
            f"{row}  {row.family}, {row.persons} people, {len(standings)} items "
            f"({standings.count('operational')} operational), "
            f"{len(row.report['left_out'])} left out; linked by {row.link['method']}"
        )

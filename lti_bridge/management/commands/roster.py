"""manage.py roster: read who belongs to a course at the HR system (NRPS 2.0)."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from lti_bridge.roster.reading import AlreadyReadingError, read_roster
from lti_bridge.roster.targets import readable_targets


class Command(BaseCommand):
    """Reads one roster or all; prints counts and never a person."""

    help = "Read the rosters of the HR systems: who belongs to a course there, who came, who left."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One target by its number, or all; --full asks for the whole roster where differences would do."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--target", type=int, metavar="N", help="number of the report target")
        which.add_argument("--all", action="store_true", help="every target whose launches granted a roster")
        parser.add_argument("--full", action="store_true", help="the whole roster, not only differences")

    def handle(self, *args: object, **options: object) -> None:
        """Read one after the other; ends with an error if one of them had a problem."""
        targets = readable_targets()
        if options["target"] is not None:
            targets = targets.filter(pk=int(str(options["target"])))
            if not targets:
                raise CommandError(
                    "No launch into this target granted a roster, or its platform is not in use."
                )
        if not targets:
            self.stdout.write("no launch has granted a roster yet")
        problems = 0
        for target in targets:
            try:
                reading = read_roster(target, full=bool(options["full"]))
            except AlreadyReadingError:
                self.stdout.write(f"target {target.pk}: is being read already")
                continue
            kind = "differences" if reading.differences else "whole roster"
            self.stdout.write(
                f"target {target.pk}: {kind}, members {reading.members}, joined {reading.joined}, "
                f"changed {reading.changed}, left {reading.left}"
                + (f"; problem: {reading.problem}" if reading.problem else "")
            )
            problems += bool(reading.problem)
        if problems:
            raise CommandError(f"{problems} could not be read whole.")

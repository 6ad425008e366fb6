"""manage.py doctor: check the connections to HR systems end to end."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from lti_bridge.doctor import Status, examine
from lti_bridge.models import Platform

MARKS = {Status.OK: "ok", Status.WARNING: "warning", Status.PROBLEM: "PROBLEM", Status.SKIPPED: "-"}


class Command(BaseCommand):
    """Asks what a delivery needs, step by step; sends and changes nothing there."""

    help = "Check the connections to HR systems end to end; exit code 1 where there is a problem."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Without arguments all platforms are checked."""
        parser.add_argument("--platform", type=int, metavar="N", help="this platform only (its number)")
        parser.add_argument(
            "--site",
            default="",
            metavar="URL",
            help="our public address, such as https://lms.example.go.id: our key set is fetched there",
        )
        parser.add_argument("--json", action="store_true", help="findings as JSON")

    def handle(self, *args: object, **options: object) -> None:
        """Print each step; end with 1 where there is a problem."""
        platforms = Platform.objects.order_by("pk")
        if options["platform"] is not None:
            platforms = platforms.filter(pk=int(str(options["platform"])))
            if not platforms:
                raise CommandError(f"There is no platform {options['platform']}.")
        groups = []
        for one in examine(platforms, str(options["site"])):
            groups.append(one)
            if not options["json"]:
                self.stdout.write(f"{one.platform.pk} {one.platform.name}" if one.platform else "site")
                for found in one.findings:
                    self.stdout.write(f"  {MARKS[found.status]:8} {found.step}  {found.detail}".rstrip())
                    if found.remedy and found.status != Status.OK:
                        self.stdout.write(f"  {'':8} -> {found.remedy}")
        if options["json"]:
            said = [
                {
                    "platform": one.platform.pk if one.platform else None,
                    "findings": [found.as_json() for found in one.findings],
                }
                for one in groups
            ]
            self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))
        if any(one.has_problem for one in groups):
            raise SystemExit(1)

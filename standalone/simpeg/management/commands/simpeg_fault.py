"""Switch faults on and off."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from standalone.simpeg.faults import ANY, ENDPOINTS, KINDS
from standalone.simpeg.models import Fault


class Command(BaseCommand):
    """``simpeg_fault``: what a caller of the LTI services meets; nothing by default."""

    help = "Make the LTI services misbehave: " + "; ".join(f"{kind}: {what}" for kind, what in KINDS.items())

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("kind", nargs="?", choices=sorted(KINDS))
        parser.add_argument("--on", default=ANY, choices=[ANY, *ENDPOINTS], help="which service")
        parser.add_argument("--times", type=int, help="requests to hit; without it until --clear")
        parser.add_argument("--percent", type=int, default=100, help="chance that a request is hit")
        parser.add_argument("--seconds", type=float, default=1, help="to wait, or for Retry-After")
        parser.add_argument("--clear", action="store_true", help="first switch off everything")

    def handle(self, *args: Any, **options: Any) -> None:
        """Clear, then switch on."""
        if options["clear"]:
            Fault.objects.all().delete()
        if options["kind"]:
            Fault.objects.create(
                kind=options["kind"],
                endpoint=options["on"],
                remaining=options["times"],
                percent=options["percent"],
                seconds=options["seconds"],
            )

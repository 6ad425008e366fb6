"""Switch faults on and off."""

from argparse import ArgumentParser, ArgumentTypeError
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
        parser.add_argument("--times", type=_times, help="requests to hit; without it until --clear")
        parser.add_argument("--percent", type=_percent, default=100, help="chance that a request is hit")
        parser.add_argument("--seconds", type=_seconds, default=1, help="to wait, or for Retry-After")
        parser.add_argument("--clear", action="store_true", help="first switch off everything")

    def handle(self, *args: Any, **options: Any) -> None:
        """Clear, then switch on, then say what is on."""
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
        if options["verbosity"]:
            for fault in Fault.objects.order_by("pk"):
                times = "until --clear" if fault.remaining is None else f"{fault.remaining} times"
                self.stdout.write(f"{fault.kind} on {fault.endpoint}, {fault.percent} %, {times}")


def _times(text: str) -> int:
    return int(_within(text, 1, 1_000_000, "a whole number from 1"))


def _percent(text: str) -> int:
    return int(_within(text, 1, 100, "a whole number from 1 to 100"))


def _seconds(text: str) -> float:
    return _within(text, 0, 3600, "a number of seconds up to 3600", whole=False)


def _within(text: str, least: float, most: float, said: str, *, whole: bool = True) -> float:
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        raise ArgumentTypeError(said) from None
    # Neither is "nan", which is a number to Python.
    if not least <= number <= most:
        raise ArgumentTypeError(said)
    return number

"""manage.py replay: try failed deliveries again, or waive them, with a line in the audit trail."""

import uuid
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lti_bridge.models import Delivery, DeliveryState, Platform, ReportTarget
from lti_bridge.operations import actions
from lti_bridge.operations.actions import Order
from lti_bridge.operations.causes import causes
from lti_bridge.operations.selection import MOST, Selection

STATES = ("dead", "blocked", "held", "pending")


class Command(BaseCommand):
    """The operators' page in the shell, for what is done by script."""

    help = (
        "Send failed deliveries again, or waive them (--waive, with --reason); --list groups them by cause. "
        "At most 10,000 at once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Without a choice all that were given up are meant."""
        parser.add_argument("--platform", type=int, metavar="N", help="deliveries to this platform")
        parser.add_argument("--target", type=int, metavar="N", help="deliveries to this target")
        parser.add_argument("--state", choices=STATES, default="dead", help="default: %(default)s")
        parser.add_argument("--cause", default="", metavar="KEY", help="of this cause, as --list names it")
        parser.add_argument("--delivery", type=int, nargs="+", default=[], metavar="N", help="these only")
        parser.add_argument("--reason", default="", help="stands in the audit trail")
        parser.add_argument("--waive", action="store_true", help="end them instead; needs --reason")
        parser.add_argument("--list", action="store_true", help="only say what failed, by cause")

    def handle(self, *args: object, **options: object) -> None:
        """Do it once, and say how many were changed and how many were left alone."""
        selection = Selection(
            platform=_int(options["platform"]),
            target=_int(options["target"]),
            states=(DeliveryState(str(options["state"])).value,),
            cause=str(options["cause"]),
            ids=tuple(options["delivery"]),  # type: ignore[arg-type]
        )
        _check(selection)
        if options["list"]:
            found = causes(selection.deliveries())
            if not found:
                self.stdout.write(f"no delivery is {options['state']}")
            for cause in found:
                status = f" ({cause.http_status})" if cause.http_status else ""
                self.stdout.write(
                    f"{cause.key}  {cause.count:6}  {cause.error_class}{status}: {cause.message}".rstrip()
                )
            return
        reason = str(options["reason"]).strip()
        if options["waive"] and not reason:
            raise CommandError("Waiving needs --reason.")
        ids = list(selection.deliveries().order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        order = Order(by=None, reason=reason, group=uuid.uuid4())
        action = actions.waive if options["waive"] else actions.replay
        done = action(ids, order, timezone.now())
        left = "".join(f", {reason}: {count}" for reason, count in sorted(done.skipped.items()))
        self.stdout.write(f"done: {done.changed}, superseded: {done.superseded}{left}")


def _check(selection: Selection) -> None:
    """Raise CommandError for a number that nothing has: "done: 0" would hide the slip."""
    if selection.platform is not None and not Platform.objects.filter(pk=selection.platform).exists():
        raise CommandError(f"There is no platform {selection.platform}.")
    if selection.target is not None and not ReportTarget.objects.filter(pk=selection.target).exists():
        raise CommandError(f"There is no report target {selection.target}.")
    there = set(Delivery.objects.filter(pk__in=selection.ids).values_list("pk", flat=True))
    if missing := [str(number) for number in selection.ids if number not in there]:
        raise CommandError(f"There is no delivery {', '.join(missing)}; nothing was done.")


def _int(value: object) -> int | None:
    return value if isinstance(value, int) else None

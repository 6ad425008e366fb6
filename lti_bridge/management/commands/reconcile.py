"""Compares the results that HR systems hold with ours; sends again what is missing or outdated there."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lti_bridge.models import ReportTarget
from lti_bridge.reconciling import Summary, reconcile_target


class Command(BaseCommand):
    """The exit code is 1 where discrepancies remain or a target could not be read."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One target, or all; after a restore it is all."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--target", type=int, metavar="N", help="the report target of this number only")
        which.add_argument("--all", action="store_true", help="every target, one after the other")
        which.add_argument(
            "--after-restore",
            action="store_true",
            help="every target; nothing is sent to one before it was read, and values that HR has and we do "
            "not know are left to somebody's decision",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Reconcile, a line for each target; a target that fails does not stop the rest."""
        targets = ReportTarget.objects.order_by("pk")
        if options["target"] is not None:
            targets = targets.filter(pk=options["target"])
            if not targets.exists():
                raise CommandError(f"there is no report target {options['target']}")
        if options["after_restore"]:
            # One statement: the sender sees all targets held back, or none.
            held = ReportTarget.objects.update(reconcile_first=True)
            self.stdout.write(f"{held} targets are read before anything is sent to them")
        ids = list(targets.values_list("pk", flat=True))
        summaries = [self._one(number, len(ids), target_id) for number, target_id in enumerate(ids, 1)]
        remaining = sum(one.remaining for one in summaries)
        failed = sum(bool(one.problem) for one in summaries)
        self.stdout.write(f"discrepancies that remain: {remaining}; targets that could not be read: {failed}")
        if remaining or failed:
            raise SystemExit(1)

    def _one(self, number: int, count: int, target_id: int) -> Summary:
        one = reconcile_target(target_id)
        said = (
            f"compared {one.compared}, parted {one.found}, gone {one.resolved}, sent again {one.sent_again}, "
            f"remaining {one.remaining}, of unknown people {one.unknown}"
        )
        problem = f": {one.problem}" if one.problem else ""
        self.stdout.write(f"{number}/{count} target {target_id}: {said}{problem}")
        self.stdout.flush()
        return one

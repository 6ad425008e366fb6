"""manage.py deliver: the sender as a process of its own."""

import signal
import threading
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from pathlib import Path
from types import FrameType

from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from django.utils import timezone

from lti_bridge.sender import LEASE, deliver_due
from lti_bridge.sending.waiting import standing_back

DAY_S = 86_400


class Command(BaseCommand):
    """The sender; its loop ends on SIGTERM or Ctrl-C, after the send under way."""

    help = (
        "Send due results to the HR systems, until told to stop (SIGTERM, Ctrl-C); safe to run several times."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--once ends when nothing can be sent; --idle and --lease are in seconds."""
        parser.add_argument(
            "--once",
            action="store_true",
            help="end when nothing can be sent, and name the HR systems that are left alone",
        )
        parser.add_argument("--idle", type=_seconds, default=0.5, help="seconds to wait when nothing is due")
        parser.add_argument(
            "--lease",
            type=_seconds,
            default=LEASE.total_seconds(),
            help="seconds after which others may take up what a worker that died had begun; longer than "
            "the slowest exchange (default: %(default)s)",
        )
        parser.add_argument(
            "--alive",
            type=Path,
            metavar="FILE",
            help="touched before each turn, so that a supervisor sees that the sender still turns",
        )

    def handle(self, *args: object, **options: object) -> None:
        """Send until nothing is due (--once) or until a signal; a send under way is always finished."""
        stop = threading.Event()

        def end(_signal: int, _frame: FrameType | None) -> None:
            stop.set()

        in_main_thread = threading.current_thread() is threading.main_thread()
        former = {
            number: signal.signal(number, end)
            for number in ((signal.SIGTERM, signal.SIGINT) if in_main_thread else ())
        }
        try:
            self._run(
                stop,
                once=bool(options["once"]),
                idle=float(str(options["idle"])),
                lease=timedelta(seconds=float(str(options["lease"]))),
                alive=Path(str(options["alive"])) if options["alive"] else None,
            )
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def _say_what_waits(self) -> None:
        """Name the HR systems that have something due and are left alone, and why."""
        for one in standing_back(timezone.now()):
            self.stdout.write(f"{one.platform}: {one.waiting} waiting, {one.reason}")

    def _run(
        self, stop: threading.Event, *, once: bool, idle: float, lease: timedelta, alive: Path | None
    ) -> None:
        def stopped() -> bool:
            # Asked a few times a second, and after each delivery at the latest.
            if alive:
                try:
                    alive.touch()
                except OSError as error:
                    raise CommandError(f"--alive {alive}: {error.strerror}") from error
            return stop.is_set()

        attempted = 0
        while not stopped():
            attempted += deliver_due(stop=stopped, lease=lease)
            if once:
                self._say_what_waits()
                break
            close_old_connections()
            stop.wait(idle)
        self.stdout.write(f"attempts: {attempted}")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    # Neither is "nan", which is a number to Python.
    if not 0 < seconds <= DAY_S:
        raise ArgumentTypeError(f"a number of seconds above 0 and up to {DAY_S}")
    return seconds

"""manage.py deliver: the sender as a process of its own."""

import signal
import threading
from argparse import ArgumentParser
from datetime import timedelta
from functools import partial
from types import FrameType

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from lti_bridge.adapters.ags import AgsService
from lti_bridge.adapters.line_items import LOCK
from lti_bridge.sender import LEASE, deliver_next


class Command(BaseCommand):
    """The sender; its loop ends on SIGTERM or Ctrl-C, after the send under way."""

    help = (
        "Send due results to the HR systems, until told to stop (SIGTERM, Ctrl-C); safe to run several times."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--once ends when nothing is due; --idle and --lease are in seconds."""
        parser.add_argument("--once", action="store_true", help="end as soon as nothing is due")
        parser.add_argument("--idle", type=float, default=5.0, help="seconds to wait when nothing is due")
        parser.add_argument(
            "--lease",
            type=float,
            default=LEASE.total_seconds(),
            help="seconds after which others may take up what a worker that died had begun; longer than "
            "the slowest exchange (default: %(default)s)",
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
            )
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def _run(self, stop: threading.Event, *, once: bool, idle: float, lease: timedelta) -> None:
        service_for = partial(AgsService, line_item_lock=min(LOCK, lease))
        sent = 0
        while not stop.is_set():
            if deliver_next(service_for=service_for, lease=lease):
                sent += 1
                continue
            if once:
                break
            close_old_connections()
            stop.wait(idle)
        self.stdout.write(f"attempts: {sent}")

"""``python -m benchmarks.chaos.producer``: learners make progress, as the LMS writes it.

Each change is one transaction: what was achieved, and what the bridge is told of it. The process may be
killed at any point and started anew; it goes on with what its table does not have yet.
"""

import argparse
import sys
import time
from decimal import Decimal

__all__ = ["main"]


class _UndoneError(Exception):
    """Rolls a transaction back."""


def main() -> None:
    """Make the changes of one share of the learners, evenly over the time."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos.producer", description=__doc__)
    for name in ("--seed", "--share", "--shares"):
        parser.add_argument(name, type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    chosen = parser.parse_args()
    import django

    django.setup()
    from . import truth
    from .plan import STEPS, order

    mine = {one.number: one for one in truth.of_share(chosen.share, chosen.shares)}
    interval = chosen.seconds / max(1, len(mine) * STEPS)
    due = time.monotonic()
    for number, step in order(chosen.seed, list(mine)):
        if mine[number].step >= step:
            continue
        _make(mine[number].user_id, number, step, chosen.seed)
        due = max(due + interval, time.monotonic() - 1)
        time.sleep(max(0, due - time.monotonic()))
    sys.exit(0)


def _make(user_id: int, number: int, step: int, seed: int) -> None:
    """Make one change; where the database is away or took another transaction first, again."""
    from django.db import InterfaceError, OperationalError, connection

    from .plan import changes

    change = changes(seed, number)[step - 1]
    while True:
        try:
            if change.undone is not None:
                _undo(user_id, step, change.undone)
            _commit(user_id, step, change.grade, all_blocks=change.all_blocks, way=change.way)
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.2)
        else:
            return


def _undo(user_id: int, step: int, grade: Decimal) -> None:
    """Write a change and tell the bridge, and let nothing of it stand."""
    import contextlib

    from django.db import transaction

    from benchmarks.progress import COURSE_KEY
    from lti_bridge.api import note_progress

    from . import truth

    with contextlib.suppress(_UndoneError), transaction.atomic():
        found = truth.learner(user_id, lock=True)
        if found.step < step:
            truth.write(user_id, step, grade, all_blocks=found.all_blocks)
            note_progress(user_id, COURSE_KEY)
        raise _UndoneError


def _commit(user_id: int, step: int, grade: Decimal, *, all_blocks: bool, way: str) -> None:
    from django.db import transaction

    from benchmarks.progress import COURSE_KEY
    from lti_bridge import notices
    from lti_bridge.api import note_progress
    from lti_bridge.queue import enqueue

    from . import truth
    from .plan import Way

    with transaction.atomic():
        if truth.learner(user_id, lock=True).step >= step:
            return
        truth.write(user_id, step, grade, all_blocks=all_blocks)
        if way == Way.AT_ONCE:
            note_progress(user_id, COURSE_KEY)
        elif way == Way.BY_NOTICE:
            # As the receivers of the platform's events do.
            notices.leave(user_id, COURSE_KEY)
            enqueue("note_progress", user_id, COURSE_KEY)


if __name__ == "__main__":
    main()

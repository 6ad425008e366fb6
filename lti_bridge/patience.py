"""Transactions that the database ends for another's sake (a deadlock) are begun again."""

import random
import time
from collections.abc import Callable

from django.db import OperationalError, connection

__all__ = ["patiently"]

TIMES = 3


def patiently[T](work: Callable[[], T]) -> T:
    """Do the work, a whole transaction, again where the database gave another one the way.

    What it leaves in Python's objects must bear being done twice. Inside a transaction of the caller's
    nothing can be begun anew: the error is raised.
    """
    for _time in range(TIMES):
        try:
            return work()
        except OperationalError:
            if connection.in_atomic_block or not connection.is_usable():
                raise
            # Not both at the same moment again.
            time.sleep(random.random() / 10)  # noqa: S311 - no secret
    return work()

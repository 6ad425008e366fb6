"""Work on the database that a sender thread leaves to the thread which owns the connection.

Django's connections belong to threads. A worker sends in several, and has one connection: they ask its
main thread. Elsewhere ``at_desk`` does the work itself, so that adapters need not know who calls.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

__all__ = ["ClosedDeskError", "Errand", "at_desk", "errands_go_to"]

_thread = threading.local()


class ClosedDeskError(Exception):
    """The worker ends and takes no errands any more."""


class Errand:
    """A piece of work with the place where its result is waited for."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._result: Future[Any] = Future()

    def run(self) -> None:
        """Do the work; its error belongs to who asked for it."""
        try:
            self._result.set_result(self._work())
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits
            self._result.set_exception(error)

    def refuse(self) -> None:
        """Send whoever waits away with ClosedDeskError."""
        self._result.set_exception(ClosedDeskError())

    def wait(self) -> Any:
        """Return the result, or raise what the work raised."""
        return self._result.result()


@contextmanager
def errands_go_to(post: Callable[[Errand], None]) -> Iterator[None]:
    """Let this thread's errands be done by whoever takes them from ``post``."""
    _thread.post = post
    try:
        yield
    finally:
        del _thread.post


def at_desk[T](work: Callable[[], T]) -> T:
    """Return what ``work`` returns, done by the thread that owns the database connection."""
    post: Callable[[Errand], None] | None = getattr(_thread, "post", None)
    if post is None:
        return work()
    errand = Errand(work)
    post(errand)
    result: T = errand.wait()
    return result

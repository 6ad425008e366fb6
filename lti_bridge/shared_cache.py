"""Django's cache as the bridge uses it: shared by all processes, and it may be away.

What we keep there saves work and holds no fact. So a cache that fails must stop neither sending nor a
launch: this process then remembers by itself. Meanwhile paces and senders' places are each process's own,
tokens and keys are fetched once a process, and what another process has forgotten is forgotten here when its
time is over.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache

__all__ = ["add", "count", "forget", "get", "note_failure", "put"]

log = logging.getLogger(__name__)
# How often one process says that the cache is away.
SAY_AGAIN_S = 60
OWN = "kapasitas_lti.own"

_own = LocMemCache(OWN, {})
_saying = threading.Lock()
_said_at: float | None = None


def get(key: str) -> Any:
    """Return what is kept under the key, or None."""
    return _tried(lambda kept: kept.get(key))


def put(key: str, value: object, seconds: float) -> None:
    """Keep a value for so many seconds."""
    _tried(lambda kept: kept.set(key, value, seconds))


def add(key: str, value: object, seconds: float) -> bool:
    """Keep the value unless there is one; return whether it was kept. Of two callers, one is told so."""
    return _tried(lambda kept: kept.add(key, value, seconds))


def count(key: str, by: int, seconds: float) -> int:
    """Add to a counter, which lives for so many seconds from its first use; return its new value."""

    def counted(kept: BaseCache) -> int:
        kept.add(key, 0, seconds)
        # ValueError where the counter is gone again: a cache that is full, or keeps nothing.
        return int(kept.incr(key, by))

    return _tried(counted)


def forget(key: str) -> None:
    """Keep nothing under the key any more."""
    _own.delete(key)
    _tried(lambda kept: kept.delete(key))


def note_failure(error: Exception) -> None:
    """Log that the cache failed, at most once a minute; by class, as the text may hold an address."""
    global _said_at
    with _saying:
        now = time.monotonic()
        if _said_at is not None and now - _said_at < SAY_AGAIN_S:
            return
        _said_at = now
    log.warning("the cache fails (%s); this process remembers by itself meanwhile", type(error).__name__)


def _tried[T](use: Callable[[BaseCache], T]) -> T:
    try:
        # The proxy of this thread's connection has all of the interface.
        return use(cache)
    except Exception as error:  # noqa: BLE001 - each backend has errors of its own
        note_failure(error)
        return use(_own)

"""Ports for servers that tests start."""

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager

# Below those that the system gives out by itself (Linux: from 32768): what is free when it is chosen stays so
# until the server listens, which takes a demo a minute, while other tests open and bind thousands of those.
PORTS = range(20_000, 32_000)
# Hypothesis and pytest-randomly seed the common generator, the same in every worker.
_dice = random.SystemRandom()
_given: set[int] = set()


def free_port() -> int:
    """A port of this machine that nothing listens on now, and that was not given before."""
    while True:
        port = _dice.choice(PORTS)
        if port not in _given and _can_be_bound(port):
            _given.add(port)
            return port


@contextmanager
def closed_port() -> Iterator[int]:
    """A port where nobody listens, nor can begin to meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def _can_be_bound(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True

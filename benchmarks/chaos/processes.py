"""The processes of a run, and their supervisor: it starts them, kills them, and starts them again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random

from benchmarks.rig import ROOT

__all__ = ["Child", "Role", "Supervisor"]

# One that has just been started is spared: it does nothing yet.
GROWN_UP_S = 1.5
PATIENCE_S = 30


class Role(StrEnum):
    """What a process does."""

    SENDER = "sender"
    CELERY = "celery"
    PRODUCER = "producer"
    PLATFORM = "platform"


@dataclass(slots=True, kw_only=True)
class Child:
    """One process. ``command`` starts it anew."""

    role: Role
    command: Sequence[str]
    process: "subprocess.Popen[bytes]"
    started: float
    paused_until: float = 0


@dataclass(slots=True)
class Supervisor:
    """Keeps processes going. ``deaths``: when one ended that nobody had asked to (seconds since 1970)."""

    directory: Path
    children: list[Child] = field(default_factory=list)
    deaths: list[float] = field(default_factory=list)
    fell_over: int = 0

    def start(self, role: Role, *command: str) -> Child:
        """Start a module of Python as a process; what it says goes into a file."""
        with (self.directory / f"{role}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", *command],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )
        child = Child(role=role, command=command, process=process, started=time.monotonic())
        self.children.append(child)
        return child

    def victim(self, role: Role, draw: Random) -> Child | None:
        """Return a process to do something to, or None where none of the role is at work."""
        now = time.monotonic()
        able = [
            child
            for child in self.children
            if child.role == role
            and child.process.poll() is None
            and not child.paused_until
            and now - child.started > GROWN_UP_S
        ]
        return draw.choice(able) if able else None

    def kill(self, child: Child) -> None:
        """SIGKILL it, and start another."""
        child.process.kill()
        child.process.wait()
        self.deaths.append(time.time())
        self.children.remove(child)
        self.start(child.role, *child.command)

    def pause(self, child: Child, seconds: float) -> None:
        """Stop it in the middle of what it does; ``look_after`` lets it go on."""
        child.process.send_signal(signal.SIGSTOP)
        child.paused_until = time.monotonic() + seconds

    def look_after(self) -> None:
        """Start again what ended by itself, except producers that are done; wake what was paused."""
        for child in list(self.children):
            if child.paused_until and time.monotonic() > child.paused_until:
                child.paused_until = 0
                child.process.send_signal(signal.SIGCONT)
            code = child.process.poll()
            if code is None:
                continue
            self.children.remove(child)
            if child.role == Role.PRODUCER and code == 0:
                continue
            self.fell_over += 1
            self.deaths.append(time.time())
            self.start(child.role, *child.command)

    def at_work(self, role: Role) -> int:
        """Return how many processes of the role there are."""
        return sum(child.role == role for child in self.children)

    def end(self, role: Role, *, on_late: Callable[[Child], None] | None = None) -> None:
        """Ask every process of the role to end, and wait; one that does not listen is killed."""
        ending = [child for child in self.children if child.role == role]
        for child in ending:
            if child.paused_until:
                child.process.send_signal(signal.SIGCONT)
            child.process.terminate()
        for child in ending:
            try:
                child.process.wait(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                if on_late:
                    on_late(child)
                child.process.kill()
                child.process.wait()
            self.children.remove(child)

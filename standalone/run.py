"""``make run``: set up and serve the course site and the demo SIMPEG, and send results between them.

Three child processes: each site (which sets itself up, then serves), and the bridge's sender. They end
together. The parent imports no Django, so that a clear message comes before anything heavy loads.
"""

import argparse
import fcntl
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType
from typing import TextIO

from .common_settings import SIMPEG_PORT, SIMPEG_URL, SITE_PORT, SITE_URL, VAR

READY_SECONDS = 170
SITES = {"site": SITE_URL, "simpeg": SIMPEG_URL}

READY = f"""
Kapasitas is ready.

  Demo SIMPEG (HR system)   {SIMPEG_URL}/
  Course site               {SITE_URL}/

Start in SIMPEG: sign in as an official, press "Buka kursus", read, answer; then sign in as hr and watch
the result arrive.

  SIMPEG       lurah / demo     an official
               hr / demo        the HR officer: results as they arrive, import of completion records
  Course site  hr / demo        the HR officer: completion records as CSV and XLSX
               instruktur / demo   grade book, import and export of courses
               pelajar / demo   a learner who did not come from SIMPEG

These are demo log-ins on this machine only. Data lies in {VAR}; Ctrl+C stops everything.
"""


class Stopped(Exception):  # noqa: N818 - not a fault: somebody asked to stop
    """Raised by the signal handler, so that every wait ends."""


class Stop:
    """The signal handler: raises Stopped, once; make passes on what Ctrl+C has told us already."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        """Take a signal."""
        if not self.asked:
            self.asked = True
            raise Stopped


def free(port: int) -> bool:
    """Tell whether nothing listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def hold_data() -> TextIO:
    """Hold the data directory for this run; exits where it cannot be used, or another run holds it.

    The lock ends with the process, however it ends.
    """
    try:
        VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (VAR / "run.lock").open("w")
    except OSError as error:
        sys.exit(f"Cannot write to {VAR} ({error.strerror}): set KAPASITAS_VAR to a directory of yours.")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"Another run uses {VAR}: stop it, or set KAPASITAS_VAR and the ports to others.")
    return lock


def start(part: str) -> "subprocess.Popen[bytes]":
    """Start one part as a child."""
    return subprocess.Popen([sys.executable, "-m", "standalone.serve", part])  # noqa: S603


def responds(name: str, url: str) -> bool:
    """Tell whether the site answers; a page that fails ends the run, because the next would fail as well."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own http address
            return True
    except urllib.error.HTTPError as error:
        sys.exit(f"The {name} process answers {error.code} at {url}; the reason is above.")
    except OSError:
        return False


def wait_until_ready(children: dict[str, "subprocess.Popen[bytes]"]) -> None:
    """Return when both sites answer; exits where a child ended or time is up."""
    waiting = dict(SITES)
    deadline = time.monotonic() + READY_SECONDS
    while waiting:
        for name, child in children.items():
            if child.poll() is not None:
                sys.exit(f"The {name} process ended while it was being set up; the reason is above.")
        waiting = {name: url for name, url in waiting.items() if not responds(name, url)}
        if waiting and time.monotonic() > deadline:
            sys.exit(f"Not ready after {READY_SECONDS} s: {', '.join(waiting)}.")
        time.sleep(0.1)


def serve_until_stopped(children: dict[str, "subprocess.Popen[bytes]"]) -> None:
    """Block until somebody stops us or a child ends."""
    while True:
        for name, child in children.items():
            if child.poll() is not None:
                sys.exit(f"The {name} process ended with status {child.returncode}; stopping the others.")
        time.sleep(0.5)


def end(children: dict[str, "subprocess.Popen[bytes]"]) -> None:
    """Ask every child to end and wait for it."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    for child in children.values():
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()


def main() -> None:
    """Run everything; returns when stopped."""
    for name, port, variable in (
        ("course site", SITE_PORT, "KAPASITAS_SITE_PORT"),
        ("demo SIMPEG", SIMPEG_PORT, "KAPASITAS_SIMPEG_PORT"),
    ):
        if not free(port):
            sys.exit(f"Port {port} is in use, and the {name} needs it: free it or set {variable} to another.")
    if SITE_PORT == SIMPEG_PORT:
        sys.exit(f"Both sites cannot serve on port {SITE_PORT}: set KAPASITAS_SIMPEG_PORT to another.")
    lock = hold_data()
    stop = Stop()
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        for name in SITES:
            children[name] = start(name)
        wait_until_ready(children)
        children["sender"] = start("sender")
        print(READY, flush=True)
        serve_until_stopped(children)
    except Stopped:
        print("Stopping.", flush=True)
    finally:
        stop.asked = True
        end(children)
        lock.close()


if __name__ == "__main__":
    argparse.ArgumentParser(
        prog="python -m standalone.run",
        description="Set up and serve the course site and the demo SIMPEG until Ctrl+C.",
        epilog="Environment: KAPASITAS_SITE_PORT (8000), KAPASITAS_SIMPEG_PORT (8001), KAPASITAS_VAR (var).",
    ).parse_args()
    main()

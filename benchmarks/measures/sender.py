"""One worker against a bare HTTP client and against pylti1p3next: the same scores to the same platform.

Once as fast as the platform can, and once with one that thinks for 20 ms, as real ones do at least.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import requests

from benchmarks import fast_platform
from benchmarks.frame import Contestant, Figure, medians_ms
from benchmarks.outbox_filling import database, fill, platform_at, unsend
from benchmarks.rig import ROOT

ROWS = 2000
PEER_SCORES = 200
ROUNDS = 5
THINKS_S = 0.02
PEER_NAME = "pylti1p3next"
PEER = "pylti1p3next==2.0.2"
PEER_ENV = ROOT / ".venv-pylti1p3next"
BARE = "requests.Session, kept open"
BODY = (
    b'{"userId": "bare", "activityProgress": "InProgress", "gradingProgress": "FullyGraded", '
    b'"timestamp": "2026-01-01T00:00:00+00:00", '
    b'"https://canvas.instructure.com/lti/submission": {"new_submission": false}, '
    b'"scoreGiven": 85.50, "scoreMaximum": 100.00}'
)
HEADERS = {"Authorization": "Bearer t", "Content-Type": "application/vnd.ims.lis.v1.score+json"}


def peer_python() -> Path | None:
    """Return the Python that has the peer, in an environment beside ours; None where it cannot be made.

    It installs the same import package as PyLTI1p3 and may share no environment with it.
    """
    python = PEER_ENV / "bin" / "python"
    # Beside our tree pip takes the plugin for installed there, and says at length what it lacks.
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    pip = (str(python), "-m", "pip", "--disable-pip-version-check")
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(PEER_ENV)], check=True, stdout=sys.stderr)
        if subprocess.run([*pip, "show", "-q", "pylti1p3next"], stderr=subprocess.DEVNULL).returncode:
            subprocess.run([*pip, "install", "-q", PEER], env=outside, check=True, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError):
        print(f"{PEER} cannot be installed here: its ratios are left out", file=sys.stderr)
        return None
    return python


def peer_ms(python: Path, url: str, *how: str) -> float:
    """Return the peer's milliseconds for one score."""
    done = subprocess.run(
        [str(python), str(ROOT / "benchmarks" / "pylti1p3next_loop.py"), url, str(PEER_SCORES), *how],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return float(done.stdout) * 1000


def post(url: str) -> None:
    """Post as many scores as the worker sends, and nothing else."""
    with requests.Session() as session:
        for _number in range(ROWS):
            session.post(f"{url}/items/1/scores", data=BODY, headers=HEADERS, timeout=10).raise_for_status()


def deliver() -> None:
    """Let one worker send everything that is due; raises where anything is left."""
    from lti_bridge.sender import deliver_due

    if (sent := deliver_due(stop=lambda: False)) != ROWS:
        raise AssertionError(f"{sent} attempts")


def measure() -> list[Figure]:
    """Return the time of one delivery: claim, attempt, send, settle."""
    python = peer_python()
    server = os.environ.get("KAPASITAS_BENCH_DATABASE", "sqlite")
    with database():
        with fast_platform.running() as url:
            found = fast(server, python, url)
        return found + (thoughtful(server, python) if python else [])


def fast(server: str, python: Path | None, url: str) -> list[Figure]:
    """Return the figures at a platform that answers at once."""
    platform = platform_at(url, accounts=ROWS)
    fill(platform)
    ms = medians_ms(
        {
            BARE: Contestant(act=lambda: post(url)),
            "ours": Contestant(prepare=lambda: unsend(platform), act=deliver),
        },
        rounds=ROUNDS,
        warm_up=1,
    )
    ours, bare = ms["ours"] / ROWS, ms[BARE] / ROWS
    measured = f"one delivery, {server}, {1000 / ours:.0f} a second"
    found = [figure(measured, ours, f"{BARE}, {1000 / bare:.0f} a second", bare, 1.25)]
    ways: dict[str, tuple[str, ...]] = {"as in its README": (), "line item known": ("known",)}
    for name, how in ways.items():
        if python is None:
            break
        value = statistics.median([peer_ms(python, url, *how) for _round in range(3)])
        found.append(figure(measured, ours, f"{PEER_NAME}, {name}, {1000 / value:.0f} a second", value, 0.1))
    return found


def thoughtful(server: str, python: Path) -> list[Figure]:
    """Return the figure at a platform where waiting is most of the time."""
    with fast_platform.running(THINKS_S) as url:
        fill(platform_at(url, name="thoughtful", accounts=ROWS))
        started = time.perf_counter()
        deliver()
        ours = (time.perf_counter() - started) * 1000 / ROWS
        value = peer_ms(python, url)
    measured = f"one delivery, {server}, replies after 20 ms, {1000 / ours:.0f} a second"
    return [figure(measured, ours, f"{PEER_NAME}, as in its README, {1000 / value:.0f} a second", value, 0.1)]


def figure(measured: str, value: float, against: str, reference: float, target: float) -> Figure:
    """Return one line of the table."""
    return Figure(
        benchmark="sender",
        measured=measured,
        value=value,
        unit="ms",
        against=against,
        reference=reference,
        target=target,
    )

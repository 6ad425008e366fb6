"""``python -m benchmarks [NAME …]``: measure, and print one table.

Each benchmark has a process of its own.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import time

from .frame import Figure, table
from .rig import ROOT

NAMES = (
    "imports",
    "plugin",
    "payload",
    "olx",
    "answer",
    "page",
    "launch",
    "sender",
    "queue",
    "adaptive",
    "calibration",
)


def figures_of(name: str) -> list[Figure]:
    """Run one benchmark in a process of its own; raises CalledProcessError."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks", "--worker", name],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    # The last line: libraries may have said something before.
    return [Figure(**fields) for fields in json.loads(done.stdout.splitlines()[-1])]


def work(name: str) -> None:
    """Measure here, and print the figures as JSON."""
    figures: list[Figure] = importlib.import_module(f"benchmarks.measures.{name}").measure()
    print(json.dumps([figure.to_json() for figure in figures]))


def main() -> None:
    """Run the benchmarks that were named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"some of: {', '.join(NAMES)} (default: all)"
    )
    parser.add_argument("--worker", choices=NAMES, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker:
        work(chosen.worker)
        return
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"no benchmark is named {', '.join(sorted(unknown))}")
    started = time.monotonic()
    figures: list[Figure] = []
    for name in chosen.names or NAMES:
        print(f"{name} …", file=sys.stderr, flush=True)
        figures += figures_of(name)
    print(table(figures))
    print(f"{time.monotonic() - started:.0f} s; medians of alternating rounds on this machine, now.")


if __name__ == "__main__":
    main()

"""SIMPEG fails in many ways and the sender is killed: every learner's newest state arrives exactly once."""

import os
import re
import subprocess
import sys

from .conftest import ROOT

SHORT = {"learners": 6, "kills": 2, "seconds": 10, "bound-seconds": 60, "seed": 20261124}


def test_nothing_is_lost_doubled_or_stale() -> None:
    """A short run of `make chaos` ends without a difference, and faults did happen in it."""
    options = [f"--{name}={value}" for name, value in SHORT.items()]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment["PYTHONPATH"] = str(ROOT)
    environment.pop("KAPASITAS_VAR", None)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.chaos", *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    lines = re.findall(r"^  (\S.*?) {2,}(\d+)$", done.stdout, re.MULTILINE)
    counts = {name: int(count) for name, count in lines}
    assert counts["kills"] == 2
    assert counts["attempts"] > counts["deliveries delivered"]

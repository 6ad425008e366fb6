"""`make run` on a fresh clone serves both sites, with nothing but its own lock."""

import os
import signal
import subprocess
import time
from pathlib import Path

import requests

from tests.net import free_port

from .conftest import ROOT

# It makes an environment first; a machine that is busy, or far from its packages, takes its time for that.
START_SECONDS = 600


def test_make_run_serves_from_an_empty_clone(tmp_path: Path) -> None:
    """A clone in a folder with a blank in its name becomes two sites that answer, and ends when asked to."""
    clone = tmp_path / "my clone"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, tracked.decode().split("\0")):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            (clone / name).write_bytes((ROOT / name).read_bytes())
    site, simpeg = free_port(), free_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DJANGO_SETTINGS_MODULE", "PYTHONPATH", "VIRTUAL_ENV", "KAPASITAS_VAR")
    }
    environment |= {"KAPASITAS_SITE_PORT": str(site), "KAPASITAS_SIMPEG_PORT": str(simpeg)}
    log = tmp_path / "log.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while "Kapasitas is ready" not in log.read_text():
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.2)
        assert requests.get(f"http://localhost:{site}/", timeout=60).status_code == 200
        assert requests.get(f"http://localhost:{simpeg}/", timeout=60).status_code == 200
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)
    assert "Traceback" not in log.read_text()

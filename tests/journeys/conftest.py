"""Both sites and the sender, served as `make run` serves them, on free ports and with data of their own."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.net import free_port

ROOT = Path(__file__).parents[2]
# Longer than `make run` itself waits, which says why it did not come.
START_SECONDS = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """Addresses of a running demo, and where its data lies."""

    site: str
    simpeg: str
    var: Path

    def manage(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run an operator's command on the course site."""
        environment = {**os.environ, "KAPASITAS_VAR": str(self.var), "PYTHONPATH": str(ROOT)}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        command = [sys.executable, "-W", "ignore", "-m", "standalone.manage", "site", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, check=check, capture_output=True, text=True)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """What `make run` serves, once it is ready; one a module, so that nobody else's records are in it."""
    yield from _served(tmp_path_factory.mktemp("var"))


@pytest.fixture
def page(chromium: Any) -> Any:
    """A page of a browser without cookies that fails the test on any script error."""
    context = chromium.new_context(locale="id-ID", accept_downloads=True)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert not faults


def _served(var: Path) -> Iterator[Demo]:
    site, simpeg = free_port(), free_port()
    environment = {
        **os.environ,
        "KAPASITAS_VAR": str(var),
        "KAPASITAS_SITE_PORT": str(site),
        "KAPASITAS_SIMPEG_PORT": str(simpeg),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "standalone.run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    ready = threading.Event()

    def read() -> None:
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                lines.append(line)
                if "Kapasitas is ready" in line:
                    ready.set()
        ready.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    ready.wait(START_SECONDS)
    if process.poll() is not None or not ready.is_set():
        process.kill()
        pytest.fail("the demo did not start:\n" + "".join(lines))
    yield Demo(site=f"http://localhost:{site}", simpeg=f"http://localhost:{simpeg}", var=var)
    process.terminate()
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail("the demo did not end when it was asked to")
    reader.join(timeout=10)
    assert not any("Traceback" in line for line in lines), "".join(lines)

"""The demo SIMPEG in a process of its own, as `make run` serves it."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
import requests

from standalone.simpeg.lti import names

from . import tool as tool_side
from .tool import KeySetServer, assertion, claims

ROOT = Path(__file__).resolve().parents[3]
TARGET = "https://tool.example/courses/1"


@dataclass(frozen=True)
class Served:
    """A running SIMPEG, and the tool that is registered with it."""

    url: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "standalone.manage", "simpeg", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            timeout=300,
        )

    def token(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": tool_side.ASSERTION_TYPE,
            "client_assertion": assertion(claims(aud=f"{self.url}/lti/token")),
            "scope": " ".join(names.ISSUABLE_SCOPES),
        }
        response = requests.post(f"{self.url}/lti/token", form, timeout=60)
        assert response.status_code == 200, response.text
        return str(response.json()["access_token"])

    def context_id(self) -> UUID:
        """Return the course's context, which a tool learns from a launch."""
        with closing(sqlite3.connect(Path(self.environment["KAPASITAS_VAR"]) / "simpeg.sqlite3")) as database:
            found = database.execute(
                "SELECT context_id FROM kapasitas_simpeg_course WHERE target_link_uri = ?", [TARGET]
            )
            return UUID(found.fetchone()[0])


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, key_set_server: KeySetServer) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "KAPASITAS_VAR": str(tmp_path_factory.mktemp("simpeg")),
        "KAPASITAS_SIMPEG_PORT": str(port),
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "standalone.serve", "simpeg"], cwd=ROOT, env=environment
    )
    found = Served(f"http://localhost:{port}", environment)
    try:
        wait_for(f"{found.url}/login/", process)
        key_set_server.reset()
        found.manage(
            "simpeg_tool",
            *("--client-id", tool_side.CLIENT_ID, "--deployment-id", "1", "--login-url", tool_side.LOGIN_URL),
            *("--launch-url", tool_side.LAUNCH_URL, "--keyset-url", key_set_server.url),
        )
        course = ("--title", "Kursus Contoh", "--target-link-uri", TARGET)
        found.manage("simpeg_course", *course, "--client-id", tool_side.CLIENT_ID)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=30).close()
        except OSError:  # not listening yet, or slow
            time.sleep(0.2)
        else:
            return
    pytest.fail("the demo SIMPEG did not start")

"""Start and stop the platform in a process of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.net import free_port

ROOT = Path(__file__).parents[3]
START_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """What a platform's administrator is told of the tool."""

    login_url: str
    launch_url: str
    key_set_url: str
    target_link_uri: str
    deep_link_url: str

    @classmethod
    def at(cls, url: str, course_key: str) -> "Tool":
        """Return the bridge that is served below the URL (``…/lti``)."""
        return cls(
            login_url=f"{url}/login",
            launch_url=f"{url}/launch",
            key_set_url=f"{url}/jwks",
            target_link_uri=f"{url}/resource/{course_key}",
            deep_link_url=f"{url}/deep-link",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A running platform. ``registration`` holds the options of ``manage.py lti_platform`` but the name."""

    url: str
    registration: dict[str, str]

    def open_url(self, user: str, **said: str) -> str:
        """Return the address at which the person's browser begins a launch."""
        query = {"user": user, **said}
        return requests.Request("GET", f"{self.url}/open", params=query).prepare().url or ""

    def received(self) -> dict[str, Any]:
        """Return ``{"scores": […], "grades": […], "links": […]}``.

        What is kept, what reached the grade book, and what was chosen by deep linking.
        """
        reply = requests.get(f"{self.url}/received", timeout=60)
        reply.raise_for_status()
        return dict(reply.json())


@contextmanager
def running(tool: Tool, data: Path) -> Iterator[Peer]:
    """Serve a fresh platform that knows the tool, until the block ends. ``data`` is an empty directory."""
    port = free_port()
    url = f"http://localhost:{port}"
    described = {name: getattr(tool, name) for name in Tool.__dataclass_fields__}
    environment = {
        **os.environ,
        "PEER_DATA": str(data),
        "PEER_URL": url,
        "PEER_PORT": str(port),
        "PEER_TOOL": json.dumps(described),
        "PYTHONPATH": str(ROOT),
    }
    errors = data / "stderr.txt"
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.peers.lti_consumer_platform"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the platform did not start:\n" + errors.read_text()[-3000:])
        peer = Peer(url=url, registration=json.loads(line))
        _wait_until_it_answers(peer)
        yield peer
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _wait_until_it_answers(peer: Peer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            peer.received()
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return

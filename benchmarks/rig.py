"""The demo SIMPEG as a process, and the bridge in this one, with learners who were launched from it.

The learners are made by ``lti_bridge.launch.accounts.accept``, the last step of a launch; no browser
took part, since the launch is not under test here.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from lti_bridge.scopes import SCOPE_LINE_ITEM, SCOPE_RESULT, SCOPE_SCORE

from .progress import COURSE_KEY

__all__ = ["ROOT", "SCOPES", "Rig", "free_port", "fresh_var", "rigged", "start", "stop"]

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60
SCOPES = (SCOPE_LINE_ITEM, SCOPE_RESULT, SCOPE_SCORE)

type Process = "subprocess.Popen[bytes]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """A running SIMPEG and the bridge beside it. ``learners``: SIMPEG's subject → user id here."""

    simpeg: list[Process]
    context_id: str
    learners: dict[str, int]

    def stop_simpeg(self) -> None:
        """End SIMPEG as an operator would."""
        stop(self.simpeg.pop())

    def start_simpeg(self) -> None:
        """Start SIMPEG and return when it answers."""
        self.simpeg.append(start("standalone.serve", "simpeg"))
        wait_for_simpeg(self.simpeg[-1])


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def fresh_var(settings: str) -> Iterator[Path]:
    """Set Django up with the settings, over an empty ``var`` and free ports; once a process."""
    with tempfile.TemporaryDirectory(prefix="kapasitas-bench-") as var:
        os.environ.update(
            KAPASITAS_VAR=var,
            KAPASITAS_SITE_PORT=str(free_port()),
            KAPASITAS_SIMPEG_PORT=str(free_port()),
            DJANGO_SETTINGS_MODULE=settings,
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        yield Path(var)


def start(module: str, *arguments: str) -> Process:
    """Start a module of the product as a process of its own; what it says is not shown."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def stop(process: Process) -> None:
    """Ask the process to end and wait; one that does not listen is killed."""
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def output_of(module: str, *arguments: str) -> str:
    """Run a module to its end and return what it printed; raises CalledProcessError."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return done.stdout


def simpeg_side(*task: str) -> Any:
    """Return what ``benchmarks.simpeg_side`` found."""
    return json.loads(output_of("benchmarks.simpeg_side", *task))


def wait_for_simpeg(process: Process) -> None:
    """Return when SIMPEG answers; raises RuntimeError where it ended or time is up."""
    from standalone.common_settings import SIMPEG_URL

    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{SIMPEG_URL}/.well-known/jwks.json", timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the demo SIMPEG did not start")


@contextmanager
def rigged(count: int) -> Iterator[Rig]:
    """Serve SIMPEG and launch ``count`` learners of it into the steered course."""
    with fresh_var("benchmarks.bridge_settings"), published_keys():
        rig = Rig(simpeg=[], context_id="", learners={})
        try:
            rig.start_simpeg()
            found = simpeg_side("people", str(count))
            learners = launched(found["context_id"], found["resource_link_id"], found["subjects"])
            yield Rig(simpeg=rig.simpeg, context_id=found["context_id"], learners=learners)
        finally:
            for process in rig.simpeg:
                stop(process)


@contextmanager
def published_keys() -> Iterator[None]:
    """Serve the bridge's key set where SIMPEG looks for it: the one page of the site that it needs."""
    from lti_bridge.keys import public_key_set
    from standalone.common_settings import SITE_PORT

    body = json.dumps(public_key_set()).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", SITE_PORT), Keys) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def launched(context_id: str, resource_link_id: str, subjects: Sequence[str]) -> dict[str, int]:
    """Register SIMPEG and take in one launch of each subject; returns their user ids."""
    from django.core.management import call_command
    from django.utils import timezone

    from lti_bridge.launch.accounts import accept
    from lti_bridge.launch.claims import Launch, Services
    from lti_bridge.models import Platform
    from standalone.common_settings import SIMPEG_URL
    from standalone.serve import CLIENT_ID, DEPLOYMENT_ID

    call_command(
        "lti_platform",
        name="SIMPEG Kota Contoh",
        issuer=SIMPEG_URL,
        client_id=CLIENT_ID,
        deployment_id=DEPLOYMENT_ID,
        auth_login_url=f"{SIMPEG_URL}/lti/auth",
        auth_token_url=f"{SIMPEG_URL}/lti/token",
        key_set_url=f"{SIMPEG_URL}/.well-known/jwks.json",
        trusts_nip=False,
        verbosity=0,
    )
    platform = Platform.objects.get()
    learners = {}
    for subject in subjects:
        launch = Launch(
            sub=subject,
            deployment_id=DEPLOYMENT_ID,
            target_link_uri="",
            resource_link_id=resource_link_id,
            context_id=context_id,
            is_instructor=False,
            is_learner=True,
            services=Services(
                lineitems_url=f"{SIMPEG_URL}/lti/contexts/{context_id}/line_items", scopes=SCOPES
            ),
            return_url="",
            locale="id",
            custom={},
            names={},
        )
        account = accept(platform, launch, course_key=COURSE_KEY, usage_key="", now=timezone.now())
        learners[subject] = account.user_id
    return learners

"""`make run` says in one sentence why it cannot start, and leaves nothing half made."""

import io
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from standalone import common_settings
from tests.net import free_port

ROOT = Path(__file__).parents[2]


def run(var: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    ports = {"KAPASITAS_SITE_PORT": str(free_port()), "KAPASITAS_SIMPEG_PORT": str(free_port())}
    return subprocess.run(
        [sys.executable, "-m", "standalone.run", *arguments],
        cwd=ROOT,
        env={**os.environ, **ports, "KAPASITAS_VAR": str(var), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_help_starts_nothing(tmp_path: Path) -> None:
    """Whoever asks is told how ports and data are chosen."""
    told = run(tmp_path / "var", "--help")
    assert told.returncode == 0
    assert "KAPASITAS_SITE_PORT" in told.stdout
    assert not (tmp_path / "var").exists()


def test_a_directory_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """Data that cannot be stored is said before anything starts."""
    (tmp_path / "file").write_text("")
    refused = run(tmp_path / "file" / "var")
    assert refused.returncode == 1
    assert refused.stderr.startswith("Cannot write to ")
    assert refused.stderr.count("\n") == 1


def test_a_port_in_use_is_named_with_its_remedy(tmp_path: Path) -> None:
    """The message says which port, for what, and how to choose another."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = run(tmp_path, KAPASITAS_SITE_PORT=str(taken.getsockname()[1]))
    assert refused.returncode == 1
    assert "KAPASITAS_SITE_PORT" in refused.stderr
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("wrong", ["lama", "0", "99999", ""])
def test_a_port_that_is_none_is_named(tmp_path: Path, wrong: str) -> None:
    """The variable and what it may hold, for each thing that serves."""
    told = run(tmp_path / "var", KAPASITAS_SIMPEG_PORT=wrong)
    assert told.returncode == 1
    assert told.stderr == f"KAPASITAS_SIMPEG_PORT is to be a port from 1 to 65535, and is {wrong!r}.\n"


def test_both_sites_on_one_port_are_refused(tmp_path: Path) -> None:
    """Else the second would end while the first is being set up."""
    port = str(free_port())
    told = run(tmp_path / "var", KAPASITAS_SITE_PORT=port, KAPASITAS_SIMPEG_PORT=port)
    assert (told.returncode, "KAPASITAS_SIMPEG_PORT" in told.stderr) == (1, True)
    assert not (tmp_path / "var").exists()


def test_the_workbench_names_a_port_in_use(tmp_path: Path) -> None:
    """In a sentence, before it sets anything up."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = subprocess.run(
            [sys.executable, "-m", "standalone.workbench", str(port)],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
    assert f"Port {port} is in use" in told.stderr
    assert "KAPASITAS_WORKBENCH_PORT" in told.stderr


def test_commands_say_nothing_of_their_libraries(tmp_path: Path) -> None:
    """A warning that nobody can act on hides what the command says."""
    told = subprocess.run(
        [sys.executable, "-m", "standalone.manage", "site", "check"],
        cwd=ROOT, env={**os.environ, "KAPASITAS_VAR": str(tmp_path)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, "")


def test_a_second_run_on_the_same_data_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two senders of two runs would share one outbox; the first run keeps its data to itself."""
    from standalone import run as module

    monkeypatch.setattr(module, "VAR", tmp_path)
    with module.hold_data():
        refused = run(tmp_path)
    assert refused.returncode == 1
    assert refused.stderr.startswith("Another run uses ")


class Child:
    """A part that ends when it is told to, and whose end somebody cannot wait for."""

    def __init__(self) -> None:
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self.returncode

    def terminate(self) -> None:
        interrupt()
        self.returncode = 0

    def wait(self, timeout: float) -> int:
        assert self.returncode is not None
        return self.returncode


def interrupt() -> None:
    """As when Ctrl+C is pressed and make passes on that it is to end."""
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)


class Watched(io.StringIO):
    """A terminal at which somebody presses Ctrl+C as soon as anything is said."""

    def write(self, text: str) -> int:
        interrupt()
        return super().write(text)


def test_who_asks_again_while_it_is_ending_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every part is ended, once, and no traceback stands at the end."""
    from standalone import run as module

    children = []

    def start(_part: str) -> Child:
        children.append(Child())
        return children[-1]

    monkeypatch.setattr(module, "VAR", tmp_path)
    monkeypatch.setattr(module, "free", lambda _port: True)
    monkeypatch.setattr(module, "start", start)
    monkeypatch.setattr(module, "wait_until_ready", lambda _children: interrupt())
    monkeypatch.setattr(sys, "stdout", Watched())
    former = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        module.main()
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
    assert [child.returncode for child in children] == [0, 0]


def test_a_secret_is_made_once_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret is the same at each start, readable by its owner only, and no draft is left beside it."""
    var = tmp_path / "var"
    monkeypatch.setattr(common_settings, "VAR", var)
    first = common_settings.secret_key("site")
    assert len(first) > 50
    assert common_settings.secret_key("site") == first
    (file,) = var.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    # Beside it lie the databases, with people's names and answers.
    assert stat.S_IMODE(var.stat().st_mode) == 0o700

"""The scripts find a fitting Python wherever it is, or say in one sentence what is missing."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts/find_python.sh"


def find(path: str, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": path, "HOME": "/nonexistent", **environment}
    return subprocess.run(["/bin/sh", SCRIPT], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH directory with the shell's tools and no Python."""
    directory = tmp_path / "bin"
    directory.mkdir()
    for name in ("ls", "cat"):
        (directory / name).symlink_to(f"/bin/{name}")
    return directory


def executable(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_python_first_on_path(tools: Path) -> None:
    """A python3.12 on the PATH is taken."""
    executable(tools / "python3.12", f'exec "{sys.executable}" "$@"')
    found = find(str(tools))
    assert found.returncode == 0
    assert Path(found.stdout.strip()).samefile(sys.executable)


def test_python_that_is_too_old_is_passed_over_for_pyenv(tools: Path, tmp_path: Path) -> None:
    """Another version on the PATH does not hide the one under pyenv."""
    executable(tools / "python3", "exit 1")
    executable(tmp_path / "pyenv/versions/3.12.9/bin/python", f'exec "{sys.executable}" "$@"')
    assert find(str(tools), PYENV_ROOT=str(tmp_path / "pyenv")).returncode == 0


def test_python_known_to_uv(tools: Path, tmp_path: Path) -> None:
    """An interpreter that uv manages is found."""
    python = executable(tmp_path / "uv-python", f'exec "{sys.executable}" "$@"')
    executable(tools / "uv", f'echo "{python}"')
    assert find(str(tools)).returncode == 0


def test_missing_python_is_said_in_one_sentence(tools: Path) -> None:
    """Without a fitting Python the message names what to install."""
    found = find(str(tools))
    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr.count("\n") == 1
    assert "Python 3.12" in found.stderr

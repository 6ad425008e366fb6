"""Tutor in an environment of its own, as on an operator's host: nothing of ours is installed there."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-tutor/bin/python"
PLUGIN = ROOT / "xblocks/tutor_plugin.py"


@pytest.fixture(scope="session")
def tutor_python() -> Path:
    """The interpreter of the environment that requirements/tutor.txt locks; made when it is not there."""
    with (ROOT / "requirements/tutor.txt").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["sh", "scripts/side_env.sh", "tutor"], cwd=ROOT, check=True, capture_output=True)
    return PYTHON


@dataclass(frozen=True, kw_only=True)
class Tutor:
    """One operator's Tutor: its root, its plugins, and how it is run."""

    python: Path
    home: Path
    prelude: str = ""

    @property
    def root(self) -> Path:
        return self.home / "root"

    def run(self, *arguments: str, prelude: str = "") -> subprocess.CompletedProcess[str]:
        """Run the command line in a fresh process; ``prelude`` is Python that runs before it."""
        script = f"{self.prelude}\n{prelude}\nfrom tutor.commands.cli import main; main()"
        return subprocess.run(
            [self.python, "-c", script, *arguments],
            cwd=self.home,
            env={
                "PATH": f"{self.home}:{os.environ['PATH']}",
                "HOME": str(self.home),
                "TUTOR_ROOT": str(self.root),
                "TUTOR_PLUGINS_ROOT": str(self.home / "plugins"),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def ok(self, *arguments: str, prelude: str = "") -> str:
        """Run a command that must succeed; returns what it said on both channels."""
        done = self.run(*arguments, prelude=prelude)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def text(self, name: str) -> str:
        """Return a rendered file."""
        return (self.root / "env" / name).read_text(encoding="utf-8")

    def yaml(self, name: str) -> Any:
        """Return a rendered file that is one YAML document."""
        return yaml.safe_load(self.text(name))

    def config(self) -> dict[str, Any]:
        """Return what config.yml keeps."""
        kept: dict[str, Any] = yaml.safe_load((self.root / "config.yml").read_text(encoding="utf-8"))
        return kept


def copied_file(home: Path) -> str:
    """Install the plugin as the one file; returns the prelude: none."""
    shutil.copy(PLUGIN, home / "plugins/kapasitas.py")
    return ""


def entry_point(home: Path) -> str:
    """Install the plugin as a package's entry point, without what the package depends on."""
    site = home / "site"
    (site / "xblocks").mkdir(parents=True)
    (site / "xblocks/__init__.py").touch()
    shutil.copy(PLUGIN, site / "xblocks/tutor_plugin.py")
    metadata = site / "kapasitas-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: kapasitas\nVersion: 0.1.0\n")
    (metadata / "entry_points.txt").write_text("[tutor.plugin.v1]\nkapasitas = xblocks.tutor_plugin\n")
    return f"import sys; sys.path.insert(0, {str(site)!r})"


WAYS: dict[str, Callable[[Path], str]] = {"copied file": copied_file, "entry point": entry_point}


def host(python: Path, home: Path, install: Callable[[Path], str], config: Path | None = None) -> Tutor:
    """Return an operator's host with the plugin installed; ``config`` is the first configuration it has."""
    (home / "plugins").mkdir()
    (home / "root").mkdir()
    if config:
        shutil.copy(config, home / "root/config.yml")
    # Tutor asks docker for its running projects before some commands; here none runs.
    docker = home / "docker"
    docker.write_text('#!/bin/sh\ncase "$*" in *" ls "*) echo "[]" ;; *) printf "%s\\n" "$@" ;; esac\n')
    docker.chmod(0o755)
    return Tutor(python=python, home=home, prelude=install(home))


@pytest.fixture(scope="session")
def first_config(tmp_path_factory: pytest.TempPathFactory, tutor_python: Path) -> Path:
    """The configuration of a host before our plugin; kept because its RSA key takes long to make."""
    made = host(tutor_python, tmp_path_factory.mktemp("first"), copied_file)
    made.ok("config", "save")
    return made.root / "config.yml"


@pytest.fixture(scope="module", params=WAYS)
def tutor(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    tutor_python: Path,
    first_config: Path,
) -> Tutor:
    """A host with the plugin enabled, in each way in which it can be installed."""
    made = host(tutor_python, tmp_path_factory.mktemp("tutor"), WAYS[request.param], first_config)
    made.ok("plugins", "enable", "kapasitas")
    made.ok("config", "save")
    return made


@pytest.fixture
def fresh(tmp_path: Path, tutor_python: Path, first_config: Path) -> Tutor:
    """A host with the plugin as a copied file, not enabled yet."""
    return host(tutor_python, tmp_path, copied_file, first_config)

"""Database servers and a Redis of the run's own: in a directory of its own, on free ports, to be broken.

They run as an unprivileged user where the run is root's, as PostgreSQL demands. Nothing is synced to the
disk: a killed server loses nothing of what the system has, only a machine would.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.rig import free_port

__all__ = ["MariaDb", "Postgres", "Redis", "Server", "missing"]

READY_S = 60
UNPRIVILEGED = "nobody"


def found(name: str) -> str:
    """Return the path of a server's program; raises FileNotFoundError."""
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/sbin")]
    path = shutil.which(name) or next((str(one / name) for one in places if (one / name).exists()), None)
    if path is None:
        raise FileNotFoundError(name)
    return path


def missing(kind: str) -> list[str]:
    """Return the programs that a run on the kind of database needs and the machine lacks."""
    wanted = {"postgresql": ["initdb", "postgres"], "mariadb": ["mariadb-install-db", "mariadbd"]}
    lacking = []
    for name in [*wanted[kind], "redis-server"]:
        try:
            found(name)
        except FileNotFoundError:
            lacking.append(name)
    return lacking


class Server:
    """One server. ``crash`` ends it without any shutdown; ``start`` recovers what it left."""

    farewell = signal.SIGTERM

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir(mode=0o755)
        if os.geteuid() == 0:
            shutil.chown(directory, UNPRIVILEGED)
        self.make()

    def make(self) -> None:
        """Make the data directory."""

    def command(self) -> Sequence[str]:
        """Return how the server is started in the foreground."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it and return when it answers; raises RuntimeError."""
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(self.command(), stdout=log, stderr=log, **self._options())
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self._process.poll() is None:
            if self.answers():
                return
            time.sleep(0.05)
        raise RuntimeError(f"{self.command()[0]} did not start; see {self.directory / 'log'}")

    def answers(self) -> bool:
        """Tell whether somebody listens on the port."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def crash(self) -> None:
        """End it as a power cut of the process would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it, and wait."""
        if self._process is not None and self._process.poll() is None:
            self._end(self.farewell)

    def _end(self, number: int) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(timeout=READY_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self._options())

    def _options(self) -> dict[str, Any]:
        user = {"user": UNPRIVILEGED, "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        return {"cwd": self.directory, "stdin": subprocess.DEVNULL, **user}


class Postgres(Server):
    """PostgreSQL."""

    # SIGTERM would wait for every client to go.
    farewell = signal.SIGINT

    def make(self) -> None:
        """Make a cluster."""
        data = str(self.directory / "data")
        self._run(found("initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-N", "-E", "UTF8")

    def command(self) -> Sequence[str]:
        """Return how the server is started."""
        listen = ("-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.directory))
        return (found("postgres"), "-D", str(self.directory / "data"), *listen, "-c", "fsync=off")

    def answers(self) -> bool:
        """Tell whether it takes connections: it listens while it still recovers."""
        import psycopg

        try:
            self._connect(psycopg).close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self) -> None:
        """Make the run's database."""
        import psycopg

        with self._connect(psycopg) as connection:
            connection.execute("CREATE DATABASE chaos")

    def crash(self) -> None:
        """Send what ``pg_ctl stop -m immediate`` sends: no checkpoint, no farewell."""
        self._end(signal.SIGQUIT)

    def _connect(self, psycopg: Any) -> Any:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname="postgres", autocommit=True
        )


class MariaDb(Server):
    """MariaDB."""

    def make(self) -> None:
        """Make the system tables."""
        data = f"--datadir={self.directory / 'data'}"
        self._run(
            found("mariadb-install-db"),
            "--no-defaults",
            data,
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        )

    def command(self) -> Sequence[str]:
        """Return how the server is started."""
        return (
            found("mariadbd"),
            "--no-defaults",
            f"--datadir={self.directory / 'data'}",
            f"--socket={self.directory / 'socket'}",
            f"--pid-file={self.directory / 'pid'}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=2",
            "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_unicode_ci",
        )

    def create_database(self) -> None:
        """Make the run's database."""
        # By name: it has no types.
        connection = import_module("MySQLdb").connect(host="127.0.0.1", port=self.port, user="root")
        connection.cursor().execute("CREATE DATABASE chaos")
        connection.close()


class Redis(Server):
    """Redis, which keeps nothing."""

    def command(self) -> Sequence[str]:
        """Return how the server is started."""
        where = ("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.directory))
        return (found("redis-server"), *where, "--save", "", "--appendonly", "no")

    def forget(self) -> None:
        """Drop every message of the broker and everything in the cache."""
        import redis

        with redis.Redis(port=self.port) as client:
            client.flushall()

    def forget_cache(self) -> None:
        """Drop everything in the cache: tokens, line items, and who is sending."""
        import redis

        with redis.Redis(port=self.port, db=1) as client:
            client.flushdb()

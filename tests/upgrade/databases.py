"""Databases made, dumped and loaded by their own tools, as an operator does it."""

import os
import re
import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["create", "drop", "dump", "load"]

type Server = Mapping[str, Any]
# Comments that hold the day, the host or the version of the tool; \restrict is new in PostgreSQL's tools, and
# unknown to older ones.
NOISE = re.compile(r"^(--.*|/\*M!999999.*|\\(un)?restrict .*|)$")


def _kind(server: Server) -> str:
    return str(server["ENGINE"]).rpartition(".")[2]


def _run(server: Server, command: list[str], text: str = "") -> str:
    """Run a client of the server; raises CalledProcessError."""
    password = str(server.get("PASSWORD", ""))
    done = subprocess.run(
        command,
        input=text,
        env={**os.environ, "PGPASSWORD": password, "MYSQL_PWD": password},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _client(server: Server, program: str, *arguments: str) -> list[str]:
    address = [f"--host={server['HOST']}"]
    user = f"--{'username' if _kind(server) == 'postgresql' else 'user'}={server['USER']}"
    return [program, *address, user, *arguments]


def drop(server: Server) -> None:
    """Remove the database, if it is there."""
    name = str(server["NAME"])
    match _kind(server):
        case "sqlite3":
            Path(name).unlink(missing_ok=True)
        case "mysql":
            _run(server, _client(server, "mariadb"), f"DROP DATABASE IF EXISTS `{name}`")
        case "postgresql":
            _run(server, _client(server, "psql", "--quiet", "postgres"), f'DROP DATABASE IF EXISTS "{name}"')


def create(server: Server) -> None:
    """Make the database anew, empty."""
    drop(server)
    name = str(server["NAME"])
    match _kind(server):
        case "mysql":
            sql = f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
            _run(server, _client(server, "mariadb"), sql)
        case "postgresql":
            _run(server, _client(server, "psql", "--quiet", "postgres"), f'CREATE DATABASE "{name}"')


def dump(server: Server) -> str:
    """Return the database as SQL."""
    name = str(server["NAME"])
    match _kind(server):
        case "sqlite3":
            text = "\n".join(sqlite3.connect(name).iterdump())
        case "mysql":
            options = ["--skip-comments", "--skip-extended-insert", "--complete-insert", "--hex-blob"]
            text = _run(server, _client(server, "mariadb-dump", *options, name))
        case _:
            options = ["--no-owner", "--no-privileges", "--column-inserts"]
            text = _run(server, _client(server, "pg_dump", *options, name))
    return "".join(f"{line}\n" for line in text.splitlines() if not NOISE.match(line))


def load(server: Server, text: str) -> None:
    """Load a dump into the empty database."""
    name = str(server["NAME"])
    match _kind(server):
        case "sqlite3":
            connection = sqlite3.connect(name)
            connection.executescript(text)
            connection.close()
        case "mysql":
            _run(server, _client(server, "mariadb", "--default-character-set=utf8mb4", name), text)
        case "postgresql":
            _run(server, _client(server, "psql", "--quiet", "--set=ON_ERROR_STOP=1", name), text)

"""Makes the dump of this version: ``python -m tests.upgrade.make_dumps 0.1.0``, once for each release.

A dump of a released version is never made again: it is what operators have. What is in it: ``rows``.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

DUMPS = Path(__file__).parent / "dumps"
ENGINES = ("sqlite", "mariadb", "postgresql")


def make(version: str, engine: str) -> None:
    """Migrate, fill and dump one database; in a process of its own, because Django is set up once."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    from .databases import create, drop, dump
    from .rows import fill

    server = settings.DATABASES["default"]
    create(server)
    django.setup()
    call_command("migrate", verbosity=0)
    fill()
    from django.db import connection

    connection.close()
    file = DUMPS / version / f"{engine}.sql"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as written:
        written.write(dump(server))
    drop(server)


def main() -> None:
    """Make the dump of each engine, or of the one that the second argument names."""
    version, engines = sys.argv[1], sys.argv[2:]
    if engines:
        make(version, engines[0])
        return
    with tempfile.TemporaryDirectory() as folder:
        for engine in ENGINES:
            name = f"{folder}/dump.sqlite3" if engine == "sqlite" else "kapasitas_make_dump"
            chosen = {
                "KAPASITAS_TEST_DATABASE": engine,
                "KAPASITAS_UPGRADE_DATABASE": name,
                "DJANGO_SETTINGS_MODULE": "tests.upgrade.settings",
            }
            command = [sys.executable, "-W", "ignore", "-m", "tests.upgrade.make_dumps", version, engine]
            subprocess.run(command, env={**os.environ, **chosen}, check=True)


if __name__ == "__main__":
    main()

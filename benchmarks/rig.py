"""What benchmarks run on: a database of their own, free ports, and what a platform grants."""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lti_bridge.scopes import SCOPE_LINE_ITEM, SCOPE_RESULT, SCOPE_SCORE

__all__ = ["ROOT", "SCOPES", "free_port", "fresh_var"]

ROOT = Path(__file__).resolve().parent.parent
SCOPES = (SCOPE_LINE_ITEM, SCOPE_RESULT, SCOPE_SCORE)


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

"""Settings of the course site on the database that ``KAPASITAS_BENCH_DATABASE`` names (default: SQLite).

The servers are those of the tests: on this machine, on their usual ports.
"""

import os

from standalone.site_settings import *  # noqa: F403
from standalone.site_settings import DATABASES as SITE_DATABASES
from tests.settings import SERVERS

KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["127.0.0.1"]
# What is measured is the engine, not the pace at which it spares a platform.
KAPASITAS_LTI_SENDS_PER_SECOND = 0
if (server := os.environ.get("KAPASITAS_BENCH_DATABASE", "sqlite")) != "sqlite":
    DATABASES = {
        "default": {
            **SERVERS[server],
            # A worker of the measurement works on the database that the measurement has made.
            "NAME": os.environ.get("KAPASITAS_BENCH_NAME", "kapasitas"),
            "TEST": {**SERVERS[server].get("TEST", {}), "NAME": f"kapasitas_bench_{os.getpid()}"},
        },
    }
else:
    DATABASES = SITE_DATABASES

"""Settings of the test run: the course site's, with every app of ours, in memory."""

import os
import tempfile
from typing import Any

os.environ.setdefault("KAPASITAS_VAR", tempfile.mkdtemp(prefix="kapasitas-test-"))

from standalone.site_settings import *  # noqa: F403
from standalone.site_settings import INSTALLED_APPS as SITE_APPS

INSTALLED_APPS = [*SITE_APPS, "standalone.simpeg"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The service tests run the same suite on a server (tests/conftest.py).
SERVERS: dict[str, dict[str, Any]] = {
    "sqlite": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    "mariadb": {
        "ENGINE": "django.db.backends.mysql",
        "NAME": "kapasitas",
        "HOST": os.environ.get("KAPASITAS_TEST_MARIADB_HOST", "127.0.0.1"),
        "USER": os.environ.get("KAPASITAS_TEST_MARIADB_USER", "root"),
        "PASSWORD": os.environ.get("KAPASITAS_TEST_MARIADB_PASSWORD", ""),
        # As the platform runs MySQL; the test database is made with it.
        "OPTIONS": {"charset": "utf8mb4", "init_command": "SET sql_mode='STRICT_TRANS_TABLES'"},
        "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"},
    },
    "postgresql": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "kapasitas",
        "HOST": os.environ.get("KAPASITAS_TEST_POSTGRESQL_HOST", "127.0.0.1"),
        "USER": os.environ.get("KAPASITAS_TEST_POSTGRESQL_USER", "postgres"),
        "PASSWORD": os.environ.get("KAPASITAS_TEST_POSTGRESQL_PASSWORD", ""),
    },
}
DATABASES = {
    "default": {**SERVERS[os.environ.get("KAPASITAS_TEST_DATABASE", "sqlite")], "ATOMIC_REQUESTS": True}
}

"""Settings of the test run: the course site's, with every app of ours, in memory."""

import os
import tempfile

os.environ.setdefault("KAPASITAS_VAR", tempfile.mkdtemp(prefix="kapasitas-test-"))

from standalone.site_settings import *  # noqa: F403
from standalone.site_settings import INSTALLED_APPS as SITE_APPS

INSTALLED_APPS = [*SITE_APPS, "standalone.simpeg"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "ATOMIC_REQUESTS": True}}

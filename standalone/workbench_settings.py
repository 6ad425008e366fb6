"""Settings of the XBlock workbench: upstream's, with our blocks, our language, and a database under var/."""

import os

# Upstream's settings name files below the working directory's var/; these win.
os.environ.setdefault("EXCLUDE_SAMPLE_XBLOCKS", "yes")

from workbench.settings import *  # noqa: F403

from .common_settings import VAR, secret_key
from .common_settings import sqlite as _sqlite

SECRET_KEY = secret_key("workbench")
DEBUG = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
DATABASES = {"default": {**_sqlite("workbench"), "ATOMIC_REQUESTS": False}}
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
TIME_ZONE = "Asia/Jakarta"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
DJFS = {"type": "osfs", "directory_root": str(VAR / "workbench-files"), "url_root": "/static/djpyfs"}
WORKBENCH = {
    "reset_state_on_restart": os.environ.get("WORKBENCH_RESET_STATE_ON_RESTART", "") == "true",
    "services": {
        "settings": "workbench.services.SettingsService",
        "studio_user_permissions": "standalone.workbench.Permissions",
    },
}

"""Settings of the dumps: our two apps as the platform has them, on the database that is asked for."""

import os

from tests.settings import SERVERS

SECRET_KEY = "the dumps hold nothing that is secret"
KAPASITAS_LTI_KEY = "kunci contoh untuk data contoh"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "xblocks.records",
    "lti_bridge",
]
USE_TZ = True
TIME_ZONE = "UTC"
# As Open edX sets it; our apps name their own.
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES = {
    "default": {
        **SERVERS[os.environ.get("KAPASITAS_TEST_DATABASE", "sqlite")],
        "NAME": os.environ.get("KAPASITAS_UPGRADE_DATABASE", ":memory:"),
    }
}

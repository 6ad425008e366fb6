"""Settings of the bridge alone, on the servers that the run started (``KAPASITAS_CHAOS_*``)."""

import os
from typing import Any

from benchmarks.progress import COURSE_KEY

KIND = os.environ["KAPASITAS_CHAOS_DATABASE"]
PORT = os.environ["KAPASITAS_CHAOS_DATABASE_PORT"]
REDIS = f"redis://127.0.0.1:{os.environ['KAPASITAS_CHAOS_REDIS_PORT']}"

SECRET_KEY = os.environ["KAPASITAS_CHAOS_SECRET"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "xblocks.records", "lti_bridge"]
ROOT_URLCONF = "lti_bridge.urls"
SERVERS: dict[str, dict[str, Any]] = {
    "mariadb": {
        "ENGINE": "django.db.backends.mysql",
        "USER": "root",
        # As the platform runs MySQL.
        "OPTIONS": {"charset": "utf8mb4", "init_command": "SET sql_mode='STRICT_TRANS_TABLES'"},
    },
    "postgresql": {"ENGINE": "django.db.backends.postgresql", "USER": "postgres"},
}
DATABASES = {"default": {**SERVERS[KIND], "NAME": "chaos", "HOST": "127.0.0.1", "PORT": PORT}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS + "/1"}}
# A broker that does not answer delays nobody for long.
CELERY_BROKER_URL = REDIS + "/0"
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

KAPASITAS_LTI_HOST = "benchmarks.chaos.host.ChaosHost"
KAPASITAS_LTI_KEY = SECRET_KEY
KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["127.0.0.1"]
KAPASITAS_LTI_COURSES = [COURSE_KEY]
KAPASITAS_LTI_USE_CELERY = True
# The platforms are to be hit as hard as they can be.
KAPASITAS_LTI_SENDS_PER_SECOND = 0

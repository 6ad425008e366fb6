"""Settings of the platform; what differs from run to run comes from the environment."""

import os
from pathlib import Path

DATA = Path(os.environ["PEER_DATA"])
URL = os.environ["PEER_URL"]
SECRET_KEY = "a platform for tests, on this machine only"
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
USE_TZ = True
ROOT_URLCONF = "tests.peers.lti_consumer_platform.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "rest_framework",
    "django_filters",
    "config_models",
    "eventtracking.django.apps.EventTrackingConfig",
    "lti_consumer",
    "tests.peers.lti_consumer_platform.apps.PeerConfig",
]
MIDDLEWARE = [
    "edx_django_utils.cache.middleware.RequestCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "edx_django_utils.cache.middleware.TieredCacheMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "platform.sqlite3",
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }
}
# Launch data lives in the cache between the two legs of a launch.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": DATA / "cache"}
}
# What lti-consumer-xblock expects of its host.
USAGE_ID_PATTERN = r"(?P<usage_id>(?:i4x://?[^/]+/[^/]+/[^/]+/[^@]+(?:@[^/]+)?)|(?:[^/]+))"
LMS_ROOT_URL = LTI_BASE = LTI_API_BASE = URL
PLATFORM_NAME = "Peer"
LEARNING_MICROFRONTEND_URL = URL
FEATURES: dict[str, object] = {}
OPENEDX_TELEMETRY: list[str] = []
EVENT_TRACKING_ENABLED = True

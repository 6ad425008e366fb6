"""Settings as the LMS has them, as far as a plugin meets them; the plugin loader adds ours.

The order is the platform's: its own settings, the plugins' apps, then the plugins' settings
(openedx-platform lms/envs/common.py and lms/envs/test.py, Verawood).
"""

import os
from typing import Any

from edx_django_utils.plugins import add_plugins, get_plugin_apps

PROJECT_TYPE = "lms.djangoapp"

SECRET_KEY = "the contract suite signs nothing that lives"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("id", "Bahasa Indonesia")]
USE_I18N = True
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
ROOT_URLCONF = "tests.edxapp.urls"
STATIC_URL = "/static/"
PLATFORM_NAME = "Contract"
LMS_ROOT_URL = "https://lms.example"
LEARNING_MICROFRONTEND_URL = "https://apps.lms.example/learning"
LTI_USER_EMAIL_DOMAIN = "lti.example.com"
SESSION_COOKIE_SAMESITE = "None"
SESSION_COOKIE_SECURE = True
FEATURES: dict[str, Any] = {}
XBLOCK_SETTINGS: dict[str, Any] = {}
LIBRARY_ENABLED_BLOCKS = ["html", "problem", "video"]
CELERYBEAT_SCHEDULE: dict[str, Any] = {}
EVENT_BUS_PRODUCER_CONFIG: dict[str, Any] = {}
OPEN_EDX_FILTERS_CONFIG: dict[str, Any] = {}
TRACKING_BACKENDS: dict[str, Any] = {}
EVENT_TRACKING_ENABLED = True
EVENT_TRACKING_BACKENDS: dict[str, Any] = {}
EVENT_TRACKING_PROCESSORS: list[Any] = []
EVENT_TRACKING_BACKENDS_ALLOWED_XAPI_EVENTS: list[str] = []
COMPLETION_VIDEO_COMPLETE_PERCENTAGE = 0.95

SERVERS: dict[str, dict[str, Any]] = {
    "sqlite": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    "mariadb": {
        "ENGINE": "django.db.backends.mysql",
        "NAME": "kapasitas_contract",
        "HOST": os.environ.get("KAPASITAS_TEST_MARIADB_HOST", "127.0.0.1"),
        "USER": os.environ.get("KAPASITAS_TEST_MARIADB_USER", "root"),
        "PASSWORD": os.environ.get("KAPASITAS_TEST_MARIADB_PASSWORD", ""),
        "OPTIONS": {"charset": "utf8mb4", "init_command": "SET sql_mode='STRICT_TRANS_TABLES'"},
        "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"},
    },
    "postgresql": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "kapasitas_contract",
        "HOST": os.environ.get("KAPASITAS_TEST_POSTGRESQL_HOST", "127.0.0.1"),
        "USER": os.environ.get("KAPASITAS_TEST_POSTGRESQL_USER", "postgres"),
        "PASSWORD": os.environ.get("KAPASITAS_TEST_POSTGRESQL_PASSWORD", ""),
    },
}
DATABASES = {
    "default": {**SERVERS[os.environ.get("KAPASITAS_TEST_DATABASE", "sqlite")], "ATOMIC_REQUESTS": True}
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "waffle",
    "celery_utils",
    "config_models",
    "organizations",
    "eventtracking.django.apps.EventTrackingConfig",
    "openedx_events",
    "openedx_filters",
    "tests.edxapp.platform.apps.FakePlatformConfig",
]
SITE_ID = 1
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "edx_django_utils.cache.middleware.RequestCacheMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": ["tests.edxapp.platform.templates.FakeMakoAppDirectoriesLoader"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Every plugin that is installed here, as in the platform, but the LTI consumer: it needs the platform itself.
INSTALLED_APPS.extend(app for app in get_plugin_apps(PROJECT_TYPE) if not app.startswith("lti_consumer."))
add_plugins(__name__, PROJECT_TYPE, "common")
add_plugins(__name__, PROJECT_TYPE, "test")

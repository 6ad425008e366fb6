"""Django settings of the demo SIMPEG."""

from .common_settings import *  # noqa: F403
from .common_settings import ROOT, SIMPEG_URL, secret_key, sqlite

SECRET_KEY = secret_key("simpeg")
ROOT_URLCONF = "standalone.simpeg_urls"
INSTALLED_APPS = [
    "standalone.simpeg",  # first: its words go before those of Django's own apps
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "standalone.simpeg.faults.FaultMiddleware",
    "standalone.simpeg.security.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "standalone.simpeg.language.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "standalone.privacy.PrivatePagesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {"default": sqlite("simpeg")}
# Both sites are served from the host "localhost", where cookies ignore the port.
SESSION_COOKIE_NAME = "simpeg_sessionid"
CSRF_COOKIE_NAME = "simpeg_csrftoken"
LANGUAGE_COOKIE_NAME = "simpeg_language"
STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "standalone" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
CSRF_FAILURE_VIEW = "standalone.simpeg.views.errors.csrf_failed"
LOGIN_URL = "simpeg:login"
SIMPEG = {"BASE_URL": SIMPEG_URL}
# Refusals are told on the console, where whoever connects a tool looks first. They hold no personal data.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "SIMPEG %(levelname)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        "standalone.simpeg": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # A refused page is no fault of the system: without this each prints a traceback.
        "django.request": {"level": "ERROR"},
    },
}

"""Django settings of the course site."""

from .common_settings import *  # noqa: F403
from .common_settings import ROOT, VAR, secret_key, sqlite
from .courseware.contrib import capa_templates

SECRET_KEY = secret_key("site")
ROOT_URLCONF = "standalone.site_urls"
INSTALLED_APPS = [
    "standalone.courseware",  # first: its words and pages go before those of Django's own apps
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "xblocks.records",
    "lti_bridge",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "standalone.courseware.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "standalone.courseware.middleware.ChosenLanguageMiddleware",
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
        # The site's templates come first, so that its base page dresses the bridge's pages too. The
        # problem block loads its templates by bare name.
        "DIRS": [ROOT / "standalone" / "courseware" / "templates", capa_templates()],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "standalone.courseware.context.site",
            ]
        },
    }
]
DATABASES = {"default": sqlite("site")}
SESSION_COOKIE_NAME = "kapasitas_sessionid"
STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "standalone" / "static"]
WHITENOISE_USE_FINDERS = True
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
# A course archive; what it holds is checked when it is unpacked.
KAPASITAS_ASSETS = VAR / "assets"
# The demo accounts are listed on the log-in page where the site is the demo.
KAPASITAS_DEMO = True
KAPASITAS_LTI_HOST = "standalone.courseware.host.StandaloneHost"

# What the platform's own blocks read from the settings of the host.
PIPELINE = {"PIPELINE_ENABLED": False}
REQUIRE_DEBUG = True  # asset paths as in development: relative to the block's own package
FEATURES: dict[str, bool] = {}
ALL_LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LANGUAGE_DICT = dict(ALL_LANGUAGES)
COMPLETION_VIDEO_COMPLETE_PERCENTAGE = 0.95
LMS_ROOT_URL = ""
AI_TRANSLATIONS_API_URL = ""
YOUTUBE_API_KEY = ""
YOUTUBE = {
    "API": "https://www.youtube.com/iframe_api",
    "TEST_TIMEOUT": 1500,
    "METADATA_URL": "",
    "IMAGE_API": "https://img.youtube.com/vi/{youtube_id}/0.jpg",
}

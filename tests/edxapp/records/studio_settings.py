"""The contract suite's settings as Studio has them: the plugins are those of ``cms.djangoapp``."""

from edx_django_utils.plugins import add_plugins, get_plugin_apps

from tests.edxapp import settings as lms

globals().update({name: value for name, value in vars(lms).items() if name.isupper()})

PROJECT_TYPE = "cms.djangoapp"
# As cms/envs/common.py has it (openedx-platform 0063f88), shortened.
LIBRARY_ENABLED_BLOCKS = ["problem", "video", "html", "poll"]
DATABASES = {"default": lms.SERVERS["sqlite"]}
# Without what the LMS's plugins have put there.
EVENT_BUS_PRODUCER_CONFIG = {}
CELERYBEAT_SCHEDULE = {}
INSTALLED_APPS = [
    *(app for app in lms.INSTALLED_APPS if app not in get_plugin_apps(lms.PROJECT_TYPE)),
    *(app for app in get_plugin_apps(PROJECT_TYPE) if not app.startswith("lti_consumer.")),
]
ROOT_URLCONF = "tests.edxapp.records.studio_urls"

for kind in ("common", "test"):
    add_plugins(__name__, PROJECT_TYPE, kind)

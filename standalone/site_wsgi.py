"""WSGI entry of the course site."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "standalone.site_settings"

application = get_wsgi_application()

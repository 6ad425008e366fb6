"""WSGI entry of the demo SIMPEG."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "standalone.simpeg_settings"

application = get_wsgi_application()

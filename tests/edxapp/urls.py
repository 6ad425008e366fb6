"""URLs as the LMS makes them: its own, then those of the plugins.

Of the plugins ours alone: the others' views import the platform.
"""

from django.contrib import admin
from django.urls import path
from edx_django_utils.plugins import plugin_urls

OURS = ("xblocks", "lti_bridge")

urlpatterns = [
    path("admin/", admin.site.urls),
    *(
        plugin_urls._get_url(module, config)
        for module, config in plugin_urls._iter_plugins("lms.djangoapp")
        if module.split(".")[0] in OURS
    ),
]

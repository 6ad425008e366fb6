"""URLs of the course site."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("standalone.courseware.urls")),
]
if find_spec("lti_bridge.urls"):
    urlpatterns.append(path("lti/", include("lti_bridge.urls")))

handler403 = "standalone.courseware.views.errors.forbidden"
handler404 = "standalone.courseware.views.errors.not_found"
handler500 = "standalone.courseware.views.errors.server_error"

"""URLs of the course site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("lti/", include("lti_bridge.urls")),
    path("", include("standalone.courseware.urls")),
]

handler403 = "standalone.courseware.views.errors.forbidden"
handler404 = "standalone.courseware.views.errors.not_found"
handler500 = "standalone.courseware.views.errors.server_error"

"""URLs of the demo SIMPEG."""

from django.urls import include, path

urlpatterns = [path("", include("standalone.simpeg.urls"))]

handler403 = "standalone.simpeg.views.errors.forbidden"
handler404 = "standalone.simpeg.views.errors.not_found"

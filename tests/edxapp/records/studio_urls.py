"""Studio's own addresses, as far as a plugin without any meets them."""

from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]

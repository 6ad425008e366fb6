"""The fake platform's own tables."""

from django.apps import AppConfig


class FakePlatformConfig(AppConfig):
    name = "tests.edxapp.platform"
    label = "fake_platform"
    default_auto_field = "django.db.models.AutoField"

from typing import Any, ClassVar

from django.apps import AppConfig, apps
from django.core import checks
from django.utils.translation import gettext_lazy as _

SETTINGS = {
    kind: {"relative_path": f"settings.{kind}"} for kind in ("common", "production", "devstack", "test")
}


class RecordsConfig(AppConfig):
    name = "xblocks.records"
    label = "kapasitas_records"
    verbose_name = _("Kapasitas records")
    default_auto_field = "django.db.models.BigAutoField"
    # Read by the platform's plugin loader (edx_django_utils.plugins).
    plugin_app: ClassVar[dict[str, Any]] = {
        "settings_config": {"lms.djangoapp": SETTINGS, "cms.djangoapp": SETTINGS},
        "signals_config": {
            "lms.djangoapp": {
                "relative_path": "retirement",
                "receivers": [
                    {
                        "receiver_func_name": "on_user_retired",
                        "signal_path": "openedx.core.djangoapps.user_api.accounts.signals"
                        ".USER_RETIRE_LMS_MISC",
                    }
                ],
            }
        },
    }

    def import_models(self) -> None:
        super().import_models()
        # Before any app is ready: openedx-events refuses a bus configuration for a type unknown by then.
        if apps.is_installed("openedx_events"):
            from . import signals  # noqa: F401

    def ready(self) -> None:
        super().ready()
        if apps.is_installed("event_routing_backends"):
            from xblocks import xapi  # noqa: F401
        from . import checks as ours

        checks.register(ours.check_settings)
        checks.register(ours.check_releases)
        checks.register(ours.check_data, checks.Tags.database)

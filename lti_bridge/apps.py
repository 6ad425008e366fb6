from typing import Any, ClassVar

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _

SETTINGS = {
    kind: {"relative_path": f"settings.{kind}"} for kind in ("common", "production", "devstack", "test")
}
RECEIVERS = [
    {
        "receiver_func_name": "on_passing_status_updated",
        "signal_path": "openedx_events.learning.signals.COURSE_PASSING_STATUS_UPDATED",
        "dispatch_uid": "kapasitas_lti.on_passing_status_updated",
    },
    {
        "receiver_func_name": "on_grade_changed",
        "signal_path": "openedx_events.learning.signals.PERSISTENT_GRADE_SUMMARY_CHANGED",
        "dispatch_uid": "kapasitas_lti.on_grade_changed",
    },
    {
        "receiver_func_name": "on_certificate_created",
        "signal_path": "openedx_events.learning.signals.CERTIFICATE_CREATED",
        "dispatch_uid": "kapasitas_lti.on_certificate_created",
    },
    {
        "receiver_func_name": "on_certificate_changed",
        "signal_path": "openedx_events.learning.signals.CERTIFICATE_CHANGED",
        "dispatch_uid": "kapasitas_lti.on_certificate_changed",
    },
    {
        "receiver_func_name": "on_assessment_submitted",
        "signal_path": "xblocks.records.signals.ASSESSMENT_SUBMITTED",
        "dispatch_uid": "kapasitas_lti.on_assessment_submitted",
    },
    {
        "receiver_func_name": "on_block_completed",
        "signal_path": "django.db.models.signals.post_save",
        "sender_path": "completion.models.BlockCompletion",
        "dispatch_uid": "kapasitas_lti.on_block_completed",
    },
    {
        "receiver_func_name": "on_user_retired",
        "signal_path": "openedx.core.djangoapps.user_api.accounts.signals.USER_RETIRE_LMS_MISC",
        "dispatch_uid": "kapasitas_lti.on_user_retired",
    },
]


class LtiBridgeConfig(AppConfig):
    name = "lti_bridge"
    label = "kapasitas_lti"
    verbose_name = _("Kapasitas LTI bridge")
    default_auto_field = "django.db.models.BigAutoField"
    # Read by the platform's plugin loader (edx_django_utils.plugins).
    plugin_app: ClassVar[dict[str, Any]] = {
        "url_config": {
            "lms.djangoapp": {
                "namespace": "kapasitas_lti",
                "regex": r"^kapasitas/lti/",
                "relative_path": "urls",
            },
        },
        "settings_config": {"lms.djangoapp": SETTINGS},
        "signals_config": {"lms.djangoapp": {"relative_path": "receivers", "receivers": RECEIVERS}},
    }

    def import_models(self) -> None:
        super().import_models()
        # Before any app is ready: openedx-events refuses a bus configuration for a type unknown by then.
        if apps.is_installed("openedx_events"):
            from . import signals  # noqa: F401

    def ready(self) -> None:
        # Registers the system checks.
        from . import checks  # noqa: F401

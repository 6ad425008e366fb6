from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LtiBridgeConfig(AppConfig):
    name = "lti_bridge"
    label = "kapasitas_lti"
    verbose_name = _("Kapasitas LTI bridge")
    default_auto_field = "django.db.models.BigAutoField"

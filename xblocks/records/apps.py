from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "xblocks.records"
    label = "kapasitas_records"
    verbose_name = _("Kapasitas records")
    default_auto_field = "django.db.models.BigAutoField"

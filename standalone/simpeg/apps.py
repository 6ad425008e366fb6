from django.apps import AppConfig


class SimpegConfig(AppConfig):
    name = "standalone.simpeg"
    label = "kapasitas_simpeg"
    verbose_name = "SIMPEG (demo)"
    default_auto_field = "django.db.models.BigAutoField"

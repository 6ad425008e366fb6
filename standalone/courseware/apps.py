from django.apps import AppConfig


class CoursewareConfig(AppConfig):
    name = "standalone.courseware"
    label = "kapasitas_courseware"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import bridge

        bridge.connect()

"""Calibrations in the administration: read, ask for one, activate one. Calculating is the task's."""

from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from .pages import PagesAdmin

__all__ = ["CalibrationAdmin"]

PREFIX = "kapasitas_records_calibration"


class CalibrationAdmin(PagesAdmin):
    """Calibrations as they were worked out; a person activates one."""

    list_display = ("__str__", "family", "persons", "made_at", "activated_at")
    list_filter = ("bank_id",)
    ordering = ("-pk",)
    large = ("report", "link")
    change_list_template = "kapasitas_records/psychometrics/calibrations.html"
    views = "xblocks.records.psychometrics.calibration_views"

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of a calibration."""
        wrap, later = self.admin_site.admin_view, self.later
        return [
            path("calibrate/", wrap(later("calibrate")), name=f"{PREFIX}_calibrate"),
            path("<int:pk>/activate/", wrap(require_POST(later("activate"))), name=f"{PREFIX}_activate"),
            path("<int:pk>/items.csv", wrap(require_GET(later("item_table"))), name=f"{PREFIX}_csv"),
            path("<int:pk>/items/<slug:item_id>/", wrap(require_GET(later("item"))), name=f"{PREFIX}_item"),
            *super().get_urls(),
        ]

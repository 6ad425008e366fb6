"""Standards in the administration: begin one, hand in sheets, look at the cut, adopt it."""

from django.urls import URLPattern, path
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from .pages import PagesAdmin

__all__ = ["StandardSettingAdmin"]

PREFIX = "kapasitas_records_standardsetting"


class StandardSettingAdmin(PagesAdmin):
    """Standards as panels and groups set them."""

    list_display = ("__str__", "method", "made_at", "adopted_at")
    list_filter = ("bank_id", "method")
    large = ("data", "result")
    change_list_template = "kapasitas_records/psychometrics/standards.html"
    views = "xblocks.records.psychometrics.standard_views"

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of a standard."""
        wrap, later = self.admin_site.admin_view, self.later
        begin = sensitive_post_parameters("competent", "not_yet")(later("begin"))
        return [
            path("start/", wrap(later("start")), name=f"{PREFIX}_start"),
            path("start/<slug:method>/", wrap(begin), name=f"{PREFIX}_begin"),
            path("<int:pk>/sheets/<int:judge>/", wrap(later("sheet")), name=f"{PREFIX}_sheet"),
            path("<int:pk>/round/", wrap(require_POST(later("next_round"))), name=f"{PREFIX}_round"),
            path("<int:pk>/adopt/", wrap(require_POST(later("adopt"))), name=f"{PREFIX}_adopt"),
            *super().get_urls(),
        ]

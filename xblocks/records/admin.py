"""Administration: facts that can be read and not changed. Personal data needs the model's view permission.

No page takes a NIP in its address: an official is found by posting the NIP, whole.
"""

from typing import ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from .facts_admin import FactsAdmin
from .mastery_admin import EvidenceAdmin, MasteryOverrideAdmin
from .models import (
    Calibration,
    CalibrationRequest,
    Competency,
    CutScore,
    Evidence,
    Framework,
    ItemBank,
    ItemParameters,
    MasteryOverride,
    Official,
    Post,
    Presentation,
    Response,
    StandardSetting,
)
from .psychometrics.calibration_admin import CalibrationAdmin
from .psychometrics.standard_admin import StandardSettingAdmin

__all__: list[str] = []


@admin.register(Official)
class OfficialAdmin(FactsAdmin):
    """Who learners are in the civil service. The list shows offices; a page shows the person."""

    list_display = ("id", "office_name", "office_code", "updated_at")
    search_fields = ("office_name", "^office_code")
    search_help_text = gettext_lazy("By the name or code of the office")
    fields = ("nip", "full_name", "office_code", "office_name", "post", "updated_at", "account")

    def get_urls(self) -> list[URLPattern]:
        """Add the look-up by NIP."""
        view = self.admin_site.admin_view(require_POST(sensitive_post_parameters("nip")(self.find)))
        return [path("find/", view, name="kapasitas_records_official_find"), *super().get_urls()]

    def find(self, request: HttpRequest) -> HttpResponse:
        """Go to the official with the posted NIP, or back to the list with a message."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        nip = "".join(filter(str.isdigit, request.POST.get("nip", "")))
        # Two accounts may stand for one NIP: the one told last is the one in use.
        found = Official.objects.filter(nip=nip).order_by("-updated_at").first() if nip else None
        if found is None:
            messages.warning(request, _("No official has this NIP."))
            return redirect("admin:kapasitas_records_official_changelist")
        return redirect(reverse("admin:kapasitas_records_official_change", args=[found.pk]))


class CompetencyInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Competency
    fields = readonly_fields = ("position", "competency_id", "domain_id", "hr_code", "names")
    can_delete = False
    max_num = 0


@admin.register(Framework)
class FrameworkAdmin(FactsAdmin):
    """Frameworks as they were loaded; ``manage.py load_content`` loads them."""

    list_display = ("framework_id", "version", "loaded_at")
    fields = ("framework_id", "version", "content_hash", "loaded_at")
    inlines: ClassVar = [CompetencyInline]


@admin.register(Competency)
class CompetencyAdmin(FactsAdmin):
    """Competencies of every loaded version."""

    list_display = ("competency_id", "framework", "domain_id", "hr_code")
    list_select_related = ("framework",)
    list_filter = ("framework",)
    search_fields = ("competency_id", "hr_code")


@admin.register(Post)
class PostAdmin(FactsAdmin):
    """Posts of every loaded version, and the levels that they require."""

    list_display = ("post_id", "framework", "eselon", "basis")
    list_select_related = ("framework",)
    list_filter = ("framework", "basis")
    search_fields = ("post_id",)


@admin.register(ItemBank)
class ItemBankAdmin(FactsAdmin):
    """Banks as they were loaded. The XML holds the keys: who may view a bank sees them."""

    list_display = ("bank_id", "version", "loaded_at")
    search_fields = ("bank_id",)
    large = ("xml",)


@admin.register(Response)
class ResponseAdmin(FactsAdmin):
    """Answers, found by the item or the block, whole: the table is large."""

    list_display = ("id", "item_id", "usage_key", "attempt", "fraction", "received_at")
    search_fields = ("=item_id", "=usage_key")
    ordering = ("-pk",)
    fields = (
        "account",
        "usage_key",
        "item_id",
        "attempt",
        "response",
        "fraction",
        "points",
        "answered_at",
        "received_at",
    )


admin.site.register(Calibration, CalibrationAdmin)
admin.site.register(Evidence, EvidenceAdmin)
admin.site.register(MasteryOverride, MasteryOverrideAdmin)
admin.site.register(StandardSetting, StandardSettingAdmin)


@admin.register(ItemParameters)
class ItemParametersAdmin(FactsAdmin):
    """Parameters of single items; the page of their calibration shows them with all that explains them."""

    list_display = ("item_id", "calibration", "model", "a", "steps", "answers", "standing")
    list_select_related = ("calibration",)
    list_filter = ("calibration",)
    search_fields = ("=item_id",)


@admin.register(CutScore)
class CutScoreAdmin(FactsAdmin):
    """Where levels begin, as it was adopted; the newest of a bank and level is in force."""

    list_display = ("bank_id", "level", "theta", "se", "adopted_at")
    list_filter = ("bank_id", "level")
    ordering = ("-pk",)


@admin.register(Presentation)
class PresentationAdmin(FactsAdmin):
    """Which items attempts showed, found by the item or the block, whole: the table is large."""

    list_display = ("id", "bank_id", "item_id", "usage_key", "attempt", "pilot", "shown_at")
    search_fields = ("=item_id", "=usage_key")
    ordering = ("-pk",)
    fields = ("account", "usage_key", "attempt", "bank_id", "bank_version", "item_id", "pilot", "shown_at")


@admin.register(CalibrationRequest)
class CalibrationRequestAdmin(FactsAdmin):
    """Who asked for a calibration, and how it ended."""

    list_display = ("bank_id", "family", "partial", "asked_at", "started_at", "finished_at", "number")
    list_filter = ("bank_id",)

"""Administration of mastery: evidence and decisions to read, and the page on which a person decides.

Accounts are named in addresses by their number; a user name is looked up by posting it.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from xblocks.competency.levels import HIGHEST
from xblocks.competency.mastery import MasteryStatus
from xblocks.records import api

from . import mastery_page
from .conf import setting
from .facts_admin import FactsAdmin
from .models import MasteryOverride
from .models.mastery import STATUS_NAMES

__all__ = ["DecisionForm", "EvidenceAdmin", "MasteryOverrideAdmin", "WithdrawalForm"]

VIEW = "kapasitas_records.view_evidence"
DECIDE = "kapasitas_records.add_masteryoverride"
LEVELS = [
    ("", "---------"),
    (0, gettext_lazy("below level 1")),
    *((n, str(n)) for n in range(1, HIGHEST + 1)),
]


class WithdrawalForm(forms.Form):
    """Take a decision back: what is found holds again."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text=gettext_lazy("The person whom it is about may ask to read it."),
    )

    def decision(self) -> dict[str, Any]:
        """Return what is decided, once the form is valid."""
        return {"level": None, "status": None, "reason": self.cleaned_data["reason"]}


class DecisionForm(WithdrawalForm):
    """Decide about a competency, with a reason."""

    status = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("", "---------"), *((one.value, name) for one, name in STATUS_NAMES.items())],
    )
    level = forms.TypedChoiceField(label=gettext_lazy("Level"), choices=LEVELS, coerce=int)
    field_order = ("status", "level", "reason")

    def decision(self) -> dict[str, Any]:
        """Return what is decided, once the form is valid."""
        data = self.cleaned_data
        return {"level": data["level"], "status": MasteryStatus(data["status"]), "reason": data["reason"]}


class EvidenceAdmin(FactsAdmin):
    """Evidence as it was recorded, and the pages of a person's competencies."""

    list_display = ("id", "competency_id", "kind", "items", "theta", "se", "revision", "occurred_at")
    list_filter = ("kind",)
    search_fields = ("=competency_id", "=usage_key")
    search_help_text = gettext_lazy("By the whole id of a competency or a block")
    ordering = ("-pk",)
    change_list_template = "admin/kapasitas_records/evidence/change_list.html"
    fields = (
        "account", "usage_key", "attempt", "competency_id", "kind", "revision", "observable", "theta", "se",
        "items", "share", "scale", "model_version", "occurred_at", "recorded_at",
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        """Add the look-up by user name, and a person's pages."""
        wrap = self.admin_site.admin_view
        find = wrap(require_POST(sensitive_post_parameters("username")(self.find)))
        return [
            path("find/", find, name="kapasitas_records_mastery_find"),
            path("person/<int:user_id>/", wrap(self.person), name="kapasitas_records_mastery"),
            path(
                "person/<int:user_id>/<str:competency>/",
                wrap(self.competency),
                name="kapasitas_records_mastery_competency",
            ),
            *super().get_urls(),
        ]

    def find(self, request: HttpRequest) -> HttpResponse:
        """Go to the person with the posted user name, or back to the list with a message."""
        _permitted(request, VIEW)
        name = request.POST.get("username", "").strip()
        user = get_user_model().objects.filter(username=name).first() if name else None
        if user is None:
            messages.warning(request, _("No account has this user name."))
            return redirect("admin:kapasitas_records_evidence_changelist")
        return redirect("admin:kapasitas_records_mastery", user.pk)

    def person(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Show every competency of a person."""
        _permitted(request, VIEW)
        # First whether there is such an account: no database holds any number.
        context = self._context(request, user_id)
        rows = mastery_page.competency_rows(user_id, timezone.now())
        context |= {"rows": rows, "proposed": any(row.proposed for row in rows)}
        return TemplateResponse(request, "admin/kapasitas_records/mastery/person.html", context)

    def competency(self, request: HttpRequest, user_id: int, competency: str) -> HttpResponse:
        """Show one competency, why it is found so, and take a decision about it."""
        _permitted(request, VIEW)
        context = self._context(request, user_id)
        shown = mastery_page.detail(user_id, competency, timezone.now())
        known = bool(api.known_competencies([competency]))
        if not (known or shown.evidence or shown.decisions):
            raise Http404
        may_decide = known and request.user.has_perm(DECIDE) and request.user.pk != user_id
        withdraws, data = "withdraw" in request.POST, request.POST or None
        decision = DecisionForm(None if withdraws else data, label_suffix="")
        withdrawal = WithdrawalForm(data if withdraws else None, label_suffix="", auto_id="withdrawal_%s")
        if request.method == "POST":
            if not may_decide:
                raise PermissionDenied
            form = withdrawal if withdraws else decision
            if withdraws and not shown.decided:
                messages.warning(request, _("There is no decision to withdraw."))
            elif form.is_valid():
                self._decide(request, user_id, competency, form)
                return redirect("admin:kapasitas_records_mastery_competency", user_id, competency)
        context |= {
            "title": shown.row.name,
            "shown": shown,
            "may_decide": may_decide,
            "about_oneself": request.user.pk == user_id,
            "decision": decision,
            "withdrawal": withdrawal if shown.decided else None,
            "failed": bool(decision.errors or withdrawal.errors),
        }
        return TemplateResponse(request, "admin/kapasitas_records/mastery/competency.html", context)

    def _context(self, request: HttpRequest, user_id: int) -> dict[str, Any]:
        user = get_object_or_404(get_user_model(), pk=user_id)
        sees_person = request.user.has_perm("kapasitas_records.view_official")
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Competencies of account %(number)s") % {"number": user_id},
            "account": user,
            "person": _name(api.official_of(user_id)) if sees_person else "",
            "policy": setting("KAPASITAS_MASTERY_POLICY"),
        }

    def _decide(self, request: HttpRequest, user_id: int, competency: str, form: WithdrawalForm) -> None:
        decided_by = int(request.user.pk or 0)
        number = api.override_mastery(
            user_id, competency, decided_by=decided_by, at=timezone.now(), **form.decision()
        )
        # The log names the row by its number, and has no reason.
        row = MasteryOverride.objects.filter(pk=number)
        LogEntry.objects.log_actions(decided_by, row, ADDITION, single_object=True)
        messages.success(request, _("The decision is recorded."))


def _name(official: api.OfficialIdentity | None) -> str:
    if official is None:
        return ""
    return ", ".join(filter(None, (official.full_name, official.post, official.office_name)))


def _permitted(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


class MasteryOverrideAdmin(FactsAdmin):
    """Decisions as they were taken; one is taken on the page of the person's competency."""

    list_display = ("id", "competency_id", "level", "status", "decided_at")
    list_filter = ("status",)
    search_fields = ("=competency_id",)
    ordering = ("-pk",)
    fields = ("account", "competency_id", "level", "status", "reason", "decider", "decided_at")

    @admin.display(description=gettext_lazy("decided by (account number)"))
    def decider(self, row: MasteryOverride) -> int | None:
        """Return the number of the account that decided; None where it is gone."""
        return row.decided_by_id

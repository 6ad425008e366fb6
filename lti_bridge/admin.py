"""Administration: registrations can be edited; what happened can only be read; secrets are not shown."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import platform_admin
from .launch.invitations import DEFAULT_DAYS, LONGEST_DAYS, invite
from .models import (
    CompletionRecord,
    Delivery,
    DeliveryAttempt,
    Discrepancy,
    Enrolment,
    LinkedAccount,
    OperatorAction,
    ProgressNotice,
    Reconciliation,
    RegistrationInvitation,
    ReportTarget,
    ToolKey,
)
from .operations.urls import urls as operations_urls
from .origins import is_host
from .reasons import told
from .roster import admin as rosters

# Register themselves.
__all__: list[str] = ["platform_admin", "rosters"]


class ReadOnly:
    """Nothing can be added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an invitation is made of."""

    days = forms.IntegerField(
        label=_("good for so many days"), min_value=1, max_value=LONGEST_DAYS, initial=DEFAULT_DAYS
    )

    class Meta:
        model = RegistrationInvitation
        fields = ("name", "host", "trusts_nip")
        labels: ClassVar = {"name": _("name of the HR system"), "host": _("its host name")}

    def clean_host(self) -> str:
        """Refuse what no address has for a host: nobody could ever use the link."""
        host: str = self.cleaned_data["host"]
        if host and not is_host(host):
            raise forms.ValidationError(_("Write the host name without scheme and port."), code="host")
        return host


@admin.register(RegistrationInvitation)
class RegistrationInvitationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Links by which HR systems register themselves; a link is shown once, when it is made."""

    list_display = ("name", "host", "trusts_nip", "expires_at", "used_at", "platform")
    list_select_related = ("platform",)
    form = InvitationForm
    fields = ("name", "host", "days", "trusts_nip")

    def get_fields(self, request: HttpRequest, obj: RegistrationInvitation | None = None) -> Any:
        """Ask for how long it is good; afterwards show until when it is."""
        if obj is None:
            return self.fields
        return ("name", "host", "trusts_nip", "created_at", "expires_at", "used_at", "platform")

    def has_change_permission(self, request: HttpRequest, obj: RegistrationInvitation | None = None) -> bool:
        """Never: what was promised with a link does not change. It can be deleted, which withdraws it."""
        return False

    def save_model(self, request: HttpRequest, obj: RegistrationInvitation, form: Any, change: bool) -> None:
        """Make the invitation, and show its link this one time."""
        made, token = invite(
            name=obj.name,
            host=obj.host,
            days=form.cleaned_data["days"],
            trusts_nip=obj.trusts_nip,
            now=timezone.now(),
        )
        obj.pk, obj.expires_at, obj.token_digest = made.pk, made.expires_at, made.token_digest
        link = request.build_absolute_uri(reverse("kapasitas_lti:register", args=[token]))
        text = _("Give this link to the administrator of the HR system; it is not shown again: %(link)s")
        messages.warning(request, text % {"link": link})


@admin.register(ToolKey)
class ToolKeyAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Kids only; ``manage.py lti_keys`` rotates."""

    list_display = ("kid", "active", "created_at")
    fields = ("kid", "active", "created_at")


@admin.register(LinkedAccount)
class LinkedAccountAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Which account is whose."""

    list_display = ("id", "platform", "user", "linked_at")
    list_select_related = ("platform", "user")
    fields = ("platform", "user", "linked_at")


@admin.register(ReportTarget)
class ReportTargetAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Where results go, and what blocks them."""

    list_display = ("id", "deployment", "course_key", "blocked_because")
    list_select_related = ("deployment__platform",)
    list_filter = ("course_key",)
    fields = (
        "deployment",
        "course_key",
        "resource_link_id",
        "context_id",
        "lineitems_url",
        "lineitem_url",
        "scopes",
        "blocked_because",
    )

    @admin.display(description=_("blocked because"), ordering="blocked_reason")
    def blocked_because(self, target: ReportTarget) -> str:
        """Return the reason in the reader's language."""
        return told(target.blocked_reason)


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Who was launched where."""

    list_display = ("id", "target", "account", "reports", "launched_at")
    list_select_related = ("target", "account")


@admin.register(CompletionRecord)
class CompletionRecordAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Completion records are facts."""

    list_display = ("record_number", "course_title", "completed_at", "score")
    list_filter = ("course_key",)
    search_fields = ("record_number",)


@admin.register(ProgressNotice)
class ProgressNoticeAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Progress not looked at yet; many tries mean that looking fails, and the worker's log says why."""

    list_display = ("id", "course_key", "left_at", "not_before", "tries")
    list_filter = ("course_key",)


class AttemptInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = DeliveryAttempt
    extra = 0


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """The outbox, with every attempt."""

    list_display = (
        "id",
        "target",
        "account",
        "kind",
        "sequence",
        "value",
        "state",
        "attempt_count",
        "settled_at",
    )
    list_filter = ("state", "kind")
    list_select_related = ("target", "account")
    inlines: ClassVar = [AttemptInline]
    change_list_template = "admin/kapasitas_lti/delivery/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the operators' pages."""
        return [*operations_urls(self.admin_site), *super().get_urls()]


@admin.register(OperatorAction)
class OperatorActionAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """The audit trail; what was done stays."""

    list_display = ("at", "by", "kind", "platform", "target", "delivery", "reason")
    list_filter = ("kind",)
    list_select_related = ("by", "platform", "target", "delivery")
    fields = ("at", "by", "kind", "platform", "target", "delivery", "reason", "group")


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Each reading of a target's results against ours."""

    list_display = ("id", "target", "started_at", "finished_at", "compared", "found", "resolved", "problem")
    list_select_related = ("target",)


@admin.register(Discrepancy)
class DiscrepancyAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Where a platform's result is not ours; decided on the operators' page."""

    list_display = ("id", "target", "account", "report_kind", "kind", "ours", "sent", "theirs", "resolved_at")
    list_filter = ("kind", "report_kind")
    list_select_related = ("target", "account")

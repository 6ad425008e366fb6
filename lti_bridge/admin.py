"""Administration: registrations can be edited; what happened can only be read; secrets are not shown."""

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest

from .models import (
    CompletionRecord,
    Delivery,
    DeliveryAttempt,
    Deployment,
    Enrolment,
    LinkedAccount,
    Platform,
    ReportTarget,
    ToolKey,
)

__all__: list[str] = []


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


class DeploymentInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Deployment
    extra = 0


@admin.register(Platform)
class PlatformAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Registrations of HR systems."""

    list_display = ("name", "issuer", "client_id", "trusts_nip")
    inlines: ClassVar = [DeploymentInline]


@admin.register(ToolKey)
class ToolKeyAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Kids only; ``manage.py lti_keys`` rotates."""

    list_display = ("kid", "active", "created_at")
    fields = ("kid", "active", "created_at")


@admin.register(LinkedAccount)
class LinkedAccountAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Which account is whose."""

    list_display = ("pk", "platform", "user", "linked_at")
    list_select_related = ("platform", "user")
    fields = ("platform", "user", "linked_at")


@admin.register(ReportTarget)
class ReportTargetAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Where results go, and what blocks them."""

    list_display = ("pk", "deployment", "course_key", "blocked_reason")
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
        "blocked_reason",
    )


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Who was launched where."""

    list_display = ("pk", "target", "account", "reports", "launched_at")
    list_select_related = ("target", "account")


@admin.register(CompletionRecord)
class CompletionRecordAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Completion records are facts."""

    list_display = ("record_number", "course_title", "completed_at", "score")
    list_filter = ("course_key",)
    search_fields = ("record_number",)


class AttemptInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = DeliveryAttempt
    extra = 0


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """The outbox, with every attempt."""

    list_display = (
        "pk",
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

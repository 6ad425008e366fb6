"""Administration of facts: rows that code writes."""

from django.contrib import admin
from django.http import HttpRequest

__all__ = ["FactsAdmin"]


class FactsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that code writes: readable with the view permission, for nobody to add, change or delete."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

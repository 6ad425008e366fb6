"""Administration of facts: rows that code writes."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

__all__ = ["FactsAdmin"]


class FactsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that code writes: readable with the view permission, for nobody to add, change or delete."""

    show_full_result_count = False
    # Columns too large for a list; a row's own page reads them.
    large: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the large columns to whoever looks at them."""
        return super().get_queryset(request).defer(*self.large)

    @admin.display(description=_("account number"))
    def account(self, row: Any) -> int:
        """Return the number of the learner's account; who may read facts need not see its name."""
        return int(row.user_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

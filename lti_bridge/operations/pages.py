"""What the operators' pages share: permission, frame, paging."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from lti_bridge.models import Delivery
from lti_bridge.toggles import delivery_is_halted

__all__ = ["ACT", "DECIDE", "LOOK", "BoundedPaginator", "page", "permitted", "shown"]

LOOK = "kapasitas_lti.view_delivery"
ACT = "kapasitas_lti.change_delivery"
DECIDE = "kapasitas_lti.change_discrepancy"
PAGE_SIZE = 50
MOST_COUNTED = 10_000

type Page[**P] = Callable[Concatenate[HttpRequest, P], HttpResponse]


def permitted[**P](permission: str) -> Callable[[Page[P]], Page[P]]:
    """Refuse who lacks the permission; keep the page out of a transaction.

    The pages talk to HR systems, and their actions are transactions of their own.
    """

    def decorate(view: Page[P]) -> Page[P]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast("Page[P]", transaction.non_atomic_requests(wrapped))

    return decorate


def page(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    """Return a page in the administration's frame."""
    user = request.user
    shared = {
        **admin.site.each_context(request),
        "opts": Delivery._meta,
        # The tables need the room.
        "is_nav_sidebar_enabled": False,
        "title": title,
        "may_act": user.has_perm(ACT),
        "may_decide": user.has_perm(DECIDE),
        "may_see_accounts": user.has_perm("kapasitas_lti.view_linkedaccount"),
        "may_change_targets": user.has_perm("kapasitas_lti.change_reporttarget"),
        "may_change_platforms": user.has_perm("kapasitas_lti.change_platform"),
        "may_see_trail": user.has_perm("kapasitas_lti.view_operatoraction"),
        "halted": delivery_is_halted(),
    }
    return TemplateResponse(request, f"lti_bridge/operations/{template}", shared | context)


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts to 10,000 and no further: a page needs no count of millions."""

    def __init__(self, rows: QuerySet[Any], size: int) -> None:
        super().__init__(rows, size)
        counted = rows.order_by()[: MOST_COUNTED + 1].count()
        self.has_more = counted > MOST_COUNTED
        self._counted = min(counted, MOST_COUNTED)

    @cached_property
    def count(self) -> int:
        """Return how many there are, at most MOST_COUNTED."""
        return self._counted


def shown(request: HttpRequest, rows: QuerySet[Any], size: int = PAGE_SIZE) -> dict[str, Any]:
    """Return the page of rows that the address asks for, with what its navigation needs."""
    query = request.GET.copy()
    query.pop("page", None)
    paginator = BoundedPaginator(rows, size)
    found = paginator.get_page(request.GET.get("page"))
    total = f"{paginator.count}+" if paginator.has_more else str(paginator.count)
    return {"shown": found, "total": total, "query": query.urlencode(), "pages_label": _("Pages")}

"""What the administration's pages of psychometrics have in common."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from xblocks.records.facts_admin import FactsAdmin

__all__ = ["PagesAdmin"]


class PagesAdmin(FactsAdmin):
    """Facts in the list, with pages of their own and permissions asked for by name.

    ``views`` names the module of the pages. It is imported when one is first asked for: what draws and
    calculates would cost every web worker its time to start.
    """

    views: ClassVar[str]

    def later(self, name: str) -> Callable[..., HttpResponse]:
        """Return the view of this name in ``views``; it gets this administration first."""

        def view(request: HttpRequest, **given: Any) -> HttpResponse:
            found: HttpResponse = getattr(import_module(self.views), name)(self, request, **given)
            return found

        return view

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a row's own page; there is nothing to post here."""
        self.require(request, "view")
        if request.method == "POST":
            raise PermissionDenied
        if not object_id.isdecimal():
            raise Http404
        return self.later("change")(request, pk=int(object_id))

    def may(self, request: HttpRequest, action: str, model: str = "") -> bool:
        """Tell whether the user has the permission ``action`` on the model, this one by default."""
        name = f"{self.opts.app_label}.{action}_{model or self.opts.model_name}"
        return bool(request.user.has_perm(name))

    def require(self, request: HttpRequest, action: str, model: str = "") -> None:
        """Raise PermissionDenied without the permission."""
        if not self.may(request, action, model):
            raise PermissionDenied

    def page(
        self,
        request: HttpRequest,
        name: str,
        title: str,
        values: dict[str, Any],
        *,
        trail: Sequence[tuple[str, str]] = (),
        status: int = 200,
    ) -> TemplateResponse:
        """Return a page in the administration's frame; ``trail`` are (address, name) above it."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "trail": trail,
            **values,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request, f"kapasitas_records/psychometrics/{name}.html", context, status=status
        )

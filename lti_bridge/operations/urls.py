"""Addresses of the operators' pages, below those of the deliveries in the administration."""

from collections.abc import Callable

from django.contrib.admin import AdminSite
from django.http import HttpResponse
from django.urls import URLPattern, path

from . import acting, asking, reading

__all__ = ["urls"]

NAME = "kapasitas_lti_operations"


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the patterns; each page asks for staff first, then for its permission."""

    def one(route: str, view: Callable[..., HttpResponse], name: str = "") -> URLPattern:
        full = f"{NAME}_{name}" if name else NAME
        return path(f"operations/{route}", site.admin_view(view), name=full)

    return [
        one("", reading.overview),
        one("failures/", reading.failures, "failures"),
        one("deliveries/", reading.deliveries, "deliveries"),
        one("discrepancies/", reading.discrepancies, "discrepancies"),
        one("trail/", reading.trail, "trail"),
        one("dry-run/", asking.rehearsal, "rehearsal"),
        one("do/<str:action>/", acting.act, "act"),
        one("targets/<int:target_id>/unblock/", acting.unblock, "unblock"),
        one("targets/<int:target_id>/reconcile/", acting.reconcile, "reconcile"),
        one("platforms/<int:platform_id>/circuit/", acting.close_circuit, "circuit"),
        one("platforms/<int:platform_id>/check/", asking.check, "check"),
        one("discrepancies/<int:discrepancy_id>/<str:decision>/", acting.decide, "decide"),
    ]

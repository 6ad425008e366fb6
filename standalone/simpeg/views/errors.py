"""Pages for what may not be seen and what is not there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

__all__ = ["csrf_failed", "forbidden", "not_found"]


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the account has no right to the page."""
    context = {
        "heading": _("This page is not for your account"),
        "remedy": _("Sign in with an account that may see it, or go back to the start page."),
    }
    return render(request, "simpeg/error.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page."""
    context = {
        "heading": _("There is no such page"),
        "remedy": _("Check the address, or go back to the start page."),
    }
    return render(request, "simpeg/error.html", context, status=404)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was not sent from a page of this site, or that the page was too old."""
    context = {
        "heading": _("This form is too old"),
        "remedy": _("Nothing was done. Go back to the start page and try again; cookies must be allowed."),
    }
    return render(request, "simpeg/error.html", context, status=403)

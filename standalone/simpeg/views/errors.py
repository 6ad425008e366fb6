"""Pages for what may not be seen and what is not there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

__all__ = ["forbidden", "not_found"]


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

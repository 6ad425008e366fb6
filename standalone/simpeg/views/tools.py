"""The page on which HR officers let a tool register itself."""

from urllib.parse import parse_qsl, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from standalone.simpeg.conf import absolute
from standalone.simpeg.lti.registration import new_token
from standalone.simpeg.models import Tool

from .access import personnel_only

__all__ = ["tools"]

LINK_LIMIT = 1000


@personnel_only
def tools(request: HttpRequest) -> HttpResponse:
    """List the tools; take a registration link and offer to open it with our address and a token."""
    context: dict[str, object] = {"tools": Tool.objects.order_by("pk")}
    if request.method != "POST":
        return _page(request, context)
    link = request.POST.get("link", "").strip()
    try:
        parts = urlsplit(link)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or len(link) > LINK_LIMIT:
        context["error"] = _("Enter the whole link, as the tool's administrator gave it.")
        return _page(request, {**context, "link": link}, status=400)
    context["action"] = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    context["fields"] = [
        *parse_qsl(parts.query),
        ("openid_configuration", absolute("configuration")),
        ("registration_token", new_token()),
    ]
    return _page(request, context)


def _page(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    response = render(request, "simpeg/tools.html", context, status=status)
    # Else the tool's window could not say that it is done.
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    return response

"""Who may see a page: decorators used by every view."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from standalone.simpeg.models import Official

__all__ = ["MANAGE", "official_of", "official_only", "personnel_only", "signed_in"]

MANAGE = "kapasitas_simpeg.manage_personnel"
View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """Let signed-in users in; what they see must not stay in a shared machine's cache."""
    return never_cache(login_required(login_url="simpeg:login")(view))


def official_of(user: User) -> Official | None:
    """Return the official behind an account, if there is one."""
    return Official.objects.select_related("office").filter(user=user).first()


def official_only(view: View) -> View:
    """Let officials in; the view gets its own official as the second argument."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        official = official_of(request.user) if isinstance(request.user, User) else None
        if official is None:
            raise PermissionDenied
        return view(request, official, *args, **kwargs)

    return signed_in(wrapped)


def personnel_only(view: View) -> View:
    """Let HR officers in."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(MANAGE):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return signed_in(wrapped)

"""Signing in, and the way from the front door."""

from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from standalone.simpeg.demo import ACCOUNTS

from .access import MANAGE, signed_in

__all__ = ["SignIn", "home"]


class SignIn(LoginView):
    """The log-in page; it lists the demo accounts that exist here."""

    template_name = "simpeg/login.html"
    next_page = "simpeg:home"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add the demo accounts."""
        there = set(User.objects.filter(username__in=ACCOUNTS).values_list("username", flat=True))
        accounts = [(name, label) for name, label in ACCOUNTS.items() if name in there]
        return {**super().get_context_data(**kwargs), "accounts": accounts}


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Send everyone to their own work."""
    return redirect("simpeg:hr_results" if request.user.has_perm(MANAGE) else "simpeg:my_courses")

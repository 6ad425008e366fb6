"""The log-in page; on the demo site it lists the demo people."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView

from standalone.courseware.demo import PASSWORD, PEOPLE


class SignInView(LoginView):
    """Log in by name and password."""

    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the demo people, where the site is the demo."""
        demo = {"demo_people": PEOPLE, "demo_password": PASSWORD} if settings.KAPASITAS_DEMO else {}
        return super().get_context_data(**kwargs) | demo

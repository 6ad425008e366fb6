"""The page that a platform opens in order to register itself (Dynamic Registration 1.0)."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lti_bridge.launch import invitations
from lti_bridge.launch.registration import ToolAddresses

from .pages import errors_as_page, framed_page

__all__ = ["register"]


# GET, as the specification has it; the one-time token of the address is what protects it.
@transaction.non_atomic_requests
@require_GET
@errors_as_page
def register(request: HttpRequest, token: str) -> HttpResponse:
    """Register the platform that follows the link; without its part, say what the link is for."""
    now = timezone.now()
    configuration_url = request.GET.get("openid_configuration", "")
    if not configuration_url:
        invitation = invitations.find_invitation(token, now=now)
        return framed_page(request, "lti_bridge/register.html", {"invitation": invitation})
    said = invitations.Introduction(
        configuration_url=configuration_url,
        registration_token=request.GET.get("registration_token", ""),
    )
    platform = invitations.register(token, said, _tool(request), now=now)
    context = {"platform": platform, "has_deployment": platform.deployments.exists()}
    return framed_page(request, "lti_bridge/registered.html", context)


def _tool(request: HttpRequest) -> ToolAddresses:
    def absolute(view: str) -> str:
        return request.build_absolute_uri(reverse(f"kapasitas_lti:{view}"))

    return ToolAddresses(
        login=absolute("login"),
        launch=absolute("launch"),
        jwks=absolute("jwks"),
        deep_link=absolute("deep_link"),
        home=request.build_absolute_uri("/"),
    )

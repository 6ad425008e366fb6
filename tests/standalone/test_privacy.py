"""Pages of a signed-in person are kept by nobody."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from standalone import simpeg_settings, site_settings


@pytest.mark.django_db
def test_pages_of_a_signed_in_person_are_not_stored() -> None:
    """After signing out on a shared machine, the Back button shows no private page."""
    client = Client()
    client.force_login(User.objects.create_user("contoh"))
    assert "no-store" in client.get(reverse("home"))["Cache-Control"]


@pytest.mark.django_db
def test_what_a_view_says_of_caching_stands() -> None:
    """A block's script may be kept, whoever asks for it."""
    client = Client()
    client.force_login(User.objects.create_user("contoh"))
    url = reverse("resource", args=["competency_assessment", "public/competency_assessment.js"])
    response = client.get(url)
    response.close()
    assert "public" in response["Cache-Control"]


@pytest.mark.parametrize("settings_module", [site_settings, simpeg_settings], ids=["site", "simpeg"])
def test_both_sites_keep_pages_private(settings_module: object) -> None:
    """The course site and the demo SIMPEG have the middleware, below the authentication it needs."""
    middleware = settings_module.MIDDLEWARE  # type: ignore[attr-defined]
    assert middleware.index("standalone.privacy.PrivatePagesMiddleware") > middleware.index(
        "django.contrib.auth.middleware.AuthenticationMiddleware"
    )

"""The platform's plugin loader finds our apps, and what it reads of them is there."""

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from edx_django_utils.plugins import get_plugin_apps


@pytest.mark.parametrize(
    ("project", "expected"),
    [
        ("lms.djangoapp", {"xblocks.records.apps.RecordsConfig", "lti_bridge.apps.LtiBridgeConfig"}),
        ("cms.djangoapp", {"xblocks.records.apps.RecordsConfig"}),
    ],
)
def test_each_project_finds_its_apps(project: str, expected: set[str]) -> None:
    found = {app for app in get_plugin_apps(project) if app.split(".")[0] in ("xblocks", "lti_bridge")}
    assert found == expected


def test_the_apps_have_the_labels_that_can_never_change() -> None:
    assert apps.get_app_config("kapasitas_records").name == "xblocks.records"
    assert apps.get_app_config("kapasitas_lti").name == "lti_bridge"


@pytest.mark.every_database
@pytest.mark.django_db
def test_the_key_set_is_served_under_our_prefix() -> None:
    """What platforms are told once never moves."""
    assert reverse("kapasitas_lti:jwks") == "/kapasitas/lti/jwks"
    assert Client().get("/kapasitas/lti/jwks").json()["keys"]

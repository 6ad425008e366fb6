"""The settings that the plugin adds, and that each is described for operators."""

import ast
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings
from django.utils.module_loading import import_string
from edx_django_utils.plugins import plugin_settings

import lti_bridge
from lti_bridge import conf, toggles

PACKAGE = Path(lti_bridge.__file__).parent
PAGE = (Path(__file__).parents[3] / "docs/reference/settings.md").read_text(encoding="utf-8")
KINDS = ("common", "production", "devstack", "test")


def apply(settings: SimpleNamespace, *kinds: str) -> SimpleNamespace:
    for kind in kinds:
        import_module(f"lti_bridge.settings.{kind}").plugin_settings(settings)
    return settings


def test_the_loader_has_set_them():
    assert django_settings.KAPASITAS_LTI_HOST == "lti_bridge.edxapp.EdxappHost"
    assert "lti_bridge.tasks.deliver" in django_settings.CELERYBEAT_SCHEDULE


@pytest.mark.parametrize("kind", KINDS)
def test_the_loader_finds_every_kind(kind):
    """For the LMS alone: Studio has no bridge."""
    names = {module.__name__ for module in plugin_settings._iter_plugins("lms.djangoapp", kind)}
    assert f"lti_bridge.settings.{kind}" in names
    names = {module.__name__ for module in plugin_settings._iter_plugins("cms.djangoapp", kind)}
    assert f"lti_bridge.settings.{kind}" not in names


@pytest.mark.parametrize("kinds", [("common", kind) for kind in KINDS[1:]])
def test_every_setting_has_a_sane_value(kinds):
    settings = apply(SimpleNamespace(), *kinds)
    assert all(hasattr(settings, name) for name in conf.DEFAULTS)
    assert set(settings.CELERYBEAT_SCHEDULE) == {
        "lti_bridge.tasks.deliver",
        "lti_bridge.tasks.look_after_notices",
        "lti_bridge.tasks.read_rosters",
        "lti_bridge.tasks.reconcile_due",
        "lti_bridge.tasks.sweep",
    }
    for entry in settings.CELERYBEAT_SCHEDULE.values():
        assert callable(import_string(entry["task"]))
        assert entry["options"]["expires"] == entry["schedule"].total_seconds()


def test_what_the_platform_has_set_stays():
    """In its own files before ours, or in the YAML that it reads between common and production."""
    settings = apply(SimpleNamespace(KAPASITAS_LTI_COURSES=["course-v1:A+B+C"]), "common")
    settings.KAPASITAS_LTI_KEY = "from the YAML file"
    settings.KAPASITAS_LTI_QUEUE = "edx.lms.core.kapasitas"
    settings.CELERYBEAT_SCHEDULE = {
        "refresh-saml-metadata": {"task": "t"},
        "lti_bridge.tasks.deliver": {"task": "lti_bridge.tasks.deliver", "schedule": 10},
    }
    apply(settings, "production")
    assert settings.KAPASITAS_LTI_COURSES == ["course-v1:A+B+C"]
    assert settings.KAPASITAS_LTI_KEY == "from the YAML file"
    assert settings.CELERYBEAT_SCHEDULE["refresh-saml-metadata"] == {"task": "t"}
    assert settings.CELERYBEAT_SCHEDULE["lti_bridge.tasks.deliver"]["schedule"] == 10
    for name in ("deliver", "look_after_notices"):
        options = settings.CELERYBEAT_SCHEDULE[f"lti_bridge.tasks.{name}"]["options"]
        assert options["queue"] == "edx.lms.core.kapasitas"


def test_plain_http_is_for_developers_only():
    assert apply(SimpleNamespace(), "common", "production").KAPASITAS_LTI_ALLOW_HTTP_HOSTS == ()
    assert "localhost" in apply(SimpleNamespace(), "common", "devstack").KAPASITAS_LTI_ALLOW_HTTP_HOSTS
    own = SimpleNamespace(KAPASITAS_LTI_ALLOW_HTTP_HOSTS=["dev"])
    assert apply(own, "common", "devstack").KAPASITAS_LTI_ALLOW_HTTP_HOSTS == ["dev"]


def names_read() -> set[str]:
    """Return the settings of ours that the code names, in calls of ``setting`` and elsewhere."""
    return {
        node.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith("KAPASITAS_")
        and node.value.isupper()
    }


def test_every_setting_that_is_read_is_described():
    assert names_read() == set(conf.DEFAULTS)
    for name in conf.DEFAULTS:
        assert f"`{name}`" in PAGE, name


def test_every_switch_and_filter_is_described():
    for switch in (toggles.HALT_DELIVERY, toggles.IGNORE_EVENTS):
        assert f"`{switch.name}`" in PAGE
    for step in ("CertificateAfterCompletion", "OfficialsOnly"):
        assert f"lti_bridge.filters.{step}" in PAGE


def test_a_misspelt_setting_is_an_error():
    with pytest.raises(KeyError):
        conf.setting("KAPASITAS_LTI_KEYS")

"""The records app as the platform sets it up: settings, block types, migrations, initial data."""

from importlib.metadata import entry_points
from io import StringIO
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import call_command
from edx_django_utils.plugins import plugin_settings

from xblocks.records.blocks import BLOCK_TYPES
from xblocks.records.models import Competency, Framework, ItemBank
from xblocks.records.settings.common import plugin_settings as common

KINDS = ["common", "production", "devstack", "test"]


def test_our_block_types_are_those_of_the_entry_points() -> None:
    """The list that settings and checks use cannot fall behind what is installed."""
    registered = {
        point.name for point in entry_points(group="xblock.v1") if point.module.startswith("xblocks.")
    }
    assert set(BLOCK_TYPES) == registered


@pytest.mark.parametrize("project", ["lms.djangoapp", "cms.djangoapp"])
@pytest.mark.parametrize("kind", KINDS)
def test_settings_are_found_for_every_kind(project: str, kind: str) -> None:
    """The platform finds a settings module of ours for each project and kind."""
    names = {module.__name__ for module in plugin_settings._iter_plugins(project, kind)}
    assert f"xblocks.records.settings.{kind}" in names


def test_libraries_may_hold_our_blocks() -> None:
    """The real loader ran over these settings."""
    assert ["html", "problem", "video", *BLOCK_TYPES] == settings.LIBRARY_ENABLED_BLOCKS


def test_settings_of_the_operator_stand() -> None:
    """Nothing is put in twice, the platform's own list is not touched, and the LMS gets no list."""
    default = ["html"]
    studio = SimpleNamespace(LIBRARY_ENABLED_BLOCKS=default)
    common(studio)
    common(studio)
    assert ["html", *BLOCK_TYPES] == studio.LIBRARY_ENABLED_BLOCKS
    assert default == ["html"]
    lms = SimpleNamespace()
    common(lms)
    assert not hasattr(lms, "LIBRARY_ENABLED_BLOCKS")


@pytest.mark.parametrize("kind", ["production", "devstack", "test"])
def test_what_was_configured_is_never_overwritten(kind: str) -> None:
    """These run after the operator's own configuration, and leave it as it is."""
    chosen = SimpleNamespace(LIBRARY_ENABLED_BLOCKS=["html"])
    for module in plugin_settings._iter_plugins("cms.djangoapp", kind):
        if module.__name__.startswith("xblocks."):
            module.plugin_settings(chosen)
    assert vars(chosen) == {"LIBRARY_ENABLED_BLOCKS": ["html"]}


@pytest.mark.every_database
@pytest.mark.django_db
def test_one_command_loads_the_initial_data() -> None:
    """Without a directory, the packaged framework and banks are loaded; a second time changes nothing."""
    call_command("load_content", stdout=StringIO())
    loaded = (Framework.objects.count(), ItemBank.objects.count(), Competency.objects.count())
    assert all(loaded)
    call_command("load_content", stdout=StringIO())
    assert (Framework.objects.count(), ItemBank.objects.count(), Competency.objects.count()) == loaded


@pytest.mark.every_database
@pytest.mark.django_db
@pytest.mark.parametrize("app", ["kapasitas_records", "kapasitas_lti"])
def test_migrations_are_complete(app: str) -> None:
    """The tables were made by the migrations on this database, and the models need no further one."""
    call_command("makemigrations", app, "--check", "--dry-run", stdout=StringIO())

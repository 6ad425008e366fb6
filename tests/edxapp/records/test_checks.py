"""Each missing or wrong setting is told with its remedy, under an id that does not change."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.core.checks.registry import registry
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from xblocks.records import checks as ours


def ids(found: list[checks.CheckMessage]) -> set[str]:
    assert all(message.hint for message in found), "each message has a remedy"
    return {str(message.id).rpartition(".")[2] for message in found}


def test_the_checks_are_registered() -> None:
    registered = registry.get_checks()
    assert {ours.check_settings, ours.check_releases, ours.check_data} <= set(registered)


def test_a_good_host_is_told_nothing() -> None:
    assert ours.check_settings() == []
    assert ours.check_releases() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("USE_TZ", False, "E001"),
        ("LIBRARY_ENABLED_BLOCKS", ["html"], "W001"),
        ("LANGUAGES", [("en", "English")], "W003"),
        ("KAPASITAS_MASTERY_POLICY", "newest", "E005"),
        ("KAPASITAS_MASTERY_POLICY", None, "E005"),
        ("KAPASITAS_MASTERY_HALF_LIFE_DAYS", 0, "E006"),
        ("KAPASITAS_MASTERY_HALF_LIFE_DAYS", "365", "E006"),
        ("KAPASITAS_MASTERY_HALF_LIFE_DAYS", True, "E006"),
        ("KAPASITAS_MASTERY_HALF_LIFE_DAYS", float("nan"), "E006"),
        ("KAPASITAS_REQUIRED_LEVELS", ["camat"], "E007"),
        ("KAPASITAS_REQUIRED_LEVELS", {"camat": 3}, "E007"),
        ("KAPASITAS_REQUIRED_LEVELS", {"camat": {"gov.a": 6}}, "E007"),
        ("KAPASITAS_REQUIRED_LEVELS", {"camat": {"gov.a": "3"}}, "E007"),
        ("KAPASITAS_RECORDS_USE_CELERY", "false", "E008"),
        ("KAPASITAS_RECORDS_USE_CELERY", None, "E008"),
        ("KAPASITAS_RECORDS_QUEUE", None, "E009"),
        ("KAPASITAS_RECORDS_QUEUE", ["edx.lms.core.low"], "E009"),
    ],
)
def test_wrong_settings(settings: Any, name: str, value: object, expected: str) -> None:
    setattr(settings, name, value)
    assert ids(ours.check_settings()) == {expected}


def test_settings_of_measurement_that_are_right(settings: Any) -> None:
    settings.KAPASITAS_MASTERY_POLICY = "decay"
    settings.KAPASITAS_MASTERY_HALF_LIFE_DAYS = 182.5
    settings.KAPASITAS_REQUIRED_LEVELS = {"camat": {"gov.a": 5}, "lurah": {}}
    assert ours.check_settings() == []


def test_the_lms_has_no_libraries_to_check(settings: Any) -> None:
    """Only Studio has the setting; in the LMS nothing is missing."""
    del settings.LIBRARY_ENABLED_BLOCKS
    assert ours.check_settings() == []


@pytest.mark.parametrize(
    ("python", "django", "events", "expected"),
    [
        ((3, 12, 9), (5, 2, 12), (11, 1, 1), set()),
        ((3, 12, 0), (5, 2, 0), (12, 0), set()),
        ((3, 11, 9), (5, 2, 12), (11, 1, 1), {"E002"}),
        ((3, 13, 0), (6, 0, 0), (11, 1, 1), {"E002", "E003"}),
        ((3, 12, 9), (4, 2, 20), (10, 9, 9), {"E003", "E004"}),
    ],
)
def test_unsupported_releases(
    python: tuple[int, ...], django: tuple[int, ...], events: tuple[int, ...], expected: set[str]
) -> None:
    assert ids(list(ours._wrong_releases(python, django, events))) == expected


@pytest.mark.every_database
@pytest.mark.django_db
def test_a_missing_framework_is_told_until_it_is_loaded() -> None:
    """Only where the database may be asked."""
    assert ids(ours.check_data(databases=["default"])) == {"W002"}
    assert ours.check_data() == []
    call_command("load_content", verbosity=0)
    assert ours.check_data(databases=["default"]) == []


@pytest.mark.django_db
def test_before_the_first_migration_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """``migrate`` runs the database checks before there are tables."""
    monkeypatch.setattr(connection.introspection, "table_names", list)
    assert ours.check_data(databases=["default"]) == []


def test_manage_py_check_stops_at_an_error(settings: Any) -> None:
    settings.USE_TZ = False
    with pytest.raises(SystemCheckError, match=r"kapasitas_records\.E001"):
        call_command("check", stdout=StringIO(), stderr=StringIO())


def test_each_check_is_documented() -> None:
    """The page names every id that the code can give, and no other."""
    root = Path(__file__).parents[3]
    page = (root / "docs/reference/system-checks.md").read_text(encoding="utf-8")
    code = Path(ours.__file__).read_text(encoding="utf-8")
    told = set(re.findall(r"kapasitas_records\.([EW]\d{3})", page))
    assert told == set(re.findall(r"[^\w]([EW]\d{3})\b", code))

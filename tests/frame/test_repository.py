"""What the repository promises about itself."""

import io
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.template import Context, Engine
from django.utils import timezone, translation

from scripts import messages

ROOT = Path(__file__).parents[2]
DECISIONS = ROOT / "docs/decisions"
TARGETS = [
    *("env", "run", "workbench", "test", "check", "contract", "platform", "docs", "screenshots"),
    *("bench", "chaos", "validate-content", "dist", "help"),
]
TIMES = [
    "standalone.simpeg.templatetags.simpeg_times",
    "xblocks.records.templatetags.kapasitas_records_times",
]


@pytest.mark.parametrize("target", TARGETS)
def test_make_help_lists_target(target: str) -> None:
    """`make help` is the list of what can be made."""
    text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^  make {target} +\S", text, re.MULTILINE)


def test_types_are_checked_without_drivers() -> None:
    """`make types` works from an empty clone, where no lock but `run` and `test` is installed."""
    locks = [(ROOT / f"requirements/{lock}.txt").read_text(encoding="utf-8") for lock in ("run", "test")]
    installed = set(re.findall(r"^([\w.-]+)==", "\n".join(locks), re.MULTILINE))
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    may_lack = {
        module.removesuffix(".*")
        for override in settings["overrides"]
        if override.get("ignore_missing_imports")
        for module in override["module"]
    }
    used = {
        name
        for name in ("psycopg", "MySQLdb", "redis")
        for package in settings["packages"]
        for path in (ROOT / package).rglob("*.py")
        if re.search(rf"^\s*(import|from) {name}\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert "psycopg" in used
    assert used <= installed | may_lack


def test_decisions_are_numbered_once_and_indexed() -> None:
    """Each decision has a number of its own, the sections of a decision, and a line in the index."""
    files = sorted(DECISIONS.glob("0*.md"))
    assert len({file.name[:4] for file in files}) == len(files)
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert f"]({file.name})" in index
        for section in (
            "Status:",
            "## Context",
            "## Decision",
            "## Rejected alternatives",
            "## Consequences",
        ):
            assert section in text, f"{file.name} lacks {section}"


def test_templates_write_times_by_our_filter() -> None:
    """The framework's short forms put the month first in English; a form of digits is of one language."""
    shown = subprocess.run(
        ["git", "ls-files", "*.html"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = [
        f"{name}: {form}"
        for name in shown.stdout.split()
        for form in re.findall(
            r"""\|(?:date|time):(".*?"|'.*?')""", (ROOT / name).read_text(encoding="utf-8")
        )
        if re.search(r"SHORT|[HGhg]:?\.?i|P|/|-", form)
    ]
    assert found == []


@pytest.mark.parametrize("library", TIMES)
@pytest.mark.parametrize(("language", "written"), [("id", "4 Mei 2026, 14.30"), ("en", "4 May 2026, 14:30")])
def test_times_are_written_as_the_language_does(library: str, language: str, written: str) -> None:
    """The month is a word; Indonesian parts hours and minutes by a full stop."""
    page = Engine(libraries={"times": library}).from_string("{% load times %}{{ at|moment }}")
    with translation.override(language), timezone.override("Asia/Jakarta"):
        assert page.render(Context({"at": datetime(2026, 5, 4, 7, 30, tzinfo=UTC)})) == written


def test_every_message_is_translated() -> None:
    """No visible string of ours is left in English for a reader of Bahasa Indonesia."""
    run = subprocess.run(
        [sys.executable, "scripts/messages.py", "check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_message_has_one_translation() -> None:
    """Django merges the catalogues of its apps: two translations of one message would hide each other."""
    translations: dict[object, set[object]] = defaultdict(set)
    for package in messages.CATALOGUES:
        for message in messages.current(package):
            key = message.id[0] if isinstance(message.id, tuple) else message.id
            text = message.string[0] if isinstance(message.string, tuple) else message.string
            if key:
                translations[key, message.context].add(text)
    assert {key: found for key, found in translations.items() if len(found) > 1} == {}


@pytest.mark.parametrize("package", messages.PULLED)
def test_catalogues_are_extracted_as_atlas_collects_them(package: str) -> None:
    """``make extract_translations`` writes ``<root package>/conf/locale``, complete in both languages.

    openedx-translations copies it to ``translations/<repository>/<root package>/conf/locale``, from where
    the platform pulls blocks and plugins by the name of their root package (openedx-platform e57a655,
    openedx/core/djangoapps/plugins/i18n_api.py).
    """
    messages.extract_(package)
    found = {}
    for language in ("en", "id"):
        po = ROOT / package / "conf/locale" / language / "LC_MESSAGES/django.po"
        catalog = read_po(io.BytesIO(po.read_bytes()))
        assert (str(catalog.locale), catalog.charset, catalog.fuzzy) == (language, "utf-8", False)
        found[language] = {message.id for message in catalog if message.id}
    assert found["en"] == found["id"] != set()


def test_locks_hold_exact_versions_with_hashes() -> None:
    """Each locked requirement names one version and at least one hash."""
    for lock in ("run", "test", "services", "mariadb", "bench", "tutor", "platform"):
        text = (ROOT / f"requirements/{lock}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
        lines = [line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
        assert lines
        for line in lines:
            assert re.match(r"[\w.\[\]-]+==\S+ .*--hash=sha256:", line), line


def test_the_platform_lock_holds_every_pin() -> None:
    """What runs at the platform's pins runs at all of them; XBlock, free there, at ours or above."""
    lock = (ROOT / "requirements/platform.txt").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))
    pins = (ROOT / "requirements/platform-pins.txt").read_text(encoding="utf-8").splitlines()
    wanted = dict(line.split("==") for line in pins if line and not line.startswith("#"))
    assert len(wanted) > 70
    assert {name: locked.get(name) for name in wanted} == wanted
    assert int(locked["xblock"].split(".")[0]) >= 6


def test_only_django_has_an_upper_bound() -> None:
    """A plugin that caps its dependencies cannot be installed beside the platform."""
    text = (ROOT / "setup.py").read_text(encoding="utf-8")
    runtime = re.search(r"RUNTIME = \[(.*?)\]\n", text, re.DOTALL)
    assert runtime
    bounded = [line for line in runtime[1].splitlines() if "<" in line]
    assert [line.strip() for line in bounded] == ['"Django>=5.2,<6",']


def test_each_scenario_is_told_by_tests_that_exist() -> None:
    """A scenario without its journey is a promise nobody checks."""
    scenarios = sorted((ROOT / "docs/scenarios").glob("*.md"))
    assert scenarios
    for scenario in scenarios:
        journeys = re.findall(r"`(tests/journeys/\w+\.py)`", scenario.read_text(encoding="utf-8"))
        assert journeys, f"{scenario.name} names no journey"
        assert all((ROOT / journey).is_file() for journey in journeys), scenario.name


def test_documentation_links_lead_somewhere() -> None:
    """Every relative link of the documentation points to a file."""
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"

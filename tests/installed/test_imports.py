"""What importing the installed package does: nothing but importing.

In the default suite the package is this source tree's; ``make platform`` runs the same tests on the wheel.
"""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import xblocks

HERE = Path(__file__).parent
PACKAGES = Path(xblocks.__path__[0]).parent
# urllib3 asks once whether this machine has IPv6, by binding a socket to its own ::1; numpy, where openpyxl
# finds it, sets two variables of its mathematics library and unsets them again.
OF_OTHERS = re.compile(
    r"socket\.bind \(<socket.*>, \('::1', 0\)\)|os\.(un)?(put|set)env \(b'\w+_MAIN_FREE'.*"
)


def run(script: Path | str, *arguments: str, cwd: Path) -> Any:
    """Run Python from elsewhere, with nothing but the packages in sight; returns what it printed as JSON."""
    source = [str(script)] if isinstance(script, Path) else ["-c", script]
    done = subprocess.run(
        [sys.executable, "-B", "-W", "ignore", *source, *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PACKAGES)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module", params=["bare", "configured"])
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What importing every module did, without Django's settings and with our apps set up."""
    found: dict[str, Any] = run(
        HERE / "import_all.py", request.param, cwd=tmp_path_factory.mktemp(request.param)
    )
    return {"how": request.param, **found}


def test_every_module_is_imported_without_the_platform(imported: dict[str, Any]) -> None:
    assert imported["platform"] == []
    assert len(imported["modules"]) > 100


def test_settings_are_read_at_import_by_models_only(imported: dict[str, Any]) -> None:
    """Django demands them for a model; with them, every module is there."""
    for_models = set(imported["for_models"])
    if imported["how"] == "configured":
        assert for_models == set()
        return
    assert {"xblocks.records.models", "lti_bridge.models"} < for_models
    free = set(imported["modules"]) - for_models
    assert {"xblocks.competency_assessment", "xblocks.records.apps", "lti_bridge.apps"} < free
    assert {name for name in for_models if name.startswith(("xblocks.competency", "xblocks.parts"))} == set()


def test_importing_changes_and_starts_nothing(imported: dict[str, Any]) -> None:
    """No file is written, no connection opened, no process or thread started, no signal caught."""
    assert [deed for deed in imported["done"] if not OF_OTHERS.fullmatch(deed)] == []
    assert imported["threads"] == 1
    assert imported["signals"] == []


def test_the_entry_points_load(tmp_path: Path) -> None:
    """The block without settings, and each app's config.

    Tutor's has an environment of its own, and the course tab needs the platform (tests/edxapp/bridge).
    """
    points = [
        point
        for point in importlib.metadata.distribution("kapasitas").entry_points
        if point.group not in ("tutor.plugin.v1", "openedx.course_tab")
    ]
    assert {point.group for point in points} == {"xblock.v1", "lms.djangoapp", "cms.djangoapp"}
    code = "import importlib, json; names = []\n"
    for point in points:
        code += f"names.append(importlib.import_module({point.module!r}).{point.attr}.__name__)\n"
    found = run(code + "print(json.dumps(names))", cwd=tmp_path)
    assert sorted(set(found)) == ["CompetencyAssessmentXBlock", "LtiBridgeConfig", "RecordsConfig"]


# Costly, and needed by few requests or by none: a launch, a send, a download, a worker, an author's upload.
LATER = {
    "celery.worker",
    "confluent_kafka",
    "cryptography",
    "event_routing_backends",
    "jwt",
    "lxml.html",
    "numpy",
    "openpyxl",
    "requests",
    "scipy",
}
# Ours that every web worker holds: a new one must be worth it, or be imported where it is used.
OWN_MODULES = 180


def test_a_web_worker_starts_with_little(tmp_path: Path) -> None:
    """Our apps set up, block and URLs imported: what only some requests need is not there yet."""
    code = """
import json, sys
from django.conf import settings
apps = ["django.contrib.contenttypes", "django.contrib.auth", "xblocks.records", "lti_bridge"]
settings.configure(INSTALLED_APPS=apps, USE_TZ=True)
import django
django.setup()
import xblocks.competency_assessment, lti_bridge.urls
print(json.dumps(sorted(sys.modules)))
"""
    found = set(run(code, cwd=tmp_path))
    assert found & LATER == set()
    own = {name for name in found if name.partition(".")[0] in ("xblocks", "lti_bridge", "course_content")}
    assert 40 < len(own) <= OWN_MODULES, sorted(own)

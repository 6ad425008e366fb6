"""In Studio there is the records app alone: no bridge, no learner."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
# In a process of its own: Django has one settings module a process.
SCRIPT = """
import django
django.setup()
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

print("apps", *sorted(app.name for app in apps.get_app_configs() if app.label.startswith("kapasitas")))
print("library", *settings.LIBRARY_ENABLED_BLOCKS)
call_command("migrate", verbosity=0)
call_command("check", databases=["default"])
call_command("load_content", verbosity=0)
call_command("check", databases=["default"], fail_level="WARNING")
print("loaded", apps.get_model("kapasitas_records", "Framework").objects.count())

# Studio reads every installed course tab, too, when it reads or writes a course's tabs.
import sys
from types import ModuleType
from edx_django_utils.plugins import PluginManager

for name in ("lms", "lms.djangoapps", "lms.djangoapps.courseware", "lms.djangoapps.courseware.tabs"):
    sys.modules[name] = ModuleType(name)
sys.modules[name].EnrolledTab = type("EnrolledTab", (), {})
tab = PluginManager.get_plugin("kapasitas_report", "openedx.course_tab")
print("tab", tab.type, "is left to the LMS" if tab.is_dynamic else "is stored in courses")
"""


def test_studio_starts_with_the_records_app() -> None:
    """Libraries may hold our blocks, tables are made, and the checks are silent after the initial data."""
    run = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:xblocks", "-c", SCRIPT],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.edxapp.records.studio_settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert "apps xblocks.records" in lines
    assert "library problem video html poll competency_assessment" in lines
    assert "loaded 1" in lines
    assert "tab kapasitas_report is left to the LMS" in lines

"""What importing costs a web worker, and what it must not bring in."""

import subprocess
import sys

import pytest


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sorted(name.partition('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    ["types", "items", "responses", "results", "assessment", "framework", "layout", "mastery"],
)
def test_the_domain_is_standard_library_only(module):
    """Importing the domain brings in nothing but the standard library and the domain."""
    found = modules_after(f"import xblocks.competency.{module}") - set(sys.stdlib_module_names)
    assert {name for name in found if not name.startswith(("_", "xblocks"))} == set()


def test_the_domain_makes_its_values_without_the_costly_part_of_the_standard_library():
    """What writes, compiles or documents classes stays out, and so does the reading of XML."""
    found = modules_after("import xblocks.competency.types, xblocks.competency.mastery")
    assert (found - modules_after("pass")).isdisjoint({"dataclasses", "inspect", "ast", "dis", "lxml", "xml"})


def test_the_block_brings_no_number_crunchers():
    """A web worker that imports the block pays for no numpy, scipy or pandas, and needs no records app."""
    found = modules_after("import xblocks.competency_assessment")
    assert found.isdisjoint({"numpy", "scipy", "pandas", "attr"})
    code = (
        "import sys, xblocks.competency_assessment as b; assert 'xblocks.records.models' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_openedx_events_nothing_of_it_is_imported():
    """On the one-machine site the apps are set up, and blocks and records tell nobody, without it."""
    code = (
        "import django, os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'standalone.site_settings'; "
        "django.setup(); import xblocks.host.announcing, lti_bridge.records.announcing; "
        "print({'openedx_events', 'event_routing_backends', 'tincan', 'fastavro'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_administration_brings_no_number_crunchers():
    """Every web worker imports it at start; calibrating is the task's."""
    code = (
        "import django, os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'standalone.site_settings'; "
        "django.setup(); import xblocks.records.admin, xblocks.records.tasks, xblocks.records.queue; "
        "print({'numpy', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

"""What our apps and our block cost a web worker of the platform: time to start, and memory that stays.

A worker is a fresh process that sets Django up, loads the block, and reads its URLs. It is started with us,
and without, in turn; the difference is ours. Once beside Django and XBlock alone, where every library that we
import counts as ours; once beside what the platform's own code has imported long before. The time is the
processor's: what else the machine does takes no part in it.
"""

import statistics

from benchmarks.frame import Figure

from .imports import output_of

ROUNDS = 7
# The first start of each writes the bytecode that an installed package has.
WARM_UP = 1
# Issue "At home in Open edX": what a web worker may pay.
BUDGET_MS, BUDGET_MIB = 150.0, 25.0
CONTRIB = ["admin", "auth", "contenttypes", "messages", "sessions", "sites", "staticfiles"]
PLATFORM_APPS = [
    "waffle",
    "celery_utils",
    "config_models",
    "organizations",
    "openedx_events",
    "openedx_filters",
]
# Imported by the LMS itself (lms/envs, openedx/core, common/djangoapps), at the latest with its URLs.
PLATFORM_LIBRARIES = [
    "celery", "cryptography.fernet", "cryptography.hazmat.primitives.asymmetric.rsa", "edx_toggles.toggles",
    "jwt", "lxml.etree", "lxml.html", "nh3", "opaque_keys.edx.keys", "openedx_events.learning.signals",
    "openedx_filters.learning.filters", "requests", "web_fragments.fragment", "zoneinfo",
]  # fmt: skip

WORKER = """
import gc, importlib, json, sys, time, warnings
warnings.simplefilter("ignore")
from django.conf import settings
settings.configure(
    INSTALLED_APPS={apps!r}, ROOT_URLCONF="benchmark_urls", USE_TZ=True, SECRET_KEY="benchmark", SITE_ID=1,
    DATABASES={{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}},
    MIDDLEWARE=[], TEMPLATES=[],
)
import types
urls = sys.modules["benchmark_urls"] = types.ModuleType("benchmark_urls")
for name in {libraries!r}:
    importlib.import_module(name)
started = time.process_time()
import django
django.setup()
import xblock.core
from django.contrib import admin
from django.urls import get_resolver, include, path
urls.urlpatterns = [path("admin/", admin.site.urls)]
for name in {blocks!r}:
    importlib.import_module(name)
for name in {urls!r}:
    urls.urlpatterns.append(path("ours/", include(name)))
get_resolver().url_patterns
get_resolver()._populate()
elapsed = (time.process_time() - started) * 1000
gc.collect()
with open("/proc/self/smaps_rollup") as file:
    private = sum(int(line.split()[1]) for line in file if line.startswith("Private_"))
print(json.dumps([elapsed, private / 1024]))
"""


def script(*, ours: bool, platform: bool) -> str:
    """Return the worker's program."""
    return WORKER.format(
        apps=[
            *(f"django.contrib.{app}" for app in CONTRIB),
            *(PLATFORM_APPS if platform else ()),
            *(["xblocks.records", "lti_bridge"] if ours else ()),
        ],
        libraries=["django.contrib.admin.sites", "xblock.core", *(PLATFORM_LIBRARIES if platform else ())],
        blocks=["xblocks.competency_assessment"] if ours else [],
        urls=["lti_bridge.urls"] if ours else [],
    )


def started(program: str) -> tuple[float, float]:
    """Start a worker; return milliseconds, and MiB of memory that it shares with no other process."""
    elapsed, mib = (float(str(value)) for value in output_of(program))
    return elapsed, mib


def measure() -> list[Figure]:
    """Return the plugin's time and memory in a worker of each kind, against the budget."""
    figures = []
    for platform, beside in ((False, "Django and XBlock alone"), (True, "the platform's packages")):
        programs = {ours: script(ours=ours, platform=platform) for ours in (False, True)}
        found: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
        for _ in range(WARM_UP + ROUNDS):
            for ours, program in programs.items():
                found[ours].append(started(program))
        for position, (what, unit, budget) in enumerate(
            (("time to start", "ms", BUDGET_MS), ("memory", "MiB", BUDGET_MIB))
        ):
            medians = {
                ours: statistics.median(run[position] for run in runs[WARM_UP:])
                for ours, runs in found.items()
            }
            figures.append(
                Figure(
                    benchmark="plugin",
                    measured=f"{what}, beside {beside}",
                    value=medians[True] - medians[False],
                    unit=unit,
                    against="budget",
                    reference=budget,
                    target=1,
                )
            )
    return figures

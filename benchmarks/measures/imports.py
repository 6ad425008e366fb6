"""What importing our code costs beyond Django, XBlock and the other libraries, which the host has loaded.

The time is the processor's: what else the machine does takes no part in it.
"""

import json
import os
import statistics
import subprocess
import sys

from benchmarks.frame import Figure
from benchmarks.rig import ROOT

ROUNDS = 7
DOMAIN_MS, DOMAIN_MIB = 5.0, 1.0
BLOCK_MS, BLOCK_MIB = 50.0, 5.0

# First every library that our code imports, so that what is measured afterwards is ours alone.
PRELUDE = """
import gc, importlib, json, sys, time, warnings
warnings.simplefilter("ignore")
for name in {libraries!r}:
    try:
        importlib.import_module(name)
    except Exception:
        pass  # a part of a package that cannot be imported by itself
from django.conf import settings
settings.configure(INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", *{apps!r}])
def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
before, started = resident(), time.process_time()
"""
SETUP = "import django; django.setup()\n"
BLOCK = SETUP + "import xblocks.competency_assessment\n"
# What of the domain a worker imports with the block; the rest is imported by commands and pages that need it.
DOMAIN = """
for name in {domain!r}:
    importlib.import_module(name)
"""
RESULT = """
elapsed = (time.process_time() - started) * 1000
print(json.dumps([elapsed, (resident() - before) / 2**20]))
"""
LIBRARIES = (
    """
import json, sys
from django.conf import settings
settings.configure(INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "xblocks.records"])
"""
    + BLOCK
    + """
own = ("xblocks", "__main__", "django.contrib.contenttypes.models", "django.contrib.auth.models")
domain = ("xblocks.competency.", "xblocks.measurement.")
print(json.dumps([
    [name for name in sys.modules if not name.startswith(own)],
    [name for name in sys.modules if name.startswith(domain)],
]))
"""
)


def output_of(script: str) -> list[object]:
    """Run a script in a fresh interpreter and return the JSON it printed last."""
    run = [sys.executable, "-W", "ignore", "-c", script]
    # With bytecode, as an installed package has it, whatever the shell of the one who measures says.
    kept = {**os.environ, "PYTHONPYCACHEPREFIX": str(ROOT / "var/bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(run, cwd=ROOT, env=kept, stdout=subprocess.PIPE, check=True, text=True)
    found: list[object] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure() -> list[Figure]:
    """Return time and resident memory of the domain's import, and of the block's with its tables."""
    libraries, domain = output_of(LIBRARIES)
    prelude = PRELUDE.format(libraries=libraries, apps=[])
    scripts = {
        "domain": prelude + DOMAIN.format(domain=domain) + RESULT,
        "hosts": prelude + SETUP + RESULT,
        "block": PRELUDE.format(libraries=libraries, apps=["xblocks.records"]) + BLOCK + RESULT,
    }
    times: dict[str, list[float]] = {name: [] for name in scripts}
    memory: dict[str, list[float]] = {name: [] for name in scripts}
    for round_number in range(1 + ROUNDS):
        for name, script in scripts.items():
            elapsed, mib = (float(str(value)) for value in output_of(script))
            # The first writes the bytecode.
            if round_number:
                times[name].append(elapsed)
                memory[name].append(mib)
    ms = {name: statistics.median(found) for name, found in times.items()}
    mib_of = {name: statistics.median(found) for name, found in memory.items()}
    return [
        figure("domain in a worker, import", ms["domain"], "ms", DOMAIN_MS),
        figure("domain in a worker, memory", mib_of["domain"], "MiB", DOMAIN_MIB),
        figure("block with its tables, import", ms["block"] - ms["hosts"], "ms", BLOCK_MS),
        figure("block with its tables, memory", mib_of["block"] - mib_of["hosts"], "MiB", BLOCK_MIB),
    ]


def figure(measured: str, value: float, unit: str, budget: float) -> Figure:
    """Return a figure against our own budget."""
    return Figure(
        benchmark="imports",
        measured=measured,
        value=value,
        unit=unit,
        against="budget",
        reference=budget,
        target=1,
    )

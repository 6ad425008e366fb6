"""What a learner's browser loads for the block: scripts and styles."""

import gzip
import importlib.util
from collections.abc import Iterable
from pathlib import Path

from benchmarks.frame import Figure
from benchmarks.rig import ROOT

OURS = ("competency_assessment.js", "competency_assessment.css")
PROBLEM = ("js/ProblemBlockDisplay.js", "css/ProblemBlockDisplay.css")
BUDGET_KB = 30.0
# Uncompressed, as released: xblock-drag-and-drop-v2 5.1.2 (scripts only), ora2 (scripts and styles).
RELEASED_KB = {"drag-and-drop v2, JS": 106.0, "ora2, JS + CSS": 1957.0 + 744.0}


def kilobytes(files: Iterable[Path], *, compressed: bool) -> float:
    """Return the size of the files together, each compressed by itself as a web server does."""
    texts = [file.read_bytes() for file in files]
    return sum(len(gzip.compress(text) if compressed else text) for text in texts) / 1000


def measure() -> list[Figure]:
    """Return our payload against its budget and against what other blocks load."""
    ours = [ROOT / "xblocks/assets/public" / name for name in OURS]
    spec = importlib.util.find_spec("xblocks_contrib")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("xblocks-contrib, which the one-machine site needs, is not installed")
    problem = [Path(spec.submodule_search_locations[0]) / "problem/public" / name for name in PROBLEM]
    packed, plain = kilobytes(ours, compressed=True), kilobytes(ours, compressed=False)
    rivals = {"problem block, JS + CSS": kilobytes(problem, compressed=False), **RELEASED_KB}
    figures = [figure("JS + CSS, gzipped", packed, "budget", BUDGET_KB, 1)]
    figures.append(
        figure(
            "JS + CSS, gzipped", packed, "problem block, JS + CSS", kilobytes(problem, compressed=True), 0.5
        )
    )
    return figures + [figure("JS + CSS, plain", plain, name, size, 0.5) for name, size in rivals.items()]


def figure(measured: str, value: float, against: str, reference: float, target: float) -> Figure:
    """Return a figure in kilobytes."""
    return Figure(
        benchmark="payload",
        measured=measured,
        value=value,
        unit="kB",
        against=against,
        reference=reference,
        target=target,
    )

"""Calibration of the 2PL: against girth at equal accuracy, and where girth takes minutes, to a budget."""

import importlib
import resource
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from benchmarks.frame import Figure
from xblocks.measurement.offline.calibration import calibrate
from xblocks.measurement.offline.families import TWO_PL, Array

PEER = "girth: twopl_mml"
# Persons, items, seconds at most, runs of ours.
SIZES = ((2_000, 50, 0.1, 9), (10_000, 100, 1.0, 3))
LARGEST, LARGEST_S, LARGEST_MIB = (100_000, 100), 5.0, 400.0
# What girth measured for these sizes is 20 times and more; a tenth is asked.
FASTER, EQUAL = 0.1, 1.02


type Answers = npt.NDArray[np.int8]


def simulated(persons: int, items: int) -> tuple[Array, Answers]:
    """Return true (a, b) and the answers, made in portions so that the memory is calibration's."""
    draw = np.random.default_rng(1)
    true = np.stack([np.exp(draw.normal(0.1, 0.3, items)), draw.normal(size=items)])
    answers = np.empty((persons, items), np.int8)
    for first in range(0, persons, 5000):
        theta = draw.normal(size=(min(5000, persons - first), 1))
        answers[first : first + 5000] = draw.random((len(theta), items)) < 1 / (
            1 + np.exp(-true[0] * (theta - true[1]))
        )
    return true, answers


def ours(answers: Answers) -> Array:
    """Return (a, b)."""
    a, d = calibrate(answers, TWO_PL, errors=False).parameters.T
    return np.stack([a, -d / a])


def theirs(answers: Answers) -> Array:
    """Return (a, b)."""
    found = importlib.import_module("girth").twopl_mml(answers.T.astype(int))
    return np.stack([found["Discrimination"], found["Difficulty"]])


def seconds(act: Callable[[Answers], Array], answers: Answers, runs: int) -> tuple[float, Array]:
    """Return the median time of some runs, and what the last one found."""
    times = []
    for _run in range(runs):
        started = time.perf_counter()
        found = act(answers)
        times.append(time.perf_counter() - started)
    return sorted(times)[runs // 2], found


def measure() -> list[Figure]:
    """Return times, accuracy and memory; the largest comes first, while nothing else has taken memory."""
    persons, items = LARGEST
    true, answers = simulated(persons, items)
    largest_s, _found = seconds(ours, answers, 3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    name = f"2PL, {persons:,} x {items}"
    figures = []
    for persons, items, at_most, runs in SIZES:
        true, answers = simulated(persons, items)
        here, found = seconds(ours, answers, runs)
        there, peers = seconds(theirs, answers, 1)
        size = f"2PL, {persons:,} x {items}"
        figures += [
            figure(f"{size}, time", here, "s", "budget", at_most, 1),
            figure(f"{size}, time", here, "s", PEER, there, FASTER),
        ]
        for row, parameter in enumerate(("a", "b")):
            error, peers_error = (rmse(one[row], true[row]) for one in (found, peers))
            figures.append(figure(f"{size}, RMSE {parameter}", error, "", PEER, peers_error, EQUAL))
    return [
        *figures,
        figure(f"{name}, time", largest_s, "s", "budget", LARGEST_S, 1),
        figure(f"{name}, peak memory", peak, "MiB", "budget", LARGEST_MIB, 1),
    ]


def rmse(found: Array, true: Array) -> float:
    """Return the root mean square error."""
    return float(np.sqrt(np.mean((found - true) ** 2)))


def figure(measured: str, value: float, unit: str, against: str, reference: float, target: float) -> Figure:
    """Return a figure."""
    return Figure(
        benchmark="calibration",
        measured=measured,
        value=value,
        unit=unit,
        against=against,
        reference=reference,
        target=target,
    )

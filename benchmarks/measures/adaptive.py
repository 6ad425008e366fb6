"""One step of an adaptive test, ability and next item, against catsim on the same bank."""

import importlib
import time
from random import Random

import numpy as np

from benchmarks.frame import Contestant, Figure, medians_ms
from xblocks.measurement.ability import STANDARD_GRID, Answer, likelihood, posterior
from xblocks.measurement.adaptive import AdaptiveTest, Given, Rules
from xblocks.measurement.models import TwoParameterLogistic
from xblocks.measurement.pool import Pool, PoolItem

AREAS = tuple(f"area-{number}" for number in range(5))
RULES = Rules(dict.fromkeys(AREAS, 1.0), minimum=45, maximum=50)
PEER = "catsim: estimate + select"
ANSWERED, LONG = 20, 40
# How many times faster than the peer, which looks at every item of the bank.
TIMES_FASTER = {500: 20, 5000: 120}
BUDGET_MS = 1.0


def bank(size: int) -> list[TwoParameterLogistic]:
    """Return items with slopes around 1.1 and difficulties as the abilities."""
    draw = np.random.default_rng(5)
    slopes = np.clip(np.exp(draw.normal(0.1, 0.4, size)), 0.3, 3.0)
    pairs = zip(slopes, draw.normal(size=size), strict=True)
    return [TwoParameterLogistic(float(a), float(b)) for a, b in pairs]


def begun(test: AdaptiveTest, answers: int) -> list[Given]:
    """Return an attempt so far, answered at random."""
    draw, given = Random(3), list[Given]()
    for _number in range(answers):
        item_id = test.step(given).item_id
        assert item_id is not None
        given.append(Given(item_id, draw.randrange(2)))
    return given


def measure() -> list[Figure]:
    """Return the step after 20 answers on both banks, and what 99 of 100 stateless ones after 40 keep."""
    figures = []
    for size, times in TIMES_FASTER.items():
        models = bank(size)
        test = AdaptiveTest(
            Pool(PoolItem(str(i), model, AREAS[i % 5]) for i, model in enumerate(models)), RULES, seed="s"
        )
        given = begun(test, ANSWERED)
        ms = medians_ms(
            {"ours": ours(test, given, models), PEER: theirs(given, models)}, rounds=30, warm_up=5
        )
        figures.append(figure(f"step, {size:,} items", ms["ours"], PEER, ms[PEER], round(1 / times, 4)))
        figures.append(
            figure(
                f"stateless step, {LONG} answers, {size:,} items, p99", slowest(test), "budget", BUDGET_MS, 1
            )
        )
    return figures


def ours(test: AdaptiveTest, given: list[Given], models: list[TwoParameterLogistic]) -> Contestant:
    """Return our step: one answer more, then the next item."""
    last = given[-1]
    known = posterior(Answer(models[int(one.item_id)], one.category) for one in given[:-1])

    def act() -> None:
        curve = likelihood(models[int(last.item_id)], last.category, STANDARD_GRID.nodes)
        test.step_from(known.updated(curve), given)

    return Contestant(act=act, calls=50)


def theirs(given: list[Given], models: list[TwoParameterLogistic]) -> Contestant:
    """Return catsim's: maximum likelihood over the answers, then the most informative item."""
    item_bank = importlib.import_module("catsim.item_bank").ItemBank(
        np.array([(model.a, model.b, 0.0, 1.0) for model in models])
    )
    estimator = importlib.import_module("catsim.estimation").NumericalSearchEstimator()
    selector = importlib.import_module("catsim.selection").MaxInfoSelector()
    administered = [int(one.item_id) for one in given]
    right = [bool(one.category) for one in given]

    def act() -> None:
        theta = estimator.estimate(
            item_bank=item_bank, administered_items=administered, response_vector=right, est_theta=0.0
        )
        selector.select(item_bank=item_bank, administered_items=administered, est_theta=theta)

    return Contestant(act=act)


def slowest(test: AdaptiveTest) -> float:
    """Return the 99th percentile, in milliseconds, of a step that begins from the answers alone.

    It is the processor's time: what else the machine does takes no part in it.
    """
    given = begun(test, LONG)
    times = []
    for _number in range(1000):
        started = time.thread_time()
        AdaptiveTest(test.pool, test.rules, seed=test.seed).step(given)
        times.append((time.thread_time() - started) * 1000)
    return sorted(times)[989]


def figure(measured: str, value: float, against: str, reference: float, target: float) -> Figure:
    """Return a figure in milliseconds."""
    return Figure(
        benchmark="adaptive",
        measured=measured,
        value=value,
        unit="ms",
        against=against,
        reference=reference,
        target=target,
    )

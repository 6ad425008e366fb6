"""Calibration against the values that other programs estimate from the same answers."""

from pathlib import Path

import numpy as np
import pytest

from tests.xblocks.measurement.data import lsat
from xblocks.measurement.errors import DataError, ParameterError
from xblocks.measurement.models import (
    GeneralizedPartialCredit,
    GradedResponse,
    ThreeParameterLogistic,
    TwoParameterLogistic,
    rasch,
)
from xblocks.measurement.offline.answers import Answers
from xblocks.measurement.offline.calibration import MISSING, Calibration, calibrate
from xblocks.measurement.offline.em import Problem
from xblocks.measurement.offline.families import GPCM, GRM, ONE_PL, THREE_PL, TWO_PL, Family
from xblocks.measurement.offline.information import observed_information

DATA = Path(__file__).parent / "data"


def csv(name: str) -> np.ndarray:
    return np.loadtxt(DATA / name, delimiter=",", skiprows=1, dtype=int)


def simulated(persons: int, items: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    a, b = np.exp(draw.normal(0.1, 0.3, items)), draw.normal(0, 1, items)
    theta = draw.normal(size=(persons, 1))
    return a, b, (draw.random((persons, items)) < 1 / (1 + np.exp(-a * (theta - b)))).astype(int)


def difficulties(found: Calibration) -> list[float]:
    return [float(b) for b in -found.parameters[:, 1] / found.parameters[:, 0]]


def slopes(found: Calibration) -> list[float]:
    return [float(a) for a in found.parameters[:, 0]]


def test_rasch_of_lsat6_is_that_of_ltm() -> None:
    """Rizopoulos (2006), Journal of Statistical Software 17(5), page 7."""
    found = calibrate(lsat.rows(lsat.LSAT6), ONE_PL, priors=False, fixed_slope=1.0)
    assert difficulties(found) == pytest.approx((-2.8720, -1.0630, -0.2576, -1.3881, -2.2188), abs=0.002)
    assert list(found.errors[:, 1]) == pytest.approx((0.1287, 0.0821, 0.0766, 0.0865, 0.1048), abs=0.001)
    assert found.log_likelihood == pytest.approx(-2473.054, abs=0.01)


def test_a_common_slope_of_lsat6_is_that_of_ltm() -> None:
    """The same, page 10; its intercepts are R mirt's Rasch model with free variance (.57 = a²)."""
    found = calibrate(lsat.rows(lsat.LSAT6), ONE_PL, priors=False, tolerance=1e-6)
    assert difficulties(found) == pytest.approx((-3.6153, -1.3224, -0.3176, -1.7301, -2.7802), abs=0.003)
    assert slopes(found) == pytest.approx([0.7551] * 5, abs=0.003)
    assert found.errors[0, 0] == pytest.approx(0.0694, abs=0.001)
    assert list(found.parameters[:, 1]) == pytest.approx((2.730, 0.999, 0.240, 1.306, 2.099), abs=0.01)
    assert found.parameters[0, 0] ** 2 == pytest.approx(0.57, abs=0.01)
    assert found.log_likelihood == pytest.approx(-2466.938, abs=0.005)


def test_2pl_of_lsat6_is_that_of_two_independent_programs() -> None:
    found = calibrate(lsat.rows(lsat.LSAT6), TWO_PL, priors=False, tolerance=1e-6)
    assert slopes(found) == pytest.approx((0.8257, 0.7227, 0.8909, 0.6884, 0.6569), abs=0.003)
    assert list(found.parameters[:, 1]) == pytest.approx((2.773, 0.990, 0.249, 1.285, 2.053), abs=0.003)
    assert found.log_likelihood == pytest.approx(-2466.653, abs=0.005)


def test_2pl_of_lsat7_is_that_of_mirt_and_ltm() -> None:
    found = calibrate(lsat.rows(lsat.LSAT7), TWO_PL, priors=False, tolerance=1e-6)
    assert slopes(found) == pytest.approx((0.9876, 1.0808, 1.7075, 0.7650, 0.7357), abs=0.003)
    assert list(found.parameters[:, 1]) == pytest.approx((1.8559, 0.8080, 1.8052, 0.4860, 1.8545), abs=0.003)
    assert difficulties(found) == pytest.approx((-1.8793, -0.7475, -1.0572, -0.6353, -2.5208), abs=0.005)
    assert list(found.errors[:, 0]) == pytest.approx((0.177, 0.169, 0.321, 0.134, 0.151), abs=0.005)
    assert found.log_likelihood == pytest.approx(-2658.805, abs=0.005)


def test_ten_items_are_those_of_ltm_and_mirt() -> None:
    found = calibrate(csv("S1.csv"), TWO_PL, priors=False)
    expected_a = (0.5745, 0.9131, 0.9060, 1.1106, 1.2524, 1.5614, 1.5464, 2.0909, 1.5801, 2.0599)
    expected_b = (-1.8746, -0.4850, 0.5962, 1.6295, -0.9111, 0.1996, 1.4963, -1.2135, -0.1361, 0.9564)
    errors = (0.0946, 0.1036, 0.1031, 0.1342, 0.1340, 0.1530, 0.1797, 0.2551, 0.1555, 0.2274)
    assert slopes(found) == pytest.approx(expected_a, abs=0.002)
    assert difficulties(found) == pytest.approx(expected_b, abs=0.002)
    assert list(found.errors[:, 0]) == pytest.approx(errors, abs=0.002)
    assert found.log_likelihood == pytest.approx(-5323.559, abs=0.01)
    common = calibrate(csv("S1.csv"), ONE_PL, priors=False)
    expected_b = (-1.0429, -0.3971, 0.4776, 1.5136, -0.9172, 0.2235, 1.6998, -1.5853, -0.1590, 1.2350)
    assert common.parameters[0, 0] == pytest.approx(1.2433, abs=0.002)
    assert difficulties(common) == pytest.approx(expected_b, abs=0.002)
    assert common.log_likelihood == pytest.approx(-5376.925, abs=0.01)


def test_partial_credit_is_that_of_ltm_and_mirt() -> None:
    found = calibrate(csv("S2.csv"), GPCM, priors=False)
    assert slopes(found) == pytest.approx((0.4269, 0.6942, 0.8667, 1.1723, 1.4049), abs=0.003)
    steps = [item.steps for item in found.items if isinstance(item, GeneralizedPartialCredit)]
    expected = (
        (-0.0278, -0.3449, -0.2021), (-0.4859, 0.2346, 0.6770), (-0.0218, -0.0661, 0.3329),
        (-1.6691, -0.5538, 0.2017), (-0.4355, 0.5918, 1.4045),
    )  # fmt: skip
    for one, other in zip(steps, expected, strict=True):
        assert one == pytest.approx(other, abs=0.003)
    assert found.log_likelihood == pytest.approx(-5050.6697, abs=0.005)


def test_graded_response_is_that_of_mirt() -> None:
    """The Python mirt 1.2.0 with 61 nodes; its log-likelihood is -5048.9215."""
    found = calibrate(csv("S2.csv"), GRM, priors=False, tolerance=1e-6)
    assert slopes(found) == pytest.approx((0.8458, 1.1944, 1.5506, 1.7216, 1.9879), abs=0.001)
    steps = [item.steps for item in found.items if isinstance(item, GradedResponse)]
    expected = (
        (-1.5165, -0.2297, 1.1470), (-1.0876, 0.1530, 1.3419), (-0.7351, 0.0570, 0.9292),
        (-1.8633, -0.6241, 0.4865), (-0.5851, 0.5715, 1.6121),
    )  # fmt: skip
    for one, other in zip(steps, expected, strict=True):
        assert one == pytest.approx(other, abs=0.001)
    assert list(found.errors[:, 0]) == pytest.approx((0.0922, 0.1103, 0.1392, 0.1533, 0.1818), abs=0.001)
    assert found.log_likelihood == pytest.approx(-5048.9215, abs=0.005)


def test_answers_missing_by_design_are_as_mirt_has_them() -> None:
    """S1 with three items not given to the first 300, and three others not to the next; mirt 1.2.0."""
    responses = csv("S1.csv")
    responses[:300, :3] = MISSING
    responses[300:600, 5:8] = MISSING
    found = calibrate(responses, TWO_PL, priors=False, tolerance=1e-6)
    expected_a = (0.5103, 0.8877, 0.8941, 1.1040, 1.2623, 1.5549, 1.5328, 2.0098, 1.5809, 2.0586)
    expected_b = (-2.0610, -0.5667, 0.6540, 1.6367, -0.9080, 0.2102, 1.4766, -1.2146, -0.1373, 0.9576)
    errors = (0.1157, 0.1293, 0.1283, 0.1384, 0.1435, 0.1888, 0.2186, 0.3005, 0.1659, 0.2437)
    assert slopes(found) == pytest.approx(expected_a, abs=0.001)
    assert difficulties(found) == pytest.approx(expected_b, abs=0.001)
    assert list(found.errors[:, 0]) == pytest.approx(errors, abs=0.001)
    assert found.log_likelihood == pytest.approx(-4400.5501, abs=0.005)


@pytest.mark.parametrize("family", [TWO_PL, THREE_PL, GRM, GPCM], ids=lambda family: family.name)
def test_the_gradient_is_0_where_it_settles(family: Family) -> None:
    """Whatever the family, a small move in any direction makes the answers less likely."""
    responses = csv("S2.csv") if family in (GRM, GPCM) else csv("S1.csv")
    priors = family is THREE_PL
    found = calibrate(responses, family, priors=priors, tolerance=1e-6)
    problem = Problem(Answers.of(responses), family, priors=priors, fixed_slope=None, fixed={})
    top = problem.step(found.parameters)[1]
    for row, column in np.ndindex(found.parameters.shape):
        for shift in (-0.05, 0.05):
            moved = found.parameters.copy()
            moved[row, column] += shift
            assert problem.step(moved)[1] < top


def test_items_that_were_not_given_are_left_out_of_the_likelihood() -> None:
    """Two forms with a common anchor: parameters of all items on one scale, near the true ones."""
    a, b, responses = simulated(3000, 20, seed=2)
    responses[:1500, 12:] = MISSING
    responses[1500:, :8] = MISSING
    found = calibrate(responses, TWO_PL)
    assert np.sqrt(np.mean((found.parameters[:, 0] - a) ** 2)) < 0.15
    assert np.sqrt(np.mean((np.array(difficulties(found)) - b) ** 2)) < 0.15


@pytest.mark.parametrize("anchored", [False, True])
@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("family", [TWO_PL, THREE_PL, GRM, GPCM], ids=lambda family: family.name)
def test_the_information_is_the_curvature_of_the_likelihood(
    family: Family, gaps: bool, anchored: bool
) -> None:
    """Louis's formula against second differences of the log posterior, for every entry."""
    responses = csv("S2.csv" if family in (GRM, GPCM) else "S1.csv")[:400, :4].copy()
    if gaps:
        responses[:150, 0] = MISSING
        responses[100:200, 2] = MISSING
    answers = Answers.of(responses)
    problem = Problem(answers, family, priors=True, fixed_slope=None, fixed={})
    found = calibrate(responses, family, errors=False).parameters
    state = found
    if anchored:
        problem = Problem(answers, family, priors=True, fixed_slope=None, fixed={1: list(found[1])})
        state = np.vstack([found, np.zeros(found.shape[1])])
        state[-1, :2] = 0.2, np.log(1.1)
    size = found.size + (2 if anchored else 0)

    def value(point: np.ndarray) -> float:
        mean, sd = (point[-2], point[-1]) if anchored else (0.0, 1.0)
        parameters = point[: found.size].reshape(found.shape)
        total = problem.expected(family.probabilities(parameters, problem.nodes)[0], mean, sd)[2]
        return total + float(family.log_prior(parameters)[0].sum())

    at = np.concatenate([found.ravel(), [0.2, 1.1]]) if anchored else found.ravel()
    h, information = 1e-3, observed_information(problem, state)
    assert information.shape == (size, size)
    for i in range(size):
        for j in range(i, size):
            one, other = np.eye(size)[i] * h, np.eye(size)[j] * h
            second = (
                value(at + one + other)
                - value(at + one - other)
                - value(at - one + other)
                + value(at - one - other)
            ) / (4 * h * h)
            assert information[i, j] == pytest.approx(-second, rel=1e-3, abs=0.02)


def test_anchors_keep_their_parameters_and_the_others_come_out_on_their_scale() -> None:
    """A group half a logit abler and more spread: new items as they are, mean and spread as drawn."""
    draw = np.random.default_rng(12)
    a, b = np.exp(draw.normal(0.1, 0.3, 20)), draw.normal(0, 1, 20)
    theta = draw.normal(0.5, 1.3, size=(3000, 1))
    responses = (draw.random((3000, 20)) < 1 / (1 + np.exp(-a * (theta - b)))).astype(int)
    anchors = {item: TwoParameterLogistic(a[item], b[item]) for item in range(0, 20, 2)}
    found = calibrate(responses, TWO_PL, anchors=anchors, priors=False)
    assert {item: found.items[item] for item in anchors} == anchors
    assert (found.mean, found.sd) == pytest.approx((0.5, 1.3), abs=0.07)
    new = np.arange(1, 20, 2)
    true = np.stack([a, -a * b], axis=1)
    gaps = (found.parameters[new] - true[new]) / found.errors[new]
    assert (found.errors[::2] == 0).all()
    assert np.mean(np.abs(gaps) < 1.96) >= 0.85
    assert np.sqrt(np.mean((np.array(difficulties(found)) - b) ** 2)) < 0.1


@pytest.mark.parametrize("family", [TWO_PL, GPCM], ids=lambda family: family.name)
def test_anchors_from_the_same_answers_change_nothing(family: Family) -> None:
    """Fixed at what all items together gave, the rest comes out the same, and the population N(0, 1)."""
    responses = csv("S2.csv") if family is GPCM else csv("S1.csv")
    whole = calibrate(responses, family, priors=False, errors=False, tolerance=1e-7)
    anchors = {item: whole.items[item] for item in (0, 2, 3)}
    found = calibrate(responses, family, anchors=anchors, priors=False, errors=False, tolerance=1e-7)
    assert found.parameters == pytest.approx(whole.parameters, abs=1e-3)
    assert (found.mean, found.sd) == pytest.approx((0, 1), abs=1e-3)


def test_rasch_anchors_take_the_fixed_slope() -> None:
    found = calibrate(
        lsat.rows(lsat.LSAT6), ONE_PL, fixed_slope=1.0, anchors={0: rasch(-2.7306)}, priors=False
    )
    # R mirt's Rasch model with free variance (.57) has this difficulty, and these for the other items.
    assert difficulties(found)[1:] == pytest.approx((-0.999, -0.240, -1.306, -2.099), abs=0.01)
    assert found.sd**2 == pytest.approx(0.57, abs=0.01)
    assert found.mean == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("family", "arguments", "message"),
    [
        (TWO_PL, {"anchors": {5: rasch(0)}}, "there are 5 items"),
        (TWO_PL, {"anchors": {0: ThreeParameterLogistic(1, 0, 0.2)}}, "no 2PL item"),
        (TWO_PL, {"anchors": {0: GradedResponse(1, [0])}}, "no 2PL item"),
        (ONE_PL, {"anchors": {0: rasch(0)}}, "fixed slope"),
        (ONE_PL, {"anchors": {0: TwoParameterLogistic(1.2, 0)}, "fixed_slope": 1.0}, "fixed slope"),
    ],
)
def test_anchors_that_do_not_belong_are_refused(
    family: Family, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        calibrate(lsat.rows(lsat.LSAT7), family, **arguments)  # type: ignore[arg-type]


def test_many_answers_come_out_as_without_the_shortcuts() -> None:
    """More persons than are sampled first, and the half precision: the same to four digits."""
    _a, _b, responses = simulated(17_000, 8, seed=21)
    found = calibrate(np.hstack([responses, responses[::-1], responses[:, :6]]), TWO_PL, errors=False)
    answers = Answers.of(np.hstack([responses, responses[::-1], responses[:, :6]]))
    assert answers.persons > 4 * 4000
    problem = Problem(answers, TWO_PL, priors=True, fixed_slope=None, fixed={})
    again, _value = problem.step(found.parameters)
    assert again == pytest.approx(found.parameters, abs=1e-4)


def test_it_says_how_many_answered_each_item() -> None:
    responses = np.array(lsat.rows(lsat.LSAT7))
    responses[:300, 2] = MISSING
    assert calibrate(responses, TWO_PL, errors=False).answers == (1000, 1000, 700, 1000, 1000)


def test_the_3pl_comes_back_with_its_guessing() -> None:
    """5,000 answers to 30 items with c = .2, priors on: a, b and c near the true ones."""
    draw = np.random.default_rng(8)
    a, b = np.exp(draw.normal(0.2, 0.2, 30)), draw.normal(0, 1, 30)
    right = 0.2 + 0.8 / (1 + np.exp(-a * (draw.normal(size=(5000, 1)) - b)))
    found = calibrate((draw.random((5000, 30)) < right).astype(int), THREE_PL, errors=False)
    items = [item for item in found.items if isinstance(item, ThreeParameterLogistic)]
    assert np.sqrt(np.mean([(item.c - 0.2) ** 2 for item in items])) < 0.06
    assert np.sqrt(np.mean([(item.b - true) ** 2 for item, true in zip(items, b, strict=True)])) < 0.2
    assert np.sqrt(np.mean([(item.a - true) ** 2 for item, true in zip(items, a, strict=True)])) < 0.25


def test_graded_responses_come_back() -> None:
    draw = np.random.default_rng(9)
    models = [
        GradedResponse(a, (b - 1, b, b + 0.8))
        for a, b in zip(draw.uniform(0.8, 2, 10), draw.normal(size=10), strict=True)
    ]
    theta = draw.normal(size=3000)
    columns = []
    for model in models:
        below = np.array([model.category_probs(one) for one in theta]).cumsum(axis=1)[:, :-1]
        columns.append((draw.random((3000, 1)) > below).sum(axis=1))
    found = calibrate(np.stack(columns, axis=1), GRM, priors=False)
    true = np.array([[model.a, *(-model.a * step for step in model.steps)] for model in models])
    assert np.mean(np.abs(found.parameters - true) < 1.96 * found.errors) >= 0.88


def test_the_3pl_settles_where_nobody_guesses() -> None:
    """400 people and no guessing: the asymptotes are drawn down, and the hardest item does not leap."""
    random = np.random.default_rng(1)
    b, a = np.linspace(-2, 2, 24), random.uniform(0.7, 1.9, 24)
    theta = random.normal(size=400)
    answers = (random.random((400, 24)) < 1 / (1 + np.exp(-a * (theta[:, None] - b)))).astype(int)
    found = calibrate(answers, THREE_PL)
    assert found.passes < 300
    assert all(0 < item.c < 0.4 for item in found.items)


def test_true_values_lie_within_the_standard_errors() -> None:
    """95 % intervals hold the true slope and intercept about that often (40 items, 2,000 persons)."""
    a, b, responses = simulated(2000, 40, seed=9)
    found = calibrate(responses, TWO_PL, priors=False)
    true = np.stack([a, -a * b], axis=1)
    inside = np.abs(found.parameters - true) <= 1.96 * found.errors
    assert 0.88 <= inside.mean() <= 0.99


def test_priors_keep_few_answers_from_running_away() -> None:
    """At N = 100 unpenalised slopes and difficulties scatter widely; with the priors they do not."""
    a, b, responses = simulated(100, 20, seed=4)
    found = calibrate(responses, TWO_PL)
    assert np.sqrt(np.mean((np.array(difficulties(found)) - b) ** 2)) < 0.5
    assert np.sqrt(np.mean((found.parameters[:, 0] - a) ** 2)) < 0.5


def test_the_items_are_ready_for_a_test() -> None:
    found = calibrate(lsat.rows(lsat.LSAT7), TWO_PL, priors=False)
    first = found.items[0]
    assert isinstance(first, ThreeParameterLogistic)
    assert (first.a, first.b) == pytest.approx((0.9876, -1.8793), abs=0.003)


@pytest.mark.parametrize(
    ("responses", "message"),
    [
        (np.zeros((10, 3), int), "20 or more"),
        (np.ones((30, 3)), "whole numbers"),
        (np.array([[0, 1]] * 15 + [[1, 1]] * 15), "item 2: nobody reached category 0"),
        (np.array([[0, -2]] * 30), "category from 0"),
    ],
)
def test_answers_that_cannot_be_calibrated_are_refused(responses: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        calibrate(responses, TWO_PL)


def test_only_the_1pl_has_a_fixed_slope() -> None:
    with pytest.raises(ParameterError, match="1PL"):
        calibrate(lsat.rows(lsat.LSAT7), TWO_PL, fixed_slope=1.0)

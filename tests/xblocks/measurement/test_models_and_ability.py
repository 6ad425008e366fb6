"""Item response models and abilities against published and other programs' values, and their laws."""

from itertools import pairwise, product
from math import inf, nan, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xblocks.measurement.data import lsat
from xblocks.measurement.ability import (
    Answer,
    Estimate,
    Grid,
    eap,
    eap_of_sum_scores,
    expected_sum_score,
    map_estimate,
    maximum_likelihood,
    posterior,
    sum_score_likelihoods,
    weighted_likelihood,
)
from xblocks.measurement.errors import DataError, ParameterError
from xblocks.measurement.models import (
    GeneralizedPartialCredit,
    GradedResponse,
    ItemModel,
    ThreeParameterLogistic,
    TwoParameterLogistic,
    rasch,
)

# LSAT 7 in the parameters that R mirt estimates, rounded as catR was given them.
BANK = [
    TwoParameterLogistic(a, b)
    for a, b in zip(
        (0.9876, 1.0808, 1.7075, 0.7650, 0.7357),
        (-1.87926, -0.74754, -1.05724, -0.6353, -2.52076),
        strict=True,
    )
]
ANSWERS = [Answer(item, category) for item, category in zip(BANK, (1, 1, 0, 1, 0), strict=True)]
CATR_GRID = Grid(-4, 4, 33)

slopes = st.floats(0.2, 4)
locations = st.floats(-4, 4)
abilities = st.floats(-6, 6)


def steps(rising: bool) -> st.SearchStrategy[list[float]]:
    lists = st.lists(locations, min_size=1, max_size=6, unique=True)
    return (
        lists.map(sorted).filter(lambda found: all(b - a > 1e-6 for a, b in pairwise(found)))
        if rising
        else lists
    )


models = st.one_of(
    st.builds(ThreeParameterLogistic, slopes, locations, st.floats(0, 0.5)),
    st.builds(GradedResponse, slopes, steps(rising=True)),
    st.builds(GeneralizedPartialCredit, slopes, steps(rising=False)),
)


@pytest.mark.parametrize(
    ("estimate", "theta", "se"),
    [
        pytest.param(eap(ANSWERS, CATR_GRID), -0.58779, 0.68076, id="EAP"),
        pytest.param(map_estimate(ANSWERS), -0.63025, 0.65457, id="MAP"),
        pytest.param(maximum_likelihood(ANSWERS), -1.07435, 0.82581, id="ML"),
        pytest.param(weighted_likelihood(ANSWERS), -1.07884, 0.82578, id="WL"),
    ],
)
def test_abilities_are_those_of_catr(estimate: Estimate, theta: float, se: float) -> None:
    """CatR 3.17 on answers 1, 1, 0, 1, 0."""
    assert estimate == pytest.approx((theta, se), abs=1e-4)


@pytest.mark.parametrize(
    ("theta", "expected"),
    [
        (0, (0.11402, 0.24912, 0.35358, 0.13800, 0.06334)),
        (-1, (0.20309, 0.28666, 0.72715, 0.14350, 0.10046)),
    ],
)
def test_information_is_that_of_catr(theta: float, expected: tuple[float, ...]) -> None:
    assert [round(item.information(theta), 5) for item in BANK] == list(expected)


def test_3pl_is_that_of_catr() -> None:
    item = ThreeParameterLogistic(1.2, 0.5, 0.2)
    assert item.category_probs(0)[1] == pytest.approx(0.483475, abs=1e-6)
    assert item.information(0) == pytest.approx(0.193165, abs=1e-6)


def test_graded_response_is_that_of_catr() -> None:
    first, second = GradedResponse(1.2, (-1, 0.2, 1.4)), GradedResponse(1.5, (-0.8, 0, 0.9))
    assert first.category_probs(0.3) == pytest.approx((0.17365, 0.29639, 0.31915, 0.21082), abs=1e-5)
    assert second.category_probs(0.3) == pytest.approx((0.16111, 0.22825, 0.32159, 0.28905), abs=1e-5)
    assert [first.information(0.3), second.information(0.3)] == pytest.approx((0.44489, 0.69489), abs=1e-5)
    answers = [Answer(first, 2), Answer(second, 1)]
    assert eap(answers, CATR_GRID) == pytest.approx((0.04078, 0.65261), abs=1e-5)


def test_eap_for_sum_scores_of_lsat7_is_that_of_mirt() -> None:
    """EAP for sum scores (Thissen et al. 1995), six scores of five items."""
    exact = [
        TwoParameterLogistic(a, b)
        for a, b in zip(
            (0.9876, 1.0808, 1.7075, 0.7650, 0.7357),
            (-1.8793, -0.7475, -1.0572, -0.6353, -2.5208),
            strict=True,
        )
    ]
    scores = eap_of_sum_scores(exact)
    found = [one.estimate for one in scores]
    expected = [1000 * one.probability for one in scores]
    assert [one.theta for one in found] == pytest.approx(
        (-1.870, -1.432, -0.949, -0.413, 0.152, 0.727), abs=0.002
    )
    assert [one.se for one in found] == pytest.approx((0.693, 0.684, 0.694, 0.721, 0.759, 0.801), abs=0.002)
    assert expected == pytest.approx((10.09, 44.66, 109.77, 207.74, 319.19, 308.55), abs=0.05)
    assert sum(count for _pattern, count in lsat.counted(lsat.LSAT7)) == 1000


@given(st.lists(models, min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_sum_scores_are_as_probable_as_their_patterns(drawn: list[ItemModel]) -> None:
    """Lord & Wingersky's recursion against every pattern one by one, at each node."""
    grid = Grid(-3, 3, 4)
    expected = [[0.0] * 4 for _score in range(1 + sum(model.categories - 1 for model in drawn))]
    for pattern in product(*(range(model.categories) for model in drawn)):
        for node, theta in enumerate(grid.nodes):
            chances = (model.category_probs(theta)[k] for model, k in zip(drawn, pattern, strict=True))
            expected[sum(pattern)][node] += prod(chances)
    for found, row in zip(sum_score_likelihoods(drawn, grid), expected, strict=True):
        assert list(found) == pytest.approx(row, abs=1e-12)
    assert sum(one.probability for one in eap_of_sum_scores(drawn)) == pytest.approx(1)


@given(st.lists(st.builds(rasch, locations), min_size=1, max_size=12))
def test_a_higher_sum_score_of_rasch_items_is_a_higher_ability(drawn: list[ItemModel]) -> None:
    thetas = [one.estimate.theta for one in eap_of_sum_scores(drawn)]
    assert thetas == sorted(thetas)


def test_without_items_there_is_no_sum_score() -> None:
    with pytest.raises(DataError):
        eap_of_sum_scores([])


@given(models, abilities)
def test_information_is_never_negative(model: ItemModel, theta: float) -> None:
    assert model.information(theta) >= 0


@given(models, abilities)
def test_probabilities_are_probabilities(model: ItemModel, theta: float) -> None:
    probs = model.category_probs(theta)
    assert len(probs) == model.categories
    assert all(0 <= p <= 1 for p in probs)
    assert sum(probs) == pytest.approx(1, abs=1e-12)


@given(models, abilities)
def test_information_is_the_expected_squared_slope(model: ItemModel, theta: float) -> None:
    """Fisher's definition, by differences: the closed forms agree with it for every family."""
    h = 1e-4
    low, mid, high = (model.category_probs(theta + shift) for shift in (-h, 0, h))
    slopes = [(up - down) / (2 * h) for up, down in zip(high, low, strict=True)]
    expected = sum(slope**2 / p for slope, p in zip(slopes, mid, strict=True) if p > 1e-9)
    assert model.information(theta) == pytest.approx(expected, rel=1e-3, abs=1e-5)


@given(models, abilities, abilities)
def test_more_ability_expects_more_points(model: ItemModel, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert expected_sum_score([model], low) <= expected_sum_score([model], high) + 1e-12


@given(slopes, locations, abilities)
def test_the_2pl_is_symmetric_about_its_difficulty(a: float, b: float, distance: float) -> None:
    item = TwoParameterLogistic(a, b)
    right_above = item.category_probs(b + distance)[1]
    wrong_below = item.category_probs(b - distance)[0]
    assert right_above == pytest.approx(wrong_below, abs=1e-9)


@given(slopes, locations, abilities)
def test_two_categories_are_the_2pl_in_every_family(a: float, b: float, theta: float) -> None:
    expected = pytest.approx(TwoParameterLogistic(a, b).category_probs(theta), abs=1e-12)
    assert GradedResponse(a, [b]).category_probs(theta) == expected
    assert GeneralizedPartialCredit(a, [b]).category_probs(theta) == expected


@given(st.lists(st.tuples(models, st.floats(0, 0.999)), max_size=12))
def test_a_right_answer_never_lowers_the_ability(drawn: list[tuple[ItemModel, float]]) -> None:
    """The highest category of one more item moves EAP up, or not at all."""
    answers = [Answer(model, int(share * model.categories)) for model, share in drawn]
    item = TwoParameterLogistic(1, 0)
    assert eap([*answers, Answer(item, 1)]).theta >= eap(answers).theta - 1e-12
    assert eap([*answers, Answer(item, 0)]).theta <= eap(answers).theta + 1e-12


def test_without_answers_the_prior_is_what_is_known() -> None:
    assert eap([]) == pytest.approx((0, 1), abs=1e-6)
    assert posterior([]).above(0) == pytest.approx(0.5)


@given(st.floats(-7, 7), st.floats(-7, 7))
def test_the_chance_to_lie_above_a_cut_falls_as_the_cut_rises(one: float, other: float) -> None:
    known = posterior(ANSWERS)
    low, high = sorted((one, other))
    assert 1 >= known.above(low) >= known.above(high) - 1e-12 >= -1e-12


def test_five_hundred_answers_do_not_underflow() -> None:
    hard = TwoParameterLogistic(3, 3)
    estimate = eap([Answer(hard, 0)] * 250 + [Answer(hard, 1)] * 250)
    assert estimate.theta == pytest.approx(3, abs=0.05)


@pytest.mark.parametrize("answers", [[], [Answer(rasch(0), 1)], [Answer(rasch(0), 0)] * 3])
def test_there_is_no_likeliest_ability_where_all_answers_point_one_way(answers: list[Answer]) -> None:
    with pytest.raises(DataError):
        maximum_likelihood(answers)


@pytest.mark.parametrize(
    "make",
    [
        lambda: TwoParameterLogistic(0, 0),
        lambda: TwoParameterLogistic(11, 0),
        lambda: TwoParameterLogistic(nan, 0),
        lambda: TwoParameterLogistic(1, inf),
        lambda: TwoParameterLogistic(True, 0),
        lambda: ThreeParameterLogistic(1, 0, -0.1),
        lambda: ThreeParameterLogistic(1, 0, 1),
        lambda: GradedResponse(1, []),
        lambda: GradedResponse(1, [0, 0]),
        lambda: GradedResponse(1, [1, 0]),
        lambda: GeneralizedPartialCredit(1, [0] * 20),
        lambda: Grid(1, -1),
        lambda: Grid(sd=0),
    ],
)
def test_what_is_outside_the_range_is_refused(make: object) -> None:
    with pytest.raises(ParameterError):
        make()  # type: ignore[operator]


@pytest.mark.parametrize("category", [-1, 2, True])
def test_a_category_that_the_item_has_not_is_refused(category: int) -> None:
    with pytest.raises(DataError):
        eap([Answer(rasch(0), category)])

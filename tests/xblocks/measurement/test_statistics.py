"""Classical statistics, agreement, DIF, standard setting, decisions and linking against published values."""

import csv
from math import log
from pathlib import Path
from random import Random
from statistics import NormalDist, fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xblocks.measurement.data import lsat, verbal_aggression
from xblocks.measurement.ability import Estimate, expected_sum_score
from xblocks.measurement.agreement import Weights, icc, kappa
from xblocks.measurement.chi_square import upper_tail
from xblocks.measurement.classical import alpha, distractors, item_statistics, sem
from xblocks.measurement.decisions import decision_quality, probability_above
from xblocks.measurement.dif import mantel_haenszel
from xblocks.measurement.drift import drift
from xblocks.measurement.errors import DataError, ParameterError
from xblocks.measurement.linking import Link, Linkable, mean_sigma, stocking_lord
from xblocks.measurement.models import (
    GeneralizedPartialCredit,
    GradedResponse,
    ThreeParameterLogistic,
    TwoParameterLogistic,
    rasch,
)
from xblocks.measurement.policy import Standing, enough_for_dif, standing
from xblocks.measurement.standard_setting import (
    angoff,
    bookmark,
    bookmark_location,
    contrasting_groups,
    contrasting_logistic,
    theta_of_sum_score,
)

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize(
    ("patterns", "reliability", "item_rest"),
    [
        (lsat.LSAT6, 0.295, (0.1128, 0.1532, 0.1728, 0.1444, 0.1216)),
        (lsat.LSAT7, 0.4534, (0.2457, 0.2467, 0.3132, 0.2228, 0.1748)),
    ],
    ids=["LSAT6", "LSAT7"],
)
def test_item_statistics_are_those_of_psych(
    patterns: str, reliability: float, item_rest: tuple[float, ...]
) -> None:
    rows = lsat.rows(patterns)
    assert alpha(rows) == pytest.approx(reliability, abs=1e-4)
    found = item_statistics(rows)
    assert [one.item_rest for one in found] == pytest.approx(item_rest, abs=1e-4)
    assert [one.p for one in found] == [sum(row[i] for row in rows) / 1000 for i in range(5)]


def test_the_standard_error_of_measurement_of_lsat7() -> None:
    rows = lsat.rows(lsat.LSAT7)
    deviation = stdev(sum(row) for row in rows)
    assert deviation == pytest.approx(1.1986, abs=1e-4)
    assert sem(deviation, alpha(rows)) == pytest.approx(0.8861, abs=1e-4)


def test_alpha_of_longer_scales_is_that_of_psych() -> None:
    """KR-20 of 24 dichotomous items, and alpha of seven scales of 0 to 100."""
    assert alpha(verbal_aggression.rows()[0]) == pytest.approx(0.8761, abs=1e-4)
    with (DATA / "attitude.csv").open() as file:
        scales = [[float(cell) for cell in line] for line in list(csv.reader(file))[1:]]
    assert alpha(scales) == pytest.approx(0.8431, abs=1e-4)


def test_an_option_that_the_able_choose_correlates_with_the_rest() -> None:
    chosen = ["a"] * 6 + ["b"] * 3 + [""]
    found = distractors(chosen, [9, 8, 8, 7, 7, 6, 3, 2, 1, 2], ("a", "b", "c"))
    assert (found["a"].chosen, found["b"].chosen, found["c"].chosen) == (6, 3, 0)
    assert found["a"].correlation is not None and found["a"].correlation > 0.8
    assert found["b"].correlation is not None and found["b"].correlation < -0.5
    assert found["c"].correlation is None


# Agresti (1990), page 366: husbands' and wives' ratings.
SEXUAL_FUN = ((7, 7, 2, 3), (2, 8, 3, 7), (1, 5, 4, 9), (2, 8, 9, 14))
SMALL = ((44, 5, 1), (7, 20, 3), (9, 5, 6))


lines = st.builds(Link, st.floats(0.5, 2), st.floats(-2, 2))
linkable = st.one_of(
    st.builds(ThreeParameterLogistic, st.floats(0.2, 4), st.floats(-4, 4), st.floats(0, 0.5)),
    st.builds(TwoParameterLogistic, st.floats(0.2, 4), st.floats(-4, 4)),
    st.builds(
        GeneralizedPartialCredit, st.floats(0.2, 4), st.lists(st.floats(-4, 4), min_size=1, max_size=5)
    ),
)


@pytest.mark.parametrize(
    ("table", "weights", "value", "ase"),
    [
        (SEXUAL_FUN, Weights.UNWEIGHTED, 0.1293, 0.0686),
        (SEXUAL_FUN, Weights.LINEAR, 0.2374, 0.0783),
        (SEXUAL_FUN, Weights.QUADRATIC, 0.3320, 0.0973),
        (SMALL, Weights.QUADRATIC, 0.4545, 0.0940),
    ],
)
def test_kappa_is_that_of_vcd_and_statsmodels(
    table: tuple[tuple[int, ...], ...], weights: Weights, value: float, ase: float
) -> None:
    assert kappa(table, weights) == pytest.approx((value, ase), abs=1e-4)


def test_kappa_of_a_small_table() -> None:
    assert kappa(SMALL).value == pytest.approx(0.49, abs=0.005)


def test_icc_is_that_of_shrout_and_fleiss() -> None:
    """Their table 2: six targets, four judges; ICC(2,1) = .29, ICC(2,4) = .62."""
    ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    assert icc(ratings) == pytest.approx((0.29, 0.62), abs=0.005)


@pytest.mark.parametrize(
    "ratings",
    [[[0, 1], [1, 0]], [[1, 5], [5, 1], [3, 3]], [[0.7, 0.2]] * 12],
    ids=["opposite", "opposite around a middle", "each the same for all"],
)
def test_raters_who_tell_nothing_apart_do_not_agree(ratings: list[list[float]]) -> None:
    """The quotients would be 0 / 0, or above 1, as the estimated variance of what was rated is negative."""
    assert icc(ratings) == (0.0, 0.0)


def test_raters_who_say_the_same_agree_wholly() -> None:
    assert icc([[2, 2, 2], [5, 5, 5]]) == pytest.approx((1.0, 1.0))


# Bickel, Hammel & O'Connell (1975): men admitted and rejected, women admitted and rejected, by department.
UCB = (
    ((512, 313), (89, 19)), ((353, 207), (17, 8)), ((120, 205), (202, 391)),
    ((138, 279), (131, 244)), ((53, 138), (94, 299)), ((22, 351), (24, 317)),
)  # fmt: skip


def test_mantel_haenszel_is_that_of_r() -> None:
    found = mantel_haenszel(UCB)
    assert found.chi_square == pytest.approx(1.427, abs=1e-3)
    assert mantel_haenszel(UCB, corrected=False).chi_square == pytest.approx(1.525, abs=1e-3)
    assert found.odds_ratio == pytest.approx(0.904697, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((0.7719, 1.0603), abs=1e-4)
    assert found.ets_class == "A"


@pytest.mark.parametrize(
    ("item", "chi_square", "odds_ratio", "delta", "ets_class"),
    [
        ("S2DoCurse", 6.303, 3.116, -2.671, "C"),
        ("S1WantCurse", 1.708, 0.5881, 1.248, "A"),
        ("S1DoScold", 2.750, 2.002, -1.631, "A"),
    ],
)
def test_mantel_haenszel_by_sum_score_is_that_of_r(
    item: str, chi_square: float, odds_ratio: float, delta: float, ets_class: str
) -> None:
    """Verbal aggression by gender, strata the sum scores 1 to 23."""
    answers, men = verbal_aggression.rows()
    column = verbal_aggression.ITEMS.index(item)
    strata = [[[0, 0], [0, 0]] for _score in range(25)]
    for row, is_man in zip(answers, men, strict=True):
        strata[sum(row)][0 if is_man else 1][0 if row[column] else 1] += 1
    found = mantel_haenszel(strata[1:24])
    assert found.chi_square == pytest.approx(chi_square, abs=1e-3)
    assert found.odds_ratio == pytest.approx(odds_ratio, abs=1e-3)
    assert found.delta == pytest.approx(delta, abs=1e-3)
    assert found.ets_class == ets_class


def test_an_item_that_is_far_easier_for_one_group_is_class_c() -> None:
    strata = [((40, 10), (15, 35))] * 4
    found = mantel_haenszel(strata)
    assert found.odds_ratio == pytest.approx(40 * 35 / (10 * 15))
    assert found.delta == pytest.approx(-2.35 * log(found.odds_ratio))
    assert found.ets_class == "C"


@given(st.lists(st.tuples(*[st.integers(0, 30)] * 4), min_size=1, max_size=8))
def test_swapping_the_groups_turns_the_odds_ratio_round(cells: list[tuple[int, int, int, int]]) -> None:
    one = [((a, b), (c, d)) for a, b, c, d in cells]
    other = [((c, d), (a, b)) for a, b, c, d in cells]
    try:
        found = mantel_haenszel(one)
    except DataError:
        with pytest.raises(DataError):
            mantel_haenszel(other)
        return
    turned = mantel_haenszel(other)
    assert found.odds_ratio * turned.odds_ratio == pytest.approx(1)
    assert found.chi_square == pytest.approx(turned.chi_square)


@pytest.mark.parametrize(
    ("item", "probability", "offset"),
    [
        (TwoParameterLogistic(1.3, 0.4), 0.67, 0.7082),
        (TwoParameterLogistic(1.3, 0.4), 2 / 3, 0.6931),
        (ThreeParameterLogistic(1.3, 0.4, 0.2), 0.67, 0.3536),
    ],
)
def test_bookmark_locations_are_the_closed_forms(
    item: ThreeParameterLogistic, probability: float, offset: float
) -> None:
    location = bookmark_location(item, probability)
    assert location == pytest.approx(item.b + offset / item.a, abs=1e-4)
    assert item.category_probs(location)[1] == pytest.approx(probability)


def test_panels_give_a_cut_and_its_error() -> None:
    found = angoff([[0.6, 0.7, 0.8], [0.5, 0.6, 0.7], [0.7, 0.8, 0.9]])
    assert found == pytest.approx((2.1, 0.3 / 3**0.5))
    items = [rasch(b) for b in (1, -1, 0)]
    marks = bookmark(items, [1, 2, 3])
    assert marks.cut == pytest.approx(0.7082, abs=1e-4)
    assert marks.se == pytest.approx(1 / 3**0.5)


def test_contrasting_groups_misclassify_fewest_at_the_cut() -> None:
    assert contrasting_groups([7, 8, 9, 6], [3, 4, 5, 6.5]) == pytest.approx(6.5, abs=0.5)
    assert contrasting_groups([5, 6, 7], [1, 2, 3]) == 5


def test_contrasting_groups_by_logistic_regression() -> None:
    """Two normal groups of one spread: the line crosses half-way, as their densities do."""
    normal = NormalDist()
    shares = [(i + 0.5) / 400 for i in range(400)]
    competent = [70 + 10 * normal.inv_cdf(share) for share in shares]
    others = [50 + 10 * normal.inv_cdf(share) for share in shares]
    found = contrasting_logistic(competent, others)
    assert found.cut == pytest.approx(60, abs=0.01)
    few = contrasting_logistic(competent, others[::10])
    assert few.cut == pytest.approx(60, abs=0.3)
    assert few.se > found.se > 0


def test_the_error_of_contrasting_groups_is_the_scatter_of_its_cuts() -> None:
    """200 pairs of groups of 40: the mean error is within a fifth of the cuts' standard deviation."""
    draw = Random(8)
    found = []
    for _panel in range(200):
        competent = [draw.gauss(70, 10) for _person in range(40)]
        found.append(contrasting_logistic(competent, [draw.gauss(52, 10) for _person in range(40)]))
    scatter = stdev(one.cut for one in found)
    assert fmean(one.se for one in found) == pytest.approx(scatter, rel=0.2)
    assert fmean(one.cut for one in found) == pytest.approx(61, abs=0.3)


def test_the_test_characteristic_curve_is_inverted() -> None:
    items = [rasch(b) for b in (-1, 0, 0.5, 2)]
    assert expected_sum_score(items, theta_of_sum_score(items, 2.5)) == pytest.approx(2.5)
    with pytest.raises(ParameterError):
        theta_of_sum_score(items, 4)


def test_decisions_far_from_the_cut_are_sure_and_those_at_it_are_not() -> None:
    assert decision_quality([Estimate(3, 0.3), Estimate(-3, 0.3)], 0) == pytest.approx((1, 1), abs=1e-9)
    assert decision_quality([Estimate(0, 0.3)], 0) == (0.5, 0.5)
    assert probability_above(Estimate(1, 1), 0) == pytest.approx(0.841345, abs=1e-6)


@pytest.mark.parametrize("method", [mean_sigma, stocking_lord])
@pytest.mark.parametrize("link", [Link(1, 0), Link(0.8, 0.35), Link(1.3, -0.6)])
def test_linking_finds_the_line_that_made_the_new_scale(method: object, link: Link) -> None:
    draw = Random(3)
    new = [ThreeParameterLogistic(draw.uniform(0.7, 1.8), draw.uniform(-2, 2), 0.1) for _ in range(8)]
    old = [link.item(item) for item in new]
    assert method(new, old) == pytest.approx(link, abs=1e-4)  # type: ignore[operator]


@pytest.mark.parametrize("method", [mean_sigma, stocking_lord])
@pytest.mark.parametrize("kind", [GradedResponse, GeneralizedPartialCredit])
def test_linking_takes_items_with_categories(method: object, kind: type[GradedResponse]) -> None:
    draw, link = Random(6), Link(1.2, -0.4)
    new = [kind(draw.uniform(0.7, 1.8), sorted(draw.uniform(-2, 2) for _ in range(3))) for _ in range(6)]
    assert method(new, [link.item(item) for item in new]) == pytest.approx(link, abs=1e-4)  # type: ignore[operator]


@given(lines, linkable, st.floats(-4, 4))
def test_a_line_moves_the_scale_and_not_the_curves(link: Link, item: Linkable, theta: float) -> None:
    moved = link.item(item)
    assert type(moved) is type(item)
    assert moved.category_probs(link.theta(theta)) == pytest.approx(item.category_probs(theta), abs=1e-9)
    back = Link(1.0 / link.slope, -link.intercept / link.slope)
    assert back.theta(link.theta(theta)) == pytest.approx(theta, abs=1e-9)
    again = back.item(moved)
    assert (again.a, *again.locations) == pytest.approx((item.a, *item.locations), abs=1e-9)  # type: ignore[attr-defined]


@pytest.mark.parametrize("method", [mean_sigma, stocking_lord])
def test_linking_bears_an_anchor_that_nearly_everybody_solves(method: object) -> None:
    """Three wrong of 400 come out at a difficulty of -8.4; the scale in use may be wider."""
    draw, link = Random(8), Link(1.4, -0.6)
    new = [TwoParameterLogistic(draw.uniform(0.8, 1.6), draw.uniform(-2, 2)) for _ in range(8)]
    new.append(TwoParameterLogistic(0.56, -8.4))
    assert method(new, [link.item(item) for item in new]) == pytest.approx(link, abs=1e-4)  # type: ignore[operator]


def test_stocking_lord_bears_noise_in_the_anchors() -> None:
    draw, link = Random(4), Link(1.1, 0.2)
    new = [TwoParameterLogistic(draw.uniform(0.8, 1.6), draw.uniform(-2, 2)) for _ in range(20)]
    old = [
        ThreeParameterLogistic(item.a * draw.uniform(0.9, 1.1), item.b + draw.gauss(0, 0.05))
        for item in map(link.item, new)
    ]
    found = stocking_lord(new, old)
    assert found == pytest.approx(link, abs=0.06)


def test_an_item_that_moved_is_found_and_the_others_are_not() -> None:
    draw = Random(2)
    old = [TwoParameterLogistic(draw.uniform(0.8, 1.6), draw.uniform(-1.5, 1.5)) for _ in range(15)]
    new = [TwoParameterLogistic(item.a, item.b + draw.gauss(0, 0.05)) for item in old]
    new[3] = TwoParameterLogistic(new[3].a, new[3].b + 0.6)
    found = drift(new, old)
    assert [number for number, one in enumerate(found) if one.flagged] == [3]
    assert found[3].shift == pytest.approx(0.6, abs=0.15)
    assert not any(one.flagged for one in drift(old, old))


def test_robust_z_is_the_closed_form() -> None:
    """Huynh & Meyer (2010): (shift - median) / (.74 interquartile range), here (5 - 2) / (.74 x 2)."""
    old = [rasch(0)] * 5
    new = [rasch(b) for b in (0, 1, 2, 3, 5)]
    assert drift(new, old)[4].robust_z == pytest.approx(3 / 1.48)


def test_the_curves_of_an_item_may_drift_apart_by_its_slope_alone() -> None:
    old = [TwoParameterLogistic(1, b) for b in (-1, -0.5, 0, 0.5, 1)]
    new = [*old[:2], TwoParameterLogistic(3, 0), *old[3:]]
    found = drift(new, old)[2]
    assert found.shift == 0 and found.flagged


@pytest.mark.parametrize(
    ("value", "df", "p"),
    [(3.841459, 1, 0.05), (5.991465, 2, 0.05), (11.344867, 3, 0.01), (124.342113, 100, 0.05), (0, 5, 1)],
)
def test_the_tail_of_chi_square_is_that_of_the_tables(value: float, df: int, p: float) -> None:
    assert upper_tail(value, df) == pytest.approx(p, abs=1e-6)


@pytest.mark.parametrize(
    ("answers", "guessing", "expected"),
    [
        (0, False, Standing.PILOT),
        (99, False, Standing.PILOT),
        (100, False, Standing.PROVISIONAL),
        (299, False, Standing.PROVISIONAL),
        (300, False, Standing.OPERATIONAL),
        (300, True, Standing.PROVISIONAL),
        (500, True, Standing.OPERATIONAL),
    ],
)
def test_parameters_are_trusted_by_how_many_have_answered(
    answers: int, guessing: bool, expected: Standing
) -> None:
    assert standing(answers, guessing=guessing) is expected
    assert enough_for_dif(answers) is (answers >= 500)


@pytest.mark.parametrize(
    "call",
    [
        lambda: item_statistics([[1, 0]]),
        lambda: item_statistics([[1, 0], [1]]),
        lambda: item_statistics([[], []]),
        lambda: alpha([[1], [0]]),
        lambda: alpha([[1, 0], [0, 1]]),
        lambda: distractors([], [], ("a",)),
        lambda: kappa([[1]]),
        lambda: kappa([[0, 0], [0, 0]]),
        lambda: kappa([[3, 0], [0, 0]]),
        lambda: icc([[1, 1], [1, 1]]),
        lambda: icc([[0.1] * 3] * 7),
        lambda: icc([[1, 2]]),
        lambda: mantel_haenszel([((1, 0), (0, 0))]),
        lambda: angoff([[0.5]]),
        lambda: angoff([]),
        lambda: contrasting_groups([], [1]),
        lambda: decision_quality([], 0),
        lambda: mean_sigma([rasch(0)] * 3, [rasch(1)] * 3),
        lambda: stocking_lord([rasch(0)], [rasch(1)]),
        lambda: mean_sigma([rasch(0)] * 3, [rasch(0), rasch(1), GradedResponse(1, [0, 1])]),
        lambda: contrasting_logistic([1], [0, 2]),
        lambda: contrasting_logistic([5, 6, 7], [1, 2, 3]),
        lambda: contrasting_logistic([1, 2, 3], [2, 3, 4]),
        lambda: contrasting_logistic([2, 2], [2, 2]),
        lambda: drift([rasch(0)] * 4, [rasch(0)] * 4),
        lambda: drift([rasch(0)] * 5, [GradedResponse(1, [0, 1])] * 5),
    ],
)
def test_data_that_do_not_allow_the_figure_are_refused(call: object) -> None:
    with pytest.raises(DataError):
        call()  # type: ignore[operator]


@pytest.mark.parametrize(
    "call",
    [
        lambda: angoff([[1.1], [0.5]]),
        lambda: bookmark([rasch(0)], [0, 1]),
        lambda: bookmark_location(ThreeParameterLogistic(1, 0, 0.7), 0.67),
        lambda: sem(1, 1.2),
        lambda: probability_above(Estimate(0, 0), 0),
        lambda: upper_tail(1, 0),
        lambda: upper_tail(-1, 1),
        lambda: upper_tail(1, True),
        lambda: standing(-1),
        lambda: enough_for_dif(True),
    ],
)
def test_parameters_outside_the_range_are_refused(call: object) -> None:
    with pytest.raises(ParameterError):
        call()  # type: ignore[operator]

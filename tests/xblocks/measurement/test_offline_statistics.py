"""CML, item fit, local dependence, logistic DIF and rater severity against published and computed values."""

from itertools import combinations
from math import exp, log
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xblocks.measurement.data import lsat, verbal_aggression
from xblocks.measurement.ability import Answer, Grid, eap, maximum_likelihood
from xblocks.measurement.errors import DataError, ParameterError
from xblocks.measurement.models import GeneralizedPartialCredit, ItemModel, TwoParameterLogistic, rasch
from xblocks.measurement.offline.calibration import MISSING, calibrate
from xblocks.measurement.offline.conditional import ConditionalRasch, conditional_rasch
from xblocks.measurement.offline.facets import Facets, Rating, many_facets
from xblocks.measurement.offline.families import TWO_PL
from xblocks.measurement.offline.fit import abilities, dependent_pairs, mean_squares, q3, s_x2
from xblocks.measurement.offline.logistic import logistic_dif

DATA = Path(__file__).parent / "data"
S1 = np.loadtxt(DATA / "S1.csv", delimiter=",", skiprows=1, dtype=int)
LSAT7 = np.array(lsat.rows(lsat.LSAT7))


def answered(models: list[ItemModel], theta: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Return simulated answers (N, J)."""
    columns = []
    for model in models:
        below = np.array([model.category_probs(one) for one in theta]).cumsum(axis=1)[:, :-1]
        columns.append((draw.random((len(theta), 1)) > below).sum(axis=1))
    return np.stack(columns, axis=1)


class TestConditionalRasch:
    @pytest.mark.parametrize(
        ("patterns", "difficulties", "value"),
        [
            (lsat.LSAT7, (-0.54147, 0.53655, -0.13358, 0.80517, -0.66666), -1182.70),
            (lsat.LSAT6, (-1.25613, 0.47491, 1.23598, 0.16841, -0.62317), -1091.57),
        ],
        ids=["LSAT7", "LSAT6"],
    )
    def test_it_is_that_of_erm(self, patterns: str, difficulties: tuple[float, ...], value: float) -> None:
        found = conditional_rasch(lsat.rows(patterns))
        assert found.difficulties == pytest.approx(difficulties, abs=1e-4)
        assert found.log_likelihood == pytest.approx(value, abs=0.005)

    def test_its_errors_are_those_of_erm(self) -> None:
        found = conditional_rasch(LSAT7)
        assert found.errors == pytest.approx((0.0792, 0.0680, 0.0731, 0.0675, 0.0815), abs=1e-4)

    def test_ten_items_are_those_of_erm(self) -> None:
        found = conditional_rasch(S1)
        expected = (-1.4222, -0.6300, 0.4546, 1.7592, -1.2675, 0.1365, 1.9947, -2.0953, -0.3374, 1.4075)
        assert found.difficulties == pytest.approx(expected, abs=0.002)
        assert found.log_likelihood == pytest.approx(-3139.38, abs=0.005)

    def test_abilities_on_its_scale_are_those_of_erm(self) -> None:
        items = conditional_rasch(lsat.rows(lsat.LSAT6)).items
        found = [
            maximum_likelihood([Answer(item, int(number < score)) for number, item in enumerate(items)]).theta
            for score in (1, 2, 3, 4)
        ]
        assert found == pytest.approx((-1.6015, -0.4743, 0.4809, 1.5999), abs=1e-4)

    def test_two_items_have_a_closed_form(self) -> None:
        """The difference is the log odds of who had one of them right; its error as in a 2 x 2 table."""
        found = conditional_rasch([[1, 0]] * 30 + [[0, 1]] * 12 + [[1, 1]] * 5)
        half = log(30 / 12) / 2
        assert found.difficulties == pytest.approx((-half, half))
        assert found.errors == pytest.approx([(1 / 30 + 1 / 12) ** 0.5 / 2] * 2)
        assert found.persons == 42

    def test_the_likelihood_is_that_of_all_patterns(self) -> None:
        """Against the sum over every pattern of a score, written out."""
        found = conditional_rasch(S1)
        easiness = np.exp(-found.difficulties)
        sums = [
            sum(np.prod(easiness[list(right)]) for right in combinations(range(10), n)) for n in range(11)
        ]
        expected = sum(log(np.prod(easiness[row == 1]) / sums[row.sum()]) for row in S1 if 0 < row.sum() < 10)
        assert found.log_likelihood == pytest.approx(expected, abs=1e-6)

    def test_items_that_were_not_given_are_left_out(self) -> None:
        draw = np.random.default_rng(5)
        b = np.linspace(-2, 2, 12)
        responses = answered([rasch(one) for one in b], draw.normal(size=2000), draw)
        responses[:1000, 8:] = MISSING
        responses[1000:, :4] = MISSING
        found = conditional_rasch(responses)
        assert np.abs((found.difficulties - b) / found.errors).max() < 3
        assert np.sqrt(np.mean((found.difficulties - b) ** 2)) < 0.12

    @given(st.permutations(range(5)))
    @settings(max_examples=10, deadline=None)
    def test_the_order_of_items_does_not_matter(self, order: list[int]) -> None:
        found = conditional_rasch(LSAT7[:, order])
        assert found.difficulties == pytest.approx(self.lsat7().difficulties[order], abs=1e-8)

    def test_right_and_wrong_changed_over_turn_the_signs(self) -> None:
        assert conditional_rasch(1 - LSAT7).difficulties == pytest.approx(-self.lsat7().difficulties)

    @staticmethod
    def lsat7() -> ConditionalRasch:
        return conditional_rasch(LSAT7)

    @pytest.mark.parametrize(
        ("responses", "message"),
        [
            ([[0, 2], [1, 0]], "0 and 1"),
            ([[0.5, 1], [1, 0]], "0 and 1"),
            ([[0], [1]], "2 to 150"),
            ([[1, 1, 0]] * 5 + [[1, 0, 1]] * 5, "do not connect"),
            ([[1, 1], [0, 0]], "do not connect"),
            ([[1, 0, MISSING, MISSING], [0, 1, -1, -1], [-1, -1, 1, 0], [-1, -1, 0, 1]], "do not connect"),
        ],
    )
    def test_answers_that_fix_no_difficulties_are_refused(
        self, responses: list[list[int]], message: str
    ) -> None:
        with pytest.raises(DataError, match=message):
            conditional_rasch(responses)


class TestFit:
    def test_s_x2_of_lsat7_is_that_of_r_mirt(self) -> None:
        """The example of its ``itemfit``; the Python mirt gives 4.7504, 14.4533, 1.2725, 5.2366, .9409."""
        items = calibrate(LSAT7, TWO_PL, priors=False, tolerance=1e-7).items
        found = s_x2(LSAT7, items)
        expected = (4.749, 14.452, 1.270, 5.237, 0.941)
        assert [one.chi_square for one in found] == pytest.approx(expected, abs=0.003)
        assert [one.df for one in found] == [2] * 5
        assert [one.p for one in found] == pytest.approx((0.093, 0.001, 0.530, 0.073, 0.625), abs=0.001)

    def test_mean_squares_are_those_of_mirt(self) -> None:
        """The Python mirt 1.2.0, at the same EAP abilities."""
        items = calibrate(LSAT7, TWO_PL, priors=False, tolerance=1e-7).items
        found = mean_squares(LSAT7, items, abilities(LSAT7, items)[0])
        infit = (0.958180, 0.815986, 0.750093, 0.881428, 0.989222)
        outfit = (0.775815, 0.736778, 0.484376, 0.855208, 0.866230)
        assert [one.infit for one in found] == pytest.approx(infit, abs=1e-4)
        assert [one.outfit for one in found] == pytest.approx(outfit, abs=1e-4)

    def test_mean_squares_of_two_persons_are_the_closed_form(self) -> None:
        """At theta = b a right answer has z² = 1; at P = .8 a wrong one has z² = .8/.2 and weight .16."""
        found = mean_squares([[1], [0]], [rasch(0)], [0, log(4)])[0]
        assert found.outfit == pytest.approx((1 + 4) / 2)
        assert found.infit == pytest.approx((0.25 + 0.64) / (0.25 + 0.16))

    def test_the_statistics_are_as_their_laws_say_where_the_model_holds(self) -> None:
        """40 items, 2,000 persons at their true abilities: means 1, t about standard normal, few p < .05."""
        draw = np.random.default_rng(3)
        models: list[ItemModel] = [
            TwoParameterLogistic(a, b)
            for a, b in zip(draw.uniform(0.7, 1.8, 30), draw.normal(size=30), strict=True)
        ]
        models += [GeneralizedPartialCredit(a, [-1, 0, 0.8]) for a in draw.uniform(0.6, 1.2, 10)]
        theta = draw.normal(size=2000)
        responses = answered(models, theta, draw)
        squares = mean_squares(responses, models, theta)
        assert np.mean([one.infit for one in squares]) == pytest.approx(1, abs=0.01)
        assert np.mean([one.outfit for one in squares]) == pytest.approx(1, abs=0.02)
        assert 0.7 < np.std([one.infit_t for one in squares]) < 1.3
        assert 0.7 < np.std([one.outfit_t for one in squares]) < 1.3
        sums = s_x2(responses, models, parameters=0)
        assert np.mean([one.chi_square / one.df for one in sums]) == pytest.approx(1, abs=0.08)
        assert sum(one.p is not None and one.p < 0.05 for one in sums) <= 5

    def test_an_item_that_does_not_fit_is_found(self) -> None:
        draw = np.random.default_rng(4)
        models: list[ItemModel] = [rasch(b) for b in np.linspace(-1.5, 1.5, 12)]
        theta = draw.normal(size=1500)
        responses = answered(models, theta, draw)
        responses[:, 5] = draw.random(1500) < 0.5
        squares, sums = mean_squares(responses, models, theta), s_x2(responses, models, parameters=1)
        assert max(range(12), key=lambda item: squares[item].outfit) == 5 and squares[5].outfit_t > 5
        worst = sums[5].p
        assert worst is not None and worst < 1e-6

    def test_q3_is_the_correlation_of_residuals(self) -> None:
        draw = np.random.default_rng(6)
        models: list[ItemModel] = [TwoParameterLogistic(1.2, b) for b in (-1, -0.5, 0, 0.5, 1)]
        theta = draw.normal(size=800)
        responses = answered(models, theta, draw)
        residuals = responses - np.array(
            [[model.category_probs(one)[1] for model in models] for one in theta]
        )
        found = q3(responses, models, theta)
        assert found == pytest.approx(np.corrcoef(residuals.T))
        responses[:100, 0] = MISSING
        found = q3(responses, models, theta)
        assert found[0, 1] == pytest.approx(np.corrcoef(residuals[100:, :2].T)[0, 1])

    def test_two_items_that_share_a_text_are_found(self) -> None:
        """Item 5 repeats item 4 for half of the people."""
        draw = np.random.default_rng(7)
        models: list[ItemModel] = [rasch(b) for b in np.linspace(-1, 1, 12)]
        responses = answered(models, draw.normal(size=1000), draw)
        copied = draw.random(1000) < 0.5
        responses[copied, 5] = responses[copied, 4]
        theta, _se = abilities(responses, models)
        pairs = dependent_pairs(q3(responses, models, theta))
        assert [pair[:2] for pair in pairs] == [(4, 5)]

    def test_abilities_are_those_of_the_run_time(self) -> None:
        models: list[ItemModel] = [rasch(-0.5), GeneralizedPartialCredit(0.8, [-1, 0.5])]
        theta, se = abilities([[1, 2], [0, 0], [MISSING, 1]], models)
        answers = [
            [Answer(models[0], 1), Answer(models[1], 2)],
            [Answer(models[0], 0), Answer(models[1], 0)],
            [Answer(models[1], 1)],
        ]
        for person, given_answers in enumerate(answers):
            assert (theta[person], se[person]) == pytest.approx(eap(given_answers), abs=1e-6)

    @pytest.mark.parametrize(
        "call",
        [
            lambda: mean_squares([[0, 1]], [rasch(0)] * 2, [0]),
            lambda: mean_squares([[0], [1]], [rasch(0)] * 2, [0, 0]),
            lambda: mean_squares([[0], [2]], [rasch(0)], [0, 0]),
            lambda: mean_squares([[-1], [-1]], [rasch(0)], [0, 0]),
            lambda: mean_squares([[0], [1]], [rasch(0)], [0]),
            lambda: mean_squares([[0], [1]], [rasch(0)], [0, float("nan")]),
            lambda: s_x2([[0, 1], [1, 0]], [rasch(0)] * 2),
            lambda: s_x2([[0, 1, -1], [1, -1, 0]], [rasch(0)] * 3),
        ],
    )
    def test_answers_that_are_not_of_the_models_are_refused(self, call: object) -> None:
        with pytest.raises(DataError):
            call()  # type: ignore[operator]

    def test_a_bound_that_is_none_is_refused(self) -> None:
        with pytest.raises(ParameterError):
            dependent_pairs(np.eye(3), 1.0)


class TestLogisticDif:
    @pytest.mark.parametrize(
        ("item", "uniform", "nonuniform", "log_odds"),
        [
            ("S2DoCurse", 7.637181, 0.056301, 0.983677),
            ("S1WantCurse", 1.999803, 0.001551, -0.494611),
            ("S1DoScold", 4.096832, 0.633544, 0.732674),
        ],
    )
    def test_it_is_that_of_statsmodels(
        self, item: str, uniform: float, nonuniform: float, log_odds: float
    ) -> None:
        """Logit of statsmodels 0.15.0: verbal aggression by gender, matched by the sum score."""
        answers, men = verbal_aggression.rows()
        column = verbal_aggression.ITEMS.index(item)
        found = logistic_dif([row[column] for row in answers], [sum(row) for row in answers], men)
        assert (found.uniform, found.nonuniform) == pytest.approx((uniform, nonuniform), abs=1e-5)
        assert found.log_odds == pytest.approx(log_odds, abs=1e-5)
        assert found.chi_square == pytest.approx(uniform + nonuniform, abs=1e-5)
        assert found.p == pytest.approx(exp(-found.chi_square / 2))
        assert found.jg_class == "A"

    def test_it_finds_what_mantel_haenszel_cannot(self) -> None:
        """Two groups whose curves cross, and an item that is just harder for one."""
        draw = np.random.default_rng(1)
        theta, reference = draw.normal(size=2000), np.arange(2000) < 1000
        crossing = np.where(reference, 2.5 * theta, 0.4 * theta)
        found = logistic_dif(draw.random(2000) < 1 / (1 + np.exp(-crossing)), theta, reference)
        assert found.nonuniform > 30 and found.p < 1e-6 and found.jg_class == "C"
        harder = 1.2 * theta + 1.0 * reference
        found = logistic_dif(draw.random(2000) < 1 / (1 + np.exp(-harder)), theta, reference)
        assert found.uniform > 30 and found.nonuniform < 6
        assert found.log_odds == pytest.approx(1.0, abs=0.25)

    def test_without_dif_it_is_significant_one_time_in_twenty(self) -> None:
        draw = np.random.default_rng(2)
        theta, reference = draw.normal(size=600), np.arange(600) < 300
        chances = 1 / (1 + np.exp(-theta))
        significant = [
            logistic_dif(draw.random(600) < chances, theta, reference).p < 0.05 for _ in range(200)
        ]
        assert 0.015 <= np.mean(significant) <= 0.09

    def test_changing_the_groups_over_turns_the_sign(self) -> None:
        answers, men = verbal_aggression.rows()
        right, scores = [row[3] for row in answers], [sum(row) for row in answers]
        one, other = logistic_dif(right, scores, men), logistic_dif(right, scores, [not man for man in men])
        assert one.log_odds == pytest.approx(-other.log_odds)
        assert one.chi_square == pytest.approx(other.chi_square)

    @pytest.mark.parametrize(
        "arguments",
        [
            ([1, 0], [1, 2], [True]),
            ([1, 0, 2], [1, 2, 3], [1, 0, 1]),
            ([1, 0, 1], [1, 2, 3], [1, 0, 2]),
            ([1, 0, 1], [1, float("inf"), 3], [1, 0, 1]),
            ([1, 1, 1], [1, 2, 3], [1, 0, 1]),
            ([1, 0, 1], [2, 2, 2], [1, 0, 1]),
            ([1, 0, 1], [1, 2, 3], [1, 1, 1]),
            ([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6], [1, 0, 1, 0, 1, 0]),
            ([], [], []),
        ],
    )
    def test_what_cannot_be_tested_is_refused(self, arguments: tuple[list[float], ...]) -> None:
        with pytest.raises(DataError):
            logistic_dif(*arguments)


def rated(seed: int, spread: float) -> tuple[np.ndarray, np.ndarray, list[Rating], np.ndarray]:
    """Return abilities, severities, ratings and each person's sums by rater: 200 people, 4 of 10 raters."""
    draw = np.random.default_rng(seed)
    theta, severity = draw.normal(size=200), spread * draw.normal(size=10)
    steps = np.sort(draw.normal(size=(3, 3)), axis=1)
    ratings, sums = [], np.zeros((200, 4))
    for person in range(200):
        for place, rater in enumerate(draw.choice(10, 4, replace=False)):
            for criterion in range(3):
                model = GeneralizedPartialCredit(1, list(steps[criterion] + severity[rater]))
                category = int(draw.choice(4, p=model.category_probs(theta[person])))
                ratings.append(Rating(person, criterion, int(rater), category))
                sums[person, place] += category
    return theta, severity, ratings, sums


class TestFacets:
    @staticmethod
    def correlation(found: Facets, theta: np.ndarray) -> float:
        return float(np.corrcoef([one.theta for one in found.abilities], theta)[0, 1])

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_it_is_nearer_to_the_truth_than_mean_or_median_where_raters_differ(self, seed: int) -> None:
        theta, severity, ratings, sums = rated(seed, 1.0)
        found = many_facets(ratings)
        of_mean = np.corrcoef(sums.mean(axis=1), theta)[0, 1]
        of_median = np.corrcoef([median(row) for row in sums], theta)[0, 1]
        assert self.correlation(found, theta) > of_mean + 0.05
        assert of_mean > of_median
        assert self.correlation(found, theta) > 0.9
        assert found.rater_sd == pytest.approx(severity.std(ddof=1), abs=0.15)
        assert found.sd == pytest.approx(1, abs=0.15)
        gaps = [
            (one.theta - true) / one.se
            for one, true in zip(found.severities, severity - severity.mean(), strict=True)
        ]
        assert sum(gap**2 for gap in gaps) / 10 < 2.5
        assert sum(one.theta for one in found.severities) == pytest.approx(0, abs=1e-3)
        covered = [abs(a.theta - t) < 1.96 * a.se for a, t in zip(found.abilities, theta, strict=True)]
        assert 0.9 <= np.mean(covered) <= 0.99
        assert all(0.5 < one < 1.3 for one in found.fit)

    def test_it_loses_nothing_where_raters_do_not_differ(self) -> None:
        theta, _severity, ratings, sums = rated(4, 0.0)
        found = many_facets(ratings)
        assert found.rater_sd < 0.1
        assert self.correlation(found, theta) >= np.corrcoef(sums.mean(axis=1), theta)[0, 1] - 0.002

    def test_an_erratic_rater_is_found(self) -> None:
        _theta, _severity, ratings, _sums = rated(5, 0.5)
        draw = np.random.default_rng(0)
        found = many_facets(
            [one._replace(category=int(draw.integers(4))) if one.rater == 7 else one for one in ratings]
        )
        assert max(range(10), key=lambda rater: found.fit[rater]) == 7
        assert found.fit[7] > 1.5

    def test_with_one_kind_of_rater_it_is_the_partial_credit_model(self) -> None:
        """Raters without any difference: steps and abilities are those of the model with a common slope."""
        _theta, _severity, ratings, _sums = rated(6, 0.0)
        found = many_facets(ratings)
        first = [Answer(found.criteria[one.criterion], one.category) for one in ratings if one.person == 0]
        alone = eap(first, Grid(-6, 6, 121, sd=found.sd))
        assert found.abilities[0].theta == pytest.approx(alone.theta, abs=0.03)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda rows: rows[:10], "20 or more"),
            (lambda rows: [*rows, rows[0]], "twice"),
            (lambda rows: [one for one in rows if one.rater != 3], "rater 3 has no rating"),
            (lambda rows: [one for one in rows if one.person != 5], "person 5 has no rating"),
            (lambda rows: [one for one in rows if (one.criterion, one.category) != (1, 2)], "criterion 1"),
            (
                lambda rows: [one._replace(rater=one.person % 10) for one in rows][::12],
                "numbered|criterion|two raters",
            ),
        ],
    )
    def test_ratings_that_say_nothing_are_refused(self, change: object, message: str) -> None:
        with pytest.raises(DataError, match=message):
            many_facets(change(rated(1, 1.0)[2]))  # type: ignore[operator]

    def test_people_that_one_rater_each_has_rated_are_refused(self) -> None:
        rows = [
            Rating(person, criterion, person % 3, (person + criterion) % 2)
            for person in range(30)
            for criterion in range(2)
        ]
        with pytest.raises(DataError, match="two raters"):
            many_facets(rows)

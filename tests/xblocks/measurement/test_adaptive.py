"""The adaptive test: what it promises of each step, and how well it measures (simulated, seeded)."""

from collections import Counter
from math import exp, sqrt
from random import Random
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xblocks.measurement.ability import Answer, eap
from xblocks.measurement.adaptive import AdaptiveTest, Given, Rules, StopReason, over_exposed
from xblocks.measurement.errors import DataError, ParameterError
from xblocks.measurement.models import ThreeParameterLogistic, TwoParameterLogistic
from xblocks.measurement.pool import KEPT, THETAS, OrderTable, Pool, PoolItem, nearest

AREAS = tuple(f"area-{number}" for number in range(5))
EVEN = dict.fromkeys(AREAS, 1.0)


def bank(size: int, seed: int = 20) -> list[PoolItem]:
    """Items as a good bank has them: slopes around 1.1, difficulties as the officials' abilities."""
    draw = Random(seed)
    return [
        PoolItem(
            f"item-{number}",
            TwoParameterLogistic(min(max(exp(draw.gauss(0.1, 0.4)), 0.3), 3), draw.gauss(0, 1)),
            AREAS[number % len(AREAS)],
        )
        for number in range(size)
    ]


POOL = Pool(bank(300))


def taken(test: AdaptiveTest, theta: float, draw: Random) -> list[Given]:
    """Return a whole attempt of somebody of this ability."""
    given: list[Given] = []
    while (item_id := test.step(given).item_id) is not None:
        if item_id in test.trial:
            given.append(Given(item_id, draw.randrange(2)))
            continue
        model = test.pool.items[test.pool.position[item_id]].model
        given.append(Given(item_id, int(draw.random() < model.category_probs(theta)[1])))
    return given


def test_no_item_comes_twice_nor_a_barred_one_nor_an_enemy() -> None:
    items = [item._replace(enemies=frozenset({f"item-{number ^ 1}"})) for number, item in enumerate(bank(60))]
    barred = {f"item-{number}" for number in range(10)}
    rules = Rules(EVEN, minimum=20, maximum=25)
    for seed in range(20):
        test = AdaptiveTest(Pool(items), rules, seed=str(seed), barred=barred)
        ids = [one.item_id for one in taken(test, 0.5, Random(seed))]
        assert len(ids) == len(set(ids)) == 25
        assert not barred.intersection(ids)
        numbers = {int(item_id.removeprefix("item-")) for item_id in ids}
        assert not {number ^ 1 for number in numbers} & numbers


def test_an_attempt_can_be_replayed_and_another_seed_asks_otherwise() -> None:
    rules = Rules(EVEN, minimum=15, maximum=15)
    given = taken(AdaptiveTest(POOL, rules, seed="a"), 0, Random(1))
    again = AdaptiveTest(POOL, rules, seed="a")
    assert [again.step(given[:n]).item_id for n in range(15)] == [one.item_id for one in given]
    assert taken(AdaptiveTest(POOL, rules, seed="b"), 0, Random(1)) != given


def test_the_first_item_is_not_the_same_for_all() -> None:
    rules = Rules(EVEN)
    first = {AdaptiveTest(POOL, rules, seed=str(seed)).step([]).item_id for seed in range(40)}
    assert len(first) > 10


def test_every_area_gets_its_share() -> None:
    shares = {"area-0": 4, "area-1": 3, "area-2": 2, "area-3": 1}
    test = AdaptiveTest(POOL, Rules(shares, minimum=20, maximum=20), seed="s")
    areas = Counter(POOL.items[POOL.position[one.item_id]].area for one in taken(test, 1, Random(3)))
    assert areas == {"area-0": 8, "area-1": 6, "area-2": 4, "area-3": 2}


def test_items_on_trial_are_slipped_in_and_count_for_nothing() -> None:
    rules = Rules(EVEN, minimum=10, maximum=10, pilots=3)
    trial = dict.fromkeys(("trial-1", "trial-2", "trial-3", "trial-4"), frozenset[str]())
    test = AdaptiveTest(POOL, rules, seed="s", trial=trial)
    given = taken(test, 0, Random(5))
    tried = [one for one in given if one.item_id in trial]
    assert len(tried) == len({one.item_id for one in tried}) == 3
    assert len(given) == 13
    counted = [one for one in given if one.item_id not in trial]
    expected = eap([Answer(POOL.items[POOL.position[one.item_id]].model, one.category) for one in counted])
    assert test.step(given).estimate == expected


def test_an_item_on_trial_and_its_enemy_do_not_come_together() -> None:
    """Neither one of the pool, nor another on trial, whichever of the two comes first."""
    half = {f"item-{number}" for number in range(150)}
    foes = frozenset({"trial-1"})
    pool = Pool(item._replace(enemies=foes if item.id in half else frozenset()) for item in bank(300))
    trial = {"trial-1": half, "trial-2": {"trial-3"}, "trial-3": {"trial-2"}}
    rules, orders = Rules(EVEN, minimum=12, maximum=12, pilots=2), set()
    for seed in range(60):
        test = AdaptiveTest(pool, rules, seed=str(seed), trial=trial)
        ids = [one.item_id for one in taken(test, 0, Random(seed))]
        assert not ("trial-1" in ids and half & {*ids})
        assert not {"trial-2", "trial-3"} <= {*ids}
        orders.add("trial-1" in ids)
    assert orders == {True, False}


def test_an_item_on_trial_that_was_answered_early_is_not_missed_later() -> None:
    """Without connection the order of answers is the learner's: the test goes on with what counts."""
    rules = Rules(EVEN, minimum=10, maximum=10, pilots=1)
    for seed in range(30):
        test = AdaptiveTest(POOL, rules, seed=str(seed), trial={"trial-1": ()})
        given = [Given("trial-1", 1)]
        while (item_id := test.step(given).item_id) is not None:
            assert item_id != "trial-1"
            given.append(Given(item_id, 1))
        assert len(given) == 11


def test_it_stops_for_the_reason_that_came_first() -> None:
    def reason(**rules: object) -> StopReason | None:
        test = AdaptiveTest(POOL, Rules(EVEN, **rules), seed="s")  # type: ignore[arg-type]
        return test.step(taken(test, 2.5, Random(1))).reason

    assert reason(minimum=5, maximum=12) is StopReason.LENGTH
    assert reason(minimum=5, maximum=60, se=0.5) is StopReason.PRECISE
    assert reason(minimum=5, maximum=60, cut=0) is StopReason.CLASSIFIED
    test = AdaptiveTest(POOL, Rules(EVEN), seed="s")
    assert test.step([], time_over=True).reason is StopReason.TIME
    few = Pool(bank(300)[:10])
    barred = [item.id for item in few.items[3:]]
    test = AdaptiveTest(few, Rules(EVEN, minimum=10, maximum=10), seed="s", barred=barred)
    assert test.step(taken(test, 0, Random(1))).reason is StopReason.EXHAUSTED


def test_an_area_that_has_more_items_than_the_table_keeps_is_asked_to_the_end() -> None:
    items = [item._replace(area="one") for item in bank(KEPT + 10)]
    test = AdaptiveTest(Pool(items), Rules({"one": 1}, minimum=74, maximum=74), seed="s")
    assert len({one.item_id for one in taken(test, 0, Random(1))}) == KEPT + 10


def test_the_order_table_comes_back_from_its_bytes() -> None:
    items = bank(100)
    table = OrderTable.of(items)
    again = OrderTable.from_bytes(items, table.to_bytes())
    assert again.to_bytes() == table.to_bytes()
    assert list(again.best("area-2", 0.33)) == list(table.best("area-2", 0.33))
    best = items[table.best("area-2", 0.3)[0]]
    rivals = [item for item in items if item.area == "area-2"]
    assert best.model.information(0.3) == max(item.model.information(0.3) for item in rivals)


@given(
    st.lists(st.tuples(st.floats(0.2, 3), st.floats(-4, 4), st.sampled_from("abc")), min_size=1, max_size=80),
    st.floats(-5, 5),
)
@settings(max_examples=25, deadline=None)
def test_any_order_table_comes_back_and_is_in_order(
    drawn: list[tuple[float, float, str]], theta: float
) -> None:
    items = [PoolItem(str(i), TwoParameterLogistic(a, b), area) for i, (a, b, area) in enumerate(drawn)]
    table = OrderTable.of(items)
    again = OrderTable.from_bytes(items, table.to_bytes())
    at = THETAS[nearest(theta)]
    for area in table.areas:
        best = list(again.best(area, theta))
        assert best == list(table.best(area, theta))
        assert {items[position].area for position in best} == {area}
        informations = [items[position].model.information(at) for position in best]
        assert informations == sorted(informations, reverse=True)


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_torn_order_table_is_refused(cut: int) -> None:
    items = bank(50)
    with pytest.raises(DataError, match="work it out again"):
        OrderTable.from_bytes(items, OrderTable.of(items).to_bytes()[:cut])
    with pytest.raises(DataError, match="work it out again"):
        OrderTable.from_bytes(items[:5], OrderTable.of(items).to_bytes())


@pytest.mark.parametrize(
    "rules",
    [
        Rules(EVEN, minimum=0),
        Rules(EVEN, minimum=9, maximum=8),
        Rules(EVEN, maximum=301),
        Rules({}),
        Rules({"area-0": 0}),
        Rules({"area-0": -1, "area-1": 2}),
        Rules({"area-0": 2, "area-1": -1}),
        Rules({"area-0": 2, "area-1": float("nan")}),
        Rules({"nowhere": 1}),
        Rules(EVEN, confidence=1),
        Rules(EVEN, cut=7),
        Rules(EVEN, se=0),
        Rules(EVEN, pilots=9),
        Rules(EVEN, randomesque=0),
        Rules(EVEN, randomesque=KEPT + 1),
    ],
)
def test_rules_that_cannot_be_followed_are_refused(rules: Rules) -> None:
    with pytest.raises(ParameterError):
        AdaptiveTest(POOL, rules, seed="s")


def test_what_is_not_of_the_test_is_refused() -> None:
    test = AdaptiveTest(POOL, Rules(EVEN), seed="s")
    with pytest.raises(DataError, match="nothing"):
        test.step([Given("nothing", 1)])
    with pytest.raises(ParameterError, match="item-1"):
        AdaptiveTest(POOL, Rules(EVEN), seed="s", trial={"item-1": ()})
    with pytest.raises(ParameterError, match="same id"):
        Pool([POOL.items[0], POOL.items[0]])


def test_free_of_controls_twenty_items_measure_nearly_as_well_as_an_oracle() -> None:
    """RMSE at most .28, always the most informative item; one that knew theta would reach .267."""
    pool = Pool([item._replace(area="all") for item in bank(300)])
    rules = Rules({"all": 1}, minimum=20, maximum=20, randomesque=1)
    draw, errors = Random(13), []
    for number in range(500):
        theta = draw.gauss(0, 1)
        test = AdaptiveTest(pool, rules, seed=str(number))
        errors.append(test.step(taken(test, theta, draw)).estimate.theta - theta)
    assert sqrt(fmean(error**2 for error in errors)) <= 0.28
    assert abs(fmean(errors)) <= 0.04


def test_no_item_is_seen_by_more_than_the_maximum_exposure_rate() -> None:
    """Counted anew after every 20 tests: at most a quarter sees an item, and the test still measures."""
    rate, period, tests = 0.25, 20, 300
    draw, errors, seen = Random(17), [], Counter[str]()
    barred: frozenset[str] = frozenset()
    for number in range(tests):
        if number % period == 0 and number:
            barred = over_exposed(seen, number, rate)
        theta = draw.gauss(0, 1)
        test = AdaptiveTest(POOL, Rules(EVEN, minimum=20, maximum=20), seed=str(number), barred=barred)
        given = taken(test, theta, draw)
        errors.append(test.step(given).estimate.theta - theta)
        seen.update(one.item_id for one in given)
    assert max(seen.values()) <= rate * tests + period
    assert max(seen.values()) / tests <= 0.31
    assert sqrt(fmean(error**2 for error in errors)) <= 0.34


def test_counts_are_turned_into_barred_ids() -> None:
    assert over_exposed({"a": 26, "b": 25, "c": 0}, 100, 0.25) == {"a"}
    assert over_exposed({"a": 0}, 0, 0.25) == frozenset()
    assert over_exposed({"a": 100}, 100, 1) == frozenset()
    for rate in (0, 1.1, float("nan")):
        with pytest.raises(ParameterError, match="exposure rate"):
            over_exposed({}, 10, rate)
    for count in (-1, 11):
        with pytest.raises(DataError, match="'a' was asked"):
            over_exposed({"a": count}, 10, 0.5)


def test_twenty_items_measure_as_well_as_is_asked_of_them() -> None:
    """RMSE at most .34 with content, exposure and randomesque controls; bias near 0; the interval covers."""
    draw, errors, covered, seen = Random(7), [], [], Counter[str]()
    for number in range(400):
        theta = draw.gauss(0, 1)
        test = AdaptiveTest(POOL, Rules(EVEN, minimum=20, maximum=20), seed=str(number))
        given = taken(test, theta, draw)
        estimate = test.step(given).estimate
        errors.append(estimate.theta - theta)
        covered.append(abs(estimate.theta - theta) <= 1.96 * estimate.se)
        seen.update(one.item_id for one in given)
    assert sqrt(fmean(error**2 for error in errors)) <= 0.34
    assert abs(fmean(errors)) <= 0.05
    assert 0.92 <= fmean(covered) <= 0.98
    assert max(seen.values()) / 400 <= 0.6


@pytest.mark.parametrize(
    ("guessing", "accuracy", "length"),
    [pytest.param(0, 0.93, 16, id="2PL"), pytest.param(0.2, 0.91, 19, id="3PL")],
)
def test_at_a_cut_it_decides_better_and_sooner_than_a_fixed_form(
    guessing: float, accuracy: float, length: float
) -> None:
    """Posterior .95: right more often than a fixed form of as many items, and than one of 40, nearly."""
    items = [
        item._replace(model=ThreeParameterLogistic(item.model.a, item.model.b, guessing))  # type: ignore[attr-defined]
        for item in bank(300)
    ]
    pool, draw, cut = Pool(items), Random(11), 0.0
    right, lengths = [], []
    forms = {size: Random(5).sample(items, size) for size in (int(length), 40)}
    fixed_right: dict[int, list[bool]] = {size: [] for size in forms}
    for number in range(600):
        theta = draw.gauss(0, 1)
        test = AdaptiveTest(pool, Rules(EVEN, minimum=5, maximum=40, cut=cut), seed=str(number))
        given = taken(test, theta, draw)
        above = test.step(given).above
        assert above is not None
        right.append((above > 0.5) == (theta > cut))
        lengths.append(len(given))
        for size, form in forms.items():
            answers = [
                Answer(item.model, int(draw.random() < item.model.category_probs(theta)[1])) for item in form
            ]
            fixed_right[size].append((eap(answers).theta > cut) == (theta > cut))
    assert fmean(right) >= accuracy
    assert fmean(lengths) <= length
    assert fmean(right) >= fmean(fixed_right[40]) - 0.01
    assert fmean(right) >= fmean(fixed_right[int(length)]) + 0.02

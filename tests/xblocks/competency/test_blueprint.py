"""Forms are drawn as the blueprint says, replayably, without enemies, and with as few met items as can be."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xblocks.competency.blueprint import (
    AdaptiveRules,
    Blueprint,
    Draw,
    Study,
    check,
    draw,
    draw_fresh,
    drawable,
    enemies_of,
)
from xblocks.competency.errors import BlueprintError, DefinitionError
from xblocks.competency.items import ItemStatus, ShortText


def item(id_, competencies="gov.a", level=1, enemies="", status=ItemStatus.LIVE):
    return ShortText(
        id=id_,
        competencies=tuple(competencies.split()),
        level=level,
        prompt="Apa?",
        accepted=("ya",),
        enemies=tuple(enemies.split()),
        status=status,
    )


def blueprint(*draws, **more):
    """Draws as (competency, level or None, count)."""
    return Blueprint(
        draws=tuple(Draw(competency=name, level=level, count=n) for name, level, n in draws), **more
    )


def many(n, competency="gov.a", level=1):
    return [item(f"{competency[-1]}{level}-{i:03}", competency, level) for i in range(n)]


STATUSES = [ItemStatus.LIVE] * 4 + [ItemStatus.PILOT, ItemStatus.DRAFT, ItemStatus.RETIRED]
ids = st.integers(0, 30).map("q{}".format)
levels = st.integers(1, 3)
names = st.sampled_from(["gov.a", "gov.b", "gov.c"])


@st.composite
def banks(draw_):
    """Banks small enough that every form of them can be tried."""
    found = draw_(st.lists(ids, min_size=1, max_size=9, unique=True))
    return [
        item(
            id_,
            " ".join(draw_(st.lists(names, min_size=1, max_size=2, unique=True))),
            draw_(levels),
            draw_(st.sampled_from(["", *(other for other in found if other != id_)])),
            draw_(st.sampled_from(STATUSES)),
        )
        for id_ in found
    ]


blueprints = st.builds(
    Blueprint,
    draws=st.lists(
        st.builds(Draw, competency=names, count=st.integers(1, 3), level=st.none() | levels),
        min_size=1,
        max_size=3,
        unique_by=lambda one: (one.competency, one.level),
    ).map(tuple),
    pilots=st.integers(0, 2),
)


def fills(chosen, draws):
    """Whether the items can be dealt out to the draws, tried by hand."""
    if not draws:
        return not chosen
    first, *rest = draws
    return any(
        all(first.takes(one) for one in hand) and fills([one for one in chosen if one not in hand], rest)
        for hand in combinations(chosen, first.count)
    )


def forms(bank, plan):
    """Every set of items that is a form, by brute force."""
    enemies = enemies_of(bank)
    for chosen in combinations(drawable(bank, plan), plan.size):
        at_peace = not any(b.id in enemies.get(a.id, ()) for a, b in combinations(chosen, 2))
        if at_peace and fills(list(chosen), plan.draws):
            yield {one.id for one in chosen}


@given(bank=banks(), plan=blueprints, seed=st.text(max_size=3))
def test_a_form_is_drawn_wherever_there_is_one(bank, plan, seed):
    """What is drawn is a form, and where nothing is drawn there is none; pilots come beside it."""
    possible = list(forms(bank, plan))
    try:
        drawn = draw(bank, plan, seed=seed)
    except BlueprintError as error:
        assert possible == []
        assert error.faults
        return
    by_id = {one.id: one for one in bank}
    counted = {id_ for id_ in drawn if by_id[id_].status is ItemStatus.LIVE}
    trial = [id_ for id_ in drawn if id_ not in counted]
    assert counted in possible
    assert len(set(drawn)) == len(drawn)
    assert len(trial) <= plan.pilots and all(by_id[id_].status is ItemStatus.PILOT for id_ in trial)
    enemies = enemies_of(bank)
    assert not any(b in enemies.get(a, ()) for a, b in combinations(drawn, 2))


@given(bank=banks(), plan=blueprints, barred=st.sets(ids), data=st.data())
def test_as_few_met_items_come_as_can_be(bank, plan, barred, data):
    """Items met before are fallen back to only where the blueprint cannot be filled without them."""
    possible = list(forms(bank, plan))
    if not possible:
        with pytest.raises(BlueprintError):
            draw_fresh(bank, plan, seed="s", barred=barred)
        return
    drawn = draw_fresh(bank, plan, seed="s", barred=barred)
    assert len(barred & set(drawn)) == min(len(barred & form) for form in possible)
    fresh = [one for one in bank if one.id not in barred]
    if any(forms(fresh, plan)):
        assert set(draw(bank, plan, seed="s", barred=barred)) == set(drawn)
    else:
        with pytest.raises(BlueprintError):
            draw(bank, plan, seed="s", barred=barred)


@given(bank=banks(), plan=blueprints, data=st.data())
def test_the_draw_can_be_replayed(bank, plan, data):
    """The seed alone decides: neither the order of the bank nor items of no draw change it."""
    if check(bank, plan):
        return
    shuffled = [*data.draw(st.permutations(bank)), item("elsewhere", "gov.z")]
    assert draw(shuffled, plan, seed="s") == draw(bank, plan, seed="s")


def test_the_draw_is_the_same_on_every_machine():
    """A draw of today, to be drawn alike for ever: so it can be looked into later."""
    bank = [*many(6), *many(6, "gov.b", 2)]
    plan = blueprint(("gov.a", 1, 2), ("gov.b", None, 2))
    assert draw(bank, plan, seed="attempt-1") == ("b2-002", "a1-005", "a1-001", "b2-005")


def test_each_item_comes_as_often_as_any_other():
    """Over many seeds the draw is even, and so is the place in the order."""
    bank, plan = many(10), blueprint(("gov.a", None, 5))
    drawn = [draw(bank, plan, seed=str(seed)) for seed in range(2000)]
    counts = Counter(id_ for form in drawn for id_ in form)
    # Four standard deviations of a binomial of 2000 and .5, and of 2000 and .1.
    assert all(abs(counts[one.id] - 1000) < 90 for one in bank)
    firsts = Counter(form[0] for form in drawn)
    assert all(abs(firsts[one.id] - 200) < 54 for one in bank)


def test_every_short_draw_is_named():
    """Each draw that lacks items is told with what it needs and has, before anything is drawn."""
    bank = [*many(3, level=2), *many(2, "gov.b"), item("old", "gov.b", status=ItemStatus.RETIRED)]
    with pytest.raises(BlueprintError) as caught:
        draw(bank, blueprint(("gov.a", 2, 5), ("gov.b", None, 3), ("gov.a", None, 1)), seed="s")
    assert [str(fault) for fault in caught.value.faults] == [
        "The blueprint needs 5 items of gov.a at level 2 and has 3.",
        "The blueprint needs 3 items of gov.b and has 2.",
    ]


def test_draws_that_want_the_same_items_are_named_together():
    """Each could be filled alone; the draw that is not in the way is not named."""
    bank = [*[item(f"both-{n}", "gov.a gov.b") for n in range(3)], *many(4, "gov.c")]
    (fault,) = check(bank, blueprint(("gov.a", None, 2), ("gov.c", None, 2), ("gov.b", None, 2)))
    assert str(fault) == "The blueprint needs 4 items of gov.a, gov.b together and has 3."


def test_an_item_is_moved_to_another_draw_where_that_helps():
    """A greedy draw would give both items that fit twice to the first draw."""
    bank = [item("both-1", "gov.a gov.b"), item("both-2", "gov.a gov.b"), *many(2)]
    plan = blueprint(("gov.a", None, 2), ("gov.b", None, 2))
    for seed in range(20):
        assert set(draw(bank, plan, seed=str(seed))) == {one.id for one in bank}


def test_enemies_that_leave_no_form_are_told():
    """Two of two that give each other away, one side naming the other."""
    bank = [item("q1", enemies="q2"), item("q2")]
    (fault,) = check(bank, blueprint(("gov.a", None, 2)))
    assert "enemies" in str(fault)
    assert draw(bank, blueprint(("gov.a", None, 1)), seed="s") in (("q1",), ("q2",))


def test_many_enemies_are_kept_apart():
    """Twenty pairs that give each other away: one of each pair comes."""
    bank = [item(f"q{n}-{side}", enemies=f"q{n}-{1 - side}") for n in range(20) for side in (0, 1)]
    drawn = draw(bank, blueprint(("gov.a", None, 20)), seed="s")
    assert sorted(id_.partition("-")[0] for id_ in drawn) == sorted(f"q{n}" for n in range(20))


def test_pilots_come_as_far_as_there_are_and_never_a_met_one():
    """Items on trial: of the blueprint's competencies, no enemy of the form, not barred."""
    trial = ItemStatus.PILOT
    bank = [
        item("live"),
        item("foe", status=trial, enemies="live"),
        item("other", "gov.z", status=trial),
        item("met", status=trial),
        item("new", status=trial),
    ]
    plan = blueprint(("gov.a", None, 1), pilots=5)
    assert set(draw_fresh(bank, plan, seed="s", barred={"met", "live"})) == {"live", "new"}
    assert set(draw(bank, plan, seed="s")) == {"live", "new", "met"}


def test_shares_of_an_adaptive_form():
    """What a competency is drawn for, over all its draws, as a part of the whole."""
    plan = blueprint(("gov.a", 1, 2), ("gov.b", None, 4), ("gov.a", 3, 2))
    assert plan.size == 8
    assert plan.shares == {"gov.a": 0.5, "gov.b": 0.5}


def test_what_an_adaptive_form_lacks_is_told():
    """Items count for the competency that they name first, and there must be as many as may be asked."""
    bank = [*many(3), item("second", "gov.a gov.b")]
    found = check(
        bank, blueprint(("gov.a", None, 2), ("gov.b", None, 1)), AdaptiveRules(minimum=2, maximum=5)
    )
    assert [str(fault) for fault in found] == [
        "An adaptive form needs items that name gov.b first, and there are none.",
        "An adaptive form of at most 5 items needs as many to choose from, and has 4.",
    ]


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: Draw(competency="", count=1), "competency"),
        (lambda: Draw(competency="gov.a", count=0), "count"),
        (lambda: Draw(competency="gov.a", count=1, level=6), "level"),
        (lambda: Blueprint(draws=()), "draws nothing"),
        (lambda: blueprint(("gov.a", 1, 1), ("gov.a", 1, 2)), "gov.a at level 1 twice"),
        (lambda: blueprint(("gov.a", 1, 1), pilots=21), "pilots"),
        (lambda: AdaptiveRules(minimum=0, maximum=5), "minimum"),
        (lambda: AdaptiveRules(minimum=6, maximum=5), "at least 6"),
        (lambda: AdaptiveRules(minimum=1, maximum=5, se=0.05), "standard error"),
        (lambda: AdaptiveRules(minimum=1, maximum=5, confidence=0.5), "confidence"),
        (lambda: AdaptiveRules(minimum=1, maximum=5, level=0), "level"),
        (lambda: Study(competency="gov.a", href=" ", title="x"), "address"),
    ],
)
def test_bad_values_are_not_born(make, named):
    """Each rule that a value breaks is named."""
    with pytest.raises(DefinitionError, match=named):
        make()

"""Evidence and mastery: nothing counts twice, little claims little, and a person has the last word."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from inspect import signature
from itertools import product
from math import isclose, sqrt
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xblocks.competency.evidence import PROVISIONAL, Evidence, EvidenceKind, evidence_of
from xblocks.competency.items import Ordering, ShortText
from xblocks.competency.levels import HIGHEST, PROVISIONAL_CUTS, LevelCuts
from xblocks.competency.mastery import (
    DEMONSTRATED_FROM,
    MINIMUM_ITEMS,
    STATUS_NAMES,
    MasteryStatus,
    Override,
    Policy,
    mastery,
    why,
)
from xblocks.competency.parts import Entry
from xblocks.competency.responses import Placed, Written
from xblocks.competency.results import result_of
from xblocks.measurement.ability import Answer, eap, posterior
from xblocks.measurement.errors import MeasurementError, ParameterError
from xblocks.measurement.models import ThreeParameterLogistic, TwoParameterLogistic, rasch

NOW = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
A = "gov.a"


def seen(theta=0.0, se=0.5, *, days=0.0, source="block-1", attempt=1, items=10, **other) -> Evidence:
    return Evidence(
        **{
            "competency": A,
            "kind": EvidenceKind.ITEM,
            "source": source,
            "attempt": attempt,
            "observable": "q1 q2",
            "theta": theta,
            "se": se,
            "items": items,
            "share": Decimal("0.5"),
            "scale": "governance",
            "model_version": PROVISIONAL,
            "occurred_at": NOW - timedelta(days=days),
            **other,
        }
    )


def of(*evidence, policy=Policy.LATEST, required=None, at=NOW, cuts=None, **other):
    wanted = {} if required is None else {A: required}
    found = mastery(evidence, cuts=cuts or {}, required=wanted, policy=policy, at=at, **other)
    return found.get(A)


# Evidence from answers


def asked(number, level=3, competencies=(A,)):
    return ShortText(
        id=f"q{number}",
        competencies=competencies,
        level=level,
        prompt="P",
        accepted=("ya",),
        points=Decimal(2),
    )


RIGHT, WRONG = Written(complete=True, text="ya"), Written(complete=True, text="tidak")


def answered(marks, **options):
    """The evidence of a form of level 3 items; a mark None stands for no answer."""
    items = [asked(number) for number in range(len(marks))]
    responses = {
        item.id: RIGHT if mark else WRONG for item, mark in zip(items, marks, strict=True) if mark is not None
    }
    found = evidence_of(
        result_of(items, responses), {}, source="block-1", attempt=2, occurred_at=NOW, **options
    )
    return found[0] if found else None


def test_evidence_is_the_expected_ability_over_the_competencys_items():
    """The provisional models where none are given; an item of two competencies counts for both."""
    items = [asked(1, 2), asked(2, 3, (A, "gov.b")), asked(3, 4, ("gov.b",))]
    found = evidence_of(
        result_of(items, {"q1": RIGHT, "q3": WRONG}),
        {"q3": TwoParameterLogistic(1.7, 0.4)},
        source="block-1",
        attempt=2,
        occurred_at=NOW,
        scale="governance",
        model_version="governance#3",
    )
    a, b = found
    expected = eap([Answer(rasch(-1), 1), Answer(rasch(0), 0)])
    assert (a.competency, a.theta, a.se) == (A, expected.theta, expected.se)
    expected = eap([Answer(rasch(0), 0), Answer(TwoParameterLogistic(1.7, 0.4), 0)])
    assert (b.competency, b.theta, b.se) == ("gov.b", expected.theta, expected.se)
    assert (a.items, a.share, a.observable) == (2, Decimal("0.5"), "q1 q2")
    assert (a.source, a.attempt, a.scale, a.model_version) == ("block-1", 2, "governance", "governance#3")


def test_partial_credit_is_a_category():
    """Half of the points and more tells more than none, less than all."""
    entries = tuple(Entry(id=id_, body=id_) for id_ in "abc")
    item = Ordering(id="q", competencies=(A,), level=3, prompt="P", entries=entries)
    orders = ({"c": 1, "b": 2, "a": 3}, {"b": 1, "a": 2, "c": 3}, {"a": 1, "b": 2, "c": 3})
    abilities = [
        evidence_of(
            result_of([item], {"q": Placed(complete=True, places=places)}),
            {},
            source="s",
            attempt=1,
            occurred_at=NOW,
        )[0].theta
        for places in orders
    ]
    assert abilities == sorted(abilities) and len(set(abilities)) == 3


def test_no_answer_is_a_wrong_one_where_the_learner_passed_it_over():
    """In an adaptive test it was never put, and tells nothing."""
    assert answered([True, None, None]) == answered([True, False, False])
    once = answered([True, None, None], unanswered_count=False)
    assert (once.items, once.theta) == (1, answered([True]).theta)
    assert answered([None], unanswered_count=False) is None


@given(st.lists(st.booleans(), min_size=1, max_size=15), st.data())
def test_a_right_answer_more_never_lowers_ability_level_or_share(marks, data):
    better = list(marks)
    better[data.draw(st.integers(0, len(marks) - 1))] = True
    low, high = answered(marks), answered(better)
    assert low.theta <= high.theta and low.share <= high.share
    assert of(low).level <= of(high).level


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"theta": float("nan")}, "ability"),
        ({"se": 0.0}, "standard error"),
        ({"se": True}, "standard error"),
        ({"items": 0}, "rests on 0 items"),
        ({"share": Decimal("1.01")}, "share"),
        ({"share": Decimal("NaN")}, "share"),
        ({"occurred_at": datetime(2026, 1, 1)}, "zone"),  # noqa: DTZ001
    ],
)
def test_evidence_that_cannot_be_is_refused(wrong, named):
    with pytest.raises(MeasurementError, match=named):
        seen(**wrong)


# Combining


@given(st.floats(-3, 3), st.floats(0.1, 0.99))
def test_one_evidence_alone_is_what_it_is(theta, se):
    """The prior is in it once, and stays in it once."""
    found = of(seen(theta, se))
    assert isclose(found.theta, theta, abs_tol=1e-9) and isclose(found.se, se, rel_tol=1e-9)


def test_two_halves_say_what_the_whole_says():
    """Against the exact posterior of all answers together: the prior is not counted twice."""
    draw = Random(7)
    apart, naive = [], []
    for _time in range(100):
        ability = draw.gauss(0, 1)
        models = [TwoParameterLogistic(draw.uniform(0.6, 1.8), draw.gauss(0, 1)) for _item in range(20)]
        answers = [Answer(one, int(draw.random() < one.category_probs(ability)[1])) for one in models]
        first, second, whole = eap(answers[:10]), eap(answers[10:]), eap(answers)
        both = of(seen(*first), seen(*second, source="block-2"), policy=Policy.DECAY)
        apart.append((abs(both.theta - whole.theta), abs(both.se - whole.se)))
        naive.append(abs((first.theta + second.theta) / 2 - whole.theta))
    thetas, errors = zip(*apart, strict=True)
    assert fmean(thetas) < 0.02 and max(thetas) < 0.15
    assert fmean(errors) < 0.02 and max(errors) < 0.15
    # What averaging would do: it draws everybody to the middle.
    assert fmean(naive) > 5 * fmean(thetas)


def test_normal_probabilities_are_near_the_exact_ones():
    """Of every pattern of ten answers, P(level or higher) is within .04 of the posterior's own."""
    models = [rasch(b) for b in (-2, -1.5, -1, -0.5, 0, 0, 0.5, 1, 1.5, 2)]
    worst = 0.0
    for marks in {tuple(sorted(marks)) for marks in product((0, 1), repeat=10)}:
        exact = posterior([Answer(model, mark) for model, mark in zip(models, marks, strict=True)])
        found = of(seen(*exact.estimate()))
        for level in range(1, HIGHEST + 1):
            cut = PROVISIONAL_CUTS.thetas[level - 1]
            worst = max(worst, abs(found.estimate.reaches(level) - exact.above(cut)))
    assert worst < 0.04


@pytest.mark.parametrize("policy", Policy)
def test_evidence_that_tells_nothing_changes_nothing(policy):
    """An SE of 1 is the prior's; above 1, as the 3PL can leave it, it takes nothing away."""
    model = ThreeParameterLogistic(3.0, 2.5, 0.4)
    vague = eap([Answer(model, 1), Answer(rasch(-3), 0)])
    alone = of(seen(0.8, 0.4), policy=policy)
    both = of(seen(0.8, 0.4), seen(0.0, 1.0, source="block-2", days=1), policy=policy)
    assert (both.theta, both.se, both.status) == (alone.theta, alone.se, alone.status)
    for _times in range(2):
        more = of(seen(0.8, 0.4), seen(0.2, max(vague.se, 1.3), source="block-2"), policy=policy)
        assert more.se <= alone.se


occasions = st.builds(
    seen,
    theta=st.floats(-3, 3),
    se=st.floats(0.2, 1.1),
    days=st.integers(0, 800),
    source=st.sampled_from(["block-1", "block-2", "block-3"]),
    attempt=st.integers(1, 9),
    items=st.integers(1, 20),
    kind=st.sampled_from(EvidenceKind),
    scale=st.sampled_from(["governance", "finance"]),
)
histories = st.lists(
    occasions, min_size=1, max_size=8, unique_by=lambda one: (one.source, one.kind, one.attempt)
)
FINANCE = {"finance": LevelCuts((-1.5, -0.1, 0.9, 1.8, 2.2))}
requirements = st.none() | st.integers(1, 5)


@pytest.mark.parametrize("policy", Policy)
@given(history=histories, required=requirements, data=st.data())
def test_the_order_of_evidence_changes_nothing(policy, history, required, data):
    shuffled = data.draw(st.permutations(history))
    first, second = (
        of(*order, policy=policy, required=required, cuts=FINANCE) for order in (history, shuffled)
    )
    assert first == second


@pytest.mark.parametrize("policy", Policy)
@given(history=histories, required=requirements, days=st.integers(0, 800))
def test_what_comes_later_does_not_change_what_was_found(policy, history, required, days):
    at = NOW - timedelta(days=days)
    before = [one for one in history if one.occurred_at <= at]
    first, second = (of(*order, policy=policy, required=required, at=at) for order in (history, before))
    assert first == second


@given(history=histories, required=requirements, more=occasions)
def test_the_best_is_never_lost_again(history, required, more):
    """Whatever comes afterwards: what is demonstrated stays, and where nothing is required the ability."""
    later = seen(
        more.theta, more.se, days=-1, source="block-4", items=more.items, scale=more.scale, kind=more.kind
    )
    before = of(*history, policy=Policy.BEST, required=required, cuts=FINANCE)
    after = of(
        *history, later, policy=Policy.BEST, required=required, cuts=FINANCE, at=NOW + timedelta(days=1)
    )
    if before is None or not before.enough:
        return
    assert after.enough
    if required is None:
        assert after.theta >= before.theta and after.level >= before.level
    else:
        assert after.probability >= before.probability
        if before.status is MasteryStatus.DEMONSTRATED:
            assert after.status is MasteryStatus.DEMONSTRATED


@given(history=histories, required=st.integers(1, 5), policy=st.sampled_from(Policy))
def test_a_finding_needs_evidence_that_says_it_without_the_prior(history, required, policy):
    """Nothing is found on few items, on less than the prior tells, or on the prior's word alone."""
    found = of(*history, required=required, policy=policy, cuts=FINANCE)
    if found is None or found.status is MasteryStatus.PARTIALLY_ATTEMPTED:
        return
    told = found.se**-2 - 1
    assert sum(one.items for one, _weight in found.reasons) >= MINIMUM_ITEMS
    assert told >= 1 - 1e-9
    cuts = [FINANCE.get(one.scale, PROVISIONAL_CUTS).thetas[required - 1] for one, _weight in found.reasons]
    observed = found.theta * found.se**-2 / told
    demonstrated = found.status is MasteryStatus.DEMONSTRATED
    assert found.probability >= DEMONSTRATED_FROM if demonstrated else found.probability <= 0.2 + 1e-9
    # Above .8 on its own is .84 standard errors beyond the cut.
    if demonstrated:
        assert observed - min(cuts) >= 0.84 / sqrt(told)
    else:
        assert max(cuts) - observed >= 0.84 / sqrt(told)


@pytest.mark.parametrize("number", [1, 2, 4])
@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("required", [1, 3, 5])
def test_a_short_test_claims_nothing(number, mark, required):
    """All right or all wrong: level 1 is likely and level 5 unlikely beforehand, and that is no finding."""
    found = of(answered([mark] * number), required=required)
    assert found.status is MasteryStatus.PARTIALLY_ATTEMPTED and not found.enough


def test_failing_hard_items_does_not_show_that_easier_ones_fail():
    hard = [asked(number, 5) for number in range(6)]
    given_ = evidence_of(result_of(hard, {}), {}, source="s", attempt=1, occurred_at=NOW)
    assert of(*given_, required=2).status is MasteryStatus.PARTIALLY_ATTEMPTED


def test_a_long_test_finds():
    well = answered([True] * 11 + [False] * 4)
    assert of(well, required=2).status is MasteryStatus.DEMONSTRATED
    assert of(answered([False] * 11 + [True] * 4), required=3).status is MasteryStatus.NOT_DEMONSTRATED
    assert of(well, required=3).status is MasteryStatus.PARTIALLY_ATTEMPTED


def test_without_a_requirement_the_level_found_is_in_question():
    found = of(seen(1.2, 0.3))
    assert (found.level, found.target, found.status) == (3, 3, MasteryStatus.DEMONSTRATED)
    found = of(seen(-2.2, 0.3))
    assert (found.level, found.target, found.status) == (0, 1, MasteryStatus.NOT_DEMONSTRATED)


# Which evidence counts


def test_a_retake_replaces_the_attempt_before():
    """The same items asked again are no more evidence than once."""
    found = of(seen(-0.5, 0.5, days=9, attempt=1), seen(0.9, 0.5, attempt=2))
    assert isclose(found.theta, 0.9) and isclose(found.se, 0.5)
    assert (found.items, found.left_out) == (10, 1)
    short = [seen(0.6, 0.8, days=9 - n, attempt=n, items=3) for n in range(1, 6)]
    found = of(*short, required=1)
    assert (found.items, found.enough) == (3, False)


def test_a_retake_that_was_broken_off_replaces_nothing():
    """The newest evidence is tiny: what was known before still stands, at the same block and at others."""
    whole, tiny = seen(1.4, 0.35, days=9, items=20), seen(-0.3, 0.9, attempt=2, items=1)
    assert of(whole, tiny, required=2) == of(whole, required=2).__class__(
        **{**_fields(of(whole, required=2)), "left_out": 1}
    )
    elsewhere = seen(-0.3, 0.9, source="block-2", items=1)
    found = of(whole, elsewhere, required=2)
    assert found.status is MasteryStatus.DEMONSTRATED
    assert found.items == 21 and isclose(found.theta, 1.4, abs_tol=0.15)


def _fields(one):
    return {name: getattr(one, name) for name in signature(type(one)).parameters}


def test_latest_takes_no_more_of_the_past_than_it_needs():
    old, middle, new = (
        seen(-1.5, 0.4, source="pre", days=300),
        seen(0.5, 0.75, source="mid", days=30, items=4),
        seen(1.0, 0.75, source="post", items=4),
    )
    found = of(old, middle, new)
    assert [one.source for one, _weight in found.reasons] == ["post", "mid"]
    assert (found.enough, found.left_out, found.last_on) == (True, 1, NOW)
    assert of(old, new).items == 14


def test_best_is_the_best_that_was_ever_found():
    good, bad = seen(1.5, 0.4, source="post", days=30), seen(-0.5, 0.4, source="exam")
    assert of(good, bad, policy=Policy.BEST).reasons == of(good).reasons
    assert of(good, bad, policy=Policy.LATEST).reasons == of(bad).reasons
    lucky = seen(0.45, 0.9, source="quiz", items=1, days=-1)
    later = NOW + timedelta(days=1)
    assert of(bad, lucky, policy=Policy.BEST, required=3, at=later).enough


def test_decay_halves_what_is_a_half_life_old():
    old = seen(1.0, 0.5, days=100)
    found = of(old, policy=Policy.DECAY, half_life_days=100)
    # Precision without the prior is 3, half of it 1.5; precision times mean 4, half of it 2.
    assert isclose(found.se, 1 / sqrt(2.5)) and isclose(found.theta, 2 / 2.5)
    assert found.reasons[0].weight == 0.5
    ancient = of(seen(1.4, 0.35, days=4000), policy=Policy.DECAY, required=1)
    assert ancient.status is MasteryStatus.PARTIALLY_ATTEMPTED and not ancient.enough


@pytest.mark.parametrize("days", [0, -1, float("nan"), float("inf")])
def test_a_half_life_that_is_none_is_refused(days):
    with pytest.raises(ParameterError, match="half-life"):
        of(seen(), policy=Policy.DECAY, half_life_days=days)


@pytest.mark.parametrize("level", [0, 6, True])
def test_a_requirement_that_is_no_level_is_refused(level):
    with pytest.raises(ParameterError, match=A):
        of(seen(), required=level)


def test_a_self_assessment_never_counts():
    """It is told as left out beside other evidence, and is nothing by itself."""
    own = seen(3.0, 0.2, kind=EvidenceKind.SELF, source="self", items=30)
    assert of(own) is None
    found = of(seen(0.1, 0.5), own)
    assert (found.theta, found.left_out, found.observations) == (of(seen(0.1, 0.5)).theta, 1, 0)


def test_scales_meet_at_their_cuts():
    """Two people's worth of evidence just at level 3 of two banks is at level 3, however the scales lie."""
    other = LevelCuts((-2.0, -1.0, 0.0, 1.0, 2.0))
    cuts = {"other": other}
    at_cut = seen(0.7082 * (1 - 0.25), 0.5), seen(0.0, 0.5, source="block-2", scale="other")
    found = of(*at_cut, policy=Policy.DECAY, cuts=cuts)
    alone = of(at_cut[1], cuts=cuts)
    assert isclose(alone.estimate.reaches(3), 0.5)
    mean = (0.7082 + 0.0) / 2
    # The prior at 0 is below the mean cut: so is the estimate, by the prior's part of it.
    assert isclose(found.theta, mean * (1 - found.se**2), abs_tol=1e-9)
    assert of(at_cut[0], cuts={"governance": other}).estimate.reaches(3) > 0.8


# People


def decided(level=4, status=MasteryStatus.DEMONSTRATED, *, days=0.0, reason="Dilihat langsung.", **other):
    return Override(
        **{
            "competency": A,
            "level": level,
            "status": status,
            "reason": reason,
            "decided_at": NOW - timedelta(days=days),
            "decided_by": 7,
            **other,
        }
    )


def test_a_persons_decision_holds_and_the_finding_stays_beside_it():
    found = of(seen(-1.5, 0.4, days=5), overrides=[decided(days=3)], required=3)
    assert (found.status, found.level) == (MasteryStatus.DEMONSTRATED, 4)
    assert (found.found, found.estimate.level) == (MasteryStatus.NOT_DEMONSTRATED, 0)
    assert found.overridden.reason == "Dilihat langsung." and found.newer == 0


def test_the_newest_decision_holds_until_it_is_withdrawn():
    first, second = decided(days=9), decided(2, MasteryStatus.NOT_DEMONSTRATED, days=5)
    withdrawn = decided(None, None, days=1)
    evidence = seen(1.2, 0.3, days=20)
    for order in ([first, second], [second, first]):
        assert of(evidence, overrides=order).level == 2
    assert of(evidence, overrides=[withdrawn, first, second]) == of(evidence)
    at = NOW - timedelta(days=7)
    assert of(evidence, overrides=[withdrawn, first, second], at=at).level == 4


def test_a_decision_needs_no_evidence():
    found = of(overrides=[decided()])
    assert (found.status, found.level, found.found, found.items) == (MasteryStatus.DEMONSTRATED, 4, None, 0)
    assert found.last_on is None and found.se == 1.0
    assert of(overrides=[decided(None, None)]) is None


@pytest.mark.parametrize(
    "wrong",
    [{"level": None}, {"status": None}, {"level": 6}, {"reason": "  "}],
)
def test_half_a_decision_is_refused(wrong):
    with pytest.raises(MeasurementError, match=r"level|reason"):
        decided(**wrong)


def test_why():
    """Numbers, the last day, and what was left out, in sentences; dates as the reader writes them."""

    def day(at):
        return at.strftime("%d.%m.")

    note = seen(0.9, 0.6, kind=EvidenceKind.MENTOR, source="mentor", items=4, days=2)
    quiz = seen(0.4, 0.8, source="quiz", items=3)
    found = of(note, quiz, seen(days=50), policy=Policy.LATEST)
    said = [str(message) for message in why(found, day)]
    assert said[0] == "Items: 3; observations: 1; last on 25.11.."
    assert said[1].endswith("self-assessment: 1.")
    said = [str(message) for message in why(of(quiz, overrides=[decided(days=1)]), day)]
    assert said == [
        "Items: 3; observations: 0; last on 25.11..",
        "That is too little to be sure.",
        "A person decided this on 24.11..",
        "Evidence since that decision: 1.",
    ]
    assert [str(one) for one in why(of(overrides=[decided()]), day)] == ["A person decided this on 25.11.."]


def test_every_status_has_a_name():
    assert set(STATUS_NAMES) == set(MasteryStatus)
    assert {status.value for status in MasteryStatus} == {
        "Demonstrated",
        "PartiallyAttempted",
        "AttemptedNotDemonstrated",
    }

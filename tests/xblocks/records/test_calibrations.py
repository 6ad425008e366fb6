"""A bank's items as a calibration knows them, across versions of the bank; and where levels begin."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xblocks.competency.errors import UnknownReferenceError
from xblocks.competency.measuring import cut_scores
from xblocks.host import records as host
from xblocks.measurement.adaptive import AdaptiveTest, Given, Rules
from xblocks.measurement.models import (
    GeneralizedPartialCredit,
    GradedResponse,
    ThreeParameterLogistic,
    TwoParameterLogistic,
)
from xblocks.measurement.policy import Standing
from xblocks.olx.fingerprint import fingerprint
from xblocks.records import api
from xblocks.records.api.calibrations import active_calibration
from xblocks.records.models import Calibration, CutScore, ItemParameters

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)


def item(id_, *, prompt="", competency="gov.a", level=1, **attributes):
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f'<item id="{id_}" type="short_text" competencies="{competency}" level="{level}"{more}>'
        f"<prompt>{prompt or id_}</prompt><accept>a</accept><source>S</source><feedback>F</feedback></item>"
    )


def load(*items, version="1"):
    return api.load_bank(
        f'<item_bank id="uji" version="{version}" title="U" lang="id">{"".join(items)}</item_bank>'
    )


def calibrated(reference, number=1, active=True, standing="operational", model="2PL", steps=(0.5,), **known):
    """A calibration of the bank that knows the items named, with the slope given for each."""
    bank_id = reference.partition("@")[0]
    row = Calibration.objects.create(
        bank_id=bank_id, number=number, family=model, persons=500, log_likelihood=-1.0, report={}, link={}
    )
    items = api.bank_items(reference)
    for id_, a in known.items():
        ItemParameters.objects.create(
            calibration=row, item_id=id_, fingerprint=fingerprint(items[id_]), model=model, a=a, c=0.2,
            steps=list(steps), errors={}, answers=500, standing=standing,
        )  # fmt: skip
    if active:
        api.activate_calibration(bank_id, number)
    return row


def test_an_uncalibrated_bank_has_no_pool():
    """Nor has one whose calibration nobody has activated; its models are those of the levels."""
    reference = load(item("q1"), item("q2", level=4))
    calibrated(reference, active=False, q1=2.0)
    assert api.bank_pool(reference) is None
    assert api.bank_models(reference, None) == {
        "q1": TwoParameterLogistic(1.0, -2.0), "q2": TwoParameterLogistic(1.0, 1.0),
    }  # fmt: skip
    with pytest.raises(UnknownReferenceError, match="uji@9"):
        api.bank_pool("uji@9")
    with pytest.raises(UnknownReferenceError, match="uji#9"):
        api.bank_models(reference, "uji#9")


def test_the_pool_has_what_may_be_used():
    """Live items with parameters, in the area of their first competency, enemies from both sides."""
    reference = load(
        item("live", enemies="foe"),
        item("foe", competency="gov.b gov.a"),
        item("few", level=3),
        item("unknown"),
        item("draft", status="draft"),
        item("old", status="retired"),
        item("new", status="pilot"),
    )
    calibrated(reference, live=1.5, foe=1.2, old=1.1, draft=1.0)
    ItemParameters.objects.create(
        calibration=Calibration.objects.get(), item_id="few", model="2PL", a=1.0, steps=[0.0], errors={},
        fingerprint=fingerprint(api.bank_items(reference)["few"]), answers=40, standing="pilot",
    )  # fmt: skip
    found = api.bank_pool(reference)
    assert found is not None
    assert (found.reference, found.calibration, [*found.trial]) == ("uji@1", "uji#1", ["new"])
    assert [(one.id, one.area, one.enemies) for one in found.pool.items] == [
        ("live", "gov.a", {"foe"}),
        ("foe", "gov.b", {"live"}),
    ]
    assert found.pool.items[0].model == TwoParameterLogistic(1.5, 0.5)
    assert found.models["unknown"] == TwoParameterLogistic(1.0, -2.0)
    assert found.models["old"] == TwoParameterLogistic(1.1, 0.5)
    assert found.standings["live"] is Standing.OPERATIONAL
    assert found.standings["few"] is found.standings["unknown"] is Standing.PILOT
    rules = Rules(shares={"gov.a": 1, "gov.b": 1}, minimum=1, maximum=2)
    step = AdaptiveTest(found.pool, rules, seed="s", trial=found.trial).step([])
    assert step.item_id in ("live", "foe")
    after = AdaptiveTest(found.pool, rules, seed="s").step([Given(step.item_id, 1)])
    assert after.item_id is None


def test_the_report_is_not_read_for_an_attempt(django_assert_max_num_queries):
    """It may be large; the calibration in use is asked for by every attempt that begins."""
    reference = load(item("q1"), item("q2"))
    calibrated(reference, q1=1.5, q2=1.5)
    with django_assert_max_num_queries(10) as asked:
        assert api.bank_pool(reference) and api.bank_models(reference, "uji#1")
    assert not any("report" in one["sql"] for one in asked.captured_queries)
    assert active_calibration("uji").report == Calibration.objects.get().report


def test_a_new_version_keeps_what_is_known_of_unchanged_items():
    """Also under another id; an item that was mended has to be tried anew, whatever its id."""
    first = load(item("q1"), item("q2"), item("q3"))
    calibrated(first, q1=1.5, q2=1.6, q3=1.7)
    second = load(
        item("q1", level=2, seconds=60),
        item("q2", prompt="mended"),
        item("renamed", prompt="q3"),
        version="2",
    )
    found = api.bank_pool(second)
    assert [one.id for one in found.pool.items] == ["q1", "renamed"]
    assert found.models["q2"] == TwoParameterLogistic(1.0, -2.0)
    assert found.models["renamed"] == TwoParameterLogistic(1.7, 0.5)
    assert [one.id for one in api.bank_pool(first).pool.items] == ["q1", "q2", "q3"]


def test_an_attempts_calibration_can_be_read_when_another_is_in_use():
    """The calibration that an attempt froze stays what it was."""
    reference = load(item("q1"))
    calibrated(reference, 1, q1=1.5)
    frozen = api.bank_pool(reference).calibration
    calibrated(reference, 2, q1=0.8)
    assert api.bank_pool(reference).calibration == "uji#2"
    assert api.bank_models(reference, frozen)["q1"].a == 1.5
    assert api.bank_models(reference, "uji#2")["q1"].a == 0.8


def test_a_calibration_is_activated_by_a_person_and_can_be_taken_back(django_user_model):
    """The one activated last is in use; doing it twice changes nothing; an unknown one is told."""
    by = django_user_model.objects.create_user("ahli")
    reference = load(item("q1"))
    for number in (1, 2):
        calibrated(reference, number, active=False, q1=1.0)
    api.activate_calibration("uji", 2, by=by.pk, at=NOW)
    api.activate_calibration("uji", 2, at=NOW + timedelta(days=1))
    row = active_calibration("uji")
    assert (row.number, row.activated_by, row.activated_at) == (2, by, NOW)
    api.activate_calibration("uji", 1, at=NOW + timedelta(days=2))
    assert active_calibration("uji").number == 1
    with pytest.raises(UnknownReferenceError, match="uji#7"):
        api.activate_calibration("uji", 7)


@pytest.mark.parametrize(
    ("model", "steps", "expected"),
    [
        ("1PL", [0.5], TwoParameterLogistic(1.5, 0.5)),
        ("3PL", [0.5], ThreeParameterLogistic(1.5, 0.5, 0.2)),
        ("GRM", [-0.5, 0.5], GradedResponse(1.5, [-0.5, 0.5])),
        ("GPCM", [0.5, -0.5], GeneralizedPartialCredit(1.5, [0.5, -0.5])),
    ],
)
def test_each_model_is_read(model, steps, expected):
    """Slope, steps and guessing make the model that they are of."""
    reference = load(item("q1"))
    calibrated(reference, model=model, steps=steps, q1=1.5)
    assert api.bank_models(reference, "uji#1")["q1"] == expected


def test_pools_are_kept(django_assert_num_queries):
    """A pool costs the two questions which bank and which calibration, once it is made."""
    reference = load(*[item(f"q{n}") for n in range(20)])
    calibrated(reference, **{f"q{n}": 1.0 for n in range(20)})
    first = api.bank_pool(reference)
    with django_assert_num_queries(2):
        assert api.bank_pool(reference) is first


def cut(level, theta, days=0):
    CutScore.objects.create(
        bank_id="uji", level=level, theta=theta, se=0.1, source={}, adopted_at=NOW + timedelta(days=days)
    )


def test_levels_begin_where_it_was_adopted():
    """The newest cut of a level is in force; levels without one keep their distance."""
    assert api.level_cuts("uji") == pytest.approx((-1.2918, -0.2918, 0.7082, 1.7082, 2.7082))
    cut(3, 0.1)
    cut(3, 0.5, days=1)
    assert api.adopted_cuts("uji") == {3: 0.5}
    assert api.level_cuts("uji") == pytest.approx((-1.5, -0.5, 0.5, 1.5, 2.5))
    cut(1, -0.5, days=2)
    assert api.level_cuts("uji") == pytest.approx((-0.5, 0.0, 0.5, 1.5, 2.5))
    cut(2, 0.6, days=3)
    assert api.adopted_cuts("uji") == {1: -0.5, 2: 0.6}
    assert api.level_cuts("elsewhere") == pytest.approx((-1.2918, -0.2918, 0.7082, 1.7082, 2.7082))


@given(st.dictionaries(st.integers(1, 5), st.floats(-4, 4), max_size=5))
def test_levels_rise(found):
    """Whatever rising cuts were adopted, all five rise, and the adopted ones are kept."""
    thetas = sorted(found.values())
    adopted = dict(zip(sorted(found), (theta + 0.01 * n for n, theta in enumerate(thetas)), strict=True))
    cuts = cut_scores(adopted)
    assert all(low < high for low, high in itertools.pairwise(cuts))
    assert {level: cuts[level - 1] for level in adopted} == adopted


def test_hosts_without_records(monkeypatch):
    """Where nothing is kept there is no pool, no met item, and levels are the experts'."""
    monkeypatch.setattr(host, "installed", lambda: False)
    assert host.bank_pool("uji@1") is None
    assert host.level_cuts("uji") == cut_scores({})
    host.record_presentations(7, "block", 1, "uji@1", ["q1"], at=NOW)
    assert host.met_items(7, "uji") == host.over_exposed("uji") == frozenset()
    with pytest.raises(UnknownReferenceError):
        host.bank_models("uji@1", None)

"""A bank is calibrated from the answers on record: parameters, policy, link and report."""

import json
from io import StringIO
from math import sqrt
from statistics import fmean

import pytest
from django.core.management import CommandError, call_command

from xblocks.competency.errors import UnknownReferenceError
from xblocks.measurement.ability import expected_sum_score
from xblocks.records import api
from xblocks.records.api.calibrations import active_calibration
from xblocks.records.calibrating import CalibrationError, calibrate
from xblocks.records.models import Calibration, ItemParameters, Presentation, Response

from . import simulated

pytestmark = pytest.mark.django_db


@pytest.fixture
def truths():
    return simulated.truths()


@pytest.fixture
def bank(truths):
    """A bank with the simulated items, one that hardly anybody gets, a draft and one that nobody got."""
    extra = [
        simulated.item_xml("seldom", truths["c00"]),
        simulated.item_xml("never", truths["c00"], status="pilot"),
        simulated.item_xml("draft", truths["c00"], status="draft"),
    ]
    items = [simulated.item_xml(id_, model) for id_, model in truths.items()]
    return api.load_bank(simulated.bank_xml([*items, *extra]))


def test_parameters_are_those_that_the_answers_came_from(bank, truths):
    """Random forms of 15 of 30 items, 900 learners: within what 450 answers an item allow."""
    simulated.answer(simulated.learners(900), truths, form=15)
    number = calibrate("sim")
    row = Calibration.objects.get(bank_id="sim", number=number)
    assert (row.number, row.family, row.persons, row.activated_at) == (1, "2PL", 900, None)
    assert api.bank_pool(bank) is None
    models = api.bank_models(bank, str(row))
    locations = [
        (one.locations[k], truths[id_].locations[k])
        for id_, one in models.items()
        if id_ in truths
        for k in range(len(one.locations))
    ]
    slopes = [(models[id_].a, truths[id_].a) for id_ in truths]
    assert sqrt(fmean((x - y) ** 2 for x, y in locations)) < 0.25
    assert sqrt(fmean((x - y) ** 2 for x, y in slopes)) < 0.3
    # The two kinds of items are calibrated apart, and yet lie on one scale.
    partial = [fmean(models[id_].locations) - fmean(truths[id_].locations) for id_ in truths if id_ > "d"]
    assert abs(fmean(partial)) < 0.12
    rows = {one.item_id: one for one in ItemParameters.objects.filter(calibration=row)}
    assert rows.keys() == truths.keys()
    assert {one.standing for one in rows.values()} == {"operational"}
    assert (rows["c00"].model, rows["p00"].model) == ("2PL", "GPCM")
    assert all(400 < one.answers < 500 for one in rows.values())


def test_standard_errors_hold(bank, truths):
    """Nine in ten or more of the true difficulties lie within two standard errors."""
    simulated.answer(simulated.learners(900), truths, form=15)
    calibrate("sim")
    inside = [
        abs(step - true) < 2 * error
        for one in ItemParameters.objects.all()
        for step, true, error in zip(
            one.steps, truths[one.item_id].locations, one.errors["steps"], strict=True
        )
    ]
    assert fmean(inside) >= 0.9
    assert all(
        0.03 < one.errors["a"] < 0.5 and one.errors["c"] is None for one in ItemParameters.objects.all()
    )


def test_the_report_has_aggregates_of_the_answers(bank, truths):
    """Difficulty, distractors, fit, exposure, DIF; what is left out and why; and nobody by name or number."""
    ids = simulated.learners(1200)
    simulated.answer(ids, truths, form=15, unfair="c12")
    simulated.answer(ids[:30], {"seldom": truths["c00"]}, form=1, block="lain")
    calibrate("sim")
    report = Calibration.objects.get().report
    assert (report["schema"], report["bank"], report["persons"], report["attempts"]) == (
        1,
        "sim@1",
        1200,
        1230,
    )
    assert report["answers"] == 1200 * 15 + 30
    assert report["left_out"] == [
        {"id": "seldom", "answers": 30, "reason": "too_few"},
        {"id": "never", "answers": 0, "reason": "no_answers"},
    ]
    items = {one["id"]: one for one in report["items"]}
    easy, hard = items["c00"], items["c23"]
    assert easy["p"] > 0.8 > 0.3 > hard["p"]
    assert easy["p"] == pytest.approx(expected_p(truths["c00"]), abs=0.05)
    assert all(
        one["item_rest"] > 0.15 and 0.8 < one["infit"] < 1.2 for id_, one in items.items() if id_ != "c12"
    )
    assert easy["exposure"] == pytest.approx(0.5, abs=0.05)
    key, *others = easy["options"]
    assert (key["id"], key["right"], key["share"]) == ("a", True, easy["p"])
    assert sum(option["share"] for option in easy["options"]) == pytest.approx(1, abs=1e-4)
    assert key["correlation"] > 0 and all(option["correlation"] < 0 for option in others)
    assert key["fifths"] == sorted(key["fifths"]) or key["fifths"][0] < key["fifths"][-1]
    both = {option["id"]: option for option in items["p03"]["options"]}
    assert both["a"]["share"] > both["c"]["share"] > 0 and both["b"]["chosen"] == 0
    assert [point["theta"] for point in easy["points"]] == sorted(point["theta"] for point in easy["points"])
    assert sum(point["persons"] for point in easy["points"]) == easy["answers"]
    assert sum(one["persons"] for one in report["abilities"]) == 1200
    assert report["alpha"] is None and report["complete"] == 0
    gender, region = report["splits"]
    assert (gender["reference_persons"], gender["focal_persons"], gender["tested"]) == (600, 600, True)
    assert (region["split"], region["focal_persons"]) == ("region", 400)
    found = {one["item"]: one for one in report["dif"] if one["split"] == "gender"}
    assert found["c12"]["ets_class"] == "C" and found["c12"]["delta"] < -1.5
    assert sum(one["ets_class"] == "C" for one in found.values()) <= 2
    # Finite numbers only, and nothing that tells a person.
    text = json.dumps(report, allow_nan=False)
    assert "sim0" not in text and "19800101" not in text


def expected_p(model):
    """The mean share of the points over N(0, 1)."""
    nodes = [-4 + 0.1 * n for n in range(81)]
    weights = [2.718281828 ** (-node * node / 2) for node in nodes]
    mean = sum(w * expected_sum_score([model], node) for node, w in zip(nodes, weights, strict=True))
    return mean / sum(weights) / (model.categories - 1)


def test_a_fixed_form_has_a_reliability(truths):
    """Where everybody answered the same items there is an alpha with its standard error."""
    chosen = {id_: truths[id_] for id_ in list(truths)[6:18]}
    api.load_bank(simulated.bank_xml([simulated.item_xml(id_, model) for id_, model in chosen.items()]))
    simulated.answer(simulated.learners(300), chosen, form=12)
    calibrate("sim", family="1PL")
    report = Calibration.objects.get().report
    assert report["complete"] == 300
    assert 0.5 < report["alpha"] < 0.9
    assert 1.0 < report["sem"] < 2.0
    assert len({one.a for one in ItemParameters.objects.all()}) == 1


def test_only_first_complete_answers_of_the_item_as_it_is_count(bank, truths):
    """No second answer, none left open, none to an item before it was mended, and no inline one."""
    ids = simulated.learners(200)
    simulated.answer(ids, truths, form=30)
    # Again, all wrong: another block, later.
    for pk in ids:
        place = {"user_id": pk, "usage_key": "again", "attempt": 1, "item_id": "c00"}
        Presentation.objects.create(bank_id="sim", bank_version="1", shown_at=simulated.NOW, **place)
        Response.objects.create(
            client_uuid=simulated.UUID(int=pk), response={"chosen": ["b"]}, fraction=0, points=0, **place
        )
    Response.objects.filter(item_id="c01", user_id__in=ids[:50]).update(response={"chosen": []}, fraction=0)
    Presentation.objects.filter(item_id="c02", user_id__in=ids[:60]).delete()
    mended = [
        simulated.item_xml(id_, model, prompt="mended" if id_ == "c03" else "")
        for id_, model in truths.items()
    ]
    api.load_bank(simulated.bank_xml(mended, version="2"))
    calibrate("sim")
    report = Calibration.objects.get().report
    counts = {one["id"]: one["answers"] for one in report["items"]}
    assert (counts["c00"], counts["c01"], counts["c02"]) == (200, 150, 140)
    assert next(one["p"] for one in report["items"] if one["id"] == "c00") > 0.7
    assert report["left_out"] == [{"id": "c03", "answers": 0, "reason": "no_answers"}]
    assert report["bank"] == "sim@2"
    assert {one.standing for one in ItemParameters.objects.all()} == {"provisional"}


def test_a_new_calibration_comes_on_the_scale_in_use(bank, truths):
    """Abler people in the second year: linked by the items that both hold, the difficulties stay."""
    simulated.answer(simulated.learners(600), truths, form=20)
    api.activate_calibration("sim", calibrate("sim"))
    first = api.bank_models(bank, "sim#1")
    Response.objects.all().delete()
    Presentation.objects.all().delete()
    simulated.answer(simulated.learners(600, first=600), truths, form=20, mean=0.8, seed=21)
    second = calibrate("sim")
    row = Calibration.objects.get(number=second)
    assert row.link["method"] == "stocking_lord" and row.link["to"] == 1
    assert row.link["intercept"] == pytest.approx(0.8, abs=0.15)
    assert len(row.link["anchors"]) == len(truths)
    models = api.bank_models(bank, str(row))
    moved = fmean(fmean(models[id_].locations) - fmean(first[id_].locations) for id_ in truths)
    assert abs(moved) < 0.08
    assert fmean(one["theta"] * one["persons"] for one in row.report["abilities"]) * len(
        row.report["abilities"]
    ) / 600 == pytest.approx(0.8, abs=0.15)
    assert active_calibration("sim").number == 1


def test_without_common_items_the_scale_is_new(truths):
    """Too few anchors: said in the link, which is none."""
    old = {id_: truths[id_] for id_ in ("c05", "c06", "c10", "c11")}
    api.load_bank(simulated.bank_xml([simulated.item_xml(id_, model) for id_, model in old.items()]))
    ids = simulated.learners(150)
    simulated.answer(ids, old, form=4)
    api.activate_calibration("sim", calibrate("sim"))
    new = {id_: truths[id_] for id_ in ("c05", "c06", "c12", "c13")}
    api.load_bank(simulated.bank_xml([simulated.item_xml(id_, model) for id_, model in new.items()], "2"))
    simulated.answer(ids, {id_: new[id_] for id_ in ("c12", "c13")}, form=2, version="2", block="dua")
    link = Calibration.objects.get(number=calibrate("sim")).link
    assert (link["method"], link["to"], link["slope"], link["intercept"]) == ("none", 1, 1.0, 0.0)
    assert [one["id"] for one in link["anchors"]] == ["c05", "c06"]


def test_guessing_is_for_items_that_can_be_guessed(bank, truths):
    """With the 3PL choices get a lower asymptote, with a standard error, and need 500 answers."""
    simulated.answer(simulated.learners(400), truths, form=30)
    calibrate("sim", family="3PL")
    rows = {one.item_id: one for one in ItemParameters.objects.all()}
    assert (rows["c10"].model, rows["p00"].model) == ("3PL", "GPCM")
    assert 0 < rows["c10"].c < 0.5 and rows["c10"].errors["c"] > 0
    assert (rows["c10"].standing, rows["p00"].standing) == ("provisional", "operational")


def test_partial_points_may_be_graded_responses(bank, truths):
    """The GRM's steps rise, and its expected score is near the true model's."""
    simulated.answer(simulated.learners(400), truths, form=30)
    number = calibrate("sim", partial="GRM")
    rows = {one.item_id: one for one in ItemParameters.objects.all()}
    assert (rows["c10"].model, rows["p00"].model) == ("2PL", "GRM")
    models = api.bank_models(bank, f"sim#{number}")
    for id_ in (one for one in truths if one.startswith("p")):
        assert rows[id_].steps == sorted(rows[id_].steps)
        for theta in (-1.0, 0.0, 1.0):
            found, true = (
                sum(k * p for k, p in enumerate(model.category_probs(theta)))
                for model in (models[id_], truths[id_])
            )
            assert abs(found - true) < 0.3


def test_too_few_answers_are_told(bank, truths):
    """Nothing is kept; a bank that is not loaded is told too."""
    with pytest.raises(CalibrationError, match="100"):
        calibrate("sim")
    simulated.answer(simulated.learners(99), truths, form=30)
    with pytest.raises(CalibrationError, match=r"sim@1.*100"):
        calibrate("sim")
    with pytest.raises(UnknownReferenceError, match="elsewhere"):
        calibrate("elsewhere")
    assert not Calibration.objects.exists()


def test_commands(bank, truths):
    """One calibrates and changes nothing for learners; the other puts a calibration to use."""
    simulated.answer(simulated.learners(150), truths, form=30)
    out = StringIO()
    call_command("calibrate_bank", "sim", "--family", "1PL", stdout=out)
    assert "sim#1" in out.getvalue() and "150 people" in out.getvalue()
    assert api.bank_pool(bank) is None
    call_command("activate_calibration", "sim", "1", stdout=out)
    found = api.bank_pool(bank)
    assert (found.calibration, len(found.pool), [*found.trial]) == ("sim#1", 30, ["never"])
    with pytest.raises(CommandError, match="sim#2"):
        call_command("activate_calibration", "sim", "2")
    with pytest.raises(CommandError, match="elsewhere"):
        call_command("calibrate_bank", "elsewhere")

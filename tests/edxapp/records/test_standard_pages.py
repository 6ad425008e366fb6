"""Standards: from the first sheet to the cut in force, who may do what, and whose name is nowhere."""

import json
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from lxml import html

from tests.pseudo import PseudoI18n, untranslated
from xblocks.measurement.ability import expected_sum_score
from xblocks.records.api import calibrations as api
from xblocks.records.models import Calibration, CutScore, StandardSetting
from xblocks.records.psychometrics import standards

from . import simulated
from .test_calibration_pages import text_of

type Staff = Callable[..., Client]

# What authors and panels wrote themselves.
WRITTEN = {"kp-prompt", "kp-options"}
pytestmark = pytest.mark.django_db
PREFIX = "admin:kapasitas_records_standardsetting"
LIST, PAGE, START = f"{PREFIX}_changelist", f"{PREFIX}_change", f"{PREFIX}_start"
BEGIN, SHEET, ROUND, ADOPT = (f"{PREFIX}_{name}" for name in ("begin", "sheet", "round", "adopt"))
EVERYTHING = (
    "view_standardsetting",
    "add_standardsetting",
    "change_standardsetting",
    "view_itembank",
    "add_cutscore",
)
REFERENCE = "simulasi@1"
ITEMS = [f"sim-{number:02}" for number in range(1, 13)]


def panel(judges: int = 2, level: int = 3, items: list[str] | None = None) -> StandardSetting:
    return standards.begin_angoff(REFERENCE, level, judges=judges, items=items or [], by=None)


def shares(value: str = "60", **changes: str) -> dict[str, str]:
    return {f"share-{item}": changes.get(item.replace("-", "_"), value) for item in ITEMS}


def hand_in(client: Client, row: StandardSetting, judge: int, data: dict[str, str]) -> Any:
    return client.post(reverse(SHEET, args=[row.pk, judge]), data, follow=True)


# Permissions


@pytest.mark.parametrize("left_out", EVERYTHING)
def test_each_step_needs_its_permission(staff: Staff, measured: SimpleNamespace, left_out: str) -> None:
    """Reading, beginning, sheets (which show keys) and adopting are asked for one by one."""
    row = panel()
    client = staff(*(one for one in EVERYTHING if one != left_out))
    address = reverse(SHEET, args=[row.pk, 1])
    asked: dict[str, Callable[[], list[Any]]] = {
        "view_standardsetting": lambda: [client.get(reverse(PAGE, args=[row.pk]))],
        "add_standardsetting": lambda: [
            client.get(reverse(START)),
            client.get(reverse(BEGIN, args=["angoff"])),
        ],
        "change_standardsetting": lambda: [client.get(address), client.post(reverse(ROUND, args=[row.pk]))],
        "view_itembank": lambda: [client.get(address), client.post(address, shares())],
        "add_cutscore": lambda: [client.post(reverse(ADOPT, args=[row.pk]), {"sure": "on"})],
    }
    assert {response.status_code for response in asked[left_out]()} == {403}
    row.refresh_from_db()
    assert row.data["rounds"] == [{}] and not CutScore.objects.exists()


def test_nobody_without_an_account_sees_anything(measured: SimpleNamespace) -> None:
    row = panel()
    for name, arguments in ((PAGE, [row.pk]), (SHEET, [row.pk, 1]), (START, []), (BEGIN, ["contrasting"])):
        assert Client().get(reverse(name, args=arguments)).status_code == 302


def test_an_address_alone_changes_nothing(staff: Staff, measured: SimpleNamespace) -> None:
    row = panel()
    client = staff(*EVERYTHING)
    assert client.get(reverse(ROUND, args=[row.pk])).status_code == 405
    assert client.get(reverse(ADOPT, args=[row.pk])).status_code == 405
    assert client.post(reverse(PAGE, args=[row.pk]), {"level": 1}).status_code == 403


# Angoff


def test_an_angoff_from_the_first_sheet_to_the_cut_in_force(staff: Staff, measured: SimpleNamespace) -> None:
    """Begin, hand in, talk, hand in again, read the cut, adopt it: levels are read by it from then on."""
    client = staff(*EVERYTHING)
    given = {"bank": REFERENCE, "level": "3", "judges": "2", "items": ""}
    begun = client.post(reverse(BEGIN, args=["angoff"]), given, follow=True)
    row = StandardSetting.objects.get()
    assert row.data["items"] == ITEMS
    assert "Still missing in this round: judges 1, 2." in text_of(begun)
    assert "The sheet of judge 1 is in." in hand_in(client, row, 1, shares("70")).content.decode()
    client.post(reverse(ROUND, args=[row.pk]))
    row.refresh_from_db()
    assert len(row.data["rounds"]) == 1
    hand_in(client, row, 2, shares("30"))
    client.post(reverse(ROUND, args=[row.pk]))
    # The second round shows what the panel said in the first, and what people really solved.
    sheet = text_of(client.get(reverse(SHEET, args=[row.pk, 2])))
    assert "Last round: you 30, the panel 30 to 70, mean 50." in sheet
    assert "of 100 solved it" in sheet
    hand_in(client, row, 1, shares("55"))
    page = text_of(hand_in(client, row, 2, shares("45", sim_01="95")))
    # (55 % of 12, and 45 % of 11 with 95 % of 1) / 2 = 6.25
    assert "is expected to solve 6.2 of 12 items (52 percent)." in page
    assert "talk about it" in page and "people measured so far" in page
    assert not CutScore.objects.exists()
    assert "Nothing was adopted" in client.post(reverse(ADOPT, args=[row.pk]), follow=True).content.decode()
    done = client.post(reverse(ADOPT, args=[row.pk]), {"sure": "on"}, follow=True).content.decode()
    assert "The cut of level 3 is in force now." in done
    cut = CutScore.objects.get()
    assert api.adopted_cuts("simulasi") == {3: cut.theta}
    models = [one.model for one in measured.truths]
    wanted = sum((0.5 if one.id != "sim-01" else 0.75) * (one.categories - 1) for one in measured.truths)
    assert expected_sum_score(models, cut.theta) == pytest.approx(wanted, abs=1e-4)
    assert cut.source["calibration"] == "simulasi#1" and cut.source["judges"] == 2
    assert (cut.source["standard_setting"], cut.source["round"]) == (row.pk, 2)
    assert LogEntry.objects.get().object_repr == "simulasi@1: 3"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (shares(sim_03=""), "Item sim-03"),
        (shares(sim_03="101"), "Item sim-03: “101” is no percentage from 0 to 100."),
        (shares(sim_03="enam"), "Item sim-03: “enam”"),
        ({}, "Item sim-01"),
    ],
    ids=["empty", "too high", "words", "nothing"],
)
def test_a_sheet_with_a_fault_stays_as_it_was_typed(
    staff: Staff, measured: SimpleNamespace, data: dict[str, str], fault: str
) -> None:
    """The fault is named and marked; nothing is stored and nothing typed is lost."""
    row = panel()
    response = staff(*EVERYTHING).post(reverse(SHEET, args=[row.pk, 1]), data)
    assert response.status_code == 400
    assert fault in text_of(response)
    content = html.fromstring(response.content.decode())
    for name, value in data.items():
        assert content.xpath(f"//input[@name='{name}']/@value") == [value]
    assert content.xpath("//input[@aria-invalid='true']/@aria-describedby")[0] == "masalah"
    row.refresh_from_db()
    assert row.data["rounds"] == [{}]


@pytest.mark.parametrize("judge", [0, 3])
def test_there_is_no_sheet_of_another_judge(staff: Staff, measured: SimpleNamespace, judge: int) -> None:
    client = staff(*EVERYTHING)
    assert client.get(reverse(SHEET, args=[panel().pk, judge])).status_code == 404
    assert client.get(reverse(SHEET, args=[999, 1])).status_code == 404


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"judges": "1"}, "greater than or equal to 2"),
        ({"judges": "x"}, "whole number"),
        ({"bank": "lain@9"}, "lain@9"),
        ({"level": "6"}, "6 is not one of the available choices"),
        ({"items": "sim-01\nsim-77\nsim-78"}, "no such item in use: sim-77, sim-78"),
        ({"items": "sim-01"}, "two or more items"),
    ],
)
def test_what_a_panel_cannot_begin_with_is_refused(
    staff: Staff, measured: SimpleNamespace, changes: dict[str, str], fault: str
) -> None:
    given = {"bank": REFERENCE, "level": "3", "judges": "5", "items": "", **changes}
    response = staff(*EVERYTHING).post(reverse(BEGIN, args=["angoff"]), given)
    assert response.status_code == 400 and fault in text_of(response)
    assert not StandardSetting.objects.exists()


def test_an_unknown_method_has_no_page(staff: Staff, measured: SimpleNamespace) -> None:
    assert staff(*EVERYTHING).get(reverse(BEGIN, args=["tebak"])).status_code == 404


def test_a_cut_that_no_ability_expects_is_told_and_not_adopted(
    staff: Staff, measured: SimpleNamespace
) -> None:
    row, client = panel(), staff(*EVERYTHING)
    hand_in(client, row, 1, shares("100"))
    page = text_of(hand_in(client, row, 2, shares("100")))
    assert "no ability is that low or that high" in page and "Adopt this cut" not in page
    refused = client.post(reverse(ADOPT, args=[row.pk]), {"sure": "on"}, follow=True)
    assert "no ability is that low or that high" in refused.content.decode()
    assert not CutScore.objects.exists()


def test_adopted_cuts_rise_by_level(staff: Staff, measured: SimpleNamespace) -> None:
    """A cut that lies above a higher level's is refused, with both levels and the remedy."""
    CutScore.objects.create(
        bank_id="simulasi", level=4, theta=-3.0, se=0.1, source={}, adopted_at=timezone.now()
    )
    row, client = panel(level=3), staff(*EVERYTHING)
    hand_in(client, row, 1, shares())
    assert "Level 4 would begin at -3.00, not above level 3" in text_of(hand_in(client, row, 2, shares()))
    client.post(reverse(ADOPT, args=[row.pk]), {"sure": "on"})
    assert CutScore.objects.count() == 1


def test_without_a_calibration_the_cut_is_a_first_estimate(staff: Staff, measured: SimpleNamespace) -> None:
    """Adopted anew after a calibration is activated: from the same sheets, on the new scale."""
    Calibration.objects.update(activated_at=None)
    row, client = panel(), staff(*EVERYTHING)
    hand_in(client, row, 1, shares("70"))
    page = text_of(hand_in(client, row, 2, shares("50")))
    assert "estimate from levels" in page and "come back and adopt it anew" in page
    client.post(reverse(ADOPT, args=[row.pk]), {"sure": "on"})
    Calibration.objects.update(activated_at=timezone.now())
    page = text_of(client.get(reverse(PAGE, args=[row.pk])))
    assert "Adopt anew" in page and "simulasi#1" in page
    client.post(reverse(ADOPT, args=[row.pk]), {"sure": "on"})
    first, second = CutScore.objects.order_by("pk")
    assert (first.source["calibration"], second.source["calibration"]) == ("", "simulasi#1")
    assert first.theta != second.theta
    assert first.source["raw"] == second.source["raw"]


def test_a_sheet_may_be_changed_until_the_next_round(staff: Staff, measured: SimpleNamespace) -> None:
    row, client = panel(), staff(*EVERYTHING)
    hand_in(client, row, 1, shares("70"))
    hand_in(client, row, 1, shares("40"))
    row.refresh_from_db()
    assert {Decimal(share) for share in row.data["rounds"][0]["1"].values()} == {Decimal("0.4")}


# Bookmark


def test_a_bookmark_from_the_booklet_to_the_cut(staff: Staff, measured: SimpleNamespace) -> None:
    """The booklet goes from easy to hard and stays, whatever is calibrated meanwhile."""
    client = staff(*EVERYTHING)
    given = {
        "bank": REFERENCE,
        "level": "4",
        "judges": "2",
        "items": "",
        "response_probability": "0.67",
    }
    client.post(reverse(BEGIN, args=["bookmark"]), given)
    row = StandardSetting.objects.get()
    places = row.data["places"]
    assert [place[2] for place in places] == sorted(place[2] for place in places)
    # Eleven items of two categories, one of three.
    assert len(places) == 13
    simulated.calibration(measured.truths, measured.given, number=2, shift=1.0, activated_at=timezone.now())
    assert "Page 1 of 13" in text_of(client.get(reverse(SHEET, args=[row.pk, 1])))
    bad = client.post(reverse(SHEET, args=[row.pk, 1]), {"mark": "14"})
    assert bad.status_code == 400 and "from 1 to 13" in text_of(bad)
    client.post(reverse(SHEET, args=[row.pk, 1]), {"mark": "8"})
    page = text_of(client.post(reverse(SHEET, args=[row.pk, 2]), {"mark": "10"}, follow=True))
    wanted = (places[7][2] + places[9][2]) / 2
    assert f"{wanted:.2f}" in page
    client.post(reverse(ADOPT, args=[row.pk]), {"sure": "on"})
    cut = CutScore.objects.get()
    assert cut.theta == pytest.approx(wanted, abs=1e-6)
    assert cut.source["calibration"] == "simulasi#1"


@pytest.mark.parametrize("method", ["bookmark", "contrasting"])
def test_without_a_calibration_there_is_no_booklet_and_no_ability(
    staff: Staff, measured: SimpleNamespace, method: str
) -> None:
    Calibration.objects.update(activated_at=None)
    given = {
        "bank": REFERENCE,
        "level": "3",
        "judges": "3",
        "items": "",
        "response_probability": "0.67",
        "competent": "peserta000",
        "not_yet": "peserta001",
    }
    response = staff(*EVERYTHING).post(reverse(BEGIN, args=[method]), given)
    assert response.status_code == 400 and "no active calibration" in text_of(response)


# Agreement of judges


def stepped(more: int) -> dict[str, str]:
    """A sheet from 30 to 85 in steps of 5, and so many more of 100."""
    return {f"share-{item}": str(30 + 5 * place + more) for place, item in enumerate(ITEMS)}


def test_the_page_says_how_far_judges_agree_and_who_is_strict(
    staff: Staff, measured: SimpleNamespace
) -> None:
    """Mean squares: items 1300, judges 440; 1300 / (1300 + 4 · 440 / 12) and 1300 / (1300 + 440 / 12)."""
    row, client = panel(judges=4), staff(*EVERYTHING)
    waiting = text_of(client.get(reverse(PAGE, args=[row.pk])))
    assert "It appears when every judge's sheet of a round is in." in waiting
    for judge, more in enumerate((0, 1, 2, 13), start=1):
        response = hand_in(client, row, judge, stepped(more))
    page = text_of(response)
    assert "Round 1 0.90 (excellent) 0.97 (excellent)" in page
    assert "Judge 1 57.5 -4.0 Judge 2 58.5 -3.0 Judge 3 59.5 -2.0 Judge 4 70.5 +9.0 far stricter" in page
    # The cut is the mean of all four sheets all the same: 12 · .615.
    assert "is expected to solve 7.4 of 12 items" in page
    client.post(reverse(ROUND, args=[row.pk]))
    hand_in(client, row, 4, stepped(2))
    assert "Each judge and the panel, round 1" in text_of(client.get(reverse(PAGE, args=[row.pk])))


def test_sheets_that_tell_nothing_apart_have_no_coefficient(staff: Staff, measured: SimpleNamespace) -> None:
    row, client = panel(), staff(*EVERYTHING)
    hand_in(client, row, 1, shares())
    page = text_of(hand_in(client, row, 2, shares()))
    assert "Round 1 All judges gave all items the same share" in page
    assert "Judge 2 60.0 0.0" in page


def test_bookmarks_are_told_apart_by_pages(staff: Staff, measured: SimpleNamespace) -> None:
    """One judgement a judge has no ICC, which is said; how strict each is stands in pages."""
    row = standards.begin_bookmark(
        REFERENCE, 4, judges=4, items=(), response_probability=Decimal("0.67"), by=None
    )
    for judge, mark in enumerate(("10", "11", "11", "2"), start=1):
        standards.hand_in_mark(row.pk, judge, mark)
    page = text_of(staff(*EVERYTHING).get(reverse(PAGE, args=[row.pk])))
    assert "a bookmark is one judgement" in page and "ICC(2,1)" not in page
    assert "Judge 3 11 +2.5 Judge 4 2 -6.5 far more lenient" in page


# Contrasting groups


def groups(measured: SimpleNamespace) -> tuple[list[str], list[str]]:
    """The ablest and the weakest thirds by their true ability."""
    order = sorted(range(len(measured.given.thetas)), key=measured.given.thetas.__getitem__)
    names = [f"peserta{number:03}" for number in order]
    third = len(names) // 3
    return names[-third:], names[:third]


def begin_groups(client: Client, competent: list[str], not_yet: list[str]) -> Any:
    given = {
        "bank": REFERENCE,
        "level": "2",
        "competent": "\n".join(competent),
        "not_yet": "; ".join(not_yet),
    }
    return client.post(reverse(BEGIN, args=["contrasting"]), given, follow=True)


def test_groups_set_a_cut_and_are_forgotten(staff: Staff, measured: SimpleNamespace) -> None:
    """The cut parts them; no table of ours holds a name or an account's number that belongs to it."""
    competent, not_yet = groups(measured)
    client = staff(*EVERYTHING)
    page = text_of(begin_groups(client, competent, not_yet))
    assert "Abilities of the two groups" in page and "no name" in page
    assert "How far the judges agree" not in page
    row = StandardSetting.objects.get()
    first, second = row.data["competent"], row.data["not_yet"]
    assert (first["persons"], second["persons"]) == (40, 40)
    assert second["mean"] < row.result["theta"] < first["mean"]
    client.post(reverse(ADOPT, args=[row.pk]), {"sure": "on"})
    stored = json.dumps([row.data, row.result, CutScore.objects.get().source])
    assert "peserta" not in stored
    # 40 people in bins: figures of half a logit, no list of abilities.
    assert set(row.data) == {"competent", "not_yet", "unmeasured", "calibration"}
    assert set(first) == {"persons", "mean", "sd", "bins"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT change_message, object_repr FROM django_admin_log")
        assert "peserta" not in json.dumps(cursor.fetchall())


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (lambda one, two: (one, [*two, one[0]]), "In both lists: "),
        (lambda one, two: ([*one, "siapa"], two), "No account has this username: siapa."),
        (lambda one, two: (one[:9], two), "Only 9 people"),
        (lambda one, two: (two, one), "exchanged"),
        (lambda one, two: ([], two), "This field is required"),
    ],
    ids=["in both", "unknown", "few", "exchanged", "empty"],
)
def test_lists_that_cannot_part_are_refused(
    staff: Staff, measured: SimpleNamespace, changes: Callable[..., Any], fault: str
) -> None:
    response = begin_groups(staff(*EVERYTHING), *changes(*groups(measured)))
    assert response.status_code == 400 and fault in text_of(response)
    assert not StandardSetting.objects.exists()


def test_groups_have_no_sheets_and_no_rounds(staff: Staff, measured: SimpleNamespace) -> None:
    client = staff(*EVERYTHING)
    begin_groups(client, *groups(measured))
    row = StandardSetting.objects.get()
    assert client.get(reverse(SHEET, args=[row.pk, 1])).status_code == 404
    assert client.post(reverse(ROUND, args=[row.pk])).status_code == 404


# Language


def test_no_visible_string_is_untranslated(
    staff: Staff, measured: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = staff(*EVERYTHING)
    angoff = panel()
    hand_in(client, angoff, 1, shares("70"))
    hand_in(client, angoff, 2, shares("20"))
    standards.open_round(angoff.pk)
    whole = panel(level=4)
    hand_in(client, whole, 1, shares("70"))
    hand_in(client, whole, 2, shares("60", sim_02="10"))
    bookmark = standards.begin_bookmark(
        REFERENCE, 4, judges=2, items=(), response_probability=Decimal("0.67"), by=None
    )
    standards.hand_in_mark(bookmark.pk, 1, "5")
    begin_groups(client, *groups(measured))
    contrasting = StandardSetting.objects.get(method="contrasting")
    speaker = PseudoI18n()
    monkeypatch.setattr(translation._trans, "gettext", speaker.gettext)  # type: ignore[attr-defined]
    monkeypatch.setattr(translation._trans, "ngettext", speaker.ngettext)  # type: ignore[attr-defined]
    addresses = [
        reverse(START),
        *(reverse(BEGIN, args=[method]) for method in ("angoff", "bookmark", "contrasting")),
        *(reverse(PAGE, args=[row.pk]) for row in (angoff, whole, bookmark, contrasting)),
        *(reverse(SHEET, args=[row.pk, 1]) for row in (angoff, bookmark)),
    ]
    data = {*ITEMS, REFERENCE, "simulasi#1", "Contoh Pasal 1"}
    for address in addresses:
        content = html.fromstring(client.get(address).content.decode()).get_element_by_id("content")
        for written in [one for one in content.iter("*") if WRITTEN & {*one.get("class", "").split()}]:
            written.getparent().remove(written)
        page = html.tostring(content, encoding="unicode")
        assert page.count("⟦") > 3
        assert untranslated(page, data) == [], address


@pytest.mark.parametrize(
    ("language", "expected"), [("id", "menjawab benar 7,2 dari 12 soal"), ("en", "solve 7.2 of 12 items")]
)
def test_the_pages_speak_both_languages(
    staff: Staff, measured: SimpleNamespace, language: str, expected: str
) -> None:
    row, client = panel(), staff(*EVERYTHING)
    hand_in(client, row, 1, shares())
    hand_in(client, row, 2, shares())
    response = client.get(reverse(PAGE, args=[row.pk]), headers={"accept-language": language})
    assert expected in text_of(response)

"""Pages of a calibration: who may see and do what, what they say, and that nothing is activated by itself."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from lxml import html

from tests.pseudo import PseudoI18n, untranslated
from xblocks.records import tasks
from xblocks.records.api import calibrations as api
from xblocks.records.models import Calibration, CalibrationRequest, CutScore, Response
from xblocks.records.psychometrics.item_table import COLUMNS

from . import simulated

type Staff = Callable[..., Client]

# What authors and panels wrote themselves.
WRITTEN = {"kp-prompt", "kp-options", "kp-dot1"}
pytestmark = pytest.mark.django_db
LIST = "admin:kapasitas_records_calibration_changelist"
PAGE = "admin:kapasitas_records_calibration_change"
ITEM = "admin:kapasitas_records_calibration_item"
CSV = "admin:kapasitas_records_calibration_csv"
ACTIVATE = "admin:kapasitas_records_calibration_activate"
CALIBRATE = "admin:kapasitas_records_calibration_calibrate"


def text_of(response: object) -> str:
    """What a reader sees of the page's content."""
    content = html.fromstring(response.content.decode()).get_element_by_id("content")  # type: ignore[attr-defined]
    return " ".join(" ".join(content.itertext()).split())


def second(measured: SimpleNamespace, **fields: object) -> Calibration:
    """A later calibration that nobody has activated."""
    anchors = [{"id": one.id, "old": 0.0, "new": 0.1} for one in measured.truths]
    link = {"method": "stocking_lord", "to": 1, "slope": 1.02, "intercept": -0.03, "anchors": anchors}
    return simulated.calibration(measured.truths, measured.given, number=2, **{"link": link, **fields})


# Permissions


@pytest.mark.parametrize(
    ("name", "needs"),
    [(PAGE, "view_calibration"), (CSV, "view_calibration"), (ITEM, "view_calibration")],
)
def test_reading_needs_the_permission_to_view(
    staff: Staff, measured: SimpleNamespace, name: str, needs: str
) -> None:
    arguments = [measured.calibration.pk, *(["sim-01"] if name == ITEM else [])]
    address = reverse(name, args=arguments)
    assert staff(needs).get(address).status_code == 200
    assert staff("view_framework", name="lain").get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_activating_needs_the_permission_to_change(staff: Staff, measured: SimpleNamespace) -> None:
    """Who may only read sees no button, and a forged post is refused; an address is never enough."""
    row = second(measured)
    reader = staff("view_calibration")
    assert "Activate this calibration" not in text_of(reader.get(reverse(PAGE, args=[row.pk])))
    assert reader.post(reverse(ACTIVATE, args=[row.pk]), {"sure": "on"}).status_code == 403
    changer = staff("view_calibration", "change_calibration", name="kepala")
    assert changer.get(reverse(ACTIVATE, args=[row.pk])).status_code == 405
    row.refresh_from_db()
    assert row.activated_at is None


def test_asking_needs_the_permission_to_add(staff: Staff, measured: SimpleNamespace) -> None:
    assert staff("view_calibration").get(reverse(CALIBRATE)).status_code == 403
    assert staff("add_calibration", name="lain").get(reverse(CALIBRATE)).status_code == 200


def test_an_items_text_and_key_need_the_permission_to_view_banks(
    staff: Staff, measured: SimpleNamespace
) -> None:
    address = reverse(ITEM, args=[measured.calibration.pk, "sim-01"])
    without = text_of(staff("view_calibration").get(address))
    assert "soal simulasi 1" not in without
    # How its options drew tells which one is the key, marked or not.
    assert "weakest fifth" not in without
    with_key = text_of(staff("view_calibration", "view_itembank", name="ahli").get(address))
    assert "soal simulasi 1" in with_key and "weakest fifth" in with_key


# Reading


def test_the_page_says_what_to_look_at(staff: Staff, measured: SimpleNamespace) -> None:
    """The item with the wrong key, in words with advice; figures; the Wright map as picture and as table."""
    response = staff("view_calibration").get(reverse(PAGE, args=[measured.calibration.pk]))
    page = text_of(response)
    assert "sim-05 key in doubt Able learners get it wrong more often than weak ones." in page
    assert "Check the key and the wording first" in page
    content = html.fromstring(response.content.decode())
    charts = content.xpath("//svg[contains(@class, 'kp-chart')]")
    assert len(charts) == 3
    for chart in charts:
        names = chart.get("aria-labelledby").split()
        assert all(content.get_element_by_id(name).text_content().strip() for name in names)
    dots = charts[0].xpath(".//circle")
    assert len(dots) == len(measured.truths)
    for truth in measured.truths:
        assert truth.id in page


def test_people_and_items_of_the_map_stand_in_its_table(staff: Staff, measured: SimpleNamespace) -> None:
    """Nobody is lost between the picture and the table."""
    response = staff("view_calibration").get(reverse(PAGE, args=[measured.calibration.pk]))
    content = html.fromstring(response.content.decode())
    table = content.xpath("//*[@aria-label='People and items on one scale']//table")[0]
    rows = [[cell.text_content().strip() for cell in row.xpath("./*")] for row in table.xpath(".//tbody/tr")]
    assert sum(int(row[1]) for row in rows) == 120
    assert sorted(id_ for row in rows for id_ in row[3].split(", ") if id_) == [
        one.id for one in measured.truths
    ]


def test_the_page_of_an_item_shows_how_its_options_drew(staff: Staff, measured: SimpleNamespace) -> None:
    client = staff("view_calibration", "view_itembank")
    page = text_of(client.get(reverse(ITEM, args=[measured.calibration.pk, "sim-05"])))
    assert "key in doubt" in page and "weakest fifth" in page
    partial = text_of(client.get(reverse(ITEM, args=[measured.calibration.pk, "sim-10"])))
    assert "GPCM" in partial and "exactly step 2" in partial
    assert client.get(reverse(ITEM, args=[measured.calibration.pk, "sim-77"])).status_code == 404
    assert client.get(reverse(PAGE, args=[999])).status_code == 404
    assert client.get(reverse(PAGE, args=["x"])).status_code == 404


def test_the_table_comes_as_csv(staff: Staff, measured: SimpleNamespace) -> None:
    """A row an item with a decimal point, whatever the reader's language; the last column has the flags."""
    response = staff("view_calibration").get(
        reverse(CSV, args=[measured.calibration.pk]), headers={"accept-language": "id"}
    )
    assert response["Content-Disposition"] == 'attachment; filename="kalibrasi-simulasi-1.csv"'
    content = response.content.decode()
    assert content.startswith("\ufeff") and "\r\n" in content
    head, *rows = csv.reader(io.StringIO(content.removeprefix("\ufeff")))
    assert head == [*COLUMNS, "flags"]
    assert [row[0] for row in rows] == [one.id for one in measured.truths]
    by_id = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    model = measured.truths[0].model
    assert float(by_id["sim-01"]["a"]) == pytest.approx(model.a, abs=1e-5)
    assert float(by_id["sim-01"]["b"]) == pytest.approx(model.b, abs=1e-5)
    assert len(by_id["sim-10"]["b"].split()) == 2
    assert "key" in by_id["sim-05"]["flags"].split()


def test_a_report_names_no_person(measured: SimpleNamespace) -> None:
    """Aggregates only: no username, no account's number beside a figure of one person."""
    stored = json.dumps(measured.calibration.report)
    assert "peserta" not in stored
    assert sum(row["persons"] for row in measured.calibration.report["abilities"]) == 120


def test_a_bank_without_cuts_says_that_levels_are_estimates(staff: Staff, measured: SimpleNamespace) -> None:
    client = staff("view_calibration")
    address = reverse(PAGE, args=[measured.calibration.pk])
    assert "Not every level has an adopted standard yet" in text_of(client.get(address))
    for level in range(1, 6):
        CutScore.objects.create(
            bank_id="simulasi", level=level, theta=level - 3, se=0.1, source={}, adopted_at=timezone.now()
        )
    assert "Not every level has an adopted standard yet" not in text_of(client.get(address))


# Activating


def test_a_person_activates_and_the_log_says_who(staff: Staff, measured: SimpleNamespace) -> None:
    """What changes is told before; without the tick nothing happens; an older one can come back."""
    row = second(measured)
    client = staff("view_calibration", "change_calibration")
    page = text_of(client.get(reverse(PAGE, args=[row.pk])))
    assert "Not in use" in page and "Items that count: 12 before, 12 then." in page
    assert "Put on the scale of calibration 1 by 12 items" in page
    refused = client.post(reverse(ACTIVATE, args=[row.pk]), follow=True)
    assert "Nothing was activated" in refused.content.decode()
    assert str(api.active_calibration("simulasi")) == "simulasi#1"
    done = client.post(reverse(ACTIVATE, args=[row.pk]), {"sure": "on"}, follow=True)
    assert "Calibration simulasi#2 is in use now." in done.content.decode()
    assert str(api.active_calibration("simulasi")) == "simulasi#2"
    row.refresh_from_db()
    assert row.activated_by == get_user_model().objects.get(username="petugas")
    assert LogEntry.objects.get().object_repr == "simulasi#2"
    client.post(reverse(ACTIVATE, args=[measured.calibration.pk]), {"sure": "on"})
    assert str(api.active_calibration("simulasi")) == "simulasi#1"


def test_items_that_moved_or_went_are_named(staff: Staff, measured: SimpleNamespace) -> None:
    row = second(measured, shift=0.5)
    row.parameters.filter(item_id="sim-03").delete()
    page = text_of(staff("view_calibration").get(reverse(PAGE, args=[row.pk])))
    assert "These lose their parameters, and count by their level again: sim-03." in page
    assert "These become plainly easier or harder than before: sim-01, sim-02, sim-04" in page


def test_a_scale_that_could_not_be_linked_warns(staff: Staff, measured: SimpleNamespace) -> None:
    link = {"method": "none", "to": 1, "slope": 1.0, "intercept": 0.0, "anchors": []}
    row = second(measured, link=link)
    page = text_of(staff("view_calibration").get(reverse(PAGE, args=[row.pk])))
    assert "Adopted standards are on another scale and must be set anew." in page


# Asking for one


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """What was handed to Celery."""
    found: list[list[int]] = []

    def apply_async(args: list[int], **_options: object) -> None:
        found.append(args)

    monkeypatch.setattr(tasks.calibrate_as_asked, "apply_async", apply_async)
    return found


WANTED = {"bank": "simulasi", "family": "2PL", "partial": "GRM"}


def test_a_calibration_is_asked_for_once(
    staff: Staff,
    measured: SimpleNamespace,
    sent: list[list[int]],
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    """The worker gets a number only; while it works, asking again says so."""
    client = staff("add_calibration", "view_calibration")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        response = client.post(reverse(CALIBRATE), WANTED, follow=True)
    row = CalibrationRequest.objects.get()
    assert sent == [[row.pk]]
    assert (row.bank_id, row.family, row.partial, row.asked_by_id) == (
        "simulasi",
        "2PL",
        "GRM",
        int(client.session["_auth_user_id"]),
    )
    assert "waiting for a worker" in text_of(response)
    again = client.post(reverse(CALIBRATE), {**WANTED, "family": "1PL"}, follow=True)
    assert "This bank is being calibrated already" in again.content.decode()
    assert CalibrationRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"bank": "lain", "family": "2PL", "partial": "GRM"}, "lain"),
        ({"bank": "simulasi", "family": "9PL", "partial": "GRM"}, "9PL"),
        ({"bank": "simulasi", "family": "2PL", "partial": "PCM"}, "PCM"),
        ({}, "required"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    staff: Staff, measured: SimpleNamespace, sent: list[list[int]], given: dict[str, str], fault: str
) -> None:
    response = staff("add_calibration").post(reverse(CALIBRATE), given)
    assert response.status_code == 400 and fault in text_of(response)
    assert not sent and not CalibrationRequest.objects.exists()


@pytest.mark.parametrize("eager", [False, True])
def test_without_a_worker_the_command_is_told(
    staff: Staff, measured: SimpleNamespace, settings: Any, monkeypatch: pytest.MonkeyPatch, eager: bool
) -> None:
    """A task that runs where it is sent would load numpy into the web worker: that counts as no worker."""
    from celery import current_app

    settings.KAPASITAS_RECORDS_USE_CELERY = eager
    monkeypatch.setitem(current_app.conf, "task_always_eager", eager)
    client = staff("add_calibration")
    assert "calibrate_bank simulasi --family 2PL" in text_of(client.get(reverse(CALIBRATE)))
    client.post(reverse(CALIBRATE), WANTED)
    assert not CalibrationRequest.objects.exists()


def test_the_worker_takes_the_models_that_were_asked_for(
    staff: Staff, measured: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[dict[str, object]] = []

    def calibrate(bank_id: str, **how: object) -> int:
        used.append(how)
        return 1

    monkeypatch.setattr("xblocks.records.calibrating.calibrate", calibrate)
    row = CalibrationRequest.objects.create(bank_id="simulasi", family="3PL", partial="GRM")
    tasks.calibrate_as_asked(row.pk)
    assert used == [{"family": "3PL", "partial": "GRM", "made_by": None}]
    page = text_of(staff("add_calibration").get(reverse(CALIBRATE)))
    assert "3PL, GRM" in page


def asked(**fields: object) -> CalibrationRequest:
    row = CalibrationRequest.objects.create(bank_id="simulasi", family="2PL")
    CalibrationRequest.objects.filter(pk=row.pk).update(**fields)
    return row


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "waiting for a worker"),
        ({"asked_at": timezone.now() - timedelta(minutes=10)}, "no worker has taken it"),
        ({"started_at": timezone.now()}, "being worked out"),
        ({"started_at": timezone.now() - timedelta(hours=2)}, "it broke off"),
        (
            {"problem": {"text": "In both lists: {names}.", "values": {"names": "x"}}},
            "not possible: In both lists: x.",
        ),
        ({"number": 1, "finished_at": timezone.now()}, "done: calibration simulasi#1"),
    ],
)
def test_what_became_of_a_request_is_told(
    staff: Staff, measured: SimpleNamespace, fields: dict[str, object], words: str
) -> None:
    asked(**fields)
    assert words in text_of(staff("add_calibration").get(reverse(CALIBRATE)))


def test_from_the_button_to_parameters_in_use(
    staff: Staff,
    measured: SimpleNamespace,
    sent: list[list[int]],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    """Ask, let the task work, read what it found, activate: the bank is measured by it."""
    client = staff("add_calibration", "view_calibration", "change_calibration")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse(CALIBRATE), WANTED)
    tasks.calibrate_as_asked(*sent[0])
    row = CalibrationRequest.objects.get()
    assert (row.number, row.problem) == (2, None)
    # A message that comes twice changes nothing.
    tasks.calibrate_as_asked(*sent[0])
    assert Calibration.objects.count() == 2
    made = Calibration.objects.get(number=2)
    assert made.made_by_id == row.asked_by_id
    assert "done: calibration simulasi#2" in text_of(client.get(reverse(CALIBRATE)))
    page = text_of(client.get(reverse(PAGE, args=[made.pk])))
    assert "sim-05 key in doubt" in page
    assert "Put on the scale of calibration 1" in page
    # What the answers were made with is found again.
    found = {one.item_id: one for one in made.parameters.all()}
    assert found["sim-03"].steps[0] == pytest.approx(measured.truths[2].model.b, abs=0.6)
    client.post(reverse(ACTIVATE, args=[made.pk]), {"sure": "on"})
    assert api.bank_models("simulasi@1", "simulasi#2")["sim-03"] == api.item_model(found["sim-03"])
    assert str(api.active_calibration("simulasi")) == "simulasi#2"


def test_a_request_that_cannot_be_met_says_why(staff: Staff, measured: SimpleNamespace) -> None:
    """In the reader's language, on the request that was made."""
    Response.objects.all().delete()
    row = asked()
    tasks.calibrate_as_asked(row.pk)
    client = staff("add_calibration")
    assert "not possible: Two items of simulasi@1 with answers of 100 people" in text_of(
        client.get(reverse(CALIBRATE))
    )
    indonesian = client.get(reverse(CALIBRATE), headers={"accept-language": "id"})
    assert "tidak dapat: " in text_of(indonesian) and "Two items" not in text_of(indonesian)


# Language


def test_no_visible_string_is_untranslated(
    staff: Staff, measured: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker = PseudoI18n()
    monkeypatch.setattr(translation._trans, "gettext", speaker.gettext)  # type: ignore[attr-defined]
    monkeypatch.setattr(translation._trans, "ngettext", speaker.ngettext)  # type: ignore[attr-defined]
    asked()
    row = second(measured)
    client = staff("view_calibration", "change_calibration", "add_calibration", "view_itembank")
    ids = {one.id for one in measured.truths} | {
        "sim-99",
        "simulasi",
        "simulasi#1",
        "simulasi#2",
        "simulasi@1",
    }
    authors = {
        "a",
        "b",
        "c",
        "d",
        "Contoh Pasal 1",
        *simulated.COMPETENCIES,
        "2PL",
        "GPCM",
        "Q3",
        "r",
        "A",
        "B",
        "C",
        "A ()",
        "B ()",
        "C ()",
    }
    for address in (
        reverse(PAGE, args=[row.pk]),
        reverse(ITEM, args=[row.pk, "sim-05"]),
        reverse(ITEM, args=[row.pk, "sim-10"]),
        reverse(CALIBRATE),
    ):
        content = html.fromstring(client.get(address).content.decode()).get_element_by_id("content")
        # What authors wrote, and the item and figure that a dot of the map stands for.
        for data in [one for one in content.iter("*") if WRITTEN & {*one.get("class", "").split()}]:
            data.getparent().remove(data)
        page = html.tostring(content, encoding="unicode")
        assert page.count("⟦") > 5
        assert untranslated(page, ids | authors) == [], address


def test_the_pages_speak_indonesian(staff: Staff, measured: SimpleNamespace) -> None:
    """Words, and figures with a decimal comma; coordinates of pictures keep their point."""
    response = staff("view_calibration").get(
        reverse(PAGE, args=[measured.calibration.pk]), headers={"accept-language": "id"}
    )
    page = text_of(response)
    assert "Yang perlu diperhatikan" in page and "kunci diragukan" in page
    model = measured.truths[0].model
    assert f"{model.b:.2f}".replace(".", ",") in page
    for line in html.fromstring(response.content.decode()).iter("polyline"):
        for pair in line.get("points").split():
            x, y = pair.split(",")
            assert 0 <= float(x) <= 400 and 0 <= float(y) <= 420

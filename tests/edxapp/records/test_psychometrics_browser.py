"""The pages of calibration and standards in a real browser: WCAG 2.2 AA, 320 px, by keyboard."""

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse

from xblocks.records.models import CutScore, StandardSetting
from xblocks.records.psychometrics import standards

from .test_standard_pages import EVERYTHING, ITEMS, PREFIX, REFERENCE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
CALIBRATION = "admin:kapasitas_records_calibration"


@pytest.fixture
def page(chromium: Any, live_server: Any, staff: Callable[..., Client], measured: SimpleNamespace) -> Any:
    """A narrow window of who may do everything; a script's error or a missing file fails the test."""
    client = staff(*EVERYTHING, "view_calibration", "change_calibration", "add_calibration")
    context = chromium.new_context(viewport={"width": 320, "height": 800}, locale="id-ID")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    errors: list[str] = []
    page.on("response", lambda one: "/static/" in one.url and one.status >= 400 and errors.append(one.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def sheets() -> StandardSetting:
    row = standards.begin_angoff(REFERENCE, 3, judges=2, items=(), by=None)
    for judge, share in ((1, "0.7"), (2, "0.4")):
        standards.hand_in_sheet(row.pk, judge, dict.fromkeys(ITEMS, Decimal(share)))
    return row


def test_pages_are_accessible_and_fit(page: Any, live_server: Any, measured: SimpleNamespace) -> None:
    """No violation by axe's rules at either width; tables and pictures scroll within themselves."""
    angoff = sheets()
    standards.open_round(angoff.pk)
    whole = sheets()
    bookmark = standards.begin_bookmark(
        REFERENCE, 4, judges=2, items=(), response_probability=Decimal("0.67"), by=None
    )
    standards.hand_in_mark(bookmark.pk, 1, "5")
    addresses = [
        reverse(f"{CALIBRATION}_change", args=[measured.calibration.pk]),
        reverse(f"{CALIBRATION}_item", args=[measured.calibration.pk, "sim-05"]),
        reverse(f"{CALIBRATION}_calibrate"),
        reverse(f"{PREFIX}_start"),
        *(reverse(f"{PREFIX}_begin", args=[method]) for method in ("angoff", "bookmark", "contrasting")),
        *(reverse(f"{PREFIX}_change", args=[row.pk]) for row in (angoff, whole, bookmark)),
        *(reverse(f"{PREFIX}_sheet", args=[row.pk, 1]) for row in (angoff, bookmark)),
    ]
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        for address in addresses:
            page.goto(live_server.url + address)
            page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
            found = Axe().run(page, options=WCAG)
            assert found.violations_count == 0, f"{address} at {width} px\n{found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_a_panel_works_by_keyboard(page: Any, live_server: Any, measured: SimpleNamespace) -> None:
    """Begin, hand in both bookmarks, agree and adopt, without a pointer."""
    page.goto(live_server.url + reverse(f"{PREFIX}_start"))
    page.get_by_role("link", name="Mulai Bookmark").press("Enter")
    judges = page.get_by_label("Jumlah panelis")
    judges.fill("2")
    judges.press("Enter")
    for judge, mark in ((1, "6"), (2, "8")):
        page.get_by_role("link", name=f"isi (Panelis {judge})").press("Enter")
        field = page.get_by_label("Penanda: halaman terakhir yang dikuasai")
        field.fill("99")
        field.press("Enter")
        page.get_by_role("alert").wait_for()
        field.fill(mark)
        field.press("Enter")
        page.get_by_text(f"Lembar panelis {judge} sudah masuk.").wait_for()
    page.get_by_label("Penanggung jawab standar telah menyetujuinya.").press("Space")
    page.get_by_role("button", name="Tetapkan batas ini").press("Enter")
    page.get_by_text("Batas level 3 kini berlaku.").wait_for()
    assert CutScore.objects.get().level == 3

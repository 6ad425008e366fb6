"""The pages of a person's competencies in a real browser: accessible, 320 px wide, by keyboard."""

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from xblocks.competency.evidence import EvidenceKind
from xblocks.records import api
from xblocks.records.models import MasteryOverride

from .test_mastery_admin import COMPETENCY, REASON, person, seen

__all__ = ["person"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (1280, 320)
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture
def page(chromium: Any, live_server: Any) -> Any:
    user = get_user_model().objects.create_user("penilai", is_staff=True)
    codes = ["view_evidence", "view_official", "add_masteryoverride"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    session = Client()
    session.force_login(user)
    context = chromium.new_context(locale="id-ID")
    cookie = session.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    yield context.new_page()
    context.close()


def check(page: Any, name: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        if pictures := os.environ.get("KAPASITAS_TEST_PICTURES"):
            page.screenshot(path=Path(pictures) / f"mastery-{name}-{width}.png", full_page=True)
        found = Axe().run(page, context={"include": [["#content"]]}, options=WCAG)
        assert found.violations_count == 0, f"{name} at {width} px\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width} px"


def test_from_the_list_to_a_decision(person: Any, page: Any, live_server: Any) -> None:
    """Look a person up, read why, decide, and withdraw; what is wrong is marked, what was written stays."""
    api.record_evidence(person.pk, "mentor", 1, [note()], kind=EvidenceKind.MENTOR)
    page.goto(live_server.url + reverse("admin:kapasitas_records_evidence_changelist"))
    field = page.get_by_label("Kompetensi akun dengan nama pengguna:")
    field.fill("lurah-contoh")
    field.press("Enter")
    page.get_by_role("heading", name="Kompetensi akun").wait_for()
    check(page, "person")
    page.locator(f"a[href$='{COMPETENCY}/']").press("Enter")
    page.get_by_role("heading", name="Bukti", exact=True).wait_for()
    check(page, "competency")
    page.get_by_label("Keputusan", exact=True).select_option("Demonstrated")
    page.get_by_label("Alasan").fill(REASON)
    # Without a level the browser's own check would stop it; the server's must do so too.
    page.evaluate("document.querySelector('.km-form').noValidate = true")
    page.get_by_role("button", name="Catat keputusan").press("Enter")
    page.get_by_role("alert").wait_for()
    check(page, "refused")
    page.locator("#id_level").select_option("3")
    page.get_by_role("button", name="Catat keputusan").press("Enter")
    page.get_by_text("Keputusan sudah dicatat.").wait_for()
    check(page, "decided")
    page.locator("#withdrawal_reason").fill("Keliru.")
    page.get_by_role("button", name="Tarik keputusan").press("Enter")
    page.get_by_text("Keputusan ditarik").wait_for()
    assert MasteryOverride.objects.count() == 2


def note() -> Any:
    return seen(-0.5, 0.8, kind=EvidenceKind.MENTOR, source="mentor", items=4, scale="", observable="rapat")

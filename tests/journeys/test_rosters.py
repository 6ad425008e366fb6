"""HR's administrator sees who has not begun: the demo SIMPEG's roster, read and looked at in a browser."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .conftest import Demo
from .people import sign_in

pytestmark = [pytest.mark.browser]

COURSE = "Manajemen Pemerintahan Kecamatan dan Kelurahan"
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def test_a_roster_is_read_and_shows_who_has_not_begun(
    demo: Demo, chromium: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A launch makes the roster known; a press of a button reads it; it fits a telephone, and axe agrees."""
    official = chromium.new_context(locale="id-ID").new_page()
    sign_in(official, demo.simpeg, "lurah")
    official.get_by_role("button", name=f"Buka kursus: {COURSE}").click()
    expect(official.get_by_role("heading", level=1, name=COURSE)).to_be_visible()

    monkeypatch.setenv("KAPASITAS_DEMO_ADMIN", "1")
    demo.manage("site_demo")
    page = chromium.new_context(locale="id-ID", viewport={"width": 320, "height": 800}).new_page()
    page.goto(f"{demo.site}/admin/kapasitas_lti/rosterreading/")
    page.get_by_label("Nama pengguna").fill("admin")
    page.get_by_label("Kata sandi").fill("demo")
    page.get_by_role("button", name="Masuk").click()
    page.get_by_role("link", name=COURSE).first.click()
    page.get_by_role("button", name="Baca sekarang").click()
    expect(page.get_by_text("Daftar peserta selesai dibaca.")).to_be_visible()
    members = page.get_by_role("region", name="Anggota")
    expect(members.get_by_role("row").filter(has_text="Contoh Camat Kedua Demo")).to_contain_text(
        "belum dimulai"
    )
    expect(members.get_by_role("row").filter(has_text="Contoh Lurah Demo")).not_to_contain_text(
        "belum dimulai"
    )
    page.get_by_label("Kemajuan").select_option(label="belum dimulai")
    page.get_by_role("button", name="Tampilkan").click()
    # The list is there again, and shorter.
    expect(members.get_by_role("row").filter(has_text="Contoh Camat Kedua Demo")).to_be_visible()
    expect(members.get_by_role("row").filter(has_text="Contoh Lurah Demo")).to_have_count(0)
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()

    assert "whole roster, members " in demo.manage("roster", "--all", "--full").stdout

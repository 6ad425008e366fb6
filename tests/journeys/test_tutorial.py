"""The tutorial (docs/tutorials/first-record.md) can be followed: what it says happens, in its order.

The completed course and the import of its record are told by test_official.py.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import Demo
from .keys import all_items
from .people import BEGUN, Learner, sign_in

pytestmark = [pytest.mark.browser]

COURSE = "Manajemen Pemerintahan Kecamatan dan Kelurahan"
# The tutorial's own lurah completes the course in another journey on the same demo.
USER, OFFICIAL = "lurah3", "Contoh Lurah Ketiga Demo"
ARRIVAL_MS = 120_000


def test_from_the_pre_test_to_a_grade_in_simpeg(demo: Demo, chromium: Any) -> None:
    """Launch, pre-test with open items, quiz item by item; SIMPEG has the grade, and no completion."""
    official = chromium.new_context(locale="id-ID")
    personnel = chromium.new_context(locale="id-ID")
    try:
        page = official.new_page()
        page.clock.install()
        sign_in(page, demo.simpeg, USER)
        page.get_by_role("button", name=f"Buka kursus: {COURSE}").click()
        page.get_by_role("link", name=re.compile("Pre-tes")).click()
        page.locator(BEGUN).wait_for()
        page.get_by_role("button", name="Mulai").click()
        page.locator("[data-item] input[type=radio]").first.check()
        page.clock.run_for(1000)
        page.locator("[data-status]", has_text="Terkirim").first.wait_for()
        page.get_by_role("button", name="Kumpulkan", exact=True).click()
        page.get_by_role("button", name="Tetap kumpulkan").click()
        expect(page.get_by_role("heading", name="Hasil Anda")).to_be_visible()

        page.get_by_role("link", name="Daftar isi").click()
        page.get_by_role("link", name=re.compile("Kuis 1")).click()
        page.locator(BEGUN).wait_for()
        Learner(page, all_items()).take(page.locator(".kapasitas-assessment"))

        page = personnel.new_page()
        sign_in(page, demo.simpeg, "hr")
        page.get_by_role("link", name="Hasil pelatihan").first.click()
        page.get_by_role("link", name=COURSE).first.click()
        row = page.get_by_role("row").filter(has_text=OFFICIAL)
        expect(row).to_contain_text("6,00", timeout=ARRIVAL_MS)
        expect(row).not_to_contain_text("Selesai")
    finally:
        official.close()
        personnel.close()

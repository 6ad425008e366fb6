"""An official answers in a course, HR has the record: in a real browser, against both sites."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from .conftest import Demo
from .keys import all_items
from .people import Learner, sign_in

pytestmark = [pytest.mark.browser]

COURSE = "Manajemen Pemerintahan Kecamatan dan Kelurahan"
OFFICIAL = "Contoh Lurah Demo"
ARRIVAL_MS = 120_000


def test_official_learns_and_hr_has_exactly_one_record(
    demo: Demo, page: Any, chromium: Any, tmp_path: Path
) -> None:
    """Launched from SIMPEG, an official completes the course; SIMPEG has result and record, each once."""
    page.clock.install()
    sign_in(page, demo.simpeg, "lurah")
    page.get_by_role("button", name=f"Buka kursus: {COURSE}").click()
    expect(page.get_by_role("heading", level=1, name=COURSE)).to_be_visible()
    assert page.url.startswith(demo.site)
    page.get_by_role("link", name="Mulai").first.click()
    page.wait_for_load_state("networkidle")
    assert Learner(page, all_items()).work_through() >= 20

    hr = chromium.new_context(locale="id-ID", accept_downloads=True).new_page()
    sign_in(hr, demo.simpeg, "hr")
    hr.get_by_role("link", name="Hasil").first.click()
    hr.get_by_role("link", name=COURSE).first.click()
    row = hr.get_by_role("row").filter(has_text=OFFICIAL)
    expect(row).to_contain_text("100", timeout=ARRIVAL_MS)
    expect(row).to_contain_text("Selesai", timeout=ARRIVAL_MS)
    expect(row).to_have_count(1)

    sign_in(hr, demo.site, "hr")
    hr.get_by_role("link", name="Rekaman penyelesaian").first.click()
    files = {}
    for name in ("CSV", "XLSX"):
        with hr.expect_download() as download:
            hr.get_by_role("link", name=name).click()
        files[name] = tmp_path / f"rekaman.{name.lower()}"
        download.value.save_as(files[name])
    rows = csv.DictReader(io.StringIO(files["CSV"].read_text(encoding="utf-8-sig")))
    # Other journeys complete the course as well.
    (record,) = [one for one in rows if one["nama"] == OFFICIAL]
    assert record["nilai"] == "100.00"
    sheet = load_workbook(files["XLSX"]).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == list(record)
    (cells,) = [dict(zip(record, row, strict=True)) for row in sheet if row[2].value == OFFICIAL]
    assert (len(str(cells["nip"].value)), cells["nip"].data_type) == (18, "s")

    for name, new in (("CSV", "1"), ("XLSX", "0")):
        hr.goto(f"{demo.simpeg}/import/")
        hr.get_by_label("Berkas CSV atau XLSX").set_input_files(files[name])
        hr.get_by_role("button", name="Periksa berkas").click()
        counts = dict(
            zip(hr.locator("dt").all_inner_texts(), hr.locator("dd").all_inner_texts(), strict=True)
        )
        assert (counts["Baru"], counts["Tetap"], counts["Berubah"]) == (new, str(1 - int(new)), "0")
        if new == "1":
            hr.get_by_role("button", name="Impor sekarang").click()
            hr.wait_for_load_state("networkidle")
    page.goto(f"{demo.simpeg}/me/")
    records = page.get_by_role("row").filter(has_text=record["nomor_rekaman"])
    expect(records).to_have_count(1)
    expect(records).to_contain_text(COURSE)

"""The block in a real Chromium, in the workbench: keyboard, lost connections, narrow screens."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.net import free_port

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def workbench(tmp_path_factory):
    """The address of a workbench of its own."""
    port = free_port()
    folder = tmp_path_factory.mktemp("workbench")
    environment = {**os.environ, "KAPASITAS_VAR": str(folder)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "standalone.workbench", str(port)],
            cwd=ROOT, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        address = f"http://localhost:{port}"
        try:
            for _try in range(120):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(address, timeout=5).close()
                    break
                assert server.poll() is None, (folder / "log").read_text()
                time.sleep(0.5)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture
def page(chromium, request):
    width = getattr(request, "param", 1280)
    context = chromium.new_context(viewport={"width": width, "height": 800}, locale="id-ID")
    page = context.new_page()
    page.failures = []
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    yield page
    context.close()
    assert page.failures == []


def open_scenario(page, workbench, name, student):
    page.goto(f"{workbench}/scenario/competency_assessment.{name}/?student={student}")


def test_keyboard_only(page, workbench):
    """A learner answers, checks and submits with the keyboard alone, and is told how it went."""
    open_scenario(page, workbench, "immediate_feedback", "papan-ketik")
    page.get_by_role("button", name="Mulai").focus()
    page.keyboard.press("Enter")
    page.get_by_text("0 dari 2 terjawab").first.wait_for()
    assert page.evaluate("document.activeElement.matches('[data-heading]')")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_text("Tersimpan", exact=True).wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("✓ Benar").wait_for()
    assert page.evaluate("document.activeElement.id").endswith("q1-n")
    page.get_by_role("button", name="Kumpulkan").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Belum terjawab: soal 2.").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Hasil Anda").wait_for()
    assert "50%" in page.locator(".ka-score").inner_text()


def test_lost_connection(page, workbench):
    """An answer given without connection stays on the page, says so, and is sent when asked to."""
    open_scenario(page, workbench, "immediate_feedback", "luring")
    page.get_by_role("button", name="Mulai").click()
    page.get_by_text("0 dari 2 terjawab").first.wait_for()
    page.context.set_offline(True)
    page.get_by_role("radio", name="camat").check()
    page.get_by_text("tidak ada koneksi").wait_for()
    page.get_by_role("button", name="Kumpulkan").click()
    page.get_by_text("Sebagian jawaban belum tersimpan").wait_for()
    page.context.set_offline(False)
    page.get_by_text("Tersimpan", exact=True).wait_for()
    page.reload()
    assert page.get_by_role("radio", name="camat").is_checked()
    assert page.get_by_text("1 dari 2 terjawab").count() == 2


def test_a_reply_that_is_none_loses_nothing(page, workbench):
    """A log-in page in the place of a reply does not pass for an answer that was saved."""
    open_scenario(page, workbench, "immediate_feedback", "sesi")
    page.get_by_role("button", name="Mulai").click()
    page.get_by_text("0 dari 2 terjawab").first.wait_for()
    page.route("**/answer/**", lambda route: route.fulfill(status=200, body="<html>log in</html>"))
    page.get_by_label("lurah").check()
    page.get_by_role("button", name="Kirim lagi").wait_for()
    page.unroute("**/answer/**")
    page.get_by_role("button", name="Kirim lagi").click()
    page.get_by_text("Tersimpan", exact=True).wait_for()


@pytest.mark.parametrize("page", [320, 1280], indirect=True)
def test_nothing_is_cut_off(page, workbench):
    """All nine types fit the width, controls are at least 24 px, and every one has a name."""
    width = page.viewport_size["width"]
    open_scenario(page, workbench, "all_item_types", f"lebar-{width}")
    page.get_by_role("button", name="Mulai").click()
    page.get_by_text("0 dari 9 terjawab").first.wait_for()
    root = page.locator(".kapasitas-assessment")
    assert root.evaluate("root => root.scrollWidth - root.clientWidth") == 0
    small = root.evaluate(
        """root => [...root.querySelectorAll("button, select, input")]
            .filter((one) => one.offsetParent)
            .map((one) => [one.outerHTML.slice(0, 80), (one.closest("label") || one).getBoundingClientRect()])
            .filter(([_html, box]) => box.height < 24 || box.width < 24).map(([html]) => html)"""
    )
    assert small == []
    nameless = root.evaluate(
        """root => [...root.querySelectorAll("select, input")]
            .filter((one) => !one.labels.length && !one.getAttribute("aria-label"))
            .map((one) => one.outerHTML)"""
    )
    assert nameless == []


def test_the_authors_view(page, workbench):
    """The author sees the key, and each problem by name."""
    open_scenario(page, workbench, "all_item_types/author_view", "penyusun")
    assert page.get_by_text("Jawaban benar", exact=False).count() > 3
    open_scenario(page, workbench, "with_problems/author_view", "penyusun")
    assert page.locator(".ka-note").get_by_text("essay").count() == 1

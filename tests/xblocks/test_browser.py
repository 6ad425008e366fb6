"""The block in a real Chromium, in the workbench: keyboard, lost connections, narrow screens."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.net import free_port

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
START_SECONDS = 300


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
            end = time.monotonic() + START_SECONDS
            while not responds(address):
                assert server.poll() is None and time.monotonic() < end, (folder / "log").read_text()
                time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=60)


def responds(address):
    with contextlib.suppress(OSError):
        urllib.request.urlopen(address, timeout=30).close()
        return True
    return False


@pytest.fixture
def page(chromium, request):
    width = getattr(request, "param", 1280)
    context = chromium.new_context(viewport={"width": width, "height": 800}, locale="id-ID")
    page = context.new_page()
    # It goes on as the machine's does, until a test stops it.
    page.clock.install()
    page.failures = []
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    yield page
    context.close()
    assert page.failures == []


def open_scenario(page, workbench, name, student):
    page.goto(f"{workbench}/scenario/competency_assessment.{name}/?student={student}")


def stop_clock(page):
    """From here on nothing comes due in the page by itself: no second passes, and nothing is tried again."""
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)


def test_keyboard_only(page, workbench):
    """A learner answers, checks and submits with the keyboard alone, and is told how it went."""
    open_scenario(page, workbench, "immediate_feedback", "papan-ketik")
    page.get_by_role("button", name="Mulai").focus()
    page.keyboard.press("Enter")
    page.get_by_text("0 dari 2 terjawab").first.wait_for()
    assert page.evaluate("document.activeElement.matches('[data-heading]')")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_text("Terkirim", exact=True).wait_for()
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


def begin(page, workbench, name, student, first):
    open_scenario(page, workbench, name, student)
    page.get_by_role("button", name="Mulai").click()
    page.get_by_text(first).first.wait_for()


def test_checking_what_is_not_answered_says_so(page, workbench):
    """Nothing is locked, and the page tells what is missing."""
    begin(page, workbench, "immediate_feedback", "kosong", "0 dari 2 terjawab")
    page.get_by_role("button", name="Periksa jawaban").first.click()
    page.locator("[data-status]", has_text="Jawab soal ini dengan lengkap dahulu.").wait_for()
    assert page.get_by_role("radio", name="lurah").is_enabled()


def test_lost_connection(page, workbench):
    """An answer given without connection is on the device, says so, and is sent once when it is back."""
    begin(page, workbench, "immediate_feedback", "luring", "0 dari 2 terjawab")
    sent = []
    page.on("request", lambda one: sent.append(one.post_data_json) if "/answer" in one.url else None)
    page.context.set_offline(True)
    page.get_by_role("radio", name="camat").check()
    page.locator("[data-status]", has_text="Tersimpan di perangkat").wait_for()
    page.get_by_text("Tersimpan di perangkat dan belum terkirim: 1").wait_for()
    page.get_by_role("button", name="Kumpulkan").click()
    page.get_by_text("Sebagian jawaban belum terkirim").wait_for()
    page.context.set_offline(False)
    page.get_by_text("Terkirim", exact=True).wait_for()
    page.get_by_text("Semua jawaban Anda sudah terkirim.").wait_for()
    assert len({one["uuid"] for one in sent}) == 1
    assert page.evaluate("Object.keys(localStorage)") == []
    page.reload()
    assert page.get_by_role("radio", name="camat").is_checked()
    assert page.get_by_text("1 dari 2 terjawab").count() == 2


def test_the_queue_outlives_the_page(page, workbench):
    """What waits on the device is in its controls again after a reload, and is sent as it was given."""
    begin(page, workbench, "all_item_types", "muat-ulang", "0 dari 9 terjawab")
    page.route("**/answer/**", lambda route: route.abort())
    items = page.locator("[data-item]")
    page.evaluate(
        """() => {
            for (const item of document.querySelectorAll("[data-item]")) {
                const parts = [...item.querySelectorAll("[data-part]")];
                parts.forEach((part, place) => {
                    if (part.type === "radio" || part.type === "checkbox") {
                        if (place === 0 || item.dataset.field === "ratings") part.checked = true;
                    } else if (part.tagName === "SELECT") part.selectedIndex = place + 1;
                    else part.value = String(place + 1);
                });
                parts[0].dispatchEvent(new Event("change", { bubbles: true }));
            }
        }"""
    )
    page.get_by_text("Tersimpan di perangkat dan belum terkirim: 9").wait_for()
    before = page.evaluate("({ ...localStorage })")
    assert len(before) == 9
    page.reload()
    page.get_by_text("Tersimpan di perangkat dan belum terkirim: 9").wait_for()
    assert page.evaluate("({ ...localStorage })") == before
    state = "all => all.map((one) => one.type.match(/radio|checkbox/) ? one.checked : one.value)"
    restored = items.locator("[data-part]").evaluate_all(state)
    stop_clock(page)
    page.unroute("**/answer/**")
    page.get_by_role("button", name="Kirim lagi").click()
    page.get_by_text("Semua jawaban Anda sudah terkirim.").wait_for()
    page.reload()
    assert items.locator("[data-part]").evaluate_all(state) == restored
    assert page.get_by_text("9 dari 9 terjawab").count() == 2


def answers_kept(page):
    """What waits on the device: the answer by item, of all assessments."""
    kept = page.evaluate("Object.values(localStorage).map(JSON.parse)")
    return {one["item"]: one["response"] for one in kept}


def test_two_windows_share_the_queue(page, workbench):
    """Two windows of an attempt keep what either was told; of two answers the newer one is sent."""
    begin(page, workbench, "timed_with_certainty", "dua-jendela", "0 dari 4 terjawab")
    other = page.context.new_page()
    open_scenario(other, workbench, "timed_with_certainty", "dua-jendela")
    page.context.set_offline(True)
    page.get_by_role("radio", name="lurah").check()
    other.get_by_label("sarana dan prasarana").check()
    other.get_by_role("radio", name="kepala desa").check()
    page.get_by_text("Tersimpan di perangkat dan belum terkirim: 2").wait_for()
    assert answers_kept(page) == {"t1": {"chosen": ["b"]}, "t2": {"chosen": ["a"]}}
    other.close()
    page.context.set_offline(False)
    page.get_by_text("Semua jawaban Anda sudah terkirim.").wait_for()
    page.reload()
    assert page.get_by_role("radio", name="kepala desa").is_checked()
    assert page.get_by_label("sarana dan prasarana").is_checked()


def test_another_assessment_leaves_the_queue_alone(page, workbench):
    """A page without an attempt going on forgets nothing of the other attempts of this device."""
    begin(page, workbench, "immediate_feedback", "dua-asesmen", "0 dari 2 terjawab")
    page.route("**/answer/**", lambda route: route.abort())
    page.get_by_role("radio", name="camat").check()
    page.get_by_text("belum terkirim: 1").wait_for()
    open_scenario(page, workbench, "timed_with_certainty", "dua-asesmen")
    page.get_by_role("button", name="Mulai").wait_for()
    assert answers_kept(page) == {"q1": {"chosen": ["a"]}}


def until(page, waiting):
    """Wait until a request is held back."""
    end = time.monotonic() + 60
    while not waiting:
        assert time.monotonic() < end, "the page has sent nothing"
        page.wait_for_timeout(50)


def test_what_is_answered_while_handing_in(page, workbench):
    """What was typed since “Submit” was pressed is handed in; meanwhile nothing can be changed."""
    begin(page, workbench, "timed_with_certainty", "kumpul", "0 dari 4 terjawab")
    page.get_by_role("button", name="Kumpulkan", exact=True).click()
    page.get_by_text("Belum terjawab").wait_for()
    page.get_by_role("textbox").first.fill("camat")
    # Before the pause after typing is over.
    page.evaluate("document.querySelector('[data-action=confirm]').click()")
    page.get_by_text("Hasil Anda").wait_for()
    assert "25%" in page.locator(".ka-score").inner_text()

    page.get_by_role("button", name="Coba lagi").click()
    page.get_by_text("0 dari 4 terjawab").first.wait_for()
    waiting = []
    page.route("**/submit/**", lambda route: waiting.append(route))
    page.get_by_role("button", name="Kumpulkan", exact=True).click()
    page.get_by_role("button", name="Tetap kumpulkan").click()
    until(page, waiting)
    assert page.get_by_role("radio", name="lurah").is_disabled()
    waiting[0].abort()
    page.get_by_text("Tidak ada sambungan").wait_for()
    assert page.get_by_role("radio", name="lurah").is_enabled()


def test_an_answer_changed_while_it_is_sent(page, workbench):
    """The page never says “sent” of an answer that is not the one shown."""
    begin(page, workbench, "timed_with_certainty", "ganti", "0 dari 4 terjawab")
    waiting = []
    page.route("**/answer/**", lambda route: route.abort() if waiting else waiting.append(route))
    page.get_by_role("radio", name="kepala desa").check()
    until(page, waiting)
    page.get_by_role("radio", name="lurah").check()
    said = page.locator("[data-item=t1] [data-status]")
    waiting[0].continue_()
    page.locator("[data-item=t1][data-complete]").wait_for()
    said.get_by_text("Tersimpan di perangkat").wait_for()
    assert answers_kept(page) == {"t1": {"chosen": ["a"]}}
    stop_clock(page)
    page.unroute("**/answer/**")
    page.get_by_role("button", name="Kirim lagi").click()
    said.get_by_text("Terkirim", exact=True).wait_for()
    page.reload()
    assert page.get_by_role("radio", name="lurah").is_checked()


def test_a_clock_that_is_set_while_an_answer_waits(page, workbench):
    """How long it waited is told right, though the device jumped from 1970 to now meanwhile."""
    page.clock.set_system_time(0)
    begin(page, workbench, "timed_with_certainty", "jam", "0 dari 4 terjawab")
    sent = []
    page.context.set_offline(True)
    page.get_by_role("radio", name="lurah").check()
    page.get_by_text("belum terkirim: 1").wait_for()
    page.clock.run_for(60_000)
    page.on("request", lambda one: sent.append(one.post_data_json) if "/answer" in one.url else None)
    page.clock.set_system_time("2026-11-26T08:00:00Z")
    page.context.set_offline(False)
    page.get_by_text("Semua jawaban Anda sudah terkirim.").wait_for()
    given, went = (datetime.fromisoformat(sent[-1][name]) for name in ("answered_at", "sent_at"))
    # The minute, and how long the machine took.
    assert timedelta(seconds=60) <= went - given < timedelta(minutes=10)


def test_a_device_that_was_offline_while_another_went_on(page, workbench):
    """Where the server says that a later answer stands, the page shows that one and says so."""
    begin(page, workbench, "timed_with_certainty", "dua-perangkat", "0 dari 4 terjawab")
    page.get_by_role("radio", name="lurah").check()
    page.get_by_text("Terkirim", exact=True).wait_for()
    page.reload()
    stands = page.locator("[data-item=t1]").evaluate("item => item.outerHTML")
    reply = {"item": "t1", "complete": True, "answered": 1, "count": 4, "superseded": True, "html": stands}
    page.route("**/answer/**", lambda route: route.fulfill(json=reply))
    page.get_by_role("radio", name="kepala desa").check()
    page.get_by_text("lebih baru di perangkat lain").wait_for()
    assert page.get_by_role("radio", name="lurah").is_checked()
    assert page.evaluate("document.activeElement.closest('[data-item]').dataset.item") == "t1"
    assert answers_kept(page) == {}


def test_a_device_without_storage(page, workbench):
    """Where the browser keeps nothing, answers are kept on the page, and the page says so."""
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })"
    )
    begin(page, workbench, "immediate_feedback", "tanpa-simpanan", "0 dari 2 terjawab")
    page.context.set_offline(True)
    page.get_by_role("radio", name="camat").check()
    page.locator("[data-status]", has_text="jangan ditutup").wait_for()
    page.context.set_offline(False)
    page.get_by_text("Terkirim", exact=True).wait_for()


def test_a_reply_that_is_none_loses_nothing(page, workbench):
    """A log-in page in the place of a reply does not pass for an answer that was saved."""
    begin(page, workbench, "immediate_feedback", "sesi", "0 dari 2 terjawab")
    page.route("**/answer/**", lambda route: route.fulfill(status=200, body="<html>log in</html>"))
    page.get_by_label("lurah").check()
    page.get_by_role("button", name="Kirim lagi").wait_for()
    stop_clock(page)
    page.unroute("**/answer/**")
    page.route("**/answer/**", lambda route: route.fulfill(status=403, body="<html>log in</html>"))
    page.get_by_role("button", name="Kirim lagi").click()
    page.locator("[data-queue]", has_text="Sesi Anda sudah berakhir").wait_for()
    page.locator("[data-status]", has_text="begitu Anda masuk lagi").wait_for()
    page.unroute("**/answer/**")
    page.get_by_role("button", name="Kirim lagi").click()
    page.get_by_text("Terkirim", exact=True).wait_for()


def test_the_time(page, workbench):
    """The time is counted down, told at five minutes and at one, and at its end all is handed in."""
    open_scenario(page, workbench, "timed_with_certainty", "waktu")
    stop_clock(page)
    page.get_by_role("button", name="Mulai").click()
    page.get_by_role("timer").get_by_text("Sisa waktu: 10:00").wait_for()
    page.get_by_role("radio", name="lurah").check()
    page.get_by_role("radio", name="Yakin", exact=True).first.check()
    page.clock.run_for(1000)
    page.get_by_text("Terkirim", exact=True).wait_for()
    page.clock.run_for(301_000)
    page.locator("[data-announce]", has_text="Sisa menit: 5").wait_for(state="attached")
    page.clock.run_for(240_000)
    page.locator("[data-announce]", has_text="Sisa menit: 1").wait_for(state="attached")
    page.locator("input[type=text]").first.fill("camat")
    page.clock.run_for(60_000)
    page.get_by_text("Hasil Anda").wait_for()
    assert "50%" in page.locator(".ka-score").inner_text()
    page.get_by_text("Seberapa baik Anda mengenali").wait_for()


def test_the_time_ends_without_connection(page, workbench):
    """Nothing more can be answered; what is on the device is handed in when the connection is back."""
    begin(page, workbench, "timed_with_certainty", "waktu-luring", "0 dari 4 terjawab")
    page.context.set_offline(True)
    page.get_by_role("radio", name="lurah").check()
    page.locator("[data-status]", has_text="Tersimpan di perangkat").first.wait_for()
    page.clock.run_for(601_000)
    page.locator("[data-time-up]", has_text="Waktu habis").wait_for()
    assert page.get_by_role("radio", name="kepala desa").is_disabled()
    page.context.set_offline(False)
    page.get_by_text("Hasil Anda").wait_for()
    assert "25%" in page.locator(".ka-score").inner_text()


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


@pytest.mark.parametrize("page", [320], indirect=True)
def test_amounts_in_a_table_can_be_read(page, workbench):
    """On a phone no amount of the key is broken over two lines."""
    open_scenario(page, workbench, "all_item_types", "rupiah")
    page.get_by_role("button", name="Mulai").click()
    for field in page.locator("[data-item=tabel] input[type=text]").all():
        field.fill("1.100.000")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Kumpulkan").click()
    page.get_by_role("button", name="Tetap kumpulkan").click()
    page.get_by_text("Hasil Anda").wait_for()
    broken = page.locator("[data-item=tabel] .ka-mark strong").evaluate_all(
        """all => all.map((strong) => {
            const text = [...strong.childNodes].find((one) => /Rp/.test(one.data));
            const { index, 0: amount } = text.data.match(/Rp[\\d.,]+/);
            const range = document.createRange();
            range.setStart(text, index);
            range.setEnd(text, index + amount.length);
            return range.getClientRects().length;
        })"""
    )
    assert broken == [1, 1, 1]
    root = page.locator(".kapasitas-assessment")
    assert root.evaluate("root => root.scrollWidth - root.clientWidth") == 0


def test_the_authors_view(page, workbench):
    """The author sees the key, and each problem by name."""
    open_scenario(page, workbench, "all_item_types/author_view", "penyusun")
    assert page.get_by_text("Jawaban benar", exact=False).count() > 3
    open_scenario(page, workbench, "with_problems/author_view", "penyusun")
    assert page.locator(".ka-note").get_by_text("essay").count() == 1


def test_the_editor(page, workbench):
    """The author mends what is listed by line and saves; the learner sees it; the host was told each step."""
    events = []
    page.on(
        "console", lambda line: events.append(line.text) if line.text.startswith("Runtime event") else None
    )
    open_scenario(page, workbench, "new_block/studio_view", "penyunting")
    page.locator("[data-problem]").first.wait_for()
    source = page.get_by_label("Soal sebagai OLX")
    page.get_by_label("Nama tampilan").fill("Sudah dibenahi")
    page.get_by_role("button", name="Simpan").press("Enter")
    page.get_by_text("Belum ada yang disimpan").wait_for()
    source.fill(
        """<competency_assessment>
  <item id="baru" type="short_text" competencies="gov.kelembagaan" level="1">
    <prompt>Siapa memimpin kelurahan?</prompt><accept>lurah</accept>
  </item>
</competency_assessment>"""
    )
    page.get_by_role("button", name="Simpan").press("Enter")
    page.get_by_role("status").get_by_text("Tersimpan").wait_for()
    assert [event.split('"')[1] for event in events] == ["save", "error", "save", "save"]
    open_scenario(page, workbench, "new_block", "peserta")
    page.get_by_role("heading", name="Sudah dibenahi").wait_for()
    page.get_by_role("button", name="Mulai").click()
    page.get_by_text("Siapa memimpin kelurahan?").wait_for()

"""The editor in Studio's window, in a library's frame: what it tells the host, and what it keeps."""

from typing import Any

import pytest

from tests.xblocks import samples

from .conftest import Addresses, check
from .urls import Stage, open_host

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

BAD = """<competency_assessment>
  <item id="a" type="short_text" competencies="gov.a" level="9">
    <prompt>Apa?</prompt>
    <accept>ini</accept>
  </item>
  <item id="a" type="essay" competencies="gov.a" level="1"/>
</competency_assessment>"""
GOOD = BAD.replace('level="9"', 'level="1"').replace(
    '<item id="a" type="essay" competencies="gov.a" level="1"/>', ""
)


def open_editor(page: Any, addresses: Addresses, kind: str, **facts: Any) -> tuple[Stage, Any]:
    """Open the editor in its host; return the stage, and the page or frame that holds the editor."""
    stage = open_host(kind, samples.olx(), **facts)
    if kind == "library":
        page.goto(f"{addresses.mfe}/mfe/authoring/?src={addresses.lms}/library/studio_view/%3Fcookie=no")
        where = page.frame_locator("#frame")
    else:
        page.goto(f"{addresses.lms}/studio/studio_view/?element={kind.partition('-')[2] or 'jquery'}")
        where = page
    where.locator(".kapasitas-studio[data-begun]").wait_for()
    return stage, where


def block_of(stage: Stage, kind: str) -> Any:
    return stage.host(kind).load()


def told(page: Any, count: int) -> list[Any]:
    """The names of the events, with the state where there is one, once there are so many."""
    page.wait_for_function("count => window.events.length >= count", arg=count)
    return [
        name + (f" {data['state']}" if data.get("state") else "")
        for name, data in page.evaluate("window.events")
    ]


@pytest.fixture(params=["studio", "library"])
def kind(request: Any) -> str:
    return str(request.param)


def test_errors_by_line_then_saved(page: Any, addresses: Addresses, kind: str) -> None:
    """All that is wrong is listed at once, each entry leads to its place, nothing is saved before."""
    stage, where = open_editor(page, addresses, kind)
    before = block_of(stage, kind).definition
    where.get_by_label("Nama tampilan").fill("Uji baru")
    where.get_by_label("Percobaan").fill("0")
    where.get_by_label("Soal sebagai OLX").fill(BAD)
    where.get_by_role("button", name="Simpan").press("Enter")
    where.locator("[data-problem]").first.wait_for()
    assert where.locator("[data-summary]").evaluate("one => one === document.activeElement")
    labels = where.locator("[data-problem] button").all_inner_texts()
    assert labels == ["Percobaan", "Baris 2", "Baris 6", "Baris 6"]
    assert told(page, 2) == ["save start", "error"]
    assert block_of(stage, kind).definition == before
    assert block_of(stage, kind).display_name == "Uji"

    attempts = where.get_by_label("Percobaan")
    assert attempts.get_attribute("aria-invalid") == "true"
    error = attempts.get_attribute("aria-describedby").split()[-1]
    assert "Tulis 1 atau lebih" in where.locator(f"#{error}").inner_text()
    where.get_by_role("button", name="Percobaan").press("Enter")
    assert attempts.evaluate("one => one === document.activeElement")
    source = where.get_by_label("Soal sebagai OLX")
    where.get_by_role("button", name="Baris 6").first.press("Enter")
    selected = source.evaluate(
        "one => one === document.activeElement && one.value.slice(one.selectionStart, one.selectionEnd)"
    )
    assert selected == BAD.split("\n")[5]
    assert where.locator("[data-caret]").inner_text() == "Baris 6 dari 7"

    attempts.fill("2")
    source.fill(GOOD)
    where.get_by_role("button", name="Simpan").click()
    page.wait_for_function("document.getElementById('said').textContent.match(/closed|hidden/)")
    assert told(page, 4)[2:] == ["save start", "save end"]
    assert where.locator("[aria-invalid]").count() == 0
    saved = block_of(stage, kind)
    assert (saved.display_name, saved.attempts, len(saved._authored().assessment.items)) == ("Uji baru", 2, 1)
    # A library's frame has no cookie: its address carries the leave. Elsewhere the token is sent.
    assert {token for _name, token in stage.handled} == {kind != "library"}


def test_syntax_errors_are_all_listed(page: Any, addresses: Addresses) -> None:
    """Every fault of the syntax has its line, not the first alone."""
    _stage, where = open_editor(page, addresses, "studio")
    where.get_by_label("Soal sebagai OLX").fill(
        "<competency_assessment>\n<p>a & b</p>\n\n&x;\n</competency_assessment>"
    )
    where.get_by_role("button", name="Simpan").click()
    where.locator("[data-problem]").first.wait_for()
    assert where.locator("[data-problem] button").all_inner_texts() == ["Baris 2", "Baris 4"]


def test_warnings_do_not_keep_it_from_being_saved(page: Any, addresses: Addresses) -> None:
    """A bank that is not loaded here is told when the editor opens again."""
    stage, where = open_editor(page, addresses, "studio")
    where.get_by_label("Bank soal").fill("tiada@1")
    where.get_by_role("button", name="Simpan").click()
    where.get_by_text("Ini dapat disimpan, tetapi periksalah").wait_for()
    assert told(page, 2) == ["save start", "save end"]
    assert block_of(stage, "studio").bank == "tiada@1"
    page.reload()
    where.locator("[data-summary]").get_by_text("tiada@1").wait_for()


def test_somebody_else_saved_meanwhile(page: Any, addresses: Addresses, kind: str) -> None:
    """The second to save is told so, and keeps what was typed."""
    stage, where = open_editor(page, addresses, kind)
    where.get_by_label("Soal sebagai OLX").fill(GOOD)
    other = block_of(stage, kind)
    other.display_name = "Dari orang lain"
    other.save()
    page.complaints_expected = ["409"]
    where.get_by_role("button", name="Simpan").click()
    where.get_by_role("alert").get_by_text("Orang lain telah menyimpan").wait_for()
    assert told(page, 2) == ["save start", "error"]
    assert where.get_by_label("Soal sebagai OLX").input_value() == GOOD
    assert block_of(stage, kind).display_name == "Dari orang lain"


def test_the_server_fails(page: Any, addresses: Addresses, kind: str) -> None:
    """A bad answer, then none: our own words, the host is told, and it can be tried again."""
    stage, where = open_editor(page, addresses, kind)
    where.get_by_label("Nama tampilan").fill("Uji lagi")
    page.complaints_expected = ["502", "ERR_"]
    page.route("**/save_edit/", lambda route: route.fulfill(status=502, body="<html>bad gateway</html>"))
    where.get_by_role("button", name="Simpan").click()
    where.get_by_role("alert").get_by_text("502").wait_for()
    page.unroute("**/save_edit/")
    page.route("**/save_edit/", lambda route: route.abort())
    where.get_by_role("button", name="Simpan").click()
    where.get_by_role("alert").get_by_text("tidak ada koneksi").wait_for()
    page.unroute("**/save_edit/")
    where.get_by_role("button", name="Simpan").click()
    page.wait_for_function("document.getElementById('said').textContent.match(/closed|hidden/)")
    assert told(page, 6) == ["save start", "error", "save start", "error", "save start", "save end"]
    assert block_of(stage, kind).display_name == "Uji lagi"


def test_cancel_in_studio_asks_before_it_discards(page: Any, addresses: Addresses) -> None:
    """Studio's window closes at once: changes are asked about in it; without changes nothing is asked."""
    _stage, where = open_editor(page, addresses, "studio")
    where.get_by_label("Nama tampilan").fill("Setengah jadi")
    where.get_by_role("button", name="Batal").press("Enter")
    assert told(page, 0) == []
    where.get_by_role("button", name="Lanjut menyunting").press("Enter")
    assert where.get_by_label("Nama tampilan").input_value() == "Setengah jadi"
    where.get_by_role("button", name="Batal").press("Enter")
    where.get_by_role("button", name="Buang perubahan").press("Enter")
    assert told(page, 1) == ["cancel"]


def test_cancel_in_a_library_is_told_once(page: Any, addresses: Addresses) -> None:
    """The library's window asks by itself: ours is not a second question, nor a second cancel."""
    _stage, where = open_editor(page, addresses, "library")
    where.get_by_label("Nama tampilan").fill("Setengah jadi")
    where.get_by_role("button", name="Batal").click()
    page.get_by_text("asks whether to leave").wait_for()
    assert told(page, 1) == ["cancel"]


def test_leaving_the_page_with_changes(page: Any, addresses: Addresses) -> None:
    """The browser asks where there are changes that are not saved, and only there."""
    _stage, where = open_editor(page, addresses, "studio")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == []
    where.get_by_label("Nama tampilan").press_sequentially("x")
    page.reload()
    assert asked == ["beforeunload"]


def test_a_raw_element(page: Any, addresses: Addresses) -> None:
    """Some hosts hand over the element itself, some jQuery's."""
    open_host("studio", samples.olx())
    page.goto(f"{addresses.lms}/studio/studio_view/?element=raw")
    page.get_by_label("Nama tampilan").fill("Uji mentah")
    page.get_by_label("Nama tampilan").press("Enter")
    page.get_by_role("button", name="Simpan").click()
    page.wait_for_function("document.getElementById('said').textContent === 'hidden'")
    assert page.url.endswith("element=raw")


def test_the_window_shows_no_second_buttons(page: Any, addresses: Addresses) -> None:
    """The editor brings its own buttons, and nothing of it leaves the flow of the page."""
    _stage, where = open_editor(page, addresses, "studio")
    assert page.locator(".modal-actions").inner_text() == ""
    out_of_flow = where.locator(".kapasitas-studio").evaluate(
        """root => [...root.querySelectorAll("*")]
            .filter((one) => /fixed|absolute|sticky/.test(getComputedStyle(one).position)).length"""
    )
    assert out_of_flow == 0


def test_tab_leaves_the_source(page: Any, addresses: Addresses) -> None:
    """The source is no trap for the keyboard."""
    _stage, where = open_editor(page, addresses, "studio")
    where.get_by_label("Soal sebagai OLX").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.action") == "save"


@pytest.mark.parametrize("page", [1280, 320], indirect=True)
def test_wcag(page: Any, addresses: Addresses, kind: str) -> None:
    """No violation of WCAG 2.2 AA as opened and with problems; nothing wider than the window."""
    _stage, where = open_editor(page, addresses, kind)
    check(page)
    where.get_by_label("Percobaan").fill("banyak")
    where.get_by_label("Soal sebagai OLX").fill(BAD)
    where.get_by_role("button", name="Simpan").click()
    where.locator("[data-problem]").first.wait_for()
    where.get_by_role("button", name="Batal").click()
    check(page)
    root = where.locator(".kapasitas-studio")
    assert root.evaluate("root => root.scrollWidth - root.clientWidth") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("kind", ["lms", "studio", "library"])
def test_who_may_not_edit_gets_no_editor(page: Any, addresses: Addresses, kind: str) -> None:
    """A library's frame shows any view to whoever may learn from it: no key may be in it."""
    open_host(kind, samples.olx(), author=False)
    page.goto(f"{addresses.lms}/{kind}/studio_view/")
    page.get_by_text("Anda tidak berhak menyunting blok ini di sini").wait_for()
    assert not any(leak in page.content() for leak in ("SECRET", "9871250", "first-one"))

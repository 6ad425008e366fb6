"""The learner's page in the frame of the learning MFE: all of it seen, nothing lost, nobody sent away."""

import gzip
import time
from pathlib import Path
from typing import Any

import pytest

import xblocks
from tests.xblocks import samples

from .conftest import Addresses, check
from .urls import open_host

PUBLIC = Path(xblocks.__path__[0]) / "assets/public"
pytestmark = [pytest.mark.browser, pytest.mark.django_db]

# A link to elsewhere, and one that an author meant for this page.
LINKS = f"""<intro><p><a href="/left/">Peraturan</a></p></intro>{samples.ITEMS.partition("</intro>")[2]}"""
# A desktop, a phone, and a desktop window at 400 % zoom.
WINDOWS = [{"width": 1280, "height": 800}, {"width": 320, "height": 568}, {"width": 320, "height": 200}]


def enter(page: Any, addresses: Addresses, items: str = samples.ITEMS, **facts: Any) -> Any:
    """Open the unit and return its frame."""
    settings = facts.pop("settings", {"feedback": "immediate"})
    open_host("lms", samples.olx(items, **settings), **facts)
    page.goto(f"{addresses.mfe}/mfe/learning/?src={addresses.lms}/lms/student_view/")
    frame = page.frame_locator("#unit-iframe")
    # The frame's scripts come later than its buttons.
    frame.locator(".kapasitas-assessment[data-begun]").wait_for()
    return frame


def settled(page: Any, frame: Any) -> None:
    """The MFE comes to know the height, and nothing stands out of the box that it measures."""
    end = time.monotonic() + 30
    while (heights := _heights(page, frame)) != [heights[-1]] * 3 and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert heights == [heights[-1]] * 3
    outside = frame.locator("#content").evaluate(
        """box => {
            const edge = box.getBoundingClientRect();
            const clipped = (one) => one.closest(".ka-scroll") && !one.matches(".ka-scroll");
            const shown = (one) => one.checkVisibility() && !clipped(one);
            const seen = [...box.querySelectorAll("*")].filter(shown);
            return seen.filter((one) => {
                const { left, right, top, bottom, width, height } = one.getBoundingClientRect();
                const beside = left < edge.left - 1 || right > edge.right + 1;
                return width > 1 && height > 1 && (beside || top < edge.top - 1 || bottom > edge.bottom + 1);
            }).map((one) => one.outerHTML.slice(0, 120));
        }"""
    )
    assert outside == []


def _heights(page: Any, frame: Any) -> list[Any]:
    """The height that was told last, that of the frame, and that of what is in it, once it is laid out."""
    frame.locator("body").evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    told = page.evaluate(
        """() => [
            window.messages.filter((one) => one.type === "plugin.resize").at(-1)?.payload.height,
            Number(document.getElementById("unit-iframe").height),
        ]"""
    )
    return [*told, frame.locator("#content").evaluate("box => box.offsetHeight")]


def test_loading(page: Any, addresses: Addresses) -> None:
    """The frame tells its height before it has loaded, else the MFE shows an error."""
    frame = enter(page, addresses)
    settled(page, frame)
    assert page.evaluate("window.broken") is False


@pytest.mark.parametrize("page", WINDOWS, indirect=True, ids=["desktop", "phone", "zoomed"])
def test_all_types_by_keyboard(page: Any, addresses: Addresses) -> None:
    """From start to result without a mouse: focus is never lost, nothing is cut off."""
    frame = enter(page, addresses)
    address = page.url
    frame.get_by_role("button", name="Mulai").focus()
    page.keyboard.press("Enter")
    frame.locator("[data-item]").first.wait_for()
    settled(page, frame)
    assert active(frame, "one => one.matches('[data-heading]')")
    assert in_sight(page, frame, "[data-heading]")
    for item in (
        "single",
        "multiple",
        "ordering",
        "matching",
        "numeric",
        "text",
        "rate",
        "rank",
        "table",
        "error",
    ):
        answer_by_keyboard(page, frame)
        frame.locator(f"[data-item={item}] .ka-feedback").wait_for()
        settled(page, frame)
        assert active(frame, "(one, item) => one.matches(`[data-item=${item}] h3`)", item)
        assert in_sight(page, frame, f"[data-item={item}] h3")
    page.keyboard.press("Tab")
    assert active(frame, "one => one.dataset.action === 'submit'")
    page.keyboard.press("Enter")
    frame.get_by_text("Hasil Anda").wait_for()
    settled(page, frame)
    assert active(frame, "one => one.matches('[data-heading]')")
    assert in_sight(page, frame, "[data-heading]")
    assert page.url == address and len(page.context.pages) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def active(frame: Any, test: str, argument: Any = None) -> bool:
    """What the test says of the element that has the focus in the frame."""
    return bool(
        frame.locator("body").evaluate(
            f"(_body, argument) => ({test})(document.activeElement, argument)", argument
        )
    )


def in_sight(page: Any, frame: Any, selector: str) -> bool:
    """Whether the element can be seen in the MFE's window."""
    box = frame.locator(selector).bounding_box()
    return bool(box) and 0 <= box["y"] < page.viewport_size["height"]


def answer_by_keyboard(page: Any, frame: Any) -> None:
    """Tab through one item, answering what has the focus, up to its button, and press that."""
    for place in range(1, 20):
        page.keyboard.press("Tab")
        kind = frame.locator("body").evaluate(
            """() => {
                const one = document.activeElement;
                return one.dataset.action || (one.matches("[data-place]") ? "place" : one.type);
            }"""
        )
        if kind == "check":
            page.keyboard.press("Enter")
            return
        if kind in ("radio", "checkbox"):
            page.keyboard.press("Space")
        elif kind == "place":
            page.keyboard.type(str(place))
        elif kind == "select-one":
            for _step in range(place):
                page.keyboard.press("ArrowDown")
        else:
            page.keyboard.type("1")
            page.keyboard.press("Enter")
    raise AssertionError("the item has no button that Tab reaches")


def test_a_dialogue_grows_the_frame(page: Any, addresses: Addresses) -> None:
    """What opens below the last button is announced and seen."""
    frame = enter(page, addresses, settings={})
    frame.get_by_role("button", name="Mulai").click()
    frame.locator("[data-item]").first.wait_for()
    settled(page, frame)
    frame.get_by_role("button", name="Kumpulkan", exact=True).click()
    frame.locator("[data-missing]").wait_for()
    settled(page, frame)
    assert in_sight(page, frame, "[data-missing]")


def test_links_leave_the_course_where_it_is(page: Any, addresses: Addresses) -> None:
    """An author's link opens beside the course: the frame's base would put it in the course's place."""
    frame = enter(page, addresses, LINKS)
    address = page.url
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="Peraturan").click()
    opened.value.wait_for_url("**/left/")
    assert page.url == address
    assert opened.value.evaluate("window.opener") is None


def test_the_script_comes_after_the_host_has_called(page: Any, addresses: Addresses) -> None:
    """Scripts of the frame load when they will; the page works as soon as ours is there."""
    frame = enter(page, addresses, script_delay=True)
    frame.get_by_role("button", name="Mulai").click()
    frame.locator("[data-item]").first.wait_for()
    settled(page, frame)


@pytest.mark.parametrize("page", [1280, 320], indirect=True)
def test_wcag(page: Any, addresses: Addresses) -> None:
    """No violation of WCAG 2.2 AA: not begun, open, and reviewed."""
    frame = enter(page, addresses)
    check(page)
    frame.get_by_role("button", name="Mulai").click()
    frame.locator("[data-item]").first.wait_for()
    check(page)
    frame.get_by_role("button", name="Kumpulkan").click()
    frame.get_by_role("button", name="Tetap kumpulkan").click()
    frame.get_by_text("Hasil Anda").wait_for()
    check(page)


def test_assets_stay_small() -> None:
    """At most 30 kB, compressed, of what a learner's browser fetches of a block."""
    files = [PUBLIC / name for name in ("competency_assessment.js", "competency_assessment.css")]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) <= 30_000

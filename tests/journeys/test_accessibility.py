"""The course site's pages pass axe's rules for WCAG 2.2 AA and fit 320 px, for each role."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from .conftest import Demo
from .people import BEGUN, sign_in

pytestmark = [pytest.mark.browser]

COURSE = "/courses/course-v1:Kapasitas+PEM101+2026/"
UNIT = COURSE + "blocks/block-v1:Kapasitas+PEM101+2026+type@vertical+block@{}/unit/"
PAGES = {
    "pelajar2": [
        "/",
        COURSE,
        COURSE + "progress/",
        UNIT.format("unit-kedudukan-kecamatan"),
        "/lti/my-record/course-v1:Kapasitas+PEM101+2026",
    ],
    "instruktur": ["/", COURSE + "gradebook/", "/import/"],
    "hr": ["/", "/lti/records"],
}
WIDTHS = (1280, 320)
# Drawn by the platform's own problem block.
CONTEXT = {"exclude": [[".problems-wrapper"]]}
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def check(page: Any) -> None:
    """No violation, and nothing wider than the window, at either width."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found = Axe().run(page, context=CONTEXT, options=WCAG)
        assert found.violations_count == 0, f"{page.url} at {width} px\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} at {width} px"


@pytest.fixture
def page(chromium: Any) -> Any:
    context = chromium.new_context(locale="id-ID", bypass_csp=True)
    yield context.new_page()
    context.close()


def test_sign_in_page(demo: Demo, page: Any) -> None:
    """Before anyone is signed in."""
    page.goto(f"{demo.site}/login/")
    check(page)


@pytest.mark.parametrize("role", PAGES)
def test_pages_of_a_role(demo: Demo, page: Any, role: str) -> None:
    """What the role sees."""
    sign_in(page, demo.site, role)
    for path in PAGES[role]:
        page.goto(demo.site + path)
        page.wait_for_load_state("networkidle")
        check(page)


def test_an_assessment_from_start_to_review(demo: Demo, page: Any) -> None:
    """Not begun, open, with its confirmation, and reviewed; all by keyboard."""
    sign_in(page, demo.site, "mentor")
    page.goto(demo.site + UNIT.format("unit-pretes"))
    page.locator(BEGUN).wait_for()
    check(page)
    page.locator("[data-action=start]").press("Enter")
    page.locator("[data-item]").first.wait_for()
    page.locator("[data-item] input[type=radio]").first.press("Space")
    page.locator("[data-status]", has_text="Terkirim").first.wait_for()
    check(page)
    page.locator("[data-action=submit]").press("Enter")
    page.locator("[data-action=confirm]").wait_for()
    check(page)
    page.locator("[data-action=confirm]").press("Enter")
    page.locator(".ka-result").wait_for()
    check(page)


def test_the_language_can_be_changed(demo: Demo, page: Any) -> None:
    """English is complete as well, and stays chosen."""
    sign_in(page, demo.site, "pelajar2")
    page.get_by_role("button", name="English").click()
    page.goto(demo.site + COURSE)
    page.get_by_role("link", name="My progress").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"

"""Each course, walked from the first unit to the last as a learner who knows the answers."""

from typing import Any

import pytest
from playwright.sync_api import expect

from standalone.serve import COURSES, title_of

from .conftest import Demo
from .keys import all_items
from .people import Learner, sign_in

pytestmark = pytest.mark.browser
LEAST_UNITS = 20


# The governance course is walked by the official of test_official.
@pytest.mark.parametrize("course", [name for name in COURSES if name != "governance"])
def test_a_course_is_completed_from_end_to_end(demo: Demo, chromium: Any, course: str) -> None:
    """Every unit, every practice and both tests; the end is 100 per cent and a pass."""
    context = chromium.new_context(locale="id-ID")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.clock.install()
    sign_in(page, demo.simpeg, "camat2")
    page.get_by_role("button", name=f"Buka kursus: {title_of(course)}").click()
    expect(page.get_by_role("heading", level=1, name=title_of(course))).to_be_visible()
    page.get_by_role("link", name="Mulai").first.click()
    page.wait_for_load_state("networkidle")
    assert Learner(page, all_items(course)).work_through() >= LEAST_UNITS
    page.goto(f"{demo.site}/courses/{COURSES[course]}/progress/")
    expect(page.get_by_role("main")).to_contain_text("Lulus")
    expect(page.get_by_role("main")).to_contain_text("100")
    assert not faults
    context.close()

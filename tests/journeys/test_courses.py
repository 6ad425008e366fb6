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


def test_a_view_that_the_line_loses_is_told_again(demo: Demo, page: Any) -> None:
    """The line is cut, the server is busy, the session is over: none of them counts as noted."""
    answers = [
        lambda route: route.abort(),
        lambda route: route.fulfill(status=503),
        lambda route: route.fulfill(status=302, headers={"Location": f"{demo.site}/login/"}),
        lambda route: route.continue_(),
    ]
    told: list[str] = []

    def answer(route: Any) -> None:
        told.append(route.request.url)
        answers[min(told.count(route.request.url), len(answers)) - 1](route)

    page.clock.install()
    sign_in(page, demo.simpeg, "kasi")
    page.get_by_role("button", name=f"Buka kursus: {title_of('finance')}").click()
    page.get_by_role("link", name="Mulai").first.click()
    page.route("**/viewed/", answer)
    expect(page.locator("[data-viewed-url]").first).to_be_attached()
    parts = set(
        page.locator("[data-viewed-url]").evaluate_all("all => all.map(one => one.dataset.viewedUrl)")
    )
    Learner(page, {}).read()
    assert sorted(told) == sorted([demo.site + part for part in parts] * len(answers))
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert not page.locator("[data-viewed-url]").count()


# The governance course is walked by the official of test_official.
@pytest.mark.parametrize("course", [name for name in COURSES if name != "governance"])
def test_a_course_is_completed_from_end_to_end(demo: Demo, page: Any, course: str) -> None:
    """Every unit, every practice and both tests; the end is 100 per cent and a pass."""
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

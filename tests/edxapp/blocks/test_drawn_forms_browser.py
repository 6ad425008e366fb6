"""The adaptive test in the learning iframe's page, in a real browser: keyboard, lost connection, axe."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from tests.edxapp.runtimes import views
from tests.xblocks import banks, samples

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.edxapp.runtimes.views"),
]
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture
def key(course):
    cache.clear()
    banks.load()
    banks.calibrate()
    views.COURSES[str(course.key)] = course
    yield course.add(
        samples.olx(
            banks.ADAPTIVE, bank="uji@1", form="adaptive", certainty="true", time_limit="30", attempts="2"
        )
    )
    views.COURSES.clear()


@pytest.fixture
def page(chromium, live_server, learner, request, key):
    session = Client()
    session.force_login(learner)
    context = chromium.new_context(viewport={"width": getattr(request, "param", 1280), "height": 800})
    cookie = session.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    # It goes on as the machine's does, until a test stops it.
    page.clock.install()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{live_server.url}/xblock/{key}")
    yield page
    context.close()
    assert errors == []


def stop_clock(page):
    """From here on nothing comes due in the page by itself: what is not sent is not tried again."""
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)


def start(page):
    page.get_by_role("button", name="Start").click()
    page.get_by_role("heading", name="Item 1", exact=True).wait_for()


def current(page):
    return page.locator("[data-adaptive] [data-item]").first.get_attribute("data-item")


def answer(page, number):
    """Answer the item shown and go on to the one of this number."""
    page.get_by_label("Pilihan b").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("heading", name=f"Item {number}", exact=True).wait_for()


def violations(page):
    found = Axe().run(page, options=AXE).response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize("page", [1280, 320], indirect=True)
def test_by_keyboard_from_start_to_result(page):
    """Tab, arrows, space and Enter are enough, focus is on what comes next, axe finds nothing."""
    assert violations(page) == []
    page.get_by_role("button", name="Start").focus()
    page.keyboard.press("Enter")
    for number in range(1, 20):
        heading = page.get_by_role("heading", name=f"Item {number}", exact=True)
        over = page.get_by_role("heading", name="Your result")
        heading.or_(over).first.wait_for()
        if over.count():
            break
        if number > 1:
            assert heading.evaluate("one => one === document.activeElement")
        page.get_by_role("radio").first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.get_by_role("radio", name="Sure", exact=True).focus()
        page.keyboard.press("Space")
        if number == 1:
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.get_by_role("button", name="Next").focus()
        page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your levels").wait_for()
    assert page.evaluate("document.activeElement.matches('[data-heading]')")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    small = page.locator(".kapasitas-assessment button").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect()).filter((box) => box.height < 24).length"
    )
    assert small == 0


def test_a_lost_connection(page):
    """Three items are at hand without connection; answers are kept, sent in order, and the test goes on."""
    start(page)
    seen = [current(page)]
    page.context.set_offline(True)
    answer(page, 2)
    seen.append(current(page))
    page.get_by_text("Saved on this device and not sent yet: 1").wait_for()
    answer(page, 3)
    seen.append(current(page))
    page.get_by_label("Pilihan b").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_text("no item left on this device").wait_for()
    assert len(set(seen)) == 3
    assert page.get_by_label("Pilihan a").is_disabled()
    stop_clock(page)
    sent = []
    page.on("request", lambda one: sent.append(one.post_data_json) if "/answer" in one.url else None)
    page.context.set_offline(False)
    page.get_by_role("heading", name="Item 4", exact=True).wait_for()
    page.get_by_text("All your answers are sent.").wait_for()
    assert [one["item"] for one in sent] == seen
    assert current(page) not in seen
    assert page.get_by_text("3 answered, at most 9 in all").count() == 1


def test_what_is_at_work_is_not_taken_away(page):
    """When the connection comes back the item on the page stays until it is answered; no answer is lost."""
    start(page)
    page.context.set_offline(True)
    answer(page, 2)
    second = current(page)
    page.get_by_label("Pilihan a").check()
    page.context.set_offline(False)
    page.get_by_text("All your answers are sent.").wait_for()
    assert current(page) == second
    assert page.get_by_label("Pilihan a").is_checked()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("heading", name="Item 3", exact=True).wait_for()
    page.get_by_text("2 answered, at most 9 in all").wait_for()


def test_a_reload_without_connection_loses_nothing(page):
    """The answer that waited on the device is sent by the page that is opened next, and the test goes on."""
    start(page)
    first = current(page)
    page.route("**/answer**", lambda route: route.abort())
    answer(page, 2)
    page.reload()
    page.get_by_text("Saved on this device").first.wait_for()
    stop_clock(page)
    page.unroute("**/answer**")
    page.get_by_role("button", name="Send again").click()
    page.get_by_role("heading", name="Item 2", exact=True).wait_for()
    assert current(page) != first
    assert page.get_by_text("1 answered, at most 9 in all").count() == 1


def test_what_the_page_holds_tells_no_key(page):
    """Neither the page nor what it keeps ahead or on the device has a key, a parameter or a status in it."""
    start(page)
    page.context.set_offline(True)
    answer(page, 2)
    held = page.content() + page.evaluate("JSON.stringify(localStorage)")
    assert len(re.findall("data-reserve", held)) == 2
    assert [leak for leak in banks.LEAKS if leak in held] == []
    page.context.set_offline(False)
    page.get_by_text("All your answers are sent.").wait_for()


def test_an_answer_that_is_not_whole_stays(page):
    start(page)
    page.get_by_role("button", name="Next").click()
    page.get_by_text("Answer the item in full first.").wait_for()
    assert page.get_by_role("heading", name="Item 1", exact=True).count() == 1

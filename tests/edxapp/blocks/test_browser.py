"""What course staff see in the learning iframe's page, in a real browser."""

import pytest
from django.conf import settings
from django.test import Client

from tests.edxapp.runtimes import views

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.edxapp.runtimes.views"),
]


@pytest.fixture
def key(course, adapter):
    views.COURSES[str(course.key)] = course
    yield course.add(adapter.olx())
    views.COURSES.clear()


def test_staff_look_a_learner_up_by_keyboard(
    course, key, adapter, poster, learner, teacher, chromium, live_server
):
    """Open the panel, type a name, press Enter: the answers come, focus is on them, the page stays."""
    adapter.begin(poster(key, learner))
    adapter.finish(poster(key, learner))
    session = Client()
    session.force_login(teacher)
    context = chromium.new_context(viewport={"width": 320, "height": 800})
    cookie = session.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    errors = []
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{live_server.url}/xblock/{key}")
    before = page.url
    page.get_by_text("what a learner answered").focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("Username or email address")
    field.fill("siapa")
    field.press("Enter")
    page.get_by_text("There is no attempt of a learner with this name here.").wait_for()
    assert [one for one in errors if "404" not in one] == []
    field.fill(learner.username)
    page.get_by_role("button", name="Show answers").press("Enter")
    answers = page.get_by_role("region", name="The learner's answers")
    answers.wait_for()
    assert "SECRET" in answers.inner_text()
    assert answers.evaluate("one => one === document.activeElement")
    assert (
        answers.locator("button, input:enabled:not([disabled])").evaluate_all(
            "all => all.filter((one) => !one.closest('fieldset[disabled]')).length"
        )
        == 0
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.url == before
    context.close()

"""The demo SIMPEG as `make run` serves it, in a real browser: access, narrow screens, renewal in place."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe

from standalone.simpeg.imports.table import COLUMNS, OPTIONAL
from standalone.simpeg.lti import names

from . import tool as tool_side
from .served import Served

pytestmark = pytest.mark.browser
HEADINGS = ",".join(name for name in COLUMNS if name not in OPTIONAL)
REST = "K1,Kursus Contoh,BKPSDM Kota Contoh,2026-01-05,2026-01-09,20,87.5"
CSV = f"""{HEADINGS}
KP-1,198001012005011001,Contoh Lurah Demo,{REST}
KP-2,123,Contoh Kasi Demo,{REST}
"""


@pytest.fixture
def page_of(chromium: Any, served: Served) -> Iterator[Callable[..., Any]]:
    """Return a maker of pages, signed in where an account is named; script errors fail the test."""
    contexts, errors = [], []

    def make(username: str = "", *, width: int = 1280, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        if username:
            page.goto(f"{served.url}/login/")
            page.fill("#id_username", username)
            page.fill("#id_password", "demo")
            page.click("main button")
            page.get_by_role("button", name="Keluar").wait_for()
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def look(page: Any, what: str) -> None:
    """Fail where the page has an accessibility fault or is wider than the screen."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{what}: {found.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide, f"{what} is wider than the screen"


@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_is_accessible_and_fits(served: Served, page_of: Callable[..., Any], width: int) -> None:
    """Axe finds nothing, and nothing scrolls sideways but tables in their own box."""
    page = page_of(width=width, bypass_csp=True)
    page.goto(f"{served.url}/login/")
    look(page, "log-in")
    page = page_of("lurah", width=width, bypass_csp=True)
    look(page, "own courses")
    for path in ("/me/", "/officials/", "/nothing/", "/lti/auth"):
        page.goto(served.url + path)
        look(page, path)
    page = page_of("hr", width=width, bypass_csp=True)
    look(page, "results")
    page.click("text=Kursus Contoh")
    page.locator("#results").wait_for()
    look(page, "course results")
    page.goto(f"{served.url}/officials/")
    look(page, "officials")
    page.click("text=Contoh Lurah Demo")
    page.get_by_role("heading", level=1, name="Contoh Lurah Demo").wait_for()
    look(page, "official")
    page.goto(f"{served.url}/import/")
    page.click("summary")
    look(page, "import")
    page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": CSV.encode()})
    page.click("main form button")
    page.wait_for_selector("[name=confirm]")
    look(page, "preview")
    page.click("[name=discard]")
    page.locator("#file").wait_for()
    look(page, "after discarding")


def test_the_browser_is_sent_to_the_tool_with_the_id_token(
    served: Served, page_of: Callable[..., Any]
) -> None:
    """One press on "Buka kursus" ends with a POST of id_token and state at the tool."""
    page = page_of("lurah")

    def login(route: Any) -> None:
        query = dict(part.split("=", 1) for part in route.request.url.partition("?")[2].split("&"))
        back = "&".join(
            [
                "scope=openid&response_type=id_token&response_mode=form_post&prompt=none",
                f"client_id={tool_side.CLIENT_ID}&redirect_uri={tool_side.LAUNCH_URL}&state=s&nonce={time.time_ns()}",
                f"login_hint={query['login_hint']}&lti_message_hint={query['lti_message_hint']}",
            ]
        )
        route.fulfill(status=302, headers={"Location": f"{served.url}/lti/auth?{back}"})

    posted: list[str] = []

    def launch(route: Any) -> None:
        posted.append(route.request.post_data or "")
        route.fulfill(status=200, content_type="text/html", body="<title>Tool</title>launched")

    page.route("https://tool.example/login**", login)
    page.route("https://tool.example/launch", launch)
    page.click("li:has-text('Kursus Contoh') button")
    page.wait_for_url("https://tool.example/launch")
    assert len(posted) == 1
    assert "id_token=" in posted[0]
    assert "state=s" in posted[0]


def test_results_arrive_in_place_and_never_move_the_focus(
    served: Served, page_of: Callable[..., Any]
) -> None:
    """The table renews itself; while the reader's focus is inside it, it waits."""
    page = page_of("hr")
    page.click("text=Kursus Contoh")
    headers = {"Authorization": f"Bearer {served.token()}"}
    context = f"{served.url}/lti/contexts/{served.context_id()}"
    made = requests.post(
        f"{context}/line_items",
        '{"label": "Nilai", "scoreMaximum": 100}',
        headers={**headers, "Content-Type": names.LINE_ITEM},
        timeout=10,
    ).json()
    members = requests.get(f"{context}/memberships", headers=headers, timeout=10).json()
    [user] = [one["user_id"] for one in members["members"] if one["name"] == "Contoh Lurah Demo"]

    def score(value: float) -> None:
        body = (
            f'{{"userId": "{user}", "timestamp": "{datetime.now(UTC).isoformat()}", "scoreGiven": {value}, '
            '"scoreMaximum": 100, "activityProgress": "Completed", "gradingProgress": "FullyGraded"}'
        )
        sent = requests.post(
            made["id"] + "/scores", body, headers={**headers, "Content-Type": names.SCORE}, timeout=10
        )
        assert sent.status_code == 200, sent.text

    page.focus("text=Muat ulang")
    score(61.25)
    page.wait_for_selector("text=61,25", timeout=15_000)
    assert page.evaluate("document.activeElement.textContent").startswith("Muat ulang")
    page.wait_for_selector("#news:not(:empty)", state="attached")

    page.focus("#results tbody a")
    time.sleep(1.1)  # the next score must be dated a second later
    score(71.25)
    page.wait_for_timeout(4000)
    assert page.locator("text=71,25").count() == 0
    page.focus("text=Muat ulang")
    page.wait_for_selector("text=71,25", timeout=15_000)


def test_what_is_on_its_way_waits_for_the_reader(served: Served, page_of: Callable[..., Any]) -> None:
    """An answer asked for before the reader came into the table does not move the focus out of it."""
    page = page_of("hr")
    page.click("text=Kursus Contoh")
    page.locator("#results").wait_for()
    held: list[Any] = []
    page.route("**/table/**", lambda route: held.append(route))
    end = time.monotonic() + 60
    while not held and time.monotonic() < end:
        page.wait_for_timeout(50)
    reply = held[0].fetch()
    page.focus("#results tbody a")
    with page.expect_response("**/table/**"):
        held[0].fulfill(response=reply, body=reply.text().replace("Contoh Lurah Demo", "Nama Baru Demo"))
    # Two frames later it is shown, if at all.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("document.activeElement.matches('#results tbody a')")
    assert page.locator("text=Nama Baru Demo").count() == 0

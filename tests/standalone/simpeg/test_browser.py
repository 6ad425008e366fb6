"""The demo SIMPEG as `make run` serves it, in a real browser: access, narrow screens, renewal in place."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from uuid import UUID

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe

from standalone.simpeg.imports.table import COLUMNS, OPTIONAL
from standalone.simpeg.lti import names

from . import tool as tool_side
from .tool import KeySetServer, assertion, claims

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
TARGET = "https://tool.example/courses/1"
HEADINGS = ",".join(name for name in COLUMNS if name not in OPTIONAL)
REST = "K1,Kursus Contoh,BKPSDM Kota Contoh,2026-01-05,2026-01-09,20,87.5"
CSV = f"""{HEADINGS}
KP-1,198001012005011001,Contoh Lurah Demo,{REST}
KP-2,123,Contoh Kasi Demo,{REST}
"""


@dataclass(frozen=True)
class Served:
    """A running SIMPEG, and the tool that is registered with it."""

    url: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "standalone.manage", "simpeg", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            timeout=60,
        )

    def token(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": tool_side.ASSERTION_TYPE,
            "client_assertion": assertion(claims(aud=f"{self.url}/lti/token")),
            "scope": " ".join(names.ISSUABLE_SCOPES),
        }
        response = requests.post(f"{self.url}/lti/token", form, timeout=10)
        assert response.status_code == 200, response.text
        return str(response.json()["access_token"])

    def context_id(self) -> UUID:
        """Return the course's context, which a tool learns from a launch."""
        with closing(sqlite3.connect(Path(self.environment["KAPASITAS_VAR"]) / "simpeg.sqlite3")) as database:
            found = database.execute(
                "SELECT context_id FROM kapasitas_simpeg_course WHERE target_link_uri = ?", [TARGET]
            )
            return UUID(found.fetchone()[0])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, key_set_server: KeySetServer) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "KAPASITAS_VAR": str(tmp_path_factory.mktemp("simpeg")),
        "KAPASITAS_SIMPEG_PORT": str(port),
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "standalone.serve", "simpeg"], cwd=ROOT, env=environment
    )
    found = Served(f"http://localhost:{port}", environment)
    try:
        wait_for(f"{found.url}/login/", process)
        key_set_server.reset()
        found.manage(
            "simpeg_tool",
            *("--client-id", tool_side.CLIENT_ID, "--deployment-id", "1", "--login-url", tool_side.LOGIN_URL),
            *("--launch-url", tool_side.LAUNCH_URL, "--keyset-url", key_set_server.url),
        )
        course = ("--title", "Kursus Contoh", "--target-link-uri", TARGET)
        found.manage("simpeg_course", *course, "--client-id", tool_side.CLIENT_ID)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except URLError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("the demo SIMPEG did not start")


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
    look(page, "course results")
    page.goto(f"{served.url}/officials/")
    look(page, "officials")
    page.click("text=Contoh Lurah Demo")
    look(page, "official")
    page.goto(f"{served.url}/import/")
    page.click("summary")
    look(page, "import")
    page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": CSV.encode()})
    page.click("main form button")
    page.wait_for_selector("[name=confirm]")
    look(page, "preview")
    page.click("[name=discard]")
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
    page.wait_for_function("document.getElementById('news').textContent !== ''")

    page.focus("#results tbody a")
    time.sleep(1.1)  # the next score must be dated a second later
    score(71.25)
    page.wait_for_timeout(4000)
    assert page.locator("text=71,25").count() == 0
    page.focus("text=Muat ulang")
    page.wait_for_selector("text=71,25", timeout=15_000)

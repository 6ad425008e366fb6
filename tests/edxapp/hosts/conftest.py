"""Pages of the hosts on a server of their own, and browsers at them.

The micro-frontend and the LMS are two origins of one site, as in production: apps.lms.localhost and
lms.localhost, both of which lead to this machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where the LMS (or Studio) and the micro-frontends are."""

    lms: str
    mfe: str


@pytest.fixture
def addresses(live_server: Any, settings: Any) -> Addresses:
    """The server's two origins."""
    settings.ROOT_URLCONF = "tests.edxapp.hosts.urls"
    settings.ALLOWED_HOSTS = [".localhost"]
    port = urlsplit(live_server.url).port
    return Addresses(lms=f"http://lms.localhost:{port}", mfe=f"http://apps.lms.localhost:{port}")


@pytest.fixture
def page(chromium: Any, request: Any, addresses: Addresses) -> Iterator[Any]:
    """A page whose complaints fail the test. Parameter: its width, or width and height, in CSS pixels.

    It is closed before the addresses go: a browser may ask for something to the last moment.
    """
    window = getattr(request, "param", 1280)
    viewport = window if isinstance(window, dict) else {"width": window, "height": 800}
    context = chromium.new_context(viewport=viewport, locale="id-ID", bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.complaints = []
    page.complaints_expected = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda line: page.complaints.append(line.text) if line.type == "error" else None)
    page.on("request", lambda sent: _only_ours(page, sent.url))
    yield page
    context.close()
    expected = page.complaints_expected
    assert [said for said in page.complaints if not any(part in said for part in expected)] == []


def _only_ours(page: Any, url: str) -> None:
    host = urlsplit(url).hostname
    if host not in ("lms.localhost", "apps.lms.localhost"):
        page.complaints.append(f"asked another host: {url}")


def check(page: Any) -> None:
    """No violation of WCAG 2.2 AA, in the page and in its frame."""
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()

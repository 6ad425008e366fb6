"""The operators' pages and the learner's in a browser: axe's rules, at both widths, in both languages."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as site
from django.utils import timezone

from lti_bridge.models import Discrepancy
from tests.lti_bridge.fakes import COURSE

pytestmark = [pytest.mark.browser]
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
BELOW = "/admin/kapasitas_lti/delivery/operations/"
SHOTS = os.environ.get("KAPASITAS_TEST_SHOTS")


def check(page, name: str) -> None:
    """No violation, and the page itself never wider than the window (tables scroll in their frames)."""
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
        found = Axe().run(page, options=WCAG)
        assert found.violations_count == 0, f"{name} at {width} px\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width} px"


@pytest.fixture
def visit(live_server, client, chromium):
    """Open a page as a user, in a language."""
    contexts = []

    def opened(user, path: str, language: str = "id"):
        client.force_login(user)
        context = chromium.new_context(bypass_csp=True)
        contexts.append(context)
        cookies = {
            site.SESSION_COOKIE_NAME: client.cookies[site.SESSION_COOKIE_NAME].value,
            site.LANGUAGE_COOKIE_NAME: language,
        }
        context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
        )
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def discrepancy(trouble):
    now = timezone.now()
    return Discrepancy.objects.create(
        target=trouble.one.target, account=trouble.one.account, report_kind="grade", kind="changed",
        ours=85, sent=80, theirs=95, maximum=100, found_at=now, seen_at=now,
    )  # fmt: skip


def test_the_pages_to_look_at(visit, operator, trouble, discrepancy):
    for name in ("", "failures/", "deliveries/", "discrepancies/", "trail/"):
        check(visit(operator, BELOW + name), name.strip("/") or "overview")


def test_the_pages_that_act(visit, operator, trouble, discrepancy):
    pages = {
        "replay": "do/replay/?state=dead",
        "waive": "do/waive/?state=dead",
        "unblock": f"targets/{trouble.target.pk}/unblock/",
        "reconcile": f"targets/{trouble.target.pk}/reconcile/",
        "circuit": f"platforms/{trouble.platform.pk}/circuit/",
        "check": f"platforms/{trouble.platform.pk}/check/",
        "decide": f"discrepancies/{discrepancy.pk}/send_ours/",
    }
    for name, path in pages.items():
        check(visit(operator, BELOW + path), name)


def test_chosen_deliveries_are_waived_by_keyboard(visit, operator, trouble):
    """Choose, press, give a reason, done; and the connection is checked on the way."""
    page = visit(operator, BELOW + "deliveries/?state=dead")
    page.locator("input[name=id]").first.press("Space")
    page.get_by_role("button", name="Tidak perlu dikirim").press("Enter")
    page.locator("textarea[name=reason]").fill("Sudah dicatat manual oleh HR")
    check(page, "waive-filled")
    page.locator("input[type=submit].default").press("Enter")
    page.get_by_text("Ditandai tidak perlu dikirim: 1.").wait_for()
    check(page, "waived")


def test_a_dry_run_says_what_would_happen(visit, operator, trouble):
    page = visit(operator, BELOW + "failures/?state=dead")
    page.get_by_role("button", name="Uji coba tanpa kirim").first.click()
    page.get_by_text("2 dari 2 diperiksa").wait_for()
    check(page, "rehearsal")


def test_the_check_shows_each_step(visit, operator, trouble):
    page = visit(operator, BELOW + f"platforms/{trouble.platform.pk}/check/")
    page.get_by_role("button", name="Periksa sekarang").click()
    page.locator(".ko-steps li.problem").first.wait_for()
    check(page, "checked")


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_learners_page(visit, trouble, language):
    check(visit(trouble.one.account.user, f"/lti/my-record/{COURSE}", language), f"my-record-{language}")

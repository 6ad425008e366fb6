"""The same in a real Chromium, on two sites (localhost and 127.0.0.1) between which no cookie passes."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from lti_bridge.models import LinkedAccount, LoginState
from scripts.browser import LAUNCH_ARGUMENTS, system_browser

from .fakes import CLAIM, COURSE, FakePlatform
from .framing_platform import FramingPlatform, framing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def simpeg(platform: FakePlatform, live_server, settings) -> Iterator[FramingPlatform]:
    """A platform on another site, registered."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["localhost", "127.0.0.1"]
    tool = live_server.url.replace("localhost", "127.0.0.1")
    with framing(platform, tool, f"{tool}/lti/resource/{COURSE}") as served:
        platform.register()
        yield served


@pytest.fixture
def page(chromium) -> Iterator[Any]:
    """A page in a browser that keeps nothing from before; what goes wrong in scripts fails the test.

    Sites share a process there: Playwright loses frames that change theirs. Cookies and origins stay apart.
    """
    together = ["--disable-site-isolation-trials", "--disable-features=IsolateOrigins,site-per-process"]
    browser = chromium.browser_type.launch(
        executable_path=system_browser(), args=[*LAUNCH_ARGUMENTS, *together]
    )
    context = browser.new_context(locale="id-ID")
    context.set_default_timeout(90_000)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "console",
        lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield opened
    browser.close()
    assert errors == []


def visit(page: Any, simpeg: FramingPlatform, last: str) -> None:
    """Open the platform's page and wait until the frame has asked for ``last`` and has its answer."""

    def is_last(request: Any) -> bool:
        return last in request.url or last in (request.post_data or "")

    with page.expect_event("requestfinished", predicate=is_last):
        page.goto(simpeg.fake.issuer + "/")


POSTED_AGAIN = "&browser="


def open_window(page: Any) -> Any:
    """Press the button in the frame and return the window that opens."""
    frame = page.frame_locator("#tool")
    button = frame.get_by_role("button", name="Buka kursus di jendela baru")
    with page.context.expect_page() as opened:
        button.click()
    window = opened.value
    window.wait_for_load_state()
    return window


@pytest.mark.parametrize(
    ("frame", "capabilities"),
    [("_parent", None), ("_parent", {}), ("penyimpan", None), ("_parent", {"frame": "_parent"})],
    ids=["parent", "capable-parent", "frame-beside", "frame-named-by-capabilities"],
)
def test_a_launch_without_cookies(simpeg, page, frame, capabilities):
    """The platform keeps the secret, the launch is verified, and the course opens in its own window."""
    simpeg.frame, simpeg.capabilities = frame, capabilities
    visit(page, simpeg, POSTED_AGAIN)
    window = open_window(page)
    account = LinkedAccount.objects.get()
    expect(window.locator("body")).to_have_text(f"course {COURSE} user {account.user_id}")
    asked = page.frame("penyimpan") if frame != "_parent" else page
    seen = asked.evaluate("window.seen")
    subjects = [subject for subject, _origin in seen]
    assert subjects.count("lti.put_data") == subjects.count("lti.get_data") == 1
    assert {origin for _subject, origin in seen} == {simpeg.tool}


def test_the_secret_goes_to_the_platforms_origin_only(simpeg, page):
    """A page that frames the tool from elsewhere and plays the platform's storage is told nothing."""
    simpeg.frame = "_parent"
    page.goto(simpeg.fake.issuer.replace("localhost", "127.0.0.1") + "/")
    failed = page.frame_locator("#tool").get_by_role("alert")
    failed.wait_for()
    assert "memblokir kuki" in failed.inner_text()
    assert "lti.put_data" not in [subject for subject, _origin in page.evaluate("window.seen")]
    assert LoginState.objects.get().used_at is None
    assert not LinkedAccount.objects.exists()


def test_a_platform_that_promises_and_does_not_store(simpeg, page):
    """Nobody answers: the page says what to do, and nothing was used up."""
    simpeg.stores = False
    visit(page, simpeg, "id_token=")
    failed = page.frame_locator("#tool").get_by_role("alert")
    failed.wait_for()
    assert "jendela tersendiri" in failed.inner_text()
    assert not LinkedAccount.objects.exists()


def test_without_storage_the_frame_says_what_to_do(simpeg, page):
    """No cookie, no storage: a page that can be read in the frame."""
    simpeg.frame = ""
    visit(page, simpeg, "id_token=")
    text = page.frame_locator("#tool").locator("main").inner_text()
    assert "kuki" in text


def test_where_cookies_come_back_the_launch_goes_straight_on(simpeg, page):
    """On one site the cookie comes back, storage or not, and the course opens where it was asked for."""
    simpeg.tool = simpeg.tool.replace("127.0.0.1", "localhost")
    simpeg.target = simpeg.target.replace("127.0.0.1", "localhost")
    visit(page, simpeg, "/course/")
    page.frame_locator("#tool").get_by_text(f"course {COURSE}").wait_for()
    assert LinkedAccount.objects.count() == 1


def test_choosing_in_a_frame_without_cookies(simpeg, page):
    """Deep linking works where no cookie lives: the answer reaches the platform's address."""
    dl = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
    simpeg.target = f"{simpeg.tool}/lti/deep-link"
    simpeg.changes = {
        CLAIM + "message_type": "LtiDeepLinkingRequest",
        CLAIM + "roles": ["Instructor"],
        dl: {
            "deep_link_return_url": simpeg.fake.issuer + "/jawaban",
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe"],
        },
    }
    visit(page, simpeg, POSTED_AGAIN)
    frame = page.frame_locator("#tool")
    frame.get_by_label("Cari menurut judul atau kunci").fill("kecamatan")
    frame.get_by_role("button", name="Cari", exact=True).click()
    frame.get_by_role("button", name="Lihat bagiannya Manajemen Pemerintahan").click()
    frame.get_by_label("Kewenangan camat").check()
    with page.expect_request(simpeg.fake.issuer + "/jawaban") as sent:
        frame.get_by_role("button", name="Tautkan pilihan saya").click()
    assert sent.value.method == "POST"
    assert sent.value.post_data.startswith("JWT=")
    assert page.context.cookies() == []

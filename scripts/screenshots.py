"""Take the pictures of the guides anew: ``python -m scripts.screenshots [DIRECTORY]``.

Serves the one-machine site and the demo SIMPEG on free ports with data of their own, lets demo people
work, and writes each page in both languages as WebP. Only made-up people are in them.
"""

import base64
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from scripts.browser import LAUNCH_ARGUMENTS, system_browser
from standalone.serve import title_of
from tests.journeys.keys import all_items, right_answer
from tests.journeys.people import Learner, sign_in
from tests.net import free_port

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs/images"
COURSE = "/courses/course-v1:Kapasitas+PEM101+2026/"
UNIT = COURSE + "blocks/block-v1:Kapasitas+PEM101+2026+type@vertical+block@{}/unit/"
READY_SECONDS = 170
WIDTH, HEIGHT = 900, 700
LANGUAGE_COOKIES = ("django_language", "simpeg_language")
QUALITY = 60
# At most, of the pre-test's items; the others are left open, so that the page asks before it hands in.
ANSWERED = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """Addresses of the two sites that are served."""

    site: str
    simpeg: str


@dataclass(slots=True, kw_only=True)
class Camera:
    """A browser of one person, in one language."""

    page: Any
    language: str
    directory: Path

    def shoot(self, name: str, height: int = HEIGHT) -> None:
        """Write what the window shows as ``<language>-<name>.webp``."""
        self.page.set_viewport_size({"width": WIDTH, "height": height})
        session = self.page.context.new_cdp_session(self.page)
        taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        (self.directory / f"{self.language}-{name}.webp").write_bytes(base64.b64decode(taken["data"]))

    def speak(self, address: str) -> None:
        """Let both sites speak the camera's language from now on: cookies know no ports."""
        self.page.context.add_cookies(
            [{"name": name, "value": self.language, "url": address} for name in LANGUAGE_COOKIES]
        )

    def to(self, selector: str) -> None:
        """Scroll until the element is at the top."""
        self.page.locator(selector).first.evaluate(
            "element => scrollTo(0, scrollY + element.getBoundingClientRect().top - 16)"
        )


@contextmanager
def served() -> Iterator[Sites]:
    """Serve what ``make run`` serves until the caller is done; raises RuntimeError if it does not start."""
    with tempfile.TemporaryDirectory(prefix="kapasitas-pictures-") as var:
        ports = {"KAPASITAS_SITE_PORT": str(free_port()), "KAPASITAS_SIMPEG_PORT": str(free_port())}
        sites = Sites(
            **{
                name: f"http://localhost:{port}"
                for name, port in zip(("site", "simpeg"), ports.values(), strict=True)
            }
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "standalone.run"],
            cwd=ROOT,
            env={**os.environ, **ports, "KAPASITAS_VAR": var},
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(f"{sites.site}/login/", process)
            wait_for(f"{sites.simpeg}/login/", process)
            yield sites
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Return when the page answers; raises RuntimeError where the sites ended or time is up."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own http address
                return
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{url} answers {error.code}") from error
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the demo did not start")


@contextmanager
def camera(browser: Any, language: str, directory: Path) -> Iterator[Camera]:
    """Open a browser without cookies."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, locale="id-ID", reduced_motion="reduce"
    )
    yield Camera(page=context.new_page(), language=language, directory=directory)
    context.close()


def open_course(page: Any) -> None:
    """Open the course of the pictures; SIMPEG shows several."""
    page.locator("main li", has_text=title_of("governance")).locator("button").click()


def learner(one: Camera, sites: Sites, user: str) -> None:
    """From SIMPEG to the result of the pre-test."""
    page = one.page
    sign_in(page, sites.simpeg, user)
    one.speak(sites.simpeg)
    page.goto(f"{sites.simpeg}/me/courses/")
    one.shoot("simpeg-my-training", 420)
    open_course(page)
    page.wait_for_url(f"{sites.site}/courses/**")
    one.speak(sites.site)
    page.goto(sites.site + COURSE)
    one.shoot("course")
    page.goto(sites.site + UNIT.format("unit-pretes"))
    one.shoot("assessment-start")
    page.locator("[data-action=start]").click()
    items = all_items()
    # What is drawn varies; choices are answered, up to the number that is wanted.
    steps = {
        item: right_answer(items[item.get_attribute("data-item")])
        for item in page.locator("[data-item]").all()
    }
    choices = [item for item, found in steps.items() if all(step.act == "tick" for step in found)][:ANSWERED]
    for item in choices:
        for step in steps[item]:
            item.locator(f'input[data-part="{step.part}"]').check()
    page.locator("[data-counter]", has_text=f"{len(choices)} ").first.wait_for()
    page.wait_for_load_state("networkidle")
    one.to("[data-item]")
    one.shoot("assessment-answer")
    page.locator("[data-action=submit]").click()
    page.locator("[data-action=confirm]").wait_for()
    one.page.set_viewport_size({"width": WIDTH, "height": 360})
    one.to(".ka-submit")
    one.shoot("assessment-confirm", 360)
    page.locator("[data-action=confirm]").click()
    page.locator(".ka-result").wait_for()
    one.to(".ka-result")
    one.shoot("assessment-result", 820)
    one.to("[data-item]")
    one.shoot("assessment-feedback")
    page.goto(sites.site + COURSE + "progress/")
    one.shoot("progress")


def instructor(one: Camera, sites: Sites, archive: Path) -> None:
    """The import page with problems, the gradebook, and a learner's answers."""
    page = one.page
    sign_in(page, sites.site, "instruktur")
    one.speak(sites.site)
    page.goto(f"{sites.site}/import/")
    page.locator("input[type=file]").set_input_files(archive)
    page.locator("main form button").first.click()
    page.wait_for_load_state("networkidle")
    one.shoot("import-problems")
    page.goto(sites.site + COURSE + "gradebook/")
    one.shoot("gradebook")
    page.locator("main tbody tr", has_text="100%").locator("a").first.click()
    page.wait_for_load_state("networkidle")
    one.shoot("learner-answers")


def personnel(one: Camera, sites: Sites) -> None:
    """HR's page on the course site, and what has arrived in SIMPEG."""
    page = one.page
    sign_in(page, sites.site, "hr")
    sign_in(page, sites.simpeg, "hr")
    one.speak(sites.site)
    page.goto(f"{sites.site}/lti/records")
    one.shoot("records", 600)
    page.goto(f"{sites.simpeg}/results/")
    page.get_by_role("link", name=title_of("governance")).click()
    page.wait_for_load_state("networkidle")
    one.shoot("simpeg-results", 640)


def complete(one: Camera, sites: Sites, user: str) -> None:
    """Work the whole course through, so that HR has a record to look at."""
    page = one.page
    page.clock.install()
    sign_in(page, sites.simpeg, user)
    open_course(page)
    page.get_by_role("link", name="Mulai").first.click()
    page.wait_for_load_state("networkidle")
    Learner(page, all_items()).work_through()


def broken_course(directory: Path) -> Path:
    """Write the governance course as an archive with two mistakes in it."""
    course = directory / "governance"
    shutil.copytree(ROOT / "course_content/governance", course)
    unit = course / "vertical/unit-kuis1.xml"
    text = unit.read_text(encoding="utf-8")
    unit.write_text(
        text.replace('<answer value="4"', '<answer valeu="4"').replace(
            "gov.kelembagaan", "gov.kelembagan", 1
        ),
        encoding="utf-8",
    )
    archive = directory / "kursus.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(course, "course")
    return archive


def main(directory: Path = IMAGES) -> None:
    """Take every picture."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, served() as sites, sync_playwright() as playwright:
        archive = broken_course(Path(scratch))
        browser = playwright.chromium.launch(executable_path=system_browser(), args=LAUNCH_ARGUMENTS)
        with camera(browser, "id", directory) as one:
            complete(one, sites, "lurah")
        for language, user in (("id", "lurah2"), ("en", "camat2")):
            with camera(browser, language, directory) as one:
                learner(one, sites, user)
            with camera(browser, language, directory) as one:
                instructor(one, sites, archive)
            with camera(browser, language, directory) as one:
                personnel(one, sites)
        browser.close()


if __name__ == "__main__":
    main(*(Path(name) for name in sys.argv[1:]))

"""Bad input gets an error that names the thing at fault, and nothing is lost: a right retry succeeds."""

import json
import shutil
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from lxml import html

from standalone.serve import title_of
from tests.lti_bridge.fakes import FakePlatform, query_of

from .conftest import ROOT, Demo
from .http import HttpLearner, opening_form, posted_form, words
from .keys import all_items

COURSE_KEY = "course-v1:Kapasitas+PEM101+2026"
UNIT = "{site}/courses/{course}/blocks/block-v1:Kapasitas+PEM101+2026+type@vertical+block@{name}/unit/"
TIMEOUT = 30


def signed_in(address: str, user: str) -> requests.Session:
    session = requests.Session()
    page = session.get(f"{address}/login/", timeout=TIMEOUT)
    form = next(form for form in html.fromstring(page.text).forms if "password" in form.fields)
    fields = {**dict(form.form_values()), "username": user, "password": "demo"}
    reply = session.post(page.url, data=fields, headers={"Referer": page.url}, timeout=TIMEOUT)
    assert reply.ok and "/login" not in reply.url
    return session


def what_it_says(reply: requests.Response) -> str:
    return words(html.fromstring(reply.text).find(".//main"))


@pytest.mark.parametrize(
    ("file", "right", "wrong", "named"),
    [
        pytest.param(
            "vertical/unit-kuis1.xml",
            '<answer value="4"',
            '<answer valeu="4"',
            ["unit-kuis1.xml:", "valeu"],
            id="malformed-element",
        ),
        pytest.param(
            "vertical/unit-kuis1.xml",
            'competencies="gov.kelembagaan"',
            'competencies="gov.kelembagan"',
            ["unit-kuis1.xml:", "gov.kelembagan"],
            id="unknown-competency",
        ),
        pytest.param("chapter/bab1.xml", "</chapter>", "</chapte>", ["bab1.xml:"], id="not-xml"),
    ],
)
def test_a_course_with_a_fault_is_refused_whole(
    demo: Demo, tmp_path: Path, file: str, right: str, wrong: str, named: list[str]
) -> None:
    """The import names file, line and the thing at fault; the course stays as it was and serves on."""
    course = tmp_path / "governance"
    shutil.copytree(ROOT / "course_content/governance", course)
    text = (course / file).read_text(encoding="utf-8")
    assert right in text
    (course / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    page = UNIT.format(site=demo.site, course=COURSE_KEY, name="unit-kuis1")
    learner = signed_in(demo.site, "pelajar2")
    before = learner.get(page, timeout=TIMEOUT)

    refused = demo.manage("import_course", str(course), check=False)

    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr
    for part in named:
        assert part in refused.stderr
    after = learner.get(page, timeout=TIMEOUT)
    assert (before.status_code, what_it_says(before)) == (after.status_code, what_it_says(after))


def test_an_answer_of_the_wrong_shape_is_refused_and_the_saved_one_stays(demo: Demo) -> None:
    """The message names the item; a right answer is taken afterwards, and the attempt goes on."""
    learner = HttpLearner(signed_in(demo.site, "pelajar"), all_items())
    url = UNIT.format(site=demo.site, course=COURSE_KEY, name="unit-pretes")
    page = html.fromstring(learner.session.get(url, timeout=TIMEOUT).text)
    (assessment,) = page.cssselect(".kapasitas-assessment")
    urls = {name: f"{demo.site}{assessment.get(f'data-url-{name}')}" for name in ("start", "answer")}
    started = html.fromstring(learner.post(urls["start"], json={}).json()["html"])
    item = started.xpath("//*[@data-item and @data-field='chosen']")[0]
    name, part = item.get("data-item"), item.xpath(".//@data-part")[0]

    def answer(response: object) -> requests.Response:
        return learner.session.post(
            urls["answer"],
            json={"item": name, "response": response, "uuid": str(uuid.uuid4())},
            headers={"X-CSRFToken": learner.session.cookies["csrftoken"], "Referer": url},
            timeout=TIMEOUT,
        )

    assert answer({"chosen": [part]}).ok
    for wrong in ({"chosen": "a"}, {"chosen": ["no-such-option"]}, {"text": "a"}, [], None, {"chosen": [[]]}):
        refused = answer(wrong)
        assert refused.status_code == 400, wrong
        assert name in refused.json()["error"]
    again = html.fromstring(learner.session.get(url, timeout=TIMEOUT).text)
    assert again.xpath(f"//*[@data-item='{name}']//input[@checked]/@data-part") == [part]


def test_a_replayed_launch_is_refused_and_a_fresh_one_works(demo: Demo) -> None:
    """The same form posted twice opens the course once; the second is told so, and what to do."""
    browser = signed_in(demo.simpeg, "camat")
    courses = browser.get(f"{demo.simpeg}/me/courses/", timeout=TIMEOUT)
    form = opening_form(courses.text, title_of("governance"))

    def begin() -> tuple[str, dict[str, str]]:
        opened = browser.post(
            f"{demo.simpeg}{form.action}",
            data=dict(form.form_values()),
            headers={"Referer": courses.url},
            timeout=TIMEOUT,
        )
        return posted_form(opened.text)

    action, fields = begin()
    first = browser.post(action, data=fields, timeout=TIMEOUT)
    assert first.ok and COURSE_KEY in first.url
    replayed = browser.post(action, data=fields, timeout=TIMEOUT)
    assert replayed.status_code in (400, 401, 403)
    assert "sudah pernah dipakai" in what_it_says(replayed)
    assert "Kembalilah ke sistem kepegawaian" in what_it_says(replayed)
    action, fields = begin()
    assert COURSE_KEY in browser.post(action, data=fields, timeout=TIMEOUT).url


@pytest.fixture
def signing_platform(demo: Demo) -> Iterator[FakePlatform]:
    """A platform whose tokens the test signs itself; the site fetches its keys over HTTP."""
    platform = FakePlatform()

    class KeySet(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"keys": [platform.jwk()]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), KeySet) as server:
        platform.issuer = f"http://localhost:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        demo.manage(
            "lti_platform",
            "--name=Penanda",
            f"--issuer={platform.issuer}",
            f"--client-id={platform.client_id}",
            f"--deployment-id={platform.deployment_id}",
            f"--auth-login-url={platform.issuer}/auth",
            f"--auth-token-url={platform.issuer}/token",
            f"--key-set-url={platform.key_set_url}",
        )
        yield platform
        server.shutdown()


def test_an_expired_token_is_refused_and_a_fresh_one_works(
    demo: Demo, signing_platform: FakePlatform
) -> None:
    """The page says that the launch has expired; the next launch of the same person works."""
    target = f"{demo.site}/lti/resource/{COURSE_KEY}"
    with requests.Session() as browser:

        def launch(age_s: int) -> requests.Response:
            login = {
                "iss": signing_platform.issuer,
                "client_id": signing_platform.client_id,
                "login_hint": "orang-7",
                "target_link_uri": target,
            }
            begun = browser.get(
                f"{demo.site}/lti/login", params=login, allow_redirects=False, timeout=TIMEOUT
            )
            asked = query_of(begun.headers["Location"])
            claims = signing_platform.claims(asked["nonce"], target)
            claims |= {"iat": claims["iat"] - age_s, "exp": claims["exp"] - age_s}
            token = signing_platform.token(claims)
            return browser.post(
                f"{demo.site}/lti/launch",
                data={"id_token": token, "state": asked["state"]},
                timeout=TIMEOUT,
            )

        expired = launch(age_s=900)
        assert expired.status_code in (400, 401, 403)
        assert "kedaluwarsa" in what_it_says(expired)
        assert "exp" in what_it_says(expired)
        assert "Contoh Camat Demo" not in expired.text
        assert COURSE_KEY in launch(age_s=0).url

"""The same path against a platform that others wrote: lti-consumer-xblock, over HTTP."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.peers.lti_consumer_platform.runner import Peer, Tool, running

from .conftest import Demo
from .http import HttpLearner, posted_form
from .keys import all_items

pytestmark = [pytest.mark.peer]

COURSE_KEY = "course-v1:Kapasitas+PEM101+2026"
ARRIVAL_SECONDS = 120


@pytest.fixture
def peer(demo: Demo, tmp_path: Path) -> Iterator[Peer]:
    """An independent platform, with each side registered at the other."""
    with running(Tool.at(f"{demo.site}/lti", COURSE_KEY), tmp_path) as platform:
        options = [f"--{name.replace('_', '-')}={value}" for name, value in platform.registration.items()]
        demo.manage("lti_platform", "--name=Peer", "--trusts-nip", *options)
        yield platform


def test_official_learns_and_an_independent_platform_holds_both_results(demo: Demo, peer: Peer) -> None:
    """Launched by lti-consumer-xblock, a learner completes the course; it holds both results, once."""
    with requests.Session() as session:
        opened = session.get(peer.open_url("orang-7", name="Contoh Kasi Demo"), timeout=30)
        action, fields = posted_form(opened.text)
        outline = session.post(action, data=fields, timeout=30)
        assert outline.ok and COURSE_KEY in outline.url, outline.text[:500]
        assert HttpLearner(session, all_items()).work_through(outline) >= 20

    deadline = time.monotonic() + ARRIVAL_SECONDS
    expected = {"kapasitas-completion": (1.0, 1.0), "kapasitas-grade": (100.0, 100.0)}
    held: dict[str, tuple[float, float]] = {}
    while held != expected and time.monotonic() < deadline:
        time.sleep(0.5)
        scores = peer.received()["scores"]
        held = {score["tag"]: (score["given"], score["maximum"]) for score in scores}
    assert held == expected
    assert len(scores) == 2, "one row for each line item, whatever was sent"
    assert {score["user"] for score in scores} == {"orang-7"}

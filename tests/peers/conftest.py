"""Peers as fixtures."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from .lti_consumer_platform.runner import Peer, Tool, running

# A project of its own, for another process: not to be imported here for its doctests.
collect_ignore = ["lti_consumer_platform"]


@pytest.fixture
def lti_consumer_platform(tmp_path_factory) -> Iterator[Callable[[Tool], Peer]]:
    """Return a function that starts lti-consumer-xblock as a platform which knows the tool.

    Use::

        peer = lti_consumer_platform(Tool.at("http://localhost:8000/lti", "course-v1:…"))
        call_command("lti_platform", name="Peer", **peer.registration)   # on the tool's side
        browser.goto(peer.open_url("orang-7", nip="…", name="Contoh Lurah Demo"))
        …                                                                # learn, then manage.py deliver
        peer.received()

    The tool must allow plain http to ``localhost`` (KAPASITAS_LTI_ALLOW_HTTP_HOSTS). Every platform
    started is stopped when the test ends.
    """
    with ExitStack() as started:
        yield lambda tool: started.enter_context(running(tool, tmp_path_factory.mktemp("peer")))

"""The pages of launches, choices and registrations pass axe's rules for WCAG 2.2 AA, and fit 320 px."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lti_bridge.launch.invitations import invite

from .fakes import COURSE
from .test_deep_linking import ask, send
from .test_frames import OURS, begin_in_frame, message

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def pages(client: Client, registered: Any) -> dict[str, Any]:
    """Return every page once, as it is answered."""
    chooser = ask(client, registered)
    begun, secret = begin_in_frame(registered)
    asking = Client().post("/lti/launch", message(registered, begun))
    window = Client().post("/lti/launch", message(registered, begun, browser=secret), **OURS)
    _row, token = invite(name="SIMPEG Contoh", now=timezone.now())
    return {
        "courses": chooser,
        "one course": ask(client, registered, accept_multiple=False),
        "nothing chosen": send(client, chooser),
        "nothing found": send(client, chooser, search="tidak ada"),
        "parts": send(client, chooser, COURSE, open=COURSE),
        "answer": send(client, chooser, COURSE),
        "fetching": asking,
        "own window": window,
        "invitation": client.get(reverse("kapasitas_lti:register", args=[token])),
        "refused invitation": client.get(reverse("kapasitas_lti:register", args=["x"])),
        "without a launch": client.get("/lti/deep-link"),
    }


@pytest.mark.parametrize("language", ["id", "en"])
def test_pages_are_accessible(client, registered, chromium, language):
    """No violation, nothing wider than the window, at either width and in either language."""
    client.cookies["django_language"] = language
    context = chromium.new_context()
    page = context.new_page()
    for name, reply in pages(client, registered).items():
        # What the pages do by script is tested elsewhere; here they stand still.
        page.set_content(re.sub(r"<script.*?</script>", "", reply.content.decode(), flags=re.S))
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            found = Axe().run(page, options=WCAG)
            assert found.violations_count == 0, f"{name} at {width} px\n{found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width} px"
    context.close()

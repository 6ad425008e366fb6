"""The bridge and lti-consumer-xblock 11.4.4: launch, completion and grade, over HTTP between processes."""

import html
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
import requests
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from lti_bridge.api import note_progress
from lti_bridge.delivery.report import Report, holds
from lti_bridge.host import course_host
from lti_bridge.models import Delivery, DeliveryAttempt, LineItem, LinkedAccount, ReportTarget
from tests.lti_bridge.fakes import COURSE, FakeHost

from .lti_consumer_platform.runner import Peer, Tool

pytestmark = [pytest.mark.peer, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(settings, live_server) -> Iterator[str]:
    """The bridge in a host of memory, served over HTTP."""
    settings.ROOT_URLCONF = "tests.lti_bridge.urls"
    settings.KAPASITAS_LTI_HOST = "tests.lti_bridge.fakes.FakeHost"
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["localhost"]
    course_host.cache_clear()
    cache.clear()
    FakeHost.reset()
    yield live_server.url.replace("127.0.0.1", "localhost")
    course_host.cache_clear()


@pytest.fixture
def peer(site, lti_consumer_platform) -> Peer:
    """The platform, with each side registered at the other."""
    started = lti_consumer_platform(Tool.at(site + "/lti", COURSE))
    call_command("lti_platform", name="Peer", trusts_nip=True, **started.registration, verbosity=0)
    return started


def form_in(page: str) -> tuple[str, dict[str, str]]:
    """Return action and fields of the form that the platform posts by script."""
    action = re.search(r'<form[^>]*action="([^"]+)"', page, re.S)
    assert action, page
    fields = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page, re.S)
    return html.unescape(action[1]), {name: html.unescape(value) for name, value in fields}


def launch(peer: Peer, user: str, **said: str) -> requests.Response:
    """Do what a browser does: follow the login, post the form, follow to the course."""
    with requests.Session() as browser:
        page = browser.get(peer.open_url(user, **said), timeout=20)
        assert page.status_code == 200, page.text
        action, fields = form_in(page.text)
        return browser.post(action, data=fields, timeout=20)


def test_the_whole_way_with_an_independent_platform(site, peer):
    """An official is launched, completes, and the platform holds completion and grade, readable back."""
    page = launch(peer, "orang-7", nip="198001012005011001", name="Contoh Lurah Demo")
    account = LinkedAccount.objects.get()
    assert (page.status_code, page.text) == (200, f"course {COURSE}  user {account.user_id}")
    assert FakeHost.names[account.user_id] == "Contoh Lurah Demo"

    FakeHost.set_progress(account.user_id, completed_blocks=4, grade=Decimal("0.855"))
    note_progress(account.user_id, COURSE)
    call_command("deliver", "--once")

    assert list(DeliveryAttempt.objects.values_list("outcome", "message")) == [("delivered", "")] * 2
    received = peer.received()
    kept = {score["tag"]: (score["user"], score["given"], score["maximum"]) for score in received["scores"]}
    assert kept == {
        "kapasitas-completion": ("orang-7", 1.0, 1.0),
        "kapasitas-grade": ("orang-7", 85.5, 100.0),
    }
    assert {score["activity"] for score in received["scores"]} == {"Completed"}
    assert sorted(grade["score"] for grade in received["grades"]) == [0.855, 1.0]

    from lti_bridge.adapters.ags import AgsService

    target = ReportTarget.objects.select_related("deployment__platform").get()
    service = AgsService(target)
    for value, expected in (("85.50", True), ("85.40", False)):
        report = Report(
            kind="grade",
            recipient="orang-7",
            value=Decimal(value),
            maximum=Decimal(100),
            completed=True,
            wire_timestamp=timezone.now().replace(microsecond=0),
        )
        assert holds(service, report) is expected


def test_what_may_have_arrived_is_found_there(site, peer):
    """After doubt the platform is asked first; a better grade then replaces the former one."""
    launch(peer, "orang-7", name="Contoh Lurah Demo")
    user_id = LinkedAccount.objects.get().user_id
    FakeHost.set_progress(user_id, completed_blocks=1, grade=Decimal("0.3"))
    note_progress(user_id, COURSE)
    call_command("deliver", "--once")
    # As a worker that died after sending leaves it.
    Delivery.objects.update(state="pending", ambiguous=True)
    call_command("deliver", "--once")
    assert list(DeliveryAttempt.objects.order_by("pk").values_list("outcome", flat=True)) == [
        "delivered",
        "confirmed",
    ]
    # And the same once more, where nothing is known of doubt: the platform refuses the equal timestamp.
    Delivery.objects.update(state="pending", ambiguous=False)
    call_command("deliver", "--once")
    assert DeliveryAttempt.objects.latest("pk").outcome == "confirmed"
    assert len(peer.received()["scores"]) == 1


def test_line_items_are_adopted_from_an_independent_platform(site, peer):
    """Who has lost its notes finds its line items again, and makes no second ones."""
    launch(peer, "orang-7")
    user_id = LinkedAccount.objects.get().user_id
    FakeHost.set_progress(user_id, completed_blocks=1, grade=Decimal("0.3"))
    note_progress(user_id, COURSE)
    call_command("deliver", "--once")
    before = LineItem.objects.get().url
    LineItem.objects.all().delete()
    FakeHost.set_progress(user_id, grade=Decimal("0.4"))
    note_progress(user_id, COURSE)
    Delivery.objects.update(event_time=timezone.now() - timezone.timedelta(seconds=2))
    while Delivery.objects.filter(state="pending").exists():
        call_command("deliver", "--once")
    assert LineItem.objects.get().url == before
    assert [score["given"] for score in peer.received()["scores"]] == [40.0]


def test_a_course_is_chosen_from_an_independent_platform(site, peer, settings):
    """Its instructor chooses by our page; it verifies the answer, and keeps a link that can be launched."""
    settings.ROOT_URLCONF = "standalone.site_urls"
    with requests.Session() as browser:
        page = browser.get(peer.open_url("guru-1", role="instructor", choose="1"), timeout=20)
        action, fields = form_in(page.text)
        choosing = browser.post(action, data=fields, timeout=20)
        assert choosing.status_code == 200, choosing.text
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', choosing.text))
        answer = browser.post(
            site + "/lti/deep-link/choose",
            data={**hidden, "item": COURSE, "send": "1"},
            headers={"Origin": site},
            timeout=20,
        )
        action, fields = form_in("<form" + answer.text.partition('id="answer"')[2])
        assert action.startswith(peer.url)
        kept = browser.post(action, data=fields, timeout=20)
        assert kept.status_code == 200, kept.text
    (link,) = peer.received()["links"]
    assert (link["url"], link["title"]) == (f"{site}/lti/resource/{COURSE}", FakeHost.titles[COURSE])


def test_a_learner_of_an_independent_platform_chooses_nothing(site, peer, settings):
    """The platform itself refuses to ask for a learner; nothing reaches us."""
    with requests.Session() as browser:
        page = browser.get(peer.open_url("orang-7", role="student", choose="1"), timeout=20)
    assert "id_token" not in page.text

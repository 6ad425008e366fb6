"""LTI 1.1 with somebody else's code on the other side: the ``lti`` package, and lti-consumer-xblock."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import requests
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from lti import ToolConsumer

from lti_bridge.adapters.outcomes import Lti11Service
from lti_bridge.adapters.pox import fraction_text
from lti_bridge.adapters.services import results_service
from lti_bridge.api import note_progress
from lti_bridge.delivery.errors import AmbiguousError, RejectedError
from lti_bridge.delivery.report import Report, holds
from lti_bridge.host import course_host
from lti_bridge.models import Delivery, DeliveryAttempt, Enrolment, LinkedAccount, ReportTarget
from tests.lti_bridge.consumer import FORM, register
from tests.lti_bridge.fakes import COURSE, FakeHost

from .lti_consumer_platform.runner import Peer, Tool
from .test_lti_consumer import form_in

pytestmark = [pytest.mark.peer, pytest.mark.django_db(transaction=True)]
# As tests/peers/lti_consumer_platform/lti11.py has them, which only the other process can import.
KEY, SECRET = "peer-key", "a secret that the peer and the tool share"


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
    """The platform, whose key and secret are registered with us."""
    started: Peer = lti_consumer_platform(Tool.at(site + "/lti", COURSE))
    register(key=KEY, secret=SECRET)
    return started


def launch(peer: Peer, site: str, **said: str) -> requests.Response:
    """Do what a browser does: take the platform's form and post it."""
    url = f"{site}/lti/launch11/{COURSE}"
    with requests.Session() as browser:
        page = browser.get(f"{peer.url}/open11", params={"url": url, **said}, timeout=20)
        assert page.status_code == 200, page.text
        action, fields = form_in(page.text)
        return browser.post(action, data=fields, timeout=20)


def scores(peer: Peer) -> list[dict[str, object]]:
    return list(requests.get(f"{peer.url}/scores", timeout=10).json()["scores"])


def report(recipient: str = "orang-7", value: str = "85.50") -> Report:
    return Report(
        kind="grade",
        recipient=recipient,
        value=Decimal(value),
        maximum=Decimal(100),
        completed=True,
        wire_timestamp=timezone.now().replace(microsecond=0),
    )


def service() -> Lti11Service:
    found = results_service(ReportTarget.objects.select_related("deployment__platform").get())
    assert isinstance(found, Lti11Service)
    return found


def test_launch_and_grade_with_lti_consumer_xblock(site, peer):
    """Its signature is taken, its outcome service takes ours; the grade stands in its grade book."""
    page = launch(peer, site, user="orang-7", name="Contoh Lurah Demo", nip="198001012005011001")
    account = LinkedAccount.objects.get()
    assert (page.status_code, page.text) == (200, f"course {COURSE}  user {account.user_id}")
    assert FakeHost.names[account.user_id] == "Contoh Lurah Demo"
    assert Enrolment.objects.get().reports

    FakeHost.set_progress(account.user_id, completed_blocks=4, grade=Decimal("0.855"))
    note_progress(account.user_id, COURSE)
    call_command("deliver", "--once")
    assert list(DeliveryAttempt.objects.values_list("outcome", "message")) == [("delivered", "")]
    assert scores(peer) == [{"user": "orang-7", "score": 0.855, "maximum": 100}]

    # As a worker that died leaves it: this platform cannot be read, and takes the same grade again.
    Delivery.objects.update(state="pending", ambiguous=True)
    call_command("deliver", "--once")
    assert [one["score"] for one in scores(peer)] == [0.855, 0.855]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_what_lti_consumer_xblock_cannot_do(site, peer):
    """It reads and deletes nothing, and says failure under 200 for all it does not like."""
    launch(peer, site, user="orang-7")
    launch(peer, site, user="nobody")
    ours = service()
    ours.send(report())
    assert holds(ours, report()) is None
    assert ours.read(report()).result is None
    with pytest.raises(RejectedError, match="failure"):
        ours.delete(report())
    with pytest.raises(RejectedError, match="failure"):
        ours.send(report("nobody"))
    # Another secret than the one agreed on is a failure under 200 as well.
    ours._platform.encrypted_secret = register(key="lain", secret="x" * 20).encrypted_secret
    with pytest.raises(RejectedError, match="failure"):
        ours.send(report())
    assert len(scores(peer)) == 1


def test_a_decimal_comma_would_break_it(site, peer, monkeypatch):
    """Why numbers are never written by locale: it answers 500, which leaves us in doubt."""
    launch(peer, site, user="orang-7")
    assert fraction_text(Decimal(50), Decimal(100)) == "0.5"
    monkeypatch.setattr("lti_bridge.adapters.outcomes.fraction_text", lambda *_numbers: "0,5")
    with pytest.raises(AmbiguousError, match="500"):
        service().send(report())
    assert scores(peer) == []


@pytest.mark.usefixtures("site")
def test_launches_signed_by_the_lti_package():
    """``lti`` 0.9.5, whose signer is requests-oauthlib's."""
    register(key=KEY, secret=SECRET)
    url = f"http://testserver/lti/launch11/{COURSE}"
    signer = ToolConsumer(
        consumer_key=KEY,
        consumer_secret=SECRET,
        launch_url=url,
        params={
            "lti_message_type": "basic-lti-launch-request",
            "lti_version": "LTI-1p0",
            "resource_link_id": "tautan & 1",
            "user_id": "orang-7",
            "roles": ["Learner"],
            "lis_person_name_full": "Contoh é + % Demo",
            "custom_post": "Lurah",
        },
    )
    body = signer.generate_launch_request().body
    path = url.removeprefix("http://testserver")
    reply = Client().post(path, body, content_type=FORM)
    assert reply.status_code == 302, reply.content.decode()
    assert FakeHost.names[LinkedAccount.objects.get().user_id] == "Contoh é + % Demo"


def test_the_peers_key_is_the_one_that_it_signs_with():
    """The two modules cannot import each other."""
    source = (Path(__file__).parent / "lti_consumer_platform/lti11.py").read_text(encoding="utf-8")
    assert f'KEY, SECRET = "{KEY}", "{SECRET}"' in source

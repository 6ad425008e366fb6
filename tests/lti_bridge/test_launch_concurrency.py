"""What happens at once at launches happens once: tickets, choices, invitations, and one official by NIP."""

import threading
import time

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from lti_bridge.launch import invitations, tickets
from lti_bridge.launch.accounts import accept
from lti_bridge.launch.claims import DeepLinking, read_launch
from lti_bridge.launch.deep_linking import open_request, take_request
from lti_bridge.launch.errors import RegistrationError, StaleLoginError
from lti_bridge.launch.registration import ToolAddresses
from lti_bridge.models import DeepLinkRequest, LaunchTicket, LinkedAccount, Platform
from xblocks.records.api import OfficialIdentity, record_official

from .fakes import COURSE, FakePlatform
from .registering_platform import registering
from .test_concurrency import WORKERS, at_once

pytestmark = [pytest.mark.server_database, pytest.mark.django_db(transaction=True)]
TOOL = ToolAddresses(
    login="http://x/login",
    launch="http://x/launch",
    jwks="http://x/jwks",
    deep_link="http://x/dl",
    home="http://x/",
)


def account_of(registered: FakePlatform) -> LinkedAccount:
    launch = read_launch(registered.claims("n", "x"))
    return accept(Platform.objects.get(), launch, course_key=COURSE, usage_key="", now=timezone.now())


def test_one_ticket_opens_one_window(registered):
    token = tickets.issue(account_of(registered), path="/x", return_url="", locale="", now=timezone.now())
    results = at_once(lambda _number: tickets.redeem(token, now=timezone.now()))
    assert sorted(type(result) for result in results if isinstance(result, LaunchTicket)) == [LaunchTicket]
    assert sum(isinstance(result, StaleLoginError) for result in results) == WORKERS - 1


def test_one_choice_is_answered_once(registered):
    asked = DeepLinking(
        sub="orang-7",
        deployment_id=registered.deployment_id,
        target_link_uri="x",
        may_choose=True,
        return_url="https://simpeg.example.test/r",
        accepts_links=True,
        accepts_several=True,
        accepts_line_items=True,
        data="",
        title="",
        locale="",
    )
    token = open_request(Platform.objects.get(), asked, browser="", now=timezone.now())
    results = at_once(lambda _number: take_request(token, browser="", now=timezone.now()))
    assert sum(isinstance(result, DeepLinkRequest) for result in results) == 1
    assert sum(isinstance(result, StaleLoginError) for result in results) == WORKERS - 1


def test_one_invitation_registers_one_platform(db, host, settings):
    """While one registers, the others are refused; the platform is asked once."""
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = settings.KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS = ["127.0.0.1"]
    _row, token = invitations.invite(name="SIMPEG Contoh", now=timezone.now())
    with registering() as platform:
        platform.before_answer = lambda: time.sleep(0.3)
        said = invitations.Introduction(configuration_url=platform.configuration_url, registration_token="t")
        results = at_once(lambda _number: invitations.register(token, said, TOOL, now=timezone.now()))
        assert len(platform.registrations) == 1
    assert sum(isinstance(result, Platform) for result in results) == 1
    assert sum(isinstance(result, RegistrationError) for result in results) == WORKERS - 1
    assert Platform.objects.count() == 1


def test_two_systems_that_name_one_official_at_once_make_one_account(registered, host):
    """Each of several trusted systems launches the same official for the first time, all at once."""
    others = [FakePlatform(issuer=f"https://{number}.example.test") for number in range(WORKERS - 1)]
    for other in others:
        other.register()
    systems = [registered, *others]

    def work(number: int) -> LinkedAccount:
        system = systems[number]
        platform = Platform.objects.get(issuer=system.issuer)
        launch = read_launch(system.claims("n", "x"))
        return accept(platform, launch, course_key=COURSE, usage_key="", now=timezone.now())

    results = at_once(work)
    assert all(isinstance(result, LinkedAccount) for result in results), results
    assert LinkedAccount.objects.count() == WORKERS
    assert get_user_model().objects.count() == 1


def test_two_subs_of_one_system_never_share_an_account(registered, host):
    """The same NIP under several subs at once: one of them gets the account that is known, no two do."""
    user = get_user_model().objects.create_user("pegawai")
    record_official(user.pk, OfficialIdentity(nip="198001012005011001"))
    platform = Platform.objects.get()
    started = threading.Barrier(WORKERS)

    def work(number: int) -> int:
        launch = read_launch({**registered.claims("n", "x"), "sub": f"orang-{number}"})
        started.wait(timeout=20)
        return accept(platform, launch, course_key=COURSE, usage_key="", now=timezone.now()).user_id

    users = at_once(work)
    assert len(set(users)) == WORKERS, users
    assert user.pk in users

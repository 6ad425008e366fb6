"""Linking by NIP: when a new person of a platform is known here already, and when never."""

import logging

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from lti_bridge.launch import keysets, tickets
from lti_bridge.launch.errors import RefusedLaunchError
from lti_bridge.launch.linking import account_with
from lti_bridge.models import LinkedAccount, Platform
from xblocks.records.api import OfficialIdentity, official_of, record_official

from .fakes import CLAIM, FakePlatform
from .launching import MEMBERSHIP, launch

pytestmark = pytest.mark.every_database
NIP = "198001012005011001"


@pytest.fixture
def known(db):
    """An official who has an account here, made otherwise."""
    user = get_user_model().objects.create_user("pegawai")
    record_official(user.pk, OfficialIdentity(nip=NIP, full_name="Contoh Camat Demo"))
    return user


def linked() -> int:
    return LinkedAccount.objects.get().user_id


def test_an_official_who_is_known_here_keeps_the_account(client, registered, known, caplog):
    """The one account with the NIP is signed in to, and the log says so without the NIP."""
    with caplog.at_level(logging.INFO, logger="lti_bridge"):
        assert launch(client, registered).status_code == 302
    assert linked() == known.pk == int(client.session["_auth_user_id"])
    assert f"linked to user {known.pk} by NIP" in caplog.text
    assert NIP not in caplog.text


def test_a_platform_that_is_not_believed_about_nip_links_nothing(client, registered, known):
    """Without the operator's trust a NIP names nobody."""
    Platform.objects.update(trusts_nip=False)
    launch(client, registered)
    assert linked() != known.pk
    assert official_of(linked()).nip == ""
    # The launch does not even read it; nor would the look for an account.
    assert account_with(NIP, Platform.objects.get()) is None


@pytest.mark.parametrize(
    "custom",
    [{}, {"nip": ""}, {"nip": "198001012005011002"}, {"nip": NIP[:-1]}, {"nip": "$Person.sourcedId"}],
    ids=["none", "empty", "other", "short", "unsubstituted"],
)
def test_another_nip_or_none_links_nothing(client, registered, known, custom):
    """Only the very NIP links."""
    launch(client, registered, **{CLAIM + "custom": custom})
    assert linked() != known.pk


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_a_staff_account_is_never_linked(client, registered, known, flag):
    """Whatever a platform says, nobody becomes staff by a launch."""
    get_user_model().objects.filter(pk=known.pk).update(**{flag: True})
    assert launch(client, registered).status_code == 302
    assert linked() != known.pk


def test_an_account_with_a_role_is_never_linked(client, registered, known, host):
    """Who teaches or administers anything here signs in here."""
    host.privileged.add(known.pk)
    launch(client, registered)
    assert linked() != known.pk


def test_a_closed_account_is_not_linked(client, registered, known):
    """A closed account is not opened by a launch, and keeps nobody out either."""
    get_user_model().objects.filter(pk=known.pk).update(is_active=False)
    assert launch(client, registered).status_code == 302
    assert linked() != known.pk


def test_a_nip_of_two_accounts_links_neither(client, registered, known):
    """Which of two is meant must never be a guess."""
    other = get_user_model().objects.create_user("pegawai-dua")
    record_official(other.pk, OfficialIdentity(nip=NIP))
    launch(client, registered)
    assert linked() not in (known.pk, other.pk)


def test_two_people_of_one_platform_stay_two(client, registered, known):
    """Two subs are two people, whatever NIP the second claims."""
    launch(client, registered)
    launch(client, registered, sub="orang-lain")
    users = list(LinkedAccount.objects.order_by("pk").values_list("user_id", flat=True))
    assert users[0] == known.pk != users[1]


def test_the_link_is_made_once(client, registered, known):
    """Later launches go by (platform, sub): a changed NIP moves nobody to another account."""
    launch(client, registered)
    other = get_user_model().objects.create_user("pegawai-dua")
    record_official(other.pk, OfficialIdentity(nip="198202022008022002"))
    launch(client, registered, **{CLAIM + "custom": {"nip": "198202022008022002"}})
    assert linked() == known.pk


def test_neither_e_mail_nor_user_name_links(client, registered, known):
    """Only the NIP of a trusted platform does."""
    get_user_model().objects.filter(pk=known.pk).update(email="pegawai@example.test")
    launch(
        client,
        registered,
        sub="pegawai",
        email="pegawai@example.test",
        preferred_username="pegawai",
        **{CLAIM + "custom": {}},
    )
    assert linked() != known.pk


def test_two_platforms_share_the_official(client, registered, monkeypatch):
    """An official whom one trusted system named is the same account at the next."""
    launch(client, registered)
    first = linked()
    second = FakePlatform(issuer="https://dua.example.test", client_id="dua")
    second.register()
    monkeypatch.setattr(keysets, "fetch", second.fetch)
    launch(client, second, sub="x-1")
    assert set(LinkedAccount.objects.values_list("user_id", flat=True)) == {first}


def test_a_linked_instructor_is_no_more_than_that(client, registered, known, host):
    """The role of the launch goes to the linked account, and is withdrawn there."""
    launch(client, registered, **{CLAIM + "roles": [MEMBERSHIP + "#Instructor"]})
    launch(client, registered)
    assert {user_id: role for (user_id, _course), role in host.enrolled.items()} == {known.pk: False}


@pytest.mark.parametrize("rise", ["is_staff", "is_superuser", "role"])
def test_who_became_staff_is_not_signed_in_any_more(client, registered, known, host, rise):
    """A link that was made to a learner opens no staff account: neither session nor record is touched."""
    launch(client, registered)
    assert linked() == known.pk
    client.logout()
    if rise == "role":
        host.privileged.add(known.pk)
    else:
        get_user_model().objects.filter(pk=known.pk).update(**{rise: True})
    before = official_of(known.pk)
    reply = launch(client, registered, **{CLAIM + "custom": {"nip": NIP, "name": "Nama Lain"}})
    assert reply.status_code == 403
    assert "_auth_user_id" not in client.session
    assert official_of(known.pk) == before


def test_a_ticket_opens_no_account_that_rose_meanwhile(client, registered, known):
    """Also between a launch and its window of its own."""
    launch(client, registered)
    account = LinkedAccount.objects.get()
    token = tickets.issue(account, path="/", return_url="", locale="", now=timezone.now())
    get_user_model().objects.filter(pk=known.pk).update(is_staff=True)
    with pytest.raises(RefusedLaunchError):
        tickets.redeem(token, now=timezone.now())

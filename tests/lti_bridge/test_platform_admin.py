"""Platforms made by hand in the administration: usable, or refused with a reason; never a server error."""

import pytest
from django.urls import reverse
from django.utils import timezone

from lti_bridge.models import Deployment, Platform
from lti_bridge.secrets_at_rest import shared_secret

pytestmark = pytest.mark.every_database
SECRET = "rahasia-bersama-yang-panjang"
ADDRESSES = {
    "issuer": "https://hr.example.test",
    "auth_login_url": "https://hr.example.test/auth",
    "auth_token_url": "https://hr.example.test/token",
    "key_set_url": "https://hr.example.test/keys",
}
NO_DEPLOYMENTS = {
    "deployments-TOTAL_FORMS": "0",
    "deployments-INITIAL_FORMS": "0",
}


def save(client, pk: int | None = None, **fields: str):
    name = "admin:kapasitas_lti_platform_" + ("change" if pk else "add")
    said = {"name": "SIMPEG Contoh", "enabled": "on", "client_id": "kunci", **NO_DEPLOYMENTS, **fields}
    return client.post(reverse(name, args=[pk] if pk else []), said)


def old(client, pk: int | None = None, **fields: str):
    return save(client, pk, **{"lti_version": "1.1", "shared_secret": SECRET, **fields})


def faults(reply) -> set[str]:
    assert reply.status_code == 200, "it was saved"
    return set(reply.context["adminform"].form.errors)


def test_a_platform_of_lti_1_1_is_ready(admin_client):
    """It has its secret, encrypted, and its only deployment, confirmed."""
    assert old(admin_client).status_code == 302
    platform = Platform.objects.get()
    assert shared_secret(platform) == SECRET
    assert SECRET not in platform.encrypted_secret
    assert [(one.deployment_id, one.confirmed) for one in Deployment.objects.all()] == [("", True)]


def test_the_secret_stays_and_is_never_shown(admin_client):
    """Neither page nor refusal repeats it; an empty field keeps it, another replaces it."""
    old(admin_client)
    platform = Platform.objects.get()
    page = admin_client.get(reverse("admin:kapasitas_lti_platform_change", args=[platform.pk]))
    assert SECRET not in page.content.decode()
    assert platform.encrypted_secret not in page.content.decode()
    assert old(admin_client, platform.pk, shared_secret="", name="Lain").status_code == 302
    platform.refresh_from_db()
    assert (platform.name, shared_secret(platform)) == ("Lain", SECRET)
    refused = old(admin_client, platform.pk, shared_secret=SECRET, name="")
    assert faults(refused) == {"name"}
    assert SECRET not in refused.content.decode()
    old(admin_client, platform.pk, shared_secret=SECRET[::-1])
    platform.refresh_from_db()
    assert shared_secret(platform) == SECRET[::-1]


@pytest.mark.parametrize("secret", ["", "pendek", "x" * 256, "rahasia\x00bersama-yang-panjang"])
def test_a_secret_that_is_none_is_refused(admin_client, secret):
    assert faults(old(admin_client, shared_secret=secret)) == {"shared_secret"}
    assert not Platform.objects.exists()


def test_each_version_needs_its_own(admin_client):
    """What one knows, the other does not."""
    assert faults(old(admin_client, **ADDRESSES)) == set(ADDRESSES)
    assert faults(save(admin_client, lti_version="1.3")) == set(ADDRESSES)
    assert faults(save(admin_client, lti_version="1.3", shared_secret=SECRET, **ADDRESSES)) == {
        "shared_secret"
    }
    assert save(admin_client, lti_version="1.3", **ADDRESSES).status_code == 302
    assert not Deployment.objects.exists()


def test_the_form_of_a_registration_shows_what_its_version_knows(admin_client):
    """A consumer key with a secret, or addresses; what is posted for the other version changes nothing."""
    old(admin_client)
    save(admin_client, lti_version="1.3", **ADDRESSES)
    shown = {}
    for platform in Platform.objects.all():
        page = admin_client.get(reverse("admin:kapasitas_lti_platform_change", args=[platform.pk]))
        form = page.context["adminform"]
        shown[platform.lti_version] = {name for part in form for line in part for name in line.fields}
        assert ("Kunci konsumen" in page.content.decode()) is (platform.lti_version == "1.1")
    assert shown["1.1"] - shown["1.3"] == {"shared_secret"}
    assert shown["1.3"] - shown["1.1"] == {*ADDRESSES, "token_audience"}
    oldest = Platform.objects.get(lti_version="1.1")
    assert old(admin_client, oldest.pk, shared_secret="", **ADDRESSES).status_code == 302
    oldest.refresh_from_db()
    assert oldest.issuer == ""


@pytest.mark.parametrize("fields", [{"lti_version": "1.3", **ADDRESSES}, {"lti_version": "1.1"}])
def test_a_registration_that_is_there_is_named(admin_client, fields):
    """The second is refused at its field."""
    secret = {"shared_secret": SECRET} if fields["lti_version"] == "1.1" else {}
    assert save(admin_client, **fields, **secret).status_code == 302
    assert faults(save(admin_client, **fields, **secret)) == {"client_id"}


def test_saving_leaves_what_workers_wrote(admin_client, monkeypatch):
    """A circuit that opened while somebody had the form before them stays open; the version stays too."""
    old(admin_client)
    platform = Platform.objects.get()
    until = timezone.now()
    save_row = Platform.save

    def late(self, *args, **kwargs):
        Platform.objects.filter(pk=self.pk).update(circuit_open_until=until, failures_in_row=7)
        save_row(self, *args, **kwargs)

    monkeypatch.setattr(Platform, "save", late)
    assert old(admin_client, platform.pk, shared_secret="", lti_version="1.3").status_code == 302
    platform.refresh_from_db()
    assert (platform.failures_in_row, platform.lti_version) == (7, "1.1")

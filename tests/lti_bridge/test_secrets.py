"""Secrets at rest, and how an LTI 1.1 consumer is registered."""

import io
import sys

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from lti_bridge import keys
from lti_bridge.models import Deployment, Platform, ToolKey
from lti_bridge.secrets_at_rest import (
    UnreadableSecretError,
    decrypt,
    encrypt,
    private_key_text,
    reencrypt_all,
    shared_secret,
)

from .consumer import KEY, SECRET, launch, register

pytestmark = pytest.mark.every_database
NEW, OTHER = "kunci baru " * 4, "kunci lain " * 4


def test_a_secret_comes_back_and_is_not_to_be_seen():
    """Two encryptions of one secret differ, so that equal secrets are not to be seen either."""
    first, second = encrypt("rahasia é"), encrypt("rahasia é")
    assert first != second
    assert "rahasia" not in first
    assert decrypt(first, what="x", otherwise="y") == "rahasia é"


@pytest.mark.parametrize("broken", ["", "bukan", "gAAAAA"])
def test_what_is_no_secret_is_explained(broken):
    """The text names what it is, and each way out."""
    with pytest.raises(UnreadableSecretError, match=r"This one.*KAPASITAS_LTI_FORMER_KEYS, or do that"):
        decrypt(broken, what="This one", otherwise="do that")


def test_former_keys_read_and_the_present_one_writes(db, settings):
    """KAPASITAS_LTI_KEY is changed without a failure; then all secrets are brought over."""
    former = settings.SECRET_KEY
    key, platform = keys.create_key(), register()
    settings.KAPASITAS_LTI_KEY, settings.KAPASITAS_LTI_FORMER_KEYS = NEW, [OTHER, former]
    assert "PRIVATE KEY" in private_key_text(key)
    assert launch(Client()).status_code == 302
    assert reencrypt_all() == 2
    settings.KAPASITAS_LTI_FORMER_KEYS = []
    key.refresh_from_db()
    platform.refresh_from_db()
    assert "PRIVATE KEY" in private_key_text(key)
    assert shared_secret(platform) == SECRET


def test_reencrypting_is_all_or_nothing(db, settings, capsys):
    """One secret that cannot be read stops it, and is named; nothing was changed."""
    keys.create_key()
    settings.KAPASITAS_LTI_KEY = OTHER
    register()
    before = list(ToolKey.objects.values_list("encrypted_private_key", flat=True))
    for present in (OTHER, NEW):
        settings.KAPASITAS_LTI_KEY = present
        with pytest.raises(CommandError, match="The LTI tool key"):
            call_command("lti_keys", "--reencrypt")
    assert list(ToolKey.objects.values_list("encrypted_private_key", flat=True)) == before


def test_the_command_reencrypts_and_says_how_many(db, settings, capsys):
    """Before the former key is taken out of the settings."""
    former = settings.SECRET_KEY
    keys.create_key()
    register()
    settings.KAPASITAS_LTI_KEY, settings.KAPASITAS_LTI_FORMER_KEYS = NEW, [former]
    call_command("lti_keys", "--reencrypt")
    assert "re-encrypted: 2" in capsys.readouterr().out
    settings.KAPASITAS_LTI_FORMER_KEYS = []
    call_command("lti_keys")


def consumer(*options: str, key: str = KEY, name: str = "SIMPEG Lama") -> None:
    call_command("lti_consumer", "--key", key, "--name", name, *options)


def test_a_consumer_is_registered_and_its_secret_shown_once(db, capsys):
    """The secret on the screen is the one that launches are signed with; it stands nowhere in the clear."""
    consumer("--trusts-nip")
    first = capsys.readouterr().out
    secret = first.split("shown this once): ")[1].strip()
    row = Platform.objects.get()
    assert (row.lti_version, row.client_id, row.trusts_nip, row.issuer) == ("1.1", KEY, True, "")
    assert secret not in row.encrypted_secret
    assert Deployment.objects.get().deployment_id == ""
    assert launch(Client(), secret=secret).status_code == 302

    consumer(name="SIMPEG")
    assert capsys.readouterr().out == "updated: SIMPEG\n"
    row.refresh_from_db()
    assert (row.name, row.trusts_nip, shared_secret(row)) == ("SIMPEG", False, secret)

    consumer("--rotate")
    new = capsys.readouterr().out.split("): ")[1].strip()
    assert new != secret
    assert launch(Client(), secret=secret).status_code == 401
    assert launch(Client(), secret=new).status_code == 302
    assert Deployment.objects.count() == Platform.objects.count() == 1


def test_a_secret_of_theirs_is_read_and_never_shown(db, capsys, monkeypatch):
    """From standard input, so that it is in no history of commands and no list of processes."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("rahasia dari SIMPEG\n"))
    consumer("--ask-secret")
    assert capsys.readouterr().out == "registered: SIMPEG Lama\n"
    assert shared_secret(Platform.objects.get()) == "rahasia dari SIMPEG"


@pytest.mark.parametrize("secret", ["", "pendek", "x" * 256, "tab\tdi tengah secret"])
def test_a_weak_secret_is_refused(db, secret, monkeypatch):
    """And nothing is registered."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(secret + "\n"))
    with pytest.raises(CommandError, match="16 to 255"):
        consumer("--ask-secret")
    assert not Platform.objects.exists()


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a\nb"])
def test_a_key_that_nobody_could_send_is_refused(db, key):
    """As long as the launch's check of it."""
    with pytest.raises(CommandError, match="255"):
        consumer(key=key)


def test_keys_are_told_apart_letter_by_letter(db):
    """Also where the database's collation takes "a" for "A"."""
    for key in ("kunci", "KUNCI"):
        consumer(key=key)
    assert Platform.objects.count() == 2

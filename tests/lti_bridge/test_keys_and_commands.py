"""Keys at rest, and the commands that an administrator types."""

import jwt
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from lti_bridge import keys
from lti_bridge.models import Deployment, Platform, ToolKey

pytestmark = pytest.mark.django_db
PLATFORM = {
    "issuer": "https://simpeg.example.test",
    "client_id": "kapasitas",
    "deployment_id": "1",
    "name": "SIMPEG Contoh",
    "auth_login_url": "https://simpeg.example.test/auth",
    "auth_token_url": "https://simpeg.example.test/token",
    "key_set_url": "https://simpeg.example.test/jwks",
}


def test_private_keys_are_encrypted_at_rest():
    """Who reads the database cannot sign as us."""
    key = keys.create_key()
    assert "PRIVATE KEY" not in key.encrypted_private_key


def test_a_key_of_another_secret_is_explained(settings):
    """After the secret was changed, the message names the key and both ways out."""
    key = keys.create_key()
    settings.KAPASITAS_LTI_KEY = "rahasia lain"
    with pytest.raises(ImproperlyConfigured, match=f"{key.kid}.*lti_keys --rotate"):
        keys.sign({})


def test_a_key_is_made_at_first_use_and_kept():
    """Publishing and signing use the same one."""
    (published,) = keys.public_key_set()["keys"]
    assert jwt.get_unverified_header(keys.sign({}))["kid"] == published["kid"]
    assert ToolKey.objects.count() == 1


def test_rotation_keeps_the_old_key_published_until_it_is_retired(capsys):
    """Platforms that have cached the old key can still verify what is on its way."""
    old = keys.create_key()
    call_command("lti_keys", "--rotate")
    published = [key["kid"] for key in keys.public_key_set()["keys"]]
    new = jwt.get_unverified_header(keys.sign({}))["kid"]
    assert published == [new, old.kid]
    assert f"{old.kid}  published" in capsys.readouterr().out
    with pytest.raises(CommandError, match="rotate first"):
        call_command("lti_keys", "--retire", new)
    call_command("lti_keys", "--retire", old.kid)
    assert [key["kid"] for key in keys.public_key_set()["keys"]] == [new]


def test_a_prepared_key_is_published_before_it_signs(capsys):
    """Twice is once; the rotation takes it, and the one after that makes a new one."""
    old = keys.create_key()
    for _time in range(2):
        call_command("lti_keys", "--prepare")
    said = capsys.readouterr().out
    first, second = [key["kid"] for key in keys.public_key_set()["keys"]]
    assert (first, jwt.get_unverified_header(keys.sign({}))["kid"]) == (old.kid, old.kid)
    assert f"{second}  next" in said
    call_command("lti_keys", "--rotate")
    assert jwt.get_unverified_header(keys.sign({}))["kid"] == second
    assert f"{old.kid}  published" in capsys.readouterr().out
    assert keys.prepared_key() is None
    call_command("lti_keys", "--rotate")
    assert jwt.get_unverified_header(keys.sign({}))["kid"] not in (old.kid, second)


def test_a_prepared_key_that_nobody_can_read_any_more_never_signs(settings):
    """The way out of a lost secret is the same whether a key was prepared or not."""
    prepared = keys.prepare_key()
    settings.KAPASITAS_LTI_KEY = "the secret after the one that was lost"
    assert keys.rotate_key().pk > prepared.pk
    assert keys.sign({})


def test_a_lost_secret_takes_the_old_keys_and_not_the_new_one(settings, client, capsys):
    """Platforms find the key that signs after the rotation; what nobody can read is named, and goes."""
    old = keys.create_key()
    settings.KAPASITAS_LTI_KEY = "the secret after the one that was lost"
    with pytest.raises(CommandError, match=f"{old.kid}.*lti_keys --rotate"):
        call_command("lti_keys")
    call_command("lti_keys", "--rotate")
    new = jwt.get_unverified_header(keys.sign({}))["kid"]
    assert f"{old.kid}  unreadable" in capsys.readouterr().out
    assert [key["kid"] for key in client.get("/lti/jwks").json()["keys"]] == [new]
    call_command("lti_keys", "--retire", old.kid)
    assert ToolKey.objects.get().kid == new


def test_a_platform_is_registered_once_and_changed_after(capsys):
    """The same call twice changes nothing; another one changes what it says."""
    for _time in range(2):
        call_command("lti_platform", **PLATFORM, trusts_nip=True)
    call_command("lti_platform", **{**PLATFORM, "name": "SIMPEG Baru", "deployment_id": "2"})
    row = Platform.objects.get()
    assert (row.name, row.trusts_nip) == ("SIMPEG Baru", False)
    assert list(Deployment.objects.values_list("deployment_id", flat=True).order_by("pk")) == ["1", "2"]
    assert capsys.readouterr().out.splitlines() == [
        "registered: SIMPEG Contoh",
        "updated: SIMPEG Contoh",
        "updated: SIMPEG Baru",
    ]


def treatment() -> tuple[object, ...]:
    row = Platform.objects.get()
    return row.overwrites_changes, row.sends_per_second, row.enabled, row.token_audience


def test_how_a_platform_is_treated_stays_until_something_else_is_said(capsys):
    """What the administration knows the command knows; a call for something else undoes nothing."""
    words = [f"--{name.replace('_', '-')}={value}" for name, value in PLATFORM.items()]
    call_command(
        "lti_platform", *words, "--overwrites-changes", "--sends-per-second=7", "--no-enabled",
        "--token-audience=urn:hr",
    )  # fmt: skip
    assert treatment() == (True, 7, False, "urn:hr")
    call_command("lti_platform", *words)
    assert treatment() == (True, 7, False, "urn:hr")
    call_command("lti_platform", *words, "--no-overwrites-changes", "--enabled", "--token-audience=")
    assert treatment() == (False, 7, True, "")
    with pytest.raises(CommandError, match="whole number"):
        call_command("lti_platform", *words, "--sends-per-second=-1")


def test_a_consumer_of_lti_1_1_is_treated_alike(capsys):
    call_command(
        "lti_consumer", "--key=k", "--name=SIMPEG lama", "--overwrites-changes", "--sends-per-second=0"
    )
    call_command("lti_consumer", "--key=k", "--name=SIMPEG lama")
    assert treatment() == (True, 0, True, "")


@pytest.mark.parametrize("name", ["auth_login_url", "auth_token_url", "key_set_url"])
def test_a_platform_with_an_unsafe_address_is_not_registered(name):
    """The option at fault and the remedy are named."""
    with pytest.raises(CommandError, match=f"--{name.replace('_', '-')}.*KAPASITAS_LTI_ALLOW_HTTP_HOSTS"):
        call_command("lti_platform", **{**PLATFORM, name: "http://simpeg.example.test/"})
    assert not Platform.objects.exists()


@pytest.mark.parametrize("value", ["", " ", "a" * 256, "a\x00b"], ids=["empty", "blank", "long", "NUL"])
@pytest.mark.parametrize("name", ["issuer", "client_id", "deployment_id", "name"])
def test_what_names_a_platform_is_a_text_that_can_be_kept(name, value):
    """A database would cut it, or refuse it without saying which option is meant."""
    with pytest.raises(CommandError, match=f"--{name.replace('_', '-')} is to be a text of at most 255"):
        call_command("lti_platform", **{**PLATFORM, name: value})
    assert not Platform.objects.exists()


@pytest.mark.parametrize("name", ["auth_login_url", "auth_token_url", "key_set_url", "token_audience"])
def test_an_address_of_a_platform_has_an_end(name):
    with pytest.raises(CommandError, match=f"--{name.replace('_', '-')} .*500"):
        call_command("lti_platform", **{**PLATFORM, name: "https://simpeg.example.test/" + "a" * 500})
    assert not Platform.objects.exists()


@pytest.mark.parametrize("option", ["--key", "--name"])
def test_what_names_a_consumer_is_a_text_that_can_be_kept(option):
    options = {"--key": "k", "--name": "SIMPEG lama", option: "a" * 256}
    with pytest.raises(CommandError, match=f"{option} is to be a text of at most 255"):
        call_command("lti_consumer", *(f"{name}={value}" for name, value in options.items()))
    assert not Platform.objects.exists()

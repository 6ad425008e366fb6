"""What an operator does with the plugin: choose, refuse, run, switch off."""

import json
import re
from typing import Any

import pytest
import yaml

import lti_bridge.conf
import xblocks.records.conf

from .conftest import PLUGIN, ROOT, Tutor

# What Tutor's platform is like is not the operator's to say.
NOT_THE_OPERATORS = {"KAPASITAS_LTI_HOST", "KAPASITAS_LTI_USE_CELERY", "KAPASITAS_RECORDS_USE_CELERY"}
SETTINGS = sorted({*lti_bridge.conf.DEFAULTS, *xblocks.records.conf.DEFAULTS} - NOT_THE_OPERATORS)


@pytest.fixture
def enabled(fresh: Tutor) -> Tutor:
    fresh.ok("plugins", "enable", "kapasitas")
    return fresh


def test_the_package_and_the_hosts_can_be_chosen(enabled: Tutor) -> None:
    """Any requirement that pip takes, and any host: values are quoted on their way into YAML."""
    wheel = "https://packages.example/kapasitas-0.1.0-py3-none-any.whl"
    hosts = ["simpeg.internal", 'od"d: {host}']
    enabled.ok("config", "save", "--set", f"KAPASITAS_PACKAGE={wheel}")
    enabled.ok("config", "save", "--set", f"KAPASITAS_LTI_ALLOW_HTTP_HOSTS={json.dumps(hosts)}")
    assert f"kapasitas-constraints.txt '{wheel}'" in enabled.text("build/openedx/Dockerfile")
    assert lms_settings(enabled)["KAPASITAS_LTI_ALLOW_HTTP_HOSTS"] == hosts


def lms_settings(tutor: Tutor) -> dict[str, Any]:
    """What the LMS's configuration says of us."""
    found = yaml.safe_load(tutor.text("apps/openedx/config/lms.env.yml"))
    return {name: value for name, value in found.items() if name.startswith("KAPASITAS")}


def test_every_setting_can_be_set_by_its_own_name(enabled: Tutor) -> None:
    """Also those that have come since the plugin was written: the list is that of the settings."""
    odd = {"text": 'a "b": {c}', "list": ["x", 1], "none": 0}
    chosen: dict[str, Any] = {name: {**odd, "name": name} for name in SETTINGS}
    values = [part for name, value in chosen.items() for part in ("--set", f"{name}={json.dumps(value)}")]
    enabled.ok("config", "save", *values)
    assert lms_settings(enabled) == chosen


def test_the_key_can_be_changed_and_the_former_one_read_meanwhile(enabled: Tutor) -> None:
    """As docs/how-to/operate/keys.md says: the LMS has both, then the new one alone."""
    enabled.ok("config", "save")
    former = enabled.run("config", "printvalue", "KAPASITAS_LTI_KEY").stdout.strip()
    enabled.ok(
        "config",
        "save",
        *("--set", f'KAPASITAS_LTI_FORMER_KEYS=["{former}"]'),
        *("--set", "KAPASITAS_LTI_KEY=a new secret"),
    )
    both = {"KAPASITAS_LTI_KEY": "a new secret", "KAPASITAS_LTI_FORMER_KEYS": [former]}
    assert lms_settings(enabled) == both
    enabled.ok("config", "save", "--unset", "KAPASITAS_LTI_FORMER_KEYS")
    assert lms_settings(enabled) == {"KAPASITAS_LTI_KEY": "a new secret"}


def test_beat_can_be_left_to_others(enabled: Tutor) -> None:
    enabled.ok("config", "save", "--set", "KAPASITAS_RUN_BEAT=false")
    assert "kapasitas-beat" not in enabled.text("local/docker-compose.prod.yml")
    assert "kapasitas-beat" not in enabled.text("k8s/deployments.yml")
    assert "kapasitas-deliver" in enabled.text("local/docker-compose.yml")
    yaml.safe_load(enabled.text("local/docker-compose.prod.yml"))
    list(yaml.safe_load_all(enabled.text("k8s/deployments.yml")))


@pytest.mark.parametrize(("https", "frames"), [(True, True), (True, False), (False, True)])
def test_frames_get_both_cookies_if_asked(enabled: Tutor, https: bool, frames: bool) -> None:
    """A browser takes such a cookie over https only; the session's is Tutor's own doing."""
    enabled.ok(
        "config",
        "save",
        *("--set", f"ENABLE_HTTPS={str(https).lower()}"),
        *("--set", f"KAPASITAS_COURSES_IN_FRAMES={str(frames).lower()}"),
    )
    settings = enabled.text("apps/openedx/settings/lms/production.py")
    assert ('SESSION_COOKIE_SAMESITE = "None"' in settings) is https
    assert ('\nCSRF_COOKIE_SAMESITE = "None"\n' in settings) is (https and frames)
    compile(settings, "production.py", "exec")


@pytest.mark.parametrize("switched_on", [False, True])
def test_the_event_bus_gets_our_events_if_asked(enabled: Tutor, switched_on: bool) -> None:
    """The rendered settings turn on our topics and touch no other."""
    enabled.ok("config", "save", "--set", f"KAPASITAS_EVENT_BUS={str(switched_on).lower()}")
    settings = enabled.text("apps/openedx/settings/lms/production.py")
    patch = enabled.ok("config", "patches", "show", "openedx-lms-common-settings")
    ours = re.findall(r"^# Kapasitas:.*\n(?:[ f].*\n)+", patch, re.MULTILINE)
    assert len(ours) == switched_on
    assert all(part in settings for part in ours)
    config = {
        "org.kapasitas.completion.recorded.v1": {"completions": {"enabled": False}},
        "org.openedx.learning.x.v1": {"y": {"enabled": False}},
    }
    for part in ours:
        exec(part, {"EVENT_BUS_PRODUCER_CONFIG": config})
    assert config["org.kapasitas.completion.recorded.v1"]["completions"]["enabled"] is switched_on
    assert config["org.openedx.learning.x.v1"]["y"]["enabled"] is False


def test_the_filters_can_be_switched_on_as_the_page_says(enabled: Tutor) -> None:
    """The plugin of one file in docs/reference/settings.md; Tutor reads the name from the file's."""
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    ((name, written),) = re.findall(r"```yaml\n(?=name: (\w+))(.*?)```", page, re.DOTALL)
    assert f"`{name}.yml`" in page
    (enabled.home / f"plugins/{name}.yml").write_text(written, encoding="utf-8")
    enabled.ok("plugins", "enable", name)
    lms = yaml.safe_load(enabled.text("apps/openedx/config/lms.env.yml"))
    steps = [step for hook in lms["OPEN_EDX_FILTERS_CONFIG"].values() for step in hook["pipeline"]]
    assert steps == ["lti_bridge.filters.CertificateAfterCompletion"]
    assert lms["KAPASITAS_LTI_KEY"]


def test_a_checkout_is_mounted_and_installed(enabled: Tutor) -> None:
    """``tutor mounts add`` takes a checkout into the image and into each of our services."""
    checkout = enabled.home / "kapasitas"
    checkout.mkdir()
    enabled.ok("mounts", "add", str(checkout))
    assert 'install -e "/mnt/kapasitas"' in enabled.text("build/openedx/Dockerfile")
    services = {
        **enabled.yaml("local/docker-compose.yml")["services"],
        **enabled.yaml("local/docker-compose.prod.yml")["services"],
    }
    for name in ("lms", "lms-worker", "kapasitas-deliver", "kapasitas-beat"):
        assert f"{checkout}:/mnt/kapasitas:z" in services[name]["volumes"]


def test_the_first_data_are_loaded_after_the_tables_are_there(enabled: Tutor) -> None:
    """``tutor local do init``: the LMS's own task migrates, ours comes after it."""
    said = enabled.ok("local", "do", "init")
    assert said.index("./manage.py lms migrate") < said.index("./manage.py lms load_content")


@pytest.mark.parametrize(
    ("command", "runs"),
    [
        (["kapasitas-load-content"], "./manage.py lms load_content"),
        (["kapasitas-lti-keys"], "./manage.py lms lti_keys"),
        (["kapasitas-lti-keys", "--retire", "ab 12"], "./manage.py lms lti_keys --retire 'ab 12'"),
        (["kapasitas-lti-platform", "--help"], "./manage.py lms lti_platform --help"),
        (
            ["kapasitas-lti-platform", "--issuer", "https://simpeg.example", "--name", "SIMPEG; kota"],
            "./manage.py lms lti_platform --issuer https://simpeg.example --name 'SIMPEG; kota'",
        ),
    ],
)
def test_our_commands_run_in_the_lms(enabled: Tutor, command: list[str], runs: str) -> None:
    """Arguments arrive as they were given; whatever a shell would make of them."""
    said = enabled.ok("local", "do", *command)
    assert "lms-job\n" in said
    assert re.search(rf"^{re.escape(runs)}$", said, re.MULTILINE)


@pytest.mark.parametrize(
    ("version", "remedy"),
    [
        ("21.0.9", "Upgrade the platform with Tutor 22"),
        ("20.0.4", "Upgrade the platform with Tutor 22"),
        ("23.0.0", "Install the version of Kapasitas that is for this release"),
        ("22.0.3-main", "Install a release of Tutor 22"),
    ],
)
def test_other_releases_are_refused(fresh: Tutor, version: str, remedy: str) -> None:
    """Enabling fails with what to do, and nothing is enabled or rendered."""
    faked = f"import tutor.commands.cli, tutor.__about__ as about; about.__version__ = {version!r}"
    done = fresh.run("plugins", "enable", "kapasitas", prelude=faked)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert f"Kapasitas 0.1.0 is for Tutor 22 (Open edX Verawood); this is Tutor {version}. {remedy}" in last
    assert "kapasitas" not in fresh.config()["PLUGINS"]
    assert not (fresh.root / "env").exists()


def test_disabling_takes_everything_out(enabled: Tutor) -> None:
    enabled.ok("plugins", "disable", "kapasitas")
    left = [
        path
        for path in (enabled.root / "env").rglob("*")
        if path.is_file() and b"kapasitas" in path.read_bytes().lower()
    ]
    assert left == []


def test_the_plugin_is_plain_to_a_host_without_us() -> None:
    """It imports Tutor, what Tutor is built with, and the standard library; nothing relative."""
    imported = set(re.findall(r"^(?:from|import) (\.*\w*)", PLUGIN.read_text(encoding="utf-8"), re.MULTILINE))
    assert imported == {"click", "collections", "json", "re", "shlex", "string", "tutor"}


def test_the_plugin_is_of_this_version_and_of_the_locked_tutor() -> None:
    text = PLUGIN.read_text(encoding="utf-8")
    (version,) = re.findall(r'^VERSION = "(.+)"$', text, re.MULTILINE)
    (supported,) = re.findall(r"^SUPPORTED_TUTOR = (\d+)$", text, re.MULTILINE)
    setup = (ROOT / "setup.py").read_text(encoding="utf-8")
    assert f'version="{version}",' in setup
    assert "kapasitas = xblocks.tutor_plugin" in setup
    lock = (ROOT / "requirements/tutor.txt").read_text(encoding="utf-8")
    assert re.search(rf"^tutor=={supported}\.", lock, re.MULTILINE)

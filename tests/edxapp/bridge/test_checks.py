"""Each system check: what it finds, what it says to do, and that it is quiet where all is well."""

import ast
import re
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from completion.waffle import ENABLE_COMPLETION_TRACKING_SWITCH
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection
from django.utils import translation
from edx_toggles.toggles.testutils import override_waffle_switch

from lti_bridge import checks, filters
from lti_bridge import conf as bridge_conf
from lti_bridge.models import Platform, ReportTarget
from tests.edxapp.platform import modules
from xblocks.records import conf as records_conf

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def as_in_production(settings):
    """English, Celery on, which the platform's own tests do without, and cookies that frames get."""
    settings.KAPASITAS_LTI_USE_CELERY = True
    settings.CSRF_COOKIE_SAMESITE, settings.CSRF_COOKIE_SECURE = "None", True
    with translation.override("en"):
        yield


def found(databases=None):
    """Return our messages by id."""
    messages = [one for one in run_checks(databases=databases) if one.id.startswith("kapasitas_lti.")]
    assert all(one.hint for one in messages)
    return {one.id.removeprefix("kapasitas_lti."): one for one in messages}


def test_quiet_where_all_is_well():
    assert found() == {}


@pytest.mark.parametrize(
    ("name", "value", "id_", "words"),
    [
        ("HOST", "", "E001", "KAPASITAS_LTI_HOST"),
        ("HOST", "lti_bridge.edxapp.NoHost", "E001", "NoHost"),
        ("HOST", "datetime.datetime", "E002", "create_learner"),
        ("ALLOW_HTTP_HOSTS", "localhost", "E003", "'localhost'"),
        ("ALLOW_HTTP_HOSTS", ["http://simpeg"], "E003", "'http://simpeg'"),
        ("ALLOW_HTTP_HOSTS", ["simpeg:8080"], "E003", "'simpeg:8080'"),
        ("ALLOW_HTTP_HOSTS", ["a b", "", 7], "E003", "'a b', '', 7"),
        ("COURSES", "course-v1:A+B+C", "E004", "'course-v1:A+B+C'"),
        ("COURSES", ["A/B"], "E004", "'A/B'"),
        ("USE_CELERY", "false", "E012", "'false'"),
        ("USE_CELERY", None, "E012", "None"),
        ("USE_CELERY", False, "W013", "completions"),
        ("QUEUE", None, "E014", "None"),
        ("SENDS_PER_SECOND", -1, "E038", "-1"),
        ("SENDS_PER_SECOND", "20", "E038", "'20'"),
        ("SENDS_PER_SECOND", True, "E038", "True"),
        ("QUEUE", ["edx.lms.core.low"], "E014", "['edx.lms.core.low']"),
        ("RECONCILE_HOURS", "24", "E019", "'24'"),
        ("RECONCILE_HOURS", -1, "E019", "RECONCILE_HOURS"),
        ("SWEEP_HOURS", True, "E019", "SWEEP_HOURS"),
        ("SWEEP_HOURS", 10**6, "E019", "744"),
        ("SWEEP_HOURS", float("nan"), "E019", "nan"),
        ("KEY", "", "W006", "SECRET_KEY"),
        ("METRICS_TOKEN", None, "E044", "METRICS_TOKEN"),
        ("METRICS_TOKEN", "x" * 31, "W045", "32"),
        ("FORMER_KEYS", "the former value", "E040", "1 of its entries"),
        ("FORMER_KEYS", ["", None, "right"], "E040", "2 of its entries"),
        ("KEY", "short", "E007", "32"),
        ("KEY", 12345, "E007", "32"),
    ],
)
def test_a_wrong_setting(settings, name, value, id_, words):
    setattr(settings, f"KAPASITAS_LTI_{name}", value)
    messages = found()
    assert list(messages) == [id_]
    assert words in messages[id_].msg


@pytest.mark.parametrize("name", sorted({*bridge_conf.DEFAULTS, *records_conf.DEFAULTS}))
def test_every_setting_of_ours_has_a_check(settings, name):
    """One that comes later too: what nothing could read is an error that names it."""
    setattr(settings, name, object())
    ours = [one for one in run_checks() if one.id.startswith("kapasitas_") and one.is_serious()]
    assert [one for one in ours if name in one.msg]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOST", "lti_bridge.edxapp.EdxappHost"),
        ("ALLOW_HTTP_HOSTS", ["simpeg.intranet", "127.0.0.1", "::1"]),
        ("COURSES", ("course-v1:BPSDM+PEM+2026",)),
        ("QUEUE", "edx.lms.core.low"),
        ("RECONCILE_HOURS", 0),
        ("SWEEP_HOURS", 0.5),
        ("METRICS_TOKEN", "x" * 32),
        ("KEY", "x" * 32),
    ],
)
def test_a_right_setting(settings, name, value):
    setattr(settings, f"KAPASITAS_LTI_{name}", value)
    assert found() == {}


def test_an_unprotected_key_is_no_matter_while_developing(settings):
    settings.KAPASITAS_LTI_KEY = ""
    settings.DEBUG = True
    assert found() == {}


@pytest.mark.parametrize("cookie", ["SESSION_COOKIE", "CSRF_COOKIE"])
@pytest.mark.parametrize(
    ("samesite", "secure"), [("Lax", True), ("None", False), (None, True)], ids=["lax", "insecure", "unset"]
)
def test_cookies_that_frames_do_not_get(settings, cookie, samesite, secure):
    """Tutor lets frames have the session alone: learners would be signed in, and no answer taken."""
    setattr(settings, f"{cookie}_SAMESITE", samesite)
    setattr(settings, f"{cookie}_SECURE", secure)
    messages = found()
    assert list(messages) == ["W008"]
    assert messages["W008"].hint.startswith(f"Set {cookie}_SAMESITE = 'None', {cookie}_SECURE = True;")


@pytest.mark.parametrize("lost", checks.SCHEDULED)
def test_a_schedule_without_us(settings, lost):
    assert found() == {}
    settings.CELERYBEAT_SCHEDULE = {
        name: entry for name, entry in settings.CELERYBEAT_SCHEDULE.items() if name != lost
    }
    messages = found()
    assert lost in messages["W009"].msg
    settings.KAPASITAS_LTI_USE_CELERY = False
    assert list(found()) == ["W013"]


@pytest.mark.parametrize("value", ["", None])
def test_launches_that_would_lead_nowhere(settings, value):
    settings.LEARNING_MICROFRONTEND_URL = value
    assert list(found()) == ["W015"]
    del settings.LEARNING_MICROFRONTEND_URL
    assert list(found()) == ["W015"]


CERTIFICATE = "org.openedx.learning.certificate.creation.requested.v1"
ENROLMENT = "org.openedx.learning.course.enrollment.started.v1"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({CERTIFICATE: {"pipeline": ["lti_bridge.filters.CertificateAfterCompletion"]}}, None),
        ({ENROLMENT: ["other.Step", "lti_bridge.filters.OfficialsOnly"]}, None),
        ({ENROLMENT: "lti_bridge.filters.OfficialsOnly", "another.hook": {}}, None),
        ({CERTIFICATE: {"pipeline": ["lti_bridge.filters.OfficialsOnly"]}}, f"under {ENROLMENT}"),
        ({ENROLMENT: "lti_bridge.filters.OfficialOnly"}, "lti_bridge.filters.OfficialsOnly"),
    ],
    ids=["dict", "list", "text", "wrong hook", "misspelt"],
)
def test_steps_of_ours_stand_under_their_hook(settings, config, words):
    settings.OPEN_EDX_FILTERS_CONFIG = config
    messages = found()
    assert list(messages) == ([] if words is None else ["E016"])
    assert words is None or words in messages["E016"].hint


def test_the_steps_are_those_of_the_filters():
    """Each step that there is, under the hook that its docstring names."""
    steps = {f"lti_bridge.filters.{name}": getattr(filters, name).__doc__ for name in filters.__all__}
    assert steps.keys() == checks.STEPS.keys()
    assert all(f"``{hook}``" in steps[step] for step, hook in checks.STEPS.items())


@pytest.mark.parametrize(
    ("line", "expected"), [("verawood", []), ("master", ["W018"]), ("ulmo", ["E017"]), ("willow", ["E017"])]
)
def test_the_release_that_the_platform_says_it_is(monkeypatch, line, expected):
    """On a branch of a release its name, else master."""
    modules.install(monkeypatch)
    sys.modules["openedx.core.release"].RELEASE_LINE = line
    messages = found()
    assert list(messages) == expected
    assert all(f"“{line}”" in one.msg for one in messages.values())


@pytest.mark.parametrize(
    ("installed", "is_right"),
    [
        ("11.1.1", True),
        ("12.0", True),
        ("11.1.1.dev3", True),
        ("11.1.0", False),
        ("9.20", False),
        (None, False),
    ],
)
def test_versions(monkeypatch, installed, is_right):
    def version(name):
        if name != "openedx-events":
            return "99"
        if installed is None:
            raise PackageNotFoundError(name)
        return installed

    monkeypatch.setattr(checks, "version", version)
    messages = found()
    assert ("E005" in messages) is not is_right
    if not is_right:
        assert "openedx-events" in messages["E005"].msg
        assert "Verawood" in messages["E005"].hint


def test_another_python(monkeypatch):
    monkeypatch.setattr(checks, "PYTHON", (3, 11))
    assert "is not supported" in found()["E005"].msg


def test_the_least_versions_are_those_of_the_package():
    """What pip would have demanded, and nothing else."""
    setup = ast.parse((ROOT / "setup.py").read_text(encoding="utf-8"))
    runtime = next(
        ast.literal_eval(node.value)
        for node in setup.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "RUNTIME"
    )
    demanded = {
        found[1]: tuple(map(int, found[2].split(".")))
        for line in runtime
        if (found := re.match(r"([\w-]+)>=([\d.]+)", line))
    }
    assert {name: demanded[name] for name in checks.LEAST_VERSIONS} == checks.LEAST_VERSIONS


@pytest.mark.every_database
@pytest.mark.django_db
def test_what_the_tables_say():
    with override_waffle_switch(ENABLE_COMPLETION_TRACKING_SWITCH, active=True):
        assert found(["default"]) == {}
        Platform.objects.create(
            name="SIMPEG Lama",
            issuer="http://simpeg.intranet",
            client_id="k",
            auth_login_url="http://simpeg.intranet/auth",
            auth_token_url="https://simpeg.intranet/token",
            key_set_url="https://simpeg.intranet/jwks",
        )
        assert found() == {}
        message = found(["default"])["W010"].msg
        assert "SIMPEG Lama" in message
        assert "auth_login_url" in message
        assert checks.check_database(None, databases=["other"]) == []


@pytest.mark.every_database
@pytest.mark.django_db
def test_what_the_tables_say_of_lti_1_1(settings):
    """Secrets that are missing or cannot be read, and places to which no grade goes; each place once."""
    with override_waffle_switch(ENABLE_COMPLETION_TRACKING_SWITCH, active=True):
        call_command("lti_consumer", "--key", "k", "--name", "SIMPEG Lama", verbosity=0)
        assert found(["default"]) == {}
        platform = Platform.objects.get()
        deployment = platform.deployments.get()
        for number in range(3):
            ReportTarget.objects.create(
                deployment=deployment,
                resource_link_id=str(number),
                course_key="course-v1:A+B+C",
                outcome_url=f"http://simpeg.intranet/hasil/{number}",
            )
        messages = [one.id for one in run_checks(databases=["default"])]
        assert messages.count("kapasitas_lti.W043") == 1
        assert "plain http" in found(["default"])["W043"].msg
        settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["simpeg.intranet"]
        settings.KAPASITAS_LTI_KEY = "quite another key, of forty characters!!"
        assert set(found(["default"])) == {"W042"}
        Platform.objects.update(encrypted_secret="")
        assert set(found(["default"])) == {"W041"}


@pytest.mark.every_database
@pytest.mark.django_db
def test_the_host_that_is_allowed_is_not_reported(settings):
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["simpeg.intranet"]
    urls = dict.fromkeys(("auth_login_url", "auth_token_url", "key_set_url"), "http://simpeg.intranet/x")
    platform = Platform.objects.create(name="SIMPEG", issuer="i", client_id="k", **urls)
    platform.deployments.create(deployment_id="1")
    with override_waffle_switch(ENABLE_COMPLETION_TRACKING_SWITCH, active=True):
        assert found(["default"]) == {}


@pytest.mark.every_database
@pytest.mark.django_db
def test_what_keeps_platforms_from_launching():
    """No deployment, one that nobody confirmed, and more than one platform that is believed about NIP."""
    urls = dict.fromkeys(("auth_login_url", "auth_token_url", "key_set_url"), "https://simpeg.example.test/x")
    platforms = [
        Platform.objects.create(name=name, issuer=name, client_id="k", trusts_nip=True, **urls)
        for name in ("SIMPEG Satu", "SIMPEG Dua", "SIMPEG Mati")
    ]
    Platform.objects.filter(pk=platforms[2].pk).update(enabled=False, trusts_nip=False)
    platforms[1].deployments.create(deployment_id="1", confirmed=False)
    with override_waffle_switch(ENABLE_COMPLETION_TRACKING_SWITCH, active=True):
        messages = found(["default"])
    assert set(messages) == {"W030", "W031", "W032"}
    assert "SIMPEG Satu" in messages["W030"].msg
    assert "SIMPEG Dua" in messages["W031"].msg
    assert "SIMPEG Satu, SIMPEG Dua" in messages["W032"].msg
    platforms[0].deployments.create(deployment_id="1")
    platforms[1].deployments.update(confirmed=True)
    Platform.objects.filter(pk=platforms[1].pk).update(trusts_nip=False)
    with override_waffle_switch(ENABLE_COMPLETION_TRACKING_SWITCH, active=True):
        assert found(["default"]) == {}


@pytest.mark.every_database
@pytest.mark.django_db
def test_completion_that_is_not_tracked():
    with override_waffle_switch(ENABLE_COMPLETION_TRACKING_SWITCH, active=False):
        messages = found(["default"])
    assert list(messages) == ["W011"]
    assert "completion.enable_completion_tracking" in messages["W011"].hint


@pytest.mark.django_db
def test_the_first_migration_runs_the_checks_before_there_are_tables(monkeypatch):
    monkeypatch.setattr(type(connection.introspection), "table_names", lambda self, *args, **kwargs: [])
    assert found(["default"]) == {}


def test_the_messages_speak_indonesian(settings, capsys):
    settings.KAPASITAS_LTI_KEY = "short"
    with translation.override("id"):
        assert "lebih pendek dari 32 karakter" in found()["E007"].msg


def test_check_runs_them(capsys):
    call_command("check", "--tag", "kapasitas")
    assert "no issues" in capsys.readouterr().out


def test_each_check_is_documented():
    """The page of settings names every id that the code can give, and no other."""
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8").partition("### System checks")[2]
    modules_of_ours = sorted(Path(checks.__file__).parent.rglob("*.py"))
    code = "".join(path.read_text(encoding="utf-8") for path in modules_of_ours)
    given = set(re.findall(r"kapasitas_lti\.([EW]\d{3})", code))
    assert len(given) > 15
    assert set(re.findall(r"[EW]\d{3}", page)) == given

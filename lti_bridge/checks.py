"""System checks of the bridge: what is missing or wrong in the settings, and what to do about it.

``manage.py check`` runs them, and so does every command that needs the settings right; those that read
the database only run with ``--database default`` (and by ``migrate``).
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from .conf import setting
from .host import CourseHost
from .lti11.checks import outcome_addresses, shared_secrets
from .models import LtiVersion, Platform
from .origins import is_host
from .reasons import told
from .settings.common import SCHEDULED

__all__ = ["LEAST_VERSIONS", "check_database", "check_settings"]

# What setup.py demands of the platform, for installations that did not ask pip.
LEAST_VERSIONS = {
    "Django": (5, 2),
    "openedx-events": (11, 1, 1),
    "openedx-filters": (3, 1, 0),
    "edx-toggles": (5, 4, 1),
    "celery": (5, 6, 3),
}
PYTHON = (3, 12)
LEAST_KEY_LENGTH = 32
MAKE_ONE = "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
# A month: whoever wants it more rarely wants it by hand.
MOST_HOURS = 744
EDXAPP_HOST = "lti_bridge.edxapp.EdxappHost"
RELEASE_LINE = "verawood"
# Each of our steps understands the data of one hook.
STEPS = {
    "lti_bridge.filters.CertificateAfterCompletion": "org.openedx.learning.certificate.creation.requested.v1",
    "lti_bridge.filters.OfficialsOnly": "org.openedx.learning.course.enrollment.started.v1",
}

type Messages = Iterator[CheckMessage]


@register("kapasitas")
def check_settings(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong in the settings and the installation; reads no database."""
    in_edxapp = setting("KAPASITAS_LTI_HOST") == EDXAPP_HOST
    found = [
        *_host(),
        *_http_hosts(),
        *_courses(),
        *_celery(),
        *_former_keys(),
        *_pace(),
        *_hours(),
        *_metrics_token(),
        *_versions(),
    ]
    if in_edxapp:
        found += [*_release(), *_key(), *_cookies(), *_tasks(), *_schedule(), *_pages(), *_filters()]
    return found


@register("kapasitas", Tags.database)
def check_database(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """Return what is wrong in the tables."""
    if "default" not in (databases or ()):
        return []
    # migrate runs the checks before it makes the tables.
    tables = connections["default"].introspection.table_names()
    found: list[CheckMessage] = []
    if Platform._meta.db_table in tables:
        found += [*_registered_addresses(), *_deployments(), *_nip_trust()]
        found += [*shared_secrets(), *outcome_addresses()]
    if "waffle_switch" in tables and apps.is_installed("completion"):
        found += _completion_tracking()
    return found


def _host() -> Messages:
    path = setting("KAPASITAS_LTI_HOST")
    hint = _("Set it to {host} inside Open edX.").format(host=EDXAPP_HOST)
    try:
        host = import_string(str(path))
    except ImportError as error:
        yield Error(
            _("KAPASITAS_LTI_HOST names no class that can be imported: {error}").format(error=error),
            hint=hint,
            id="kapasitas_lti.E001",
        )
        return
    port = [name for name in vars(CourseHost) if not name.startswith("_")]
    missing = [name for name in port if not hasattr(host, name)]
    if missing:
        yield Error(
            _("KAPASITAS_LTI_HOST ({path}) lacks {names}.").format(path=path, names=", ".join(missing)),
            hint=hint,
            id="kapasitas_lti.E002",
        )


def _http_hosts() -> Messages:
    for name in ("KAPASITAS_LTI_ALLOW_HTTP_HOSTS", "KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS"):
        if wrong := _wrong(setting(name), is_host):
            yield Error(
                _("{name} is to be a list of host names, and holds {wrong}.").format(
                    name=name, wrong=", ".join(map(repr, wrong))
                ),
                hint=_('Write host names without scheme and port, such as ["simpeg.intranet"].'),
                id="kapasitas_lti.E003",
            )


def _wrong(values: object, is_right: Callable[[object], bool]) -> list[object]:
    """Return what is wrong in a list; all of it where it is no list, as a text by itself is none."""
    if not isinstance(values, list | tuple):
        return [values]
    return [value for value in values if not is_right(value)]


def _courses() -> Messages:
    if wrong := _wrong(setting("KAPASITAS_LTI_COURSES"), _is_key):
        yield Error(
            _("KAPASITAS_LTI_COURSES is to be a list of course keys, and holds {wrong}.").format(
                wrong=", ".join(map(repr, wrong))
            ),
            hint=_('Write them as in the address of the course: ["course-v1:Org+Course+Run"].'),
            id="kapasitas_lti.E004",
        )


def _is_key(value: object) -> bool:
    try:
        CourseKey.from_string(str(value))
    except InvalidKeyError:
        return False
    return True


def _celery() -> Messages:
    use = setting("KAPASITAS_LTI_USE_CELERY")
    if not isinstance(use, bool):
        yield Error(
            _("KAPASITAS_LTI_USE_CELERY is to be true or false, and is {value}.").format(value=repr(use)),
            hint=_("Write it without quotation marks: a text counts as true, “false” too."),
            id="kapasitas_lti.E012",
        )
    queue = setting("KAPASITAS_LTI_QUEUE")
    if not isinstance(queue, str):
        yield Error(
            _("KAPASITAS_LTI_QUEUE is to be the name of a queue, and is {value}.").format(value=repr(queue)),
            hint=_("Name a queue that a worker reads, or leave it empty for the platform's own."),
            id="kapasitas_lti.E014",
        )


def _pace() -> Messages:
    pace = setting("KAPASITAS_LTI_SENDS_PER_SECOND")
    if not isinstance(pace, int) or isinstance(pace, bool) or pace < 0:
        yield Error(
            _("KAPASITAS_LTI_SENDS_PER_SECOND is to be a whole number, and is {value}.").format(
                value=repr(pace)
            ),
            hint=_("Write how many results an HR system takes in a second; 0 is no limit."),
            id="kapasitas_lti.E038",
        )


def _hours() -> Messages:
    for name in ("KAPASITAS_LTI_RECONCILE_HOURS", "KAPASITAS_LTI_SWEEP_HOURS"):
        hours = setting(name)
        if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 <= hours <= MOST_HOURS:
            yield Error(
                _("{name} is to be a number of hours from 0 to {most}, and is {value}.").format(
                    name=name, most=MOST_HOURS, value=repr(hours)
                ),
                hint=_("24 is once a day; 0 is not by the schedule at all."),
                id="kapasitas_lti.E019",
            )


def _metrics_token() -> Messages:
    token = setting("KAPASITAS_LTI_METRICS_TOKEN")
    hint = _("Make one with: {command}").format(command=MAKE_ONE)
    # What it holds is secret.
    if not isinstance(token, str):
        yield Error(
            _("KAPASITAS_LTI_METRICS_TOKEN is to be a text, and is none."), hint=hint, id="kapasitas_lti.E044"
        )
    elif 0 < len(token) < LEAST_KEY_LENGTH:
        yield Warning(
            _("KAPASITAS_LTI_METRICS_TOKEN is shorter than {length} characters: it can be guessed.").format(
                length=LEAST_KEY_LENGTH
            ),
            hint=hint,
            id="kapasitas_lti.W045",
        )


def _tasks() -> Messages:
    if setting("KAPASITAS_LTI_USE_CELERY") is False:
        yield Warning(
            _("KAPASITAS_LTI_USE_CELERY is off: completions that the platform tells of are not looked at."),
            hint=_("Set it to true inside Open edX; only launches look at the progress without it."),
            id="kapasitas_lti.W013",
        )


def _pages() -> Messages:
    if not getattr(settings, "LEARNING_MICROFRONTEND_URL", None):
        yield Warning(
            _("LEARNING_MICROFRONTEND_URL is not set: launches lead nowhere."),
            hint=_("Set it to the address of the Learning MFE."),
            id="kapasitas_lti.W015",
        )


def _filters() -> Messages:
    for hook, config in getattr(settings, "OPEN_EDX_FILTERS_CONFIG", {}).items():
        # openedx-filters takes a dict, a list of steps, or one step.
        steps = config.get("pipeline", []) if isinstance(config, dict) else config
        for step in [steps] if isinstance(steps, str) else steps:
            if not step.startswith("lti_bridge.") or STEPS.get(step) == hook:
                continue
            if step in STEPS:
                hint = _("Name it under {hook}.").format(hook=STEPS[step])
            else:
                hint = _("The steps are {steps}.").format(steps=", ".join(STEPS))
            yield Error(
                _("OPEN_EDX_FILTERS_CONFIG names {step} under {hook}, where it cannot work.").format(
                    step=step, hook=hook
                ),
                hint=hint,
                id="kapasitas_lti.E016",
            )


def _release() -> Messages:
    # Only where this is the host: elsewhere nothing of it is needed.
    from .edxapp import release_line

    line = release_line()
    if line not in (RELEASE_LINE, None):
        # A branch under development may be before or after the release.
        kind = Warning if line == "master" else Error
        yield kind(
            _("The Open edX release “{line}” is not supported; “{supported}” is.").format(
                line=line, supported=RELEASE_LINE
            ),
            hint=_("Install the version of Kapasitas that is for your release of Open edX."),
            id="kapasitas_lti.W018" if kind is Warning else "kapasitas_lti.E017",
        )


def _versions() -> Messages:
    if sys.version_info[:2] != PYTHON:
        yield Error(
            _("Python {found} is not supported.").format(found=".".join(map(str, sys.version_info[:2]))),
            hint=_("Kapasitas supports the Open edX release Verawood, which runs on Python 3.12."),
            id="kapasitas_lti.E005",
        )
    for name, least in LEAST_VERSIONS.items():
        found = _installed(name)
        if found is None or _numbers(found) < least:
            yield Error(
                _("{name} {found} is too old; {least} or newer is needed.").format(
                    name=name, found=found or "-", least=".".join(map(str, least))
                ),
                hint=_("Upgrade the platform to the Open edX release Verawood."),
                id="kapasitas_lti.E005",
            )


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _numbers(text: str) -> tuple[int, ...]:
    """Return the release numbers that a version begins with: 5.2 of "5.2rc1"."""
    numbers: list[int] = []
    for part in text.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if digits:
            numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)


def _key() -> Messages:
    key = setting("KAPASITAS_LTI_KEY")
    if not key and not settings.DEBUG:
        yield Warning(
            _("KAPASITAS_LTI_KEY is not set, so that SECRET_KEY protects the private keys of the LTI tool."),
            hint=_(
                "Set it to a long random text of its own, before the first launch: changing SECRET_KEY would "
                "make the keys unreadable. If keys are there already, set it to the value of SECRET_KEY."
            ),
            id="kapasitas_lti.W006",
        )
    elif key and (not isinstance(key, str) or len(key) < LEAST_KEY_LENGTH):
        yield Error(
            _("KAPASITAS_LTI_KEY is shorter than {length} characters, or is no text.").format(
                length=LEAST_KEY_LENGTH
            ),
            hint=_(
                "Make one with: {command}; if keys are there already, name the former value in "
                "KAPASITAS_LTI_FORMER_KEYS, and then run: {reencrypt}"
            ).format(command=MAKE_ONE, reencrypt="manage.py lms lti_keys --reencrypt"),
            id="kapasitas_lti.E007",
        )


def _former_keys() -> Messages:
    if wrong := _wrong(setting("KAPASITAS_LTI_FORMER_KEYS"), lambda key: isinstance(key, str) and key != ""):
        # What it holds is secret.
        yield Error(
            _("KAPASITAS_LTI_FORMER_KEYS is to be a list of texts; {count} of its entries are none.").format(
                count=len(wrong)
            ),
            hint=_('Write the former values of KAPASITAS_LTI_KEY as a list: ["the former value"].'),
            id="kapasitas_lti.E040",
        )


def _cookies() -> Messages:
    if settings.DEBUG:
        return
    # Without the first nobody is signed in there; without the second no answer is taken.
    lacking = [
        f"{cookie}_SAMESITE = 'None', {cookie}_SECURE = True"
        for cookie in ("SESSION_COOKIE", "CSRF_COOKIE")
        if getattr(settings, f"{cookie}_SAMESITE") != "None" or not getattr(settings, f"{cookie}_SECURE")
    ]
    if lacking:
        yield Warning(
            _("Courses do not work inside the frame of an HR system: browsers keep cookies from it."),
            hint=_("Set {settings}; or let the HR system open courses in a window of their own.").format(
                settings=", ".join(lacking)
            ),
            id="kapasitas_lti.W008",
        )


def _schedule() -> Messages:
    if not setting("KAPASITAS_LTI_USE_CELERY"):
        return
    scheduled = {entry.get("task") for entry in getattr(settings, "CELERYBEAT_SCHEDULE", {}).values()}
    missing = [name for name in SCHEDULED if name not in scheduled]
    if missing:
        yield Warning(
            _("CELERYBEAT_SCHEDULE lacks {names}: what a lost message leaves undone stays undone.").format(
                names=", ".join(missing)
            ),
            hint=_(
                "Let the plugin's settings be loaded after CELERYBEAT_SCHEDULE is set, or add the tasks; "
                "and run one Celery beat."
            ),
            id="kapasitas_lti.W009",
        )


def _registered_addresses() -> Messages:
    # Brings requests, which no process needs in order to start.
    from .http import UrlNotAllowedError, check_url

    for platform in Platform.objects.filter(lti_version=LtiVersion.V1_3).order_by("pk"):
        for name in ("auth_login_url", "auth_token_url", "key_set_url"):
            try:
                check_url(getattr(platform, name))
            except UrlNotAllowedError as error:
                yield Warning(
                    _("The platform “{platform}” has an address that is not used ({name}): {error}.").format(
                        platform=platform.name, name=name, error=told(str(error))
                    ),
                    hint=_(
                        "Register it with https, or name its host in KAPASITAS_LTI_ALLOW_HTTP_HOSTS where "
                        "the network between is your own."
                    ),
                    id="kapasitas_lti.W010",
                )


def _deployments() -> Messages:
    for platform in Platform.objects.filter(enabled=True).order_by("pk"):
        known = list(platform.deployments.values_list("confirmed", flat=True))
        if not known:
            yield Warning(
                _("The platform “{platform}” has no deployment: nothing can be launched from it yet.").format(
                    platform=platform.name
                ),
                hint=_(
                    "Register it with manage.py lms lti_platform --deployment-id, or launch a course once "
                    "and confirm the deployment in the administration."
                ),
                id="kapasitas_lti.W030",
            )
        elif not all(known):
            yield Warning(
                _("The platform “{platform}” has a deployment that nobody has confirmed.").format(
                    platform=platform.name
                ),
                hint=_("Confirm it in the administration, “Platforms”, or delete it there."),
                id="kapasitas_lti.W031",
            )


def _nip_trust() -> Messages:
    trusted = list(Platform.objects.filter(trusts_nip=True).order_by("pk").values_list("name", flat=True))
    if len(trusted) > 1:
        yield Warning(
            _("{count} platforms are believed about NIP: {names}.").format(
                count=len(trusted), names=", ".join(trusted)
            ),
            hint=_(
                "Each can sign in as any official whom another has named. Leave it to the region's own "
                "HR system."
            ),
            id="kapasitas_lti.W032",
        )


def _completion_tracking() -> Messages:
    from completion.waffle import ENABLE_COMPLETION_TRACKING_SWITCH

    if not ENABLE_COMPLETION_TRACKING_SWITCH.is_enabled():
        yield Warning(
            _("The platform does not track completion, so that no course with units is ever completed."),
            hint=_(
                "Turn it on: manage.py lms waffle_switch --create completion.enable_completion_tracking on"
            ),
            id="kapasitas_lti.W011",
        )

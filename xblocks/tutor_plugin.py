"""Kapasitas on a platform that Tutor runs: the image, the settings, the first data, the sender.

Enabled by the entry point ``kapasitas`` where the package is installed beside Tutor, or as a copy of this
one file: ``cp tutor_plugin.py "$(tutor plugins printroot)/kapasitas.py"``. It imports Tutor, what Tutor
itself is built with (click) and the standard library, so that an operator's host needs nothing of ours.

The patches, filters and commands that it uses were read in the source of Tutor 22.0.3.
"""

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from string import Template

import click
from tutor import hooks
from tutor.__about__ import __version__ as tutor_version
from tutor.exceptions import TutorError

__all__ = ["SUPPORTED_TUTOR", "VERSION", "check_tutor"]

VERSION = "0.1.0"
SUPPORTED_TUTOR = 22


def check_tutor(version: str) -> None:
    """Raise TutorError unless Tutor installs Verawood, the Open edX release that this version is for."""
    found = re.fullmatch(r"(\d+)\.\d+\.\d+", version)
    major = int(found[1]) if found else None
    if major == SUPPORTED_TUTOR:
        return
    if major is None:
        remedy = f"Install a release of Tutor {SUPPORTED_TUTOR} instead of one of its branches"
    elif major < SUPPORTED_TUTOR:
        remedy = f"Upgrade the platform with Tutor {SUPPORTED_TUTOR}, then enable this plugin again"
    else:
        remedy = "Install the version of Kapasitas that is for this release"
    raise TutorError(
        f"Kapasitas {VERSION} is for Tutor {SUPPORTED_TUTOR} (Open edX Verawood); this is Tutor {version}. "
        f"{remedy}; to go on without it: tutor plugins disable kapasitas"
    )


check_tutor(tutor_version)

hooks.Filters.CONFIG_DEFAULTS.add_items(
    [
        ("KAPASITAS_VERSION", VERSION),
        # Anything that pip installs: a version, the URL of a wheel, git+https://…@tag.
        ("KAPASITAS_PACKAGE", "kapasitas=={{ KAPASITAS_VERSION }}"),
        # Off where another plugin runs Celery's beat: two of them would start every periodic task twice.
        ("KAPASITAS_RUN_BEAT", True),
        # On: HR systems show courses in frames of their pages (https only), not in windows of their own.
        ("KAPASITAS_COURSES_IN_FRAMES", False),
        # On: our events also go to the event bus, for consumers outside the LMS.
        ("KAPASITAS_EVENT_BUS", False),
    ]
)
# Kept in config.yml: a new value would make the stored signing keys unreadable.
hooks.Filters.CONFIG_UNIQUE.add_item(("KAPASITAS_LTI_KEY", "{{ 40|random_string }}"))

# A checkout of Kapasitas is used instead of the package after: tutor mounts add /path/to/kapasitas
hooks.Filters.MOUNTED_DIRECTORIES.add_item(("openedx", "kapasitas"))

# What the image has by now stays as it is: the platform's pins, and what Tutor put above them.
DOCKERFILE = """
# Kapasitas
RUN --mount=type=cache,target=/openedx/.cache/pip,sharing=shared \\
    $PIP_COMMAND freeze --exclude-editable > /tmp/kapasitas-constraints.txt && \\
    $PIP_COMMAND install --constraint /tmp/kapasitas-constraints.txt '{{ KAPASITAS_PACKAGE }}'
"""

# Settings of the LMS (docs/reference/settings.md) that stand in config.yml by their own names, if they do.
SETTINGS = (
    "KAPASITAS_LTI_KEY",
    "KAPASITAS_LTI_FORMER_KEYS",
    "KAPASITAS_LTI_ALLOW_HTTP_HOSTS",
    "KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS",
    "KAPASITAS_LTI_COURSES",
    "KAPASITAS_LTI_QUEUE",
    "KAPASITAS_LTI_SENDS_PER_SECOND",
    "KAPASITAS_LTI_RECONCILE_HOURS",
    "KAPASITAS_LTI_SWEEP_HOURS",
    "KAPASITAS_LTI_METRICS_TOKEN",
    "KAPASITAS_MASTERY_POLICY",
    "KAPASITAS_MASTERY_HALF_LIFE_DAYS",
    "KAPASITAS_REQUIRED_LEVELS",
    "KAPASITAS_RECORDS_QUEUE",
)
# Read by the LMS before our apps add their defaults. JSON is YAML, and quotes whatever a value holds.
SETTING = Template("""
{%- if $name is defined %}
$name: {{ $name|tojson }}
{%- endif %}""")
LMS_ENV = "".join(SETTING.substitute(name=name) for name in SETTINGS)

# Tutor lets frames of other sites have the session cookie, not the one without which no answer is taken.
# Our apps name each event's topic and leave it off.
LMS_SETTINGS = """
{%- if KAPASITAS_COURSES_IN_FRAMES and ENABLE_HTTPS %}
# Kapasitas: let blocks answer inside the frames of HR systems
CSRF_COOKIE_SAMESITE = "None"
{%- endif %}
{%- if KAPASITAS_EVENT_BUS %}
# Kapasitas: send its events to the event bus
for _event_type, _topics in EVENT_BUS_PRODUCER_CONFIG.items():
    if _event_type.startswith("org.kapasitas."):
        for _topic in _topics.values():
            _topic["enabled"] = True
{%- endif %}
"""

# The sender reads what is due from the database: a lost message, broker or worker loses no result. It touches
# its file at each turn; the longest turn is one exchange with an HR system, a few requests of 40 s at most.
SENDER = "kapasitas-deliver"
ALIVE_FILE = "/tmp/kapasitas-deliver"  # noqa: S108 - in a container of its own
SENDER_COMMAND = ["./manage.py", "lms", "deliver", "--alive", ALIVE_FILE]
SENDER_IS_ALIVE = ["sh", "-c", f'test -n "$(find {ALIVE_FILE} -mmin -5)"']
# Tutor runs no beat; the periodic tasks of our settings need exactly one.
BEAT = "kapasitas-beat"
BEAT_STATE = "/openedx/data/kapasitas-beat"
BEAT_COMMAND = ["celery", "--app=lms.celery", "beat", "--loglevel=info", f"--schedule={BEAT_STATE}"]

COMPOSE_SERVICE = Template("""
$name:
  image: {{ DOCKER_IMAGE_OPENEDX }}
  command: $command
  environment:
    SERVICE_VARIANT: lms
    DJANGO_SETTINGS_MODULE: lms.envs.tutor.production
  restart: unless-stopped
  volumes:
    - ../apps/openedx/settings/lms:/openedx/edx-platform/lms/envs/tutor:roz
    - ../apps/openedx/settings/cms:/openedx/edx-platform/cms/envs/tutor:roz
    - ../apps/openedx/config:/openedx/config:roz
    - ../../data/lms:/openedx/data:z
    {%- for mount in iter_mounts(MOUNTS, "openedx", "$name") %}
    - {{ mount }}:z
    {%- endfor %}
  depends_on:
    - lms
""")
# Compose reads a dollar as a variable unless it is doubled.
COMPOSE_SENDER = f"""
  # Long enough to finish the send under way.
  stop_grace_period: 2m
  healthcheck:
    test: {json.dumps(["CMD", *SENDER_IS_ALIVE]).replace("$", "$$")}
    interval: 1m
    start_period: 3m
"""
COMPOSE_DEV_SENDER = f"""
{SENDER}:
  <<: *openedx-service
  environment:
    DJANGO_SETTINGS_MODULE: lms.envs.tutor.development
"""

K8S_DEPLOYMENT = Template("""
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: $name
  labels:
    app.kubernetes.io/name: $name
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: $name
  # Never two of them, not even during an update.
  replicas: 1
  strategy:
    type: Recreate
  template:
    metadata:
      labels:
        app.kubernetes.io/name: $name
    spec:
      terminationGracePeriodSeconds: 120
      securityContext:
        runAsUser: 1000
        runAsGroup: 1000
      containers:
        - name: $name
          image: {{ DOCKER_IMAGE_OPENEDX }}
          args: $command
          env:
          - name: SERVICE_VARIANT
            value: lms
          - name: DJANGO_SETTINGS_MODULE
            value: lms.envs.tutor.production
          volumeMounts:
            - mountPath: /openedx/edx-platform/lms/envs/tutor/
              name: settings-lms
            - mountPath: /openedx/edx-platform/cms/envs/tutor/
              name: settings-cms
            - mountPath: /openedx/config
              name: config
          securityContext:
            allowPrivilegeEscalation: false$probe
      volumes:
        - name: settings-lms
          configMap:
            name: openedx-settings-lms
        - name: settings-cms
          configMap:
            name: openedx-settings-cms
        - name: config
          configMap:
            name: openedx-config
""")
K8S_SENDER_PROBE = f"""
          livenessProbe:
            exec:
              command: {json.dumps(SENDER_IS_ALIVE)}
            initialDelaySeconds: 180
            periodSeconds: 60"""


def compose_service(name: str, command: Sequence[str]) -> str:
    """Return a service of docker-compose.yml: one more process of the LMS's image."""
    return COMPOSE_SERVICE.substitute(name=name, command=json.dumps(command))


def k8s_deployment(name: str, command: Sequence[str], probe: str = "") -> str:
    """Return a Deployment: one more process of the LMS's image."""
    return K8S_DEPLOYMENT.substitute(name=name, command=json.dumps(command), probe=probe)


def if_beat(text: str) -> str:
    """Return the text under the condition that beat is ours to run."""
    return "{%- if KAPASITAS_RUN_BEAT %}" + text + "{%- endif %}"


hooks.Filters.ENV_PATCHES.add_items(
    [
        ("openedx-dockerfile-post-python-requirements", DOCKERFILE),
        ("lms-env", LMS_ENV),
        ("openedx-lms-common-settings", LMS_SETTINGS),
        ("local-docker-compose-services", compose_service(SENDER, SENDER_COMMAND).rstrip() + COMPOSE_SENDER),
        ("local-docker-compose-dev-services", COMPOSE_DEV_SENDER),
        # Where Celery runs tasks at once, as on the developers' stack, nothing is periodic.
        ("local-docker-compose-prod-services", if_beat(compose_service(BEAT, BEAT_COMMAND))),
        (
            "k8s-deployments",
            k8s_deployment(SENDER, SENDER_COMMAND, K8S_SENDER_PROBE)
            + if_beat(k8s_deployment(BEAT, BEAT_COMMAND)),
        ),
    ]
)

# The LMS's own task migrates, our tables too, before the plugins' tasks run. Loading twice changes nothing.
LOAD_CONTENT = "./manage.py lms load_content"
hooks.Filters.CLI_DO_INIT_TASKS.add_item(("lms", LOAD_CONTENT))


@click.command(name="kapasitas-load-content")
def load_content() -> Iterator[tuple[str, str]]:
    """Load the competency frameworks and item banks that the package holds (idempotent)."""
    yield "lms", LOAD_CONTENT


# What follows is for manage.py, --help too.
PASSED_ON = {"ignore_unknown_options": True, "help_option_names": []}


@click.command(name="kapasitas-lti-platform", context_settings=PASSED_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lti_platform(arguments: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Register an HR system (SIMPEG), or change it, with the options of manage.py lti_platform."""
    yield "lms", shlex.join(["./manage.py", "lms", "lti_platform", *arguments])


@click.command(name="kapasitas-lti-keys", context_settings=PASSED_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lti_keys(arguments: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """List, rotate and retire our signing keys, with the options of manage.py lti_keys."""
    yield "lms", shlex.join(["./manage.py", "lms", "lti_keys", *arguments])


hooks.Filters.CLI_DO_COMMANDS.add_items([load_content, lti_platform, lti_keys])

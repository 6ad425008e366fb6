"""System checks: what of the host's settings or data keeps the plugin from working, and the remedy.

``manage.py check`` runs them, and ``manage.py check --database default`` those that ask the database too.
Each id is described in docs/reference/system-checks.md.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import django
from django.conf import settings
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.translation import gettext as _
from django.utils.version import get_version_tuple

from xblocks.competency.levels import HIGHEST
from xblocks.competency.mastery import Policy

from .blocks import BLOCK_TYPES
from .conf import setting

__all__ = ["check_data", "check_releases", "check_settings"]

PREFIX = "kapasitas_records"
PYTHON = (3, 12)
DJANGO = (5, 2)
OPENEDX_EVENTS = (11, 1, 1)


def check_settings(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Check the settings that the plugin reads."""
    return [*_wrong_settings(), *_wrong_measurement(), *_wrong_calibrating()]


def check_releases(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Check that Python, Django and openedx-events are of the supported release line (decision 11)."""
    return list(
        _wrong_releases(
            sys.version_info[:3], django.VERSION[:3], get_version_tuple(version("openedx-events"))
        )
    )


def check_data(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[checks.CheckMessage]:
    """Check that a competency framework is loaded. Silent before the tables are made."""
    from .models import Framework

    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    tables = connections[DEFAULT_DB_ALIAS].introspection.table_names()
    if Framework._meta.db_table not in tables or Framework.objects.exists():
        return []
    return [
        checks.Warning(
            _("No competency framework is loaded: assessments cannot name competencies."),
            hint=_("Run `manage.py load_content`, which loads the framework and banks of this package."),
            id=f"{PREFIX}.W002",
        )
    ]


def _wrong_settings() -> Iterator[checks.CheckMessage]:
    if not settings.USE_TZ:
        yield checks.Error(
            _("USE_TZ is off: times of answers would be stored without a zone."),
            hint=_("Set USE_TZ = True."),
            id=f"{PREFIX}.E001",
        )
    # Only Studio has the setting.
    enabled = getattr(settings, "LIBRARY_ENABLED_BLOCKS", BLOCK_TYPES)
    missing = ", ".join(name for name in BLOCK_TYPES if name not in enabled)
    if missing:
        yield checks.Warning(
            _("Content libraries cannot hold these blocks: %(blocks)s.") % {"blocks": missing},
            hint=_("Add them to LIBRARY_ENABLED_BLOCKS in Studio's settings."),
            id=f"{PREFIX}.W001",
        )
    if "id" not in dict(settings.LANGUAGES):
        yield checks.Warning(
            _("Bahasa Indonesia is not among the languages: readers will see English."),
            hint=_("Add ('id', 'Bahasa Indonesia') to LANGUAGES, and release it on the dark-lang page."),
            id=f"{PREFIX}.W003",
        )


def _wrong_measurement() -> Iterator[checks.CheckMessage]:
    policy, days = setting("KAPASITAS_MASTERY_POLICY"), setting("KAPASITAS_MASTERY_HALF_LIFE_DAYS")
    if policy not in tuple(Policy):
        yield checks.Error(
            _("KAPASITAS_MASTERY_POLICY is %(value)r, which is no policy.") % {"value": policy},
            hint=_("Set it to one of: %(policies)s.") % {"policies": ", ".join(Policy)},
            id=f"{PREFIX}.E005",
        )
    if isinstance(days, bool) or not isinstance(days, int | float) or not 1 <= days <= 36500:
        yield checks.Error(
            _("KAPASITAS_MASTERY_HALF_LIFE_DAYS is %(value)r, which is no number of days.") % {"value": days},
            hint=_("Set it to a number from 1 to 36500."),
            id=f"{PREFIX}.E006",
        )
    wrong = _wrong_requirement(setting("KAPASITAS_REQUIRED_LEVELS"))
    if wrong:
        yield checks.Error(
            _("KAPASITAS_REQUIRED_LEVELS cannot be read: %(fault)s") % {"fault": wrong},
            hint=_('Write it as {"camat": {"gov.pendanaan": 3}}: post, competency, level 1 to 5.'),
            id=f"{PREFIX}.E007",
        )


def _wrong_calibrating() -> Iterator[checks.CheckMessage]:
    use, queue = setting("KAPASITAS_RECORDS_USE_CELERY"), setting("KAPASITAS_RECORDS_QUEUE")
    if not isinstance(use, bool):
        yield checks.Error(
            _("KAPASITAS_RECORDS_USE_CELERY is %(value)r, which is neither true nor false.") % {"value": use},
            hint=_("Write it without quotation marks: a text counts as true, “false” too."),
            id=f"{PREFIX}.E008",
        )
    if not isinstance(queue, str):
        yield checks.Error(
            _("KAPASITAS_RECORDS_QUEUE is %(value)r, which is no name of a queue.") % {"value": queue},
            hint=_("Name a queue that a worker reads, or leave it empty for the platform's own."),
            id=f"{PREFIX}.E009",
        )


def _wrong_requirement(value: object) -> str:
    """Return the first part that is not as the hint says; empty where all is."""
    if not isinstance(value, Mapping):
        return repr(value)
    for post, levels in value.items():
        if not isinstance(levels, Mapping):
            return f"{post}: {levels!r}"
        for competency, level in levels.items():
            if isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= HIGHEST:
                return f"{post}, {competency}: {level!r}"
    return ""


def _wrong_releases(
    python: tuple[int, ...], django_: tuple[int, ...], events: tuple[int, ...]
) -> Iterator[checks.CheckMessage]:
    """Yield an error for each of the three that is not of the supported line."""
    rows = (
        ("E002", "Python", python, "3.12", python[:2] == PYTHON),
        ("E003", "Django", django_, "5.2", django_[:2] == DJANGO),
        ("E004", "openedx-events", events, "11.1.1 +", events >= OPENEDX_EVENTS),
    )
    for number, name, found, wanted, supported in rows:
        if not supported:
            yield checks.Error(
                _("%(name)s %(found)s is not supported; %(wanted)s is.")
                % {"name": name, "found": ".".join(map(str, found)), "wanted": wanted},
                hint=_("Install the release of this plugin that belongs to your Open edX release."),
                id=f"{PREFIX}.{number}",
            )

"""Settings that the plugin adds to the platform's, the same everywhere.

Each is set only where the platform's own files have not set it. docs/reference/settings.md describes them.
"""

from datetime import timedelta
from typing import Any

from lti_bridge.conf import DEFAULTS
from xblocks.events import offer_on_bus

__all__ = ["SCHEDULED", "plugin_settings"]

IN_EDXAPP = {
    **DEFAULTS,
    "KAPASITAS_LTI_HOST": "lti_bridge.edxapp.EdxappHost",
    "KAPASITAS_LTI_USE_CELERY": True,
}
SCHEDULED = {
    "lti_bridge.tasks.deliver": timedelta(minutes=1),
    "lti_bridge.tasks.look_after_notices": timedelta(minutes=1),
    # Reads those that were not read for most of a day.
    "lti_bridge.tasks.read_rosters": timedelta(hours=1),
    # Each does for some minutes what is due by KAPASITAS_LTI_RECONCILE_HOURS and KAPASITAS_LTI_SWEEP_HOURS.
    "lti_bridge.tasks.reconcile_due": timedelta(minutes=10),
    "lti_bridge.tasks.sweep": timedelta(minutes=10),
}


def plugin_settings(settings: Any) -> None:
    """Add our settings and the schedule to the platform's settings module."""
    for name, default in IN_EDXAPP.items():
        if not hasattr(settings, name):
            setattr(settings, name, default)
    if not hasattr(settings, "CELERYBEAT_SCHEDULE"):
        settings.CELERYBEAT_SCHEDULE = {}
    for task, interval in SCHEDULED.items():
        # One that nobody took in its time is of no use: the next one does its work.
        ours = {"task": task, "schedule": interval, "options": {"expires": interval.total_seconds()}}
        entry = settings.CELERYBEAT_SCHEDULE.setdefault(task, ours)
        if settings.KAPASITAS_LTI_QUEUE:
            entry.setdefault("options", {}).setdefault("queue", settings.KAPASITAS_LTI_QUEUE)
    offer_on_bus(
        settings,
        "org.kapasitas.completion.recorded.v1",
        topic="kapasitas-completion-recorded",
        key_field="completion.user_id",
    )

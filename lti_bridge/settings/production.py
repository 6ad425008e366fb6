"""Settings that the plugin adds on a production platform, after the common ones."""

from typing import Any

from . import common

__all__ = ["plugin_settings"]


def plugin_settings(settings: Any) -> None:
    """Add the common settings again.

    The platform has read its YAML file since: it may have set another schedule and our queue's name.
    The file's keys are settings already (openedx-platform lms/envs/production.py, Verawood), our secrets too.
    """
    common.plugin_settings(settings)

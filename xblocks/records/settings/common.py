"""Settings that the plugin adds to the platform's, the same everywhere."""

from typing import Any

from xblocks.records.blocks import BLOCK_TYPES

from .events import add_events

__all__ = ["plugin_settings"]


def plugin_settings(settings: Any) -> None:
    """Add our settings, let content libraries hold our blocks, and name our events. Idempotent.

    Only Studio has the list of blocks (openedx-platform cms/envs/common.py). It runs before the operator's
    own configuration is read, so that a list named there stands as it is.
    """
    if not hasattr(settings, "KAPASITAS_RECORDS_USE_CELERY"):
        # A platform has workers; the one-machine site has none.
        settings.KAPASITAS_RECORDS_USE_CELERY = True
    enabled = getattr(settings, "LIBRARY_ENABLED_BLOCKS", None)
    if enabled is not None:
        settings.LIBRARY_ENABLED_BLOCKS = [*enabled, *(name for name in BLOCK_TYPES if name not in enabled)]
    add_events(settings)

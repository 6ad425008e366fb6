"""Settings that the plugin adds on a production platform, after the common ones."""

from typing import Any

__all__ = ["plugin_settings"]


def plugin_settings(settings: Any) -> None:
    """Add nothing: what the operator configured has been read by now, and stands."""

"""Settings that the plugin adds on the developers' stack, after the common ones."""

from typing import Any

__all__ = ["plugin_settings"]


def plugin_settings(settings: Any) -> None:
    """Add nothing: developers run what production runs."""

"""Settings that the plugin adds on the platform's own tests, after the common ones."""

from typing import Any

__all__ = ["plugin_settings"]


def plugin_settings(settings: Any) -> None:
    """Add nothing: tests run what production runs."""

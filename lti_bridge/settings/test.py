"""Settings that the plugin adds on the platform's own tests, after the common ones."""

from typing import Any

__all__ = ["plugin_settings"]


def plugin_settings(settings: Any) -> None:
    """Send no messages: the platform's tests have no broker. The key protects nothing there."""
    settings.KAPASITAS_LTI_USE_CELERY = False
    settings.KAPASITAS_LTI_KEY = "a key for tests, which protects nothing"

"""Settings that the plugin adds on the developers' stack, after the common ones."""

from typing import Any

__all__ = ["plugin_settings"]


def plugin_settings(settings: Any) -> None:
    """Let an HR system on the developer's own machine speak plain http."""
    if not settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS:
        settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["localhost", "127.0.0.1", "host.docker.internal"]

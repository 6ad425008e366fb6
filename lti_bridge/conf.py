"""The bridge's settings, with what they are where a host sets none (docs/reference/settings.md)."""

from typing import Any

from django.conf import settings

__all__ = ["DEFAULTS", "setting"]

DEFAULTS: dict[str, Any] = {
    "KAPASITAS_LTI_HOST": "",
    "KAPASITAS_LTI_KEY": "",
    "KAPASITAS_LTI_FORMER_KEYS": (),
    "KAPASITAS_LTI_ALLOW_HTTP_HOSTS": (),
    "KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS": (),
    "KAPASITAS_LTI_COURSES": (),
    "KAPASITAS_LTI_USE_CELERY": False,
    "KAPASITAS_LTI_QUEUE": "",
    "KAPASITAS_LTI_SENDS_PER_SECOND": 20,
    "KAPASITAS_LTI_RECONCILE_HOURS": 24,
    "KAPASITAS_LTI_SWEEP_HOURS": 24,
    "KAPASITAS_LTI_METRICS_TOKEN": "",
}


def setting(name: str) -> Any:
    """Return the setting; raises KeyError for a name that is not one of ours."""
    return getattr(settings, name, DEFAULTS[name])

"""The settings of records, with what they are where a host sets none (docs/reference/settings.md)."""

from typing import Any

from django.conf import settings

from xblocks.competency.mastery import HALF_LIFE_DAYS, Policy

__all__ = ["DEFAULTS", "setting"]

DEFAULTS: dict[str, Any] = {
    "KAPASITAS_MASTERY_POLICY": Policy.LATEST.value,
    "KAPASITAS_MASTERY_HALF_LIFE_DAYS": HALF_LIFE_DAYS,
    "KAPASITAS_REQUIRED_LEVELS": {},
    "KAPASITAS_RECORDS_USE_CELERY": False,
    "KAPASITAS_RECORDS_QUEUE": "",
}


def setting(name: str) -> Any:
    """Return the setting; raises KeyError for a name that is not one of ours."""
    return getattr(settings, name, DEFAULTS[name])

"""The pace of each platform, shared by all workers that share a cache; without one, each worker's own."""

from datetime import datetime

from lti_bridge import shared_cache
from lti_bridge.conf import setting
from lti_bridge.delivery.pace import granted, window
from lti_bridge.models import Platform

__all__ = ["left", "take"]

# Longer than workers' clocks differ.
KEEP_S = 10


def left(platform: Platform, now: datetime, wanted: int) -> int:
    """Return how many of ``wanted`` the platform may get in this second, as far as is known now."""
    limit = _limit(platform)
    return granted(limit, shared_cache.get(_key(platform, now)) or 0, wanted) if limit else wanted


def take(platform: Platform, now: datetime, wanted: int) -> int:
    """Return how many of ``wanted`` may be sent in this second; they are counted as sent."""
    limit = _limit(platform)
    if not limit or not wanted:
        return wanted
    counted = shared_cache.count(_key(platform, now), wanted, KEEP_S)
    return granted(limit, counted - wanted, wanted)


def _limit(platform: Platform) -> int:
    """Return the platform's own limit, else the settings'; 0 is none."""
    own = platform.sends_per_second
    return own if own is not None else int(setting("KAPASITAS_LTI_SENDS_PER_SECOND"))


def _key(platform: Platform, now: datetime) -> str:
    return f"kapasitas_lti.pace.{platform.pk}.{window(now)}"

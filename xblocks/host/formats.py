"""Days and times as the reader's language writes them, in the reader's time zone."""

from contextlib import suppress
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone, translation
from django.utils.formats import date_format

from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _

from . import clock
from .i18n import Translator

__all__ = ["due", "moment", "zone_of"]

PREFERENCES = "edx-platform.user_preferences"
TIME_FORMATS = {"id": "H.i"}


def due(block: Any, translator: Translator) -> str:
    """Return when the block is due, in words; empty where it is not."""
    at = clock.due(block)
    return moment(at, zone_of(block), translator) if at else ""


def moment(at: datetime, zone: tzinfo, translator: Translator) -> str:
    """Return ``25 November 2026 pukul 14.30 WIB``, or ``25 November 2026 at 14:30 WIB``."""
    local = at.astimezone(zone)
    with translation.override(translator.language):
        date = date_format(local, "j F Y")
        time = date_format(local, TIME_FORMATS.get(translator.language, "H:i"))
    values = {"date": date, "time": time, "zone": local.tzname() or ""}
    return translator.text(Message(_("{date} at {time} {zone}"), values))


def zone_of(block: Any) -> tzinfo:
    """Return the zone that the learner chose in the account settings, else the site's."""
    service = block.runtime.service(block, "user") if block.scope_ids.user_id is not None else None
    user = service.get_current_user() if service is not None else None
    preferences = user.opt_attrs.get(PREFERENCES) if user is not None else None
    name = (preferences or {}).get("time_zone")
    # A name that this machine does not know counts as none.
    with suppress(ZoneInfoNotFoundError, ValueError):
        if name:
            return ZoneInfo(name)
    return timezone.get_default_timezone()

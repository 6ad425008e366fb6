"""Template filters that write when something was, as the reader's language does."""

from datetime import datetime

from django import template
from django.utils import translation
from django.utils.formats import date_format

register = template.Library()


@register.filter(expects_localtime=True)
def clock(at: datetime) -> str:
    """Write ``14.30.05``; Indonesian parts hours and minutes by a full stop."""
    return date_format(at, "H.i.s" if translation.get_language() == "id" else "H:i:s")


@register.filter(expects_localtime=True)
def moment(at: datetime) -> str:
    """Write ``26 Nov 2026, 14.30``."""
    return date_format(at, "j M Y, H.i" if translation.get_language() == "id" else "j M Y, H:i")

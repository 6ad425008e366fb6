"""Template filter that writes when something was, as the reader's language does."""

from datetime import datetime

from django import template
from django.utils import translation
from django.utils.formats import date_format

register = template.Library()
# Indonesian parts hours and minutes by a full stop.
TIMES = {"id": "H.i"}


@register.filter(expects_localtime=True)
def moment(at: datetime) -> str:
    """Write ``26 Nov 2026, 14.30``; a month in figures would be read as a day in another language."""
    language = (translation.get_language() or "").partition("-")[0]
    return date_format(at, f"j M Y, {TIMES.get(language, 'H:i')}")

"""Rows that are of no use after a time: whoever adds one takes some of the old ones away.

A bounded number each time, by primary key: a range would lock the gaps in which others are inserting, and a
flood of yesterday would be cleared by one person's launch today.
"""

from datetime import datetime

from django.db.models import Model

__all__ = ["MOST_AT_ONCE", "forget_expired", "forget_oldest"]

MOST_AT_ONCE = 200


def forget_expired(rows: type[Model], now: datetime) -> None:
    """Delete rows whose ``expires_at`` has passed."""
    _delete_some(rows, expires_at__lt=now)


def forget_oldest(newest: Model, keep: int) -> None:
    """Delete rows so many numbers before the newest one, whether they have expired or not."""
    _delete_some(type(newest), pk__lte=newest.pk - keep)


def _delete_some(rows: type[Model], **which: object) -> None:
    found = list(rows._default_manager.filter(**which).values_list("pk", flat=True)[:MOST_AT_ONCE])
    if found:
        rows._default_manager.filter(pk__in=found).delete()

"""A verified launch goes on in a window of its own, where the site may keep cookies.

A ticket stands for a launch that has been verified; it is good once, for a few minutes, and only by a form
that a page of ours sent (docs/decisions/0040).
"""

import secrets
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from lti_bridge.models import LaunchTicket, LinkedAccount
from lti_bridge.models.digests import digest

from .errors import StaleLoginError
from .expiry import forget_expired
from .linking import check_open
from .login import check_enabled

__all__ = ["LIFETIME", "issue", "redeem"]

# The time that somebody takes to find the button with a screen reader, not only to press it.
LIFETIME = timedelta(minutes=5)


def issue(account: LinkedAccount, *, path: str, return_url: str, locale: str, now: datetime) -> str:
    """Store a ticket and return its token, of which only the digest is kept."""
    token = secrets.token_urlsafe(32)
    forget_expired(LaunchTicket, now)
    LaunchTicket.objects.create(
        token_digest=digest(token),
        account=account,
        path=path,
        return_url=return_url,
        locale=locale,
        expires_at=now + LIFETIME,
    )
    return token


def redeem(token: str, *, now: datetime) -> LaunchTicket:
    """Use the ticket up and return it; of two callers with the same token, one gets it.

    Raises StaleLoginError, and RefusedLaunchError where account or platform were closed since.
    """
    ticket = (
        LaunchTicket.objects.select_related("account__platform", "account__user")
        .filter(token_digest=digest(token), expires_at__gte=now)
        .first()
    )
    used = LaunchTicket.objects.filter(token_digest=digest(token), used_at__isnull=True)
    if ticket is None or not used.update(used_at=now):
        raise StaleLoginError("ticket", _("This page was opened once already, or too long ago."))
    check_enabled(ticket.account.platform)
    check_open(ticket.account.user)
    return ticket

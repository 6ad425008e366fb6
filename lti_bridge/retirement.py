"""The end of a person's account: HR hears nothing more, and who the person was there is forgotten.

The completion record stays: it is the region's fact, and its end is set by the retention schedule of the
region's archives (docs/decisions/0017).
"""

import logging
import secrets
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from .models import (
    CompletionRecord,
    Delivery,
    DeliveryState,
    Discrepancy,
    Enrolment,
    LinkedAccount,
    RosterMember,
)

__all__ = ["Retired", "on_user_retired", "retire_user"]

log = logging.getLogger(__name__)
OPEN = (DeliveryState.PENDING, DeliveryState.BLOCKED, DeliveryState.HELD, DeliveryState.IN_FLIGHT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """What was done: accounts unlinked, reports given up that were not delivered yet, records kept."""

    accounts: int
    reports_given_up: int
    records_kept: int


def on_user_retired(sender: object, *, user: Any, **_kwargs: object) -> None:
    """Receive USER_RETIRE_LMS_MISC of the platform, which repeats a retirement that raises."""
    log.info("retired user %s: %s", user.pk, retire_user(user.pk))


def retire_user(user_id: int) -> Retired:
    """End the reports about ``user_id`` and forget the platforms' identifiers of the person. Idempotent.

    Deliveries, attempts and discrepancies stay, as evidence of what was told and what was held; nothing of
    them waits for anybody any more. Rosters forget the person, until the platform names them again. A later
    launch by the same person makes a new account.
    """
    with transaction.atomic():
        # The lock under which reports are numbered: nothing is added behind our back.
        enrolments = Enrolment.objects.filter(account__user_id=user_id).values_list("pk", flat=True)
        locked = list(Enrolment.objects.select_for_update().filter(pk__in=list(enrolments)).order_by("pk"))
        # LTI 1.1 names the person's result, and with it the person.
        Enrolment.objects.filter(pk__in=[one.pk for one in locked]).update(reports=False, result_sourcedid="")
        # A worker that is sending one settles nothing any more: it no longer holds the row.
        given_up = Delivery.objects.filter(account__user_id=user_id, state__in=OPEN).update(
            state=DeliveryState.DEAD, settled_at=timezone.now(), lease_until=None
        )
        Discrepancy.objects.filter(account__user_id=user_id, resolved_at__isnull=True).update(
            resolved_at=timezone.now()
        )
        accounts = list(LinkedAccount.objects.filter(user_id=user_id))
        for account in accounts:
            _forget_on_rosters(account)
            # Nothing that a platform could send: it would launch into the retired account.
            account.sub = f"retired:{secrets.token_urlsafe(32)}"
            account.save()
        return Retired(
            accounts=len(accounts),
            reports_given_up=given_up,
            records_kept=CompletionRecord.objects.filter(user_id=user_id).count(),
        )


def _forget_on_rosters(account: LinkedAccount) -> None:
    # Ids first: MySQL deletes from no table that it joins in the same statement.
    members = RosterMember.objects.filter(
        target__deployment__platform_id=account.platform_id, sub_digest=account.sub_digest
    )
    RosterMember.objects.filter(pk__in=list(members.values_list("pk", flat=True))).delete()

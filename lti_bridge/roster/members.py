"""Writing what a roster says: who came, changed, left; and what that takes from whom."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from lti_bridge.adapters.memberships import Member
from lti_bridge.host import UnknownCourseError, course_host
from lti_bridge.models import Enrolment, LinkedAccount, ReportTarget, RosterMember
from lti_bridge.models.digests import digest

__all__ = ["Changes", "leave_absent", "take_page"]

log = logging.getLogger(__name__)

CHUNK = 400
FIELDS = ("full_name", "is_learner", "is_instructor", "is_active")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How many people a page, or a whole reading, changed."""

    joined: int = 0
    changed: int = 0
    left: int = 0

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(
            joined=self.joined + other.joined,
            changed=self.changed + other.changed,
            left=self.left + other.left,
        )


def take_page(target: ReportTarget, members: Sequence[Member], now: datetime) -> Changes:
    """Write a page of the roster; one transaction. The same page again changes nothing.

    The target's deployment is loaded. Only one reading of a target may write at a time.
    """
    # Should a platform name somebody twice, the last word counts.
    by_digest = {digest(member.sub): member for member in members}
    total = Changes()
    with transaction.atomic():
        for keys in _chunks(list(by_digest)):
            known = {
                row.sub_digest: row
                for row in RosterMember.objects.select_for_update().filter(target=target, sub_digest__in=keys)
            }
            total += _take(target, {key: by_digest[key] for key in keys}, known, now)
    return total


def leave_absent(target: ReportTarget, seen: set[str], now: datetime) -> Changes:
    """Let those leave whom a whole roster did not name; ``seen`` holds the digests of the others."""
    left = 0
    present = RosterMember.objects.filter(target=target, left_at__isnull=True)
    absent = [pk for pk, key in present.values_list("pk", "sub_digest").iterator() if key not in seen]
    for keys in _chunks(absent):
        with transaction.atomic():
            rows = list(RosterMember.objects.select_for_update().filter(pk__in=keys, left_at__isnull=True))
            for row in rows:
                row.left_at = row.changed_at = now
            RosterMember.objects.bulk_update(rows, ["left_at", "changed_at"])
            _withdraw(target, [row.sub_digest for row in rows])
            left += len(rows)
    return Changes(left=left)


def _take(
    target: ReportTarget, said: dict[str, Member], known: dict[str, RosterMember], now: datetime
) -> Changes:
    joined, changed, left = [], [], []
    new = []
    for key, member in said.items():
        row = known.get(key)
        if row is None:
            if not member.is_gone:
                new.append(_row(target, key, member, now))
        elif member.is_gone:
            if row.left_at is None:
                row.left_at = row.changed_at = now
                left.append(row)
        elif row.left_at is not None:
            row.left_at, row.joined_at = None, now
            _apply(row, member, now)
            joined.append(row)
        elif _apply(row, member, now):
            changed.append(row)
    RosterMember.objects.bulk_create(new)
    RosterMember.objects.bulk_update(
        [*joined, *changed, *left], [*FIELDS, "joined_at", "changed_at", "left_at"]
    )
    no_teachers = [row.sub_digest for row in (*joined, *changed) if not (row.is_active and row.is_instructor)]
    _withdraw(target, [*no_teachers, *(row.sub_digest for row in left)])
    return Changes(
        joined=len(new) + len(joined),
        changed=len(changed),
        left=len(left),
    )


def _row(target: ReportTarget, key: str, member: Member, now: datetime) -> RosterMember:
    # bulk_create does not call save(), which reckons the digest.
    row = RosterMember(target=target, sub=member.sub, sub_digest=key, joined_at=now, changed_at=now)
    for name in FIELDS:
        setattr(row, name, getattr(member, name))
    return row


def _apply(row: RosterMember, member: Member, now: datetime) -> bool:
    """Take over what the roster says; whether anything is new."""
    news = [name for name in FIELDS if getattr(row, name) != getattr(member, name)]
    for name in news:
        setattr(row, name, getattr(member, name))
    if news:
        row.changed_at = now
    return bool(news)


def _withdraw(target: ReportTarget, keys: Sequence[str]) -> None:
    """Take the instructor role from those who teach there no longer; enrolments and results stay.

    Joins the caller's transaction. Who teaches the same course by another roster of the platform keeps
    it. A launch as instructor gives it again.
    """
    platform_id = target.deployment.platform_id
    here = Enrolment.objects.filter(target__course_key=target.course_key)
    for part in _chunks(list(keys)):
        others = set(
            RosterMember.objects.filter(
                target__deployment__platform_id=platform_id,
                target__course_key=target.course_key,
                sub_digest__in=part,
                is_instructor=True,
                is_active=True,
                left_at__isnull=True,
            )
            .exclude(target=target)
            .values_list("sub_digest", flat=True)
        )
        users = LinkedAccount.objects.filter(
            platform_id=platform_id,
            sub_digest__in=[key for key in part if key not in others],
            enrolments__in=here,
        )
        for user_id in users.values_list("user_id", flat=True).distinct():
            try:
                course_host().withdraw_instructor(user_id, target.course_key)
            except UnknownCourseError:
                log.warning("roster of target %s: its course is no longer here", target.pk)
                return


def _chunks[T](keys: Sequence[T]) -> Iterable[Sequence[T]]:
    """Yield the keys in parts that every database takes in one query."""
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]

"""The last leg: a genuine launch becomes an account, an enrolment and a place to report to."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lti_bridge import notices
from lti_bridge.courses import forget_watched
from lti_bridge.host import CourseSettingsError, EnrolmentRefusedError, UnknownCourseError, course_host
from lti_bridge.models import Deployment, Enrolment, LineItem, LinkedAccount, Platform, ReportTarget
from lti_bridge.models.digests import digest
from lti_bridge.outbox import note_progress, unblock
from lti_bridge.patience import patiently
from lti_bridge.records.keeping import fill_missing_identity
from xblocks.records.api import OfficialIdentity, official_of, record_official

from . import linking
from .claims import Launch
from .errors import RefusedLaunchError
from .nip import InvalidNipError, parse_nip

__all__ = ["accept", "deployment_of", "identity_from"]

log = logging.getLogger(__name__)


def accept(
    platform: Platform, launch: Launch, *, course_key: str, usage_key: str, now: datetime
) -> LinkedAccount:
    """Make or find the account, enrol it, and remember where its results go; one transaction.

    Raises RefusedLaunchError: unknown deployment or page, an account that was closed, or a course that
    does not take the person. Not inside a transaction: a deadlock could not be got over there.
    """
    deployment = deployment_of(platform, launch.deployment_id)
    _check_place(course_key, usage_key)
    return patiently(lambda: _accepted(platform, deployment, launch, course_key, now))


def _check_place(course_key: str, usage_key: str) -> None:
    host = course_host()
    try:
        host.course(course_key)
        if usage_key:
            host.check_block(course_key, usage_key)
    except UnknownCourseError as error:
        raise RefusedLaunchError(
            "target_link_uri", _("The course or page asked for does not exist here.")
        ) from error


@transaction.atomic
def _accepted(
    platform: Platform, deployment: Deployment, launch: Launch, course_key: str, now: datetime
) -> LinkedAccount:
    identity = identity_from(launch, trusts_nip=platform.trusts_nip)
    account = _account(platform, launch.sub, identity)
    _note_identity(account.user_id, identity)
    try:
        course_host().enrol(account.user_id, course_key, instructor=launch.is_instructor)
    except EnrolmentRefusedError as error:
        raise RefusedLaunchError("enrolment", str(error)) from error
    target = _target(deployment, launch, course_key)
    Enrolment.objects.update_or_create(
        target=target,
        account=account,
        defaults={
            "reports": launch.is_learner or not launch.is_instructor,
            "result_sourcedid": launch.services.result_sourcedid,
            "launched_at": now,
        },
    )
    unblock(target, now)
    # A place that was opened only now hears of what was achieved before.
    try:
        note_progress(account.user_id, course_key)
    except CourseSettingsError as error:
        # The author's to mend, and no reason to keep the learner out.
        log.error("Progress is looked at later: %s", error)
        notices.leave(account.user_id, course_key)
    return account


def _note_identity(user_id: int, said: OfficialIdentity | None) -> None:
    """Take over what the launch says of the official, beside what is known."""
    if said is None:
        return
    known = official_of(user_id)
    identity = _completed(said, known) if known is not None else said
    if known != identity:
        record_official(user_id, identity)
        fill_missing_identity(user_id, identity)


def deployment_of(platform: Platform, deployment_id: str) -> Deployment:
    """Return the deployment that the platform's signed message names; raises RefusedLaunchError.

    A platform that registered itself may have named none. The first that its messages name is then noted,
    for the operator to confirm; nothing is launched from it before.
    """
    row = Deployment.objects.filter(platform=platform, key_digest=digest(deployment_id)).first()
    if row is None and not platform.deployments.exists():
        row, _made = Deployment.objects.get_or_create(
            platform=platform,
            key_digest=digest(deployment_id),
            defaults={"deployment_id": deployment_id, "confirmed": False},
        )
        log.warning("platform %s: deployment %s awaits the operator's confirmation", platform.pk, row.pk)
    if row is None:
        raise RefusedLaunchError(
            "deployment_id", _("This deployment of the HR system is not registered here.")
        )
    if not row.confirmed:
        raise RefusedLaunchError(
            "deployment_id",
            _("This deployment of the HR system is new here and has not been confirmed yet."),
            _("Ask the administrator of the learning site to confirm it: administration, “Platforms”."),
        )
    return row


def identity_from(launch: Launch, *, trusts_nip: bool) -> OfficialIdentity | None:
    """Return who the launch says the official is, or None where it says nothing.

    A NIP that has no valid form is left out, and so is the NIP of a platform that is not trusted
    with it: the launch works, and HR sees that the NIP is missing.
    """
    said: Mapping[str, str] = launch.custom
    full_name = said.get("name") or launch.names.get("name") or ""
    if not full_name:
        full_name = " ".join(
            launch.names[part] for part in ("given_name", "family_name") if launch.names.get(part)
        )
    nip = ""
    if trusts_nip:
        try:
            nip = parse_nip(said.get("nip", ""))
        except InvalidNipError:
            nip = ""
    identity = OfficialIdentity(
        nip=nip,
        full_name=full_name[:255],
        office_code=_office_code(said.get("office_code", "")),
        office_name=said.get("office_name", ""),
        post=said.get("post", ""),
    )
    return None if identity == OfficialIdentity() else identity


def _completed(said: OfficialIdentity, known: OfficialIdentity) -> OfficialIdentity:
    """Return what is known now: what a launch leaves out is not forgotten.

    Each link at a platform says as much as it was set up to say. An office is its code and its name together.
    """
    office = said if said.office_code or said.office_name else known
    return OfficialIdentity(
        nip=said.nip or known.nip,
        full_name=said.full_name or known.full_name,
        office_code=office.office_code,
        office_name=office.office_name,
        post=said.post or known.post,
    )


def _office_code(text: str) -> str:
    """Return a Kemendagri code (``PP.KK.CC`` or ``PP.KK.CC.DDDD``), or nothing where the text is none."""
    parts = text.split(".")
    shapes = ([2, 2, 2], [2, 2, 2, 4], [2, 2])
    is_code = [len(part) for part in parts] in shapes and all(
        part.isascii() and part.isdigit() for part in parts
    )
    return text if is_code else ""


def _account(platform: Platform, sub: str, identity: OfficialIdentity | None) -> LinkedAccount:
    """Return the account of (platform, sub), made if need be; two launches at once make one.

    By e-mail or user name an existing account is never found: a platform that could name one would sign in
    as anybody. By NIP one is, where ``linking.account_with`` allows it.
    """
    host = course_host()
    linking.lock(platform)
    account = (
        LinkedAccount.objects.select_for_update()
        .select_related(None)
        .filter(platform=platform, sub_digest=digest(sub))
        .first()
    )
    full_name = identity.full_name if identity else ""
    if account is None:
        user_id = linking.account_with(identity.nip, platform) if identity else None
        if user_id is None:
            user_id = host.create_learner(full_name=full_name)
            return LinkedAccount.objects.create(platform=platform, sub=sub, user_id=user_id)
        account = LinkedAccount.objects.create(platform=platform, sub=sub, user_id=user_id)
        log.info("platform %s: account %s linked to user %s by NIP", platform.pk, account.pk, user_id)
    linking.check_open(account.user)
    if full_name and _name_changed(account.user_id, full_name):
        host.update_learner(account.user_id, full_name=full_name)
    return account


def _name_changed(user_id: int, full_name: str) -> bool:
    official = official_of(user_id)
    return official is None or official.full_name != full_name


def _target(deployment: Deployment, launch: Launch, course_key: str) -> ReportTarget:
    """Return the target, with the endpoints as this launch gives them."""
    key = digest(launch.resource_link_id, course_key)
    same = ReportTarget.objects.select_for_update().filter(deployment=deployment, key_digest=key)
    former = same.values_list("lineitems_url", flat=True).first()
    target, is_new = ReportTarget.objects.update_or_create(
        deployment=deployment,
        key_digest=key,
        defaults={
            "resource_link_id": launch.resource_link_id,
            "course_key": course_key,
            "context_id": launch.context_id,
            "lineitems_url": launch.services.lineitems_url,
            "lineitem_url": launch.services.lineitem_url,
            "scopes": list(launch.services.scopes),
            "memberships_url": launch.services.memberships_url,
            "outcome_url": launch.services.outcome_url,
        },
    )
    if is_new:
        forget_watched()
    elif former != target.lineitems_url:
        # Line items of a list that has moved are looked for anew.
        LineItem.objects.filter(target=target).delete()
    return target

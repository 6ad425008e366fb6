"""The last leg: a genuine launch becomes an account, an enrolment and a place to report to."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lti_bridge.host import UnknownCourseError, course_host
from lti_bridge.models import Deployment, Enrolment, LineItem, LinkedAccount, Platform, ReportTarget
from lti_bridge.models.digests import digest
from lti_bridge.outbox import note_progress, unblock
from lti_bridge.records.keeping import fill_missing_identity
from xblocks.records.api import OfficialIdentity, official_of, record_official

from .claims import Launch
from .errors import RefusedLaunchError
from .nip import InvalidNipError, parse_nip

__all__ = ["accept", "identity_from"]


def accept(
    platform: Platform, launch: Launch, *, course_key: str, usage_key: str, now: datetime
) -> LinkedAccount:
    """Make or find the account, enrol it, and remember where its results go; one transaction.

    Raises RefusedLaunchError: unknown deployment or page, or an account that was closed.
    """
    deployment = _deployment(platform, launch.deployment_id)
    host = course_host()
    try:
        host.course(course_key)
        if usage_key:
            host.check_block(course_key, usage_key)
    except UnknownCourseError as error:
        raise RefusedLaunchError(
            "target_link_uri", _("The course or page asked for does not exist here.")
        ) from error
    identity = identity_from(launch, trusts_nip=platform.trusts_nip)
    with transaction.atomic():
        account = _account(platform, launch.sub, identity)
        if identity is not None and official_of(account.user_id) != identity:
            record_official(account.user_id, identity)
            fill_missing_identity(account.user_id, identity)
        host.enrol(account.user_id, course_key, instructor=launch.is_instructor)
        target = _target(deployment, launch, course_key)
        Enrolment.objects.update_or_create(
            target=target,
            account=account,
            defaults={"reports": launch.is_learner or not launch.is_instructor, "launched_at": now},
        )
        unblock(target, now)
        # A place that was opened only now hears of what was achieved before.
        note_progress(account.user_id, course_key)
    return account


def _deployment(platform: Platform, deployment_id: str) -> Deployment:
    row = Deployment.objects.filter(platform=platform, key_digest=digest(deployment_id)).first()
    if row is None:
        raise RefusedLaunchError(
            "deployment_id", _("This deployment of the HR system is not registered here.")
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

    Never an account that exists for another reason: a platform that could name one by e-mail or
    user name could sign in as anybody.
    """
    host = course_host()
    # The platform's row is the lock under which its accounts are made.
    Platform.objects.select_for_update().get(pk=platform.pk)
    account = (
        LinkedAccount.objects.select_for_update()
        .select_related(None)
        .filter(platform=platform, sub_digest=digest(sub))
        .first()
    )
    full_name = identity.full_name if identity else ""
    if account is None:
        user_id = host.create_learner(full_name=full_name)
        return LinkedAccount.objects.create(platform=platform, sub=sub, user_id=user_id)
    if not account.user.is_active:
        raise RefusedLaunchError("account", _("Your account on the learning site was closed."))
    if full_name and _name_changed(account.user_id, full_name):
        host.update_learner(account.user_id, full_name=full_name)
    return account


def _name_changed(user_id: int, full_name: str) -> bool:
    official = official_of(user_id)
    return official is None or official.full_name != full_name


def _target(deployment: Deployment, launch: Launch, course_key: str) -> ReportTarget:
    """Return the target, with the endpoints as this launch gives them."""
    key = digest(launch.resource_link_id, course_key)
    # Line items of a list that has moved are looked for anew.
    LineItem.objects.filter(target__deployment=deployment, target__key_digest=key).exclude(
        target__lineitems_url=launch.services.lineitems_url
    ).delete()
    target, _made = ReportTarget.objects.update_or_create(
        deployment=deployment,
        key_digest=key,
        defaults={
            "resource_link_id": launch.resource_link_id,
            "course_key": course_key,
            "context_id": launch.context_id,
            "lineitems_url": launch.services.lineitems_url,
            "lineitem_url": launch.services.lineitem_url,
            "scopes": list(launch.services.scopes),
        },
    )
    return target

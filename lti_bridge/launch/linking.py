"""Whether a person who is new to a platform has an account here already, known by NIP.

docs/decisions/0041 says why each condition stands.
"""

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lti_bridge.host import course_host
from lti_bridge.models import LinkedAccount, Platform
from xblocks.records.api import officials_with_nip

from .errors import RefusedLaunchError

__all__ = ["account_with", "check_open", "lock"]


def check_open(user: AbstractBaseUser) -> None:
    """Raise RefusedLaunchError where no launch may sign in to the account: it is closed, or has risen since.

    Whoever became staff after a launch had made or found the account signs in here: else whoever
    administers an HR system would act as staff of ours.
    """
    if not user.is_active:
        raise RefusedLaunchError("account", _("Your account on the learning site was closed."))
    if course_host().outranks_launches(user.pk):
        raise RefusedLaunchError(
            "account",
            _("Your account may do more on the learning site than an HR system can open."),
            _("Sign in on the learning site itself, or ask its administrator."),
        )


def lock(platform: Platform) -> None:
    """Keep other launches from making accounts meanwhile, until the transaction ends.

    The platform's row is the lock under which its accounts are made. Platforms that are believed about NIP
    share their rows, so that one NIP that two of them name at once does not become two accounts. In the order
    of keys: two transactions never wait for each other.
    """
    ours = Q(pk=platform.pk)
    if platform.trusts_nip:
        ours |= Q(trusts_nip=True)
    list(Platform.objects.select_for_update().filter(ours).order_by("pk").values_list("pk", flat=True))


def account_with(nip: str, platform: Platform) -> int | None:
    """Return the user id of the one account that this NIP names for the platform, or None.

    None as well where the NIP is nobody's or not one account's alone, where the account is closed or may do
    more than learn, or where the platform knows the account under another ``sub``: it says then that these
    are two people. The caller holds ``lock``.
    """
    if not (nip and platform.trusts_nip):
        return None
    named = officials_with_nip(nip)
    if len(named) != 1:
        return None
    user = get_user_model().objects.filter(pk=named[0]).first()
    if user is None or not user.is_active or user.is_staff or user.is_superuser:
        return None
    if LinkedAccount.objects.filter(platform=platform, user_id=user.pk).exists():
        return None
    return None if course_host().is_privileged(user.pk) else int(user.pk)

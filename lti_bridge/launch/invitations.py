"""Invitations to register: a one-time link, and what happens when a platform follows it."""

import json
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from lti_bridge.models import Deployment, Platform, RegistrationInvitation
from lti_bridge.models.digests import digest
from lti_bridge.origins import origin

from .errors import RegistrationError, RegistrationInDoubtError
from .registration import (
    Configuration,
    Registered,
    ToolAddresses,
    read_configuration,
    read_registration,
    registration_request,
)

__all__ = ["DEFAULT_DAYS", "LONGEST_DAYS", "Introduction", "find_invitation", "invite", "register"]

log = logging.getLogger(__name__)

DEFAULT_DAYS = 7
LONGEST_DAYS = 90
TOKEN_LIMIT = 8_000


def invite(
    *, name: str, host: str = "", days: int = DEFAULT_DAYS, trusts_nip: bool = False, now: datetime
) -> tuple[RegistrationInvitation, str]:
    """Store an invitation and return it with the link's token, which is shown once and kept as a digest."""
    token = secrets.token_urlsafe(32)
    invitation = RegistrationInvitation.objects.create(
        token_digest=digest(token),
        name=name,
        host=host.lower(),
        trusts_nip=trusts_nip,
        expires_at=now + timedelta(days=days),
    )
    return invitation, token


def find_invitation(token: str, *, now: datetime) -> RegistrationInvitation:
    """Return the open invitation of the link; raises RegistrationError."""
    found = RegistrationInvitation.objects.filter(
        token_digest=digest(token), used_at__isnull=True, expires_at__gte=now
    ).first()
    if found is None:
        raise _not_open()
    return found


def _not_open() -> RegistrationError:
    return RegistrationError(
        "invitation",
        _("This link was used, is being used right now, or has expired."),
        _("Ask the administrator of the learning site for a new link."),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """What a platform hands over with the link: where its configuration is, and its own token, if any."""

    configuration_url: str
    registration_token: str


def register(token: str, said: Introduction, tool: ToolAddresses, *, now: datetime) -> Platform:
    """Register us at the platform, and the platform here; raises RegistrationError.

    The invitation is taken first, so that of two at once one goes on, and given back where surely nothing
    came of it. Talks to the platform: never call it inside a transaction.
    """
    invitation = find_invitation(token, now=now)
    mine = RegistrationInvitation.objects.filter(pk=invitation.pk)
    if not mine.filter(used_at__isnull=True).update(used_at=now):
        raise _not_open()
    try:
        configuration = _configuration(invitation, said)
        registered = _registered(configuration, said, tool)
        platform = _store(invitation, configuration, registered)
    except RegistrationInDoubtError:
        raise
    except RegistrationError:
        mine.update(used_at=None)
        raise
    log.info("platform %s registered itself with invitation %s", platform.pk, invitation.pk)
    return platform


def _configuration(invitation: RegistrationInvitation, said: Introduction) -> Configuration:
    from lti_bridge.addresses import fetch_pinned
    from lti_bridge.http import HttpError

    found = origin(said.configuration_url)
    token = said.registration_token
    # It goes into a header.
    if found is None or len(token) > TOKEN_LIMIT or not (token.isascii() and token.isprintable()):
        raise RegistrationError("openid_configuration", _("The HR system did not say where to find it."))
    if invitation.host and found[1] != invitation.host:
        raise RegistrationError("host", _("The link was made for another HR system."))
    try:
        reply = fetch_pinned("GET", said.configuration_url, headers={"Accept": "application/json"})
        document = reply.json() if reply.status == 200 else None
    except HttpError as error:
        # The text names a rule of ours or a class, never what was found behind the address.
        log.warning("registration: configuration not fetched: %s", error)
        raise RegistrationError(
            "openid_configuration", _("The HR system's OpenID configuration could not be fetched.")
        ) from error
    return read_configuration(document, url=said.configuration_url)


def _registered(configuration: Configuration, said: Introduction, tool: ToolAddresses) -> Registered:
    from lti_bridge.addresses import fetch_pinned
    from lti_bridge.http import HttpError, NoConnectionError, UrlNotAllowedError

    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    if said.registration_token:
        headers["Authorization"] = f"Bearer {said.registration_token}"
    body = json.dumps(registration_request(tool, name="Kapasitas")).encode()
    try:
        reply = fetch_pinned("POST", configuration.registration_endpoint, headers=headers, body=body)
        if reply.status in (200, 201):
            return read_registration(reply.json(), tool)
    except (NoConnectionError, UrlNotAllowedError) as error:
        raise RegistrationError(
            "registration_endpoint", _("The HR system could not be reached for the registration.")
        ) from error
    except HttpError as error:
        raise RegistrationInDoubtError(
            "registration_endpoint", _("The HR system's answer to the registration did not arrive whole.")
        ) from error
    if 400 <= reply.status < 500:
        raise RegistrationError(
            "registration_endpoint",
            _("The HR system refused the registration (status %(status)s).") % {"status": reply.status},
        )
    raise RegistrationInDoubtError(
        "registration_endpoint",
        _("The HR system did not confirm the registration (status %(status)s).") % {"status": reply.status},
    )


def _store(
    invitation: RegistrationInvitation, configuration: Configuration, registered: Registered
) -> Platform:
    """Write what was agreed; a registration that is there already is never changed."""
    try:
        with transaction.atomic():
            platform = Platform.objects.create(
                name=invitation.name,
                issuer=configuration.issuer,
                client_id=registered.client_id,
                auth_login_url=configuration.authorization_endpoint,
                auth_token_url=configuration.token_endpoint,
                key_set_url=configuration.jwks_uri,
                trusts_nip=invitation.trusts_nip,
            )
            if registered.deployment_id:
                Deployment.objects.create(platform=platform, deployment_id=registered.deployment_id)
            RegistrationInvitation.objects.filter(pk=invitation.pk).update(platform=platform)
    except IntegrityError as error:
        raise RegistrationInDoubtError(
            "client_id",
            _("The HR system gave a client id that is registered here already; nothing was changed."),
        ) from error
    return platform

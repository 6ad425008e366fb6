"""System checks of LTI 1.1; they read the tables."""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Warning
from django.utils.translation import gettext as _

from lti_bridge.models import LtiVersion, Platform, ReportTarget
from lti_bridge.origins import origin
from lti_bridge.reasons import told

__all__ = ["outcome_addresses", "shared_secrets"]


def shared_secrets() -> Iterator[CheckMessage]:
    """Yield the platforms whose launches cannot be verified, and to which no grade can be signed."""
    # Brings cryptography, which no process needs in order to start.
    from lti_bridge.secrets_at_rest import UnreadableSecretError, shared_secret

    for platform in Platform.objects.filter(lti_version=LtiVersion.V1_1).order_by("pk"):
        if not platform.encrypted_secret:
            yield Warning(
                _("The platform “{platform}” speaks LTI 1.1 and shares no secret with us.").format(
                    platform=platform.name
                ),
                hint=_("Make one with: manage.py lms lti_consumer --key KEY --name NAME"),
                id="kapasitas_lti.W041",
            )
            continue
        try:
            shared_secret(platform)
        except UnreadableSecretError:
            yield Warning(
                _("The secret that is shared with the platform “{platform}” cannot be read.").format(
                    platform=platform.name
                ),
                hint=_(
                    "Set KAPASITAS_LTI_KEY back, or name its former value in KAPASITAS_LTI_FORMER_KEYS, "
                    "or agree on a new secret with: manage.py lms lti_consumer --rotate"
                ),
                id="kapasitas_lti.W042",
            )


def outcome_addresses() -> Iterator[CheckMessage]:
    """Yield the places to which grades cannot go, each once however many links lead there."""
    from lti_bridge.http import UrlNotAllowedError, check_url

    targets = ReportTarget.objects.exclude(outcome_url="").select_related("deployment__platform")
    seen: set[tuple[str, object]] = set()
    for target in targets.order_by("pk").iterator():
        name = target.deployment.platform.name
        try:
            check_url(target.outcome_url)
        except UrlNotAllowedError as error:
            place = (name, origin(target.outcome_url))
            if place in seen:
                continue
            seen.add(place)
            yield Warning(
                _("The platform “{platform}” wants grades at an address that is not used: {error}.").format(
                    platform=name, error=told(str(error))
                ),
                hint=_(
                    "Register it with https, or name its host in KAPASITAS_LTI_ALLOW_HTTP_HOSTS where "
                    "the network between is your own."
                ),
                id="kapasitas_lti.W043",
            )

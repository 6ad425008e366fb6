"""What makes a registration one of LTI 1.1: a secret that is fit for it, and its only deployment."""

from lti_bridge.models import Deployment, Platform
from lti_bridge.models.digests import digest

__all__ = ["LEAST_SECRET", "MOST_SECRET", "give_deployment", "is_fit_secret"]

LEAST_SECRET = 16
MOST_SECRET = 255


def is_fit_secret(secret: str) -> bool:
    """Whether the text may be a shared secret: long enough not to be guessed, and what a form can carry."""
    return LEAST_SECRET <= len(secret) <= MOST_SECRET and secret.isprintable()


def give_deployment(platform: Platform) -> None:
    """Make the one deployment, with the empty id, unless it is there; the operator's act confirms it."""
    Deployment.objects.update_or_create(
        platform=platform, key_digest=digest(""), defaults={"deployment_id": "", "confirmed": True}
    )

"""Why a launch was refused.

The class decides the HTTP status and the remedy that the page shows::

    LaunchError
    ├── MalformedLaunchError      400  something is missing or has no valid form
    ├── UntrustedLaunchError      401  cannot be believed: signature, issuer, audience, times, nonce
    │   └── StaleLoginError       401  the login was used, has expired, or began in another browser
    ├── RefusedLaunchError        403  genuine, but not allowed here: deployment, target, account
    ├── PlatformUnreachableError  503  the platform's keys could not be fetched
    └── RegistrationError         400  a platform could not be registered; its invitation is good again
        └── RegistrationInDoubtError   the platform may have registered us; the invitation stays used

``fault`` names the parameter or claim at fault and goes to the log; it never holds a value sent.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

__all__ = [
    "LaunchError",
    "MalformedLaunchError",
    "PlatformUnreachableError",
    "RefusedLaunchError",
    "RegistrationError",
    "RegistrationInDoubtError",
    "StaleLoginError",
    "UntrustedLaunchError",
]

type Text = str | Promise


class LaunchError(Exception):
    """A launch was refused; see the module's tree."""

    status = 400
    heading: Text = _("The course could not be opened")
    remedy: Text = _("Go back to the HR system and open the course again.")

    def __init__(self, fault: str, message: Text, remedy: Text = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.message = message
        if remedy:
            self.remedy = remedy


class MalformedLaunchError(LaunchError):
    """Something is missing or has no valid form."""

    status = 400
    remedy = _("Ask the administrator of the HR system to check the settings of this tool.")


class UntrustedLaunchError(LaunchError):
    """The launch cannot be believed."""

    status = 401
    remedy = _(
        "Go back to the HR system and open the course again. "
        "If it happens again, tell the administrator of the HR system."
    )


class StaleLoginError(UntrustedLaunchError):
    """The login was used, has expired, or began in another browser."""

    remedy = _(
        "Go back to the HR system and open the course again, in the same browser and with cookies allowed."
    )


class RefusedLaunchError(LaunchError):
    """The launch is genuine, but not allowed here."""

    status = 403
    remedy = _("Ask the administrator of the learning site to allow it.")


class PlatformUnreachableError(LaunchError):
    """The platform's keys could not be fetched."""

    status = 503
    remedy = _("Wait a few minutes, then open the course again from the HR system.")


class RegistrationError(LaunchError):
    """A platform could not be registered: nothing was written, and its invitation is good again."""

    heading = _("The HR system could not be registered")
    remedy = _("Correct it in the HR system and open the link again, or register by hand (lti_platform).")


class RegistrationInDoubtError(RegistrationError):
    """The platform may have registered us and did not say so clearly; the invitation stays used."""

    status = 502
    remedy = _(
        "Look in the HR system whether this tool is registered there. If it is, remove it; then ask the "
        "administrator of the learning site for a new link."
    )

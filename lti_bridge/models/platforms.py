"""Who may launch into us, and the keys we sign with."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .digests import DIGEST_LENGTH, digest

__all__ = ["Deployment", "LtiVersion", "Platform", "RegistrationInvitation", "ToolKey"]


class LtiVersion(models.TextChoices):
    """The version of LTI that a platform speaks; each registration speaks one."""

    V1_1 = "1.1", "LTI 1.1"
    V1_3 = "1.3", "LTI 1.3"


class Platform(models.Model):
    """An HR system that launches officials into courses: one client id (LTI 1.3) or consumer key (LTI 1.1).

    With LTI 1.1, ``client_id`` is the consumer key, ``issuer`` and the three addresses are empty, and the
    only deployment has the empty id.

    .. no_pii:
    """

    name = models.CharField(_("name"), max_length=255)
    lti_version = models.CharField(
        _("LTI version"), max_length=3, choices=LtiVersion.choices, default=LtiVersion.V1_3
    )
    enabled = models.BooleanField(
        _("in use"),
        default=True,
        help_text=_("Where this is off, launches are refused, and results wait until it is on again."),
    )
    issuer = models.CharField(_("issuer"), max_length=255, blank=True)
    client_id = models.CharField(_("client id"), max_length=255)
    key_digest = models.CharField(max_length=DIGEST_LENGTH, editable=False)
    auth_login_url = models.URLField(_("authentication request URL"), max_length=500, blank=True)
    auth_token_url = models.URLField(_("access token URL"), max_length=500, blank=True)
    key_set_url = models.URLField(_("public key set URL"), max_length=500, blank=True)
    token_audience = models.CharField(
        _("audience of token requests"),
        max_length=500,
        blank=True,
        help_text=_("Only where the HR system asks for another audience than its access token URL."),
    )
    # LTI 1.1: the shared secret, encrypted (lti_bridge.keys); written and never shown.
    encrypted_secret = models.TextField(blank=True, editable=False)
    trusts_nip = models.BooleanField(
        _("NIP is believed"),
        default=False,
        help_text=_("The NIP in this platform's launches is taken into the official's record."),
    )
    overwrites_changes = models.BooleanField(
        _("changed values are overwritten"),
        default=False,
        help_text=_(
            "A result that the HR system changed after we sent it is overwritten by the next one. "
            "Where this is off, the next one waits until somebody has decided."
        ),
    )
    sends_per_second = models.PositiveIntegerField(
        _("results sent per second at most"),
        null=True,
        blank=True,
        help_text=_("Empty: as many as the settings allow."),
    )
    # The circuit breaker: failures in a row that say the system is down, and until when it is left alone.
    failures_in_row = models.PositiveIntegerField(default=0, editable=False)
    circuit_open_until = models.DateTimeField(_("left alone until"), null=True, editable=False)
    circuit_reason = models.CharField(_("left alone because"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("platform")
        verbose_name_plural = _("platforms")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key_digest"],
                name="kapasitas_lti_platform_issuer_client",
                violation_error_message=_("This issuer is already registered with this client id."),
            ),
            models.CheckConstraint(
                condition=Q(lti_version__in=LtiVersion.values), name="kapasitas_lti_platform_version"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Save with the digest that makes (issuer, client id) unique letter by letter."""
        self.key_digest = digest(self.issuer, self.client_id)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Deployment(models.Model):
    """A place in a platform where the tool was installed.

    .. no_pii:
    """

    platform = models.ForeignKey(
        Platform, on_delete=models.PROTECT, related_name="deployments", verbose_name=_("platform")
    )
    deployment_id = models.CharField(_("deployment id"), max_length=255)
    key_digest = models.CharField(max_length=DIGEST_LENGTH, editable=False)
    confirmed = models.BooleanField(
        _("confirmed"),
        default=True,
        help_text=_("Off: first named by a launch; nothing is launched from it before it is confirmed."),
    )

    class Meta:
        verbose_name = _("deployment")
        verbose_name_plural = _("deployments")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["platform", "key_digest"],
                name="kapasitas_lti_deployment_once",
                violation_error_message=_("This deployment is already registered."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.platform}: {self.deployment_id}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Save with the digest that makes the id unique letter by letter."""
        self.key_digest = digest(self.deployment_id)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class RegistrationInvitation(models.Model):
    """A one-time link by which a platform may register itself (LTI Dynamic Registration 1.0).

    Only the digest of the link's token is stored. ``host`` is the only host that may use it, or empty.

    .. no_pii:
    """

    token_digest = models.CharField(max_length=DIGEST_LENGTH, editable=False)
    name = models.CharField(_("name"), max_length=255)
    host = models.CharField(_("host"), max_length=255, blank=True)
    trusts_nip = models.BooleanField(_("NIP is believed"), default=False)
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    platform = models.ForeignKey(
        Platform,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("platform"),
    )

    class Meta:
        verbose_name = _("invitation to register")
        verbose_name_plural = _("invitations to register")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token_digest"], name="kapasitas_lti_invitation_once")
        ]

    def __str__(self) -> str:
        return self.name


class ToolKey(models.Model):
    """A key pair of ours. The newest active one signs; all that are stored are published.

    .. no_pii:
    """

    kid = models.CharField("kid", max_length=64)
    encrypted_private_key = models.TextField(editable=False)
    active = models.BooleanField(_("signs"), default=True)
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)

    class Meta:
        verbose_name = _("tool key")
        verbose_name_plural = _("tool keys")
        constraints: ClassVar = [models.UniqueConstraint(fields=["kid"], name="kapasitas_lti_toolkey_kid")]

    def __str__(self) -> str:
        return self.kid

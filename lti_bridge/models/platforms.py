"""Who may launch into us, and the keys we sign with."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .digests import DIGEST_LENGTH, digest

__all__ = ["Deployment", "Platform", "ToolKey"]


class Platform(models.Model):
    """An HR system that launches officials into courses (LTI 1.3 platform, one client id).

    .. no_pii:
    """

    name = models.CharField(_("name"), max_length=255)
    issuer = models.CharField(_("issuer"), max_length=255)
    client_id = models.CharField(_("client id"), max_length=255)
    key_digest = models.CharField(max_length=DIGEST_LENGTH, editable=False)
    auth_login_url = models.URLField(_("authentication request URL"), max_length=500)
    auth_token_url = models.URLField(_("access token URL"), max_length=500)
    key_set_url = models.URLField(_("public key set URL"), max_length=500)
    trusts_nip = models.BooleanField(
        _("NIP is believed"),
        default=False,
        help_text=_("The NIP in this platform's launches is taken into the official's record."),
    )

    class Meta:
        verbose_name = _("platform")
        verbose_name_plural = _("platforms")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key_digest"],
                name="kapasitas_lti_platform_issuer_client",
                violation_error_message=_("This issuer is already registered with this client id."),
            )
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

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="deployments")
    deployment_id = models.CharField(_("deployment id"), max_length=255)
    key_digest = models.CharField(max_length=DIGEST_LENGTH, editable=False)

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

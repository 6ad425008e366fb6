"""Launches: one-time states, linked accounts, and the places that want to hear of results."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .digests import DIGEST_LENGTH, digest
from .platforms import Deployment, Platform

__all__ = [
    "DeepLinkRequest",
    "Enrolment",
    "LaunchTicket",
    "LinkedAccount",
    "LoginState",
    "OneTimeNonce",
    "ReportTarget",
]


class LoginState(models.Model):
    """A login that we have begun: good for one launch, in the browser that began it.

    Only digests are stored, so that a reader of the database cannot finish somebody's login.

    .. no_pii:
    """

    state_digest = models.CharField(max_length=DIGEST_LENGTH)
    nonce_digest = models.CharField(max_length=DIGEST_LENGTH)
    browser_digest = models.CharField(max_length=DIGEST_LENGTH)
    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="+")
    target_link_uri = models.CharField(max_length=2000)
    # The platform's frame that keeps data for us where cookies are blocked (lti_storage_target); else empty.
    storage_target = models.CharField(max_length=255, blank=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state_digest"], name="kapasitas_lti_loginstate_once")
        ]

    def __str__(self) -> str:
        return f"login state {self.pk}"


class OneTimeNonce(models.Model):
    """A nonce of an LTI 1.1 launch, kept until no launch with its timestamp can be accepted any more.

    .. no_pii:
    """

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="+")
    nonce_digest = models.CharField(max_length=DIGEST_LENGTH)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["platform", "nonce_digest"], name="kapasitas_lti_nonce_once")
        ]

    def __str__(self) -> str:
        return f"nonce {self.pk}"


class LaunchTicket(models.Model):
    """A verified launch that goes on in a window of its own, because its frame may keep no cookies.

    Good once, for a short time; only its digest is stored.

    .. no_pii:
    """

    token_digest = models.CharField(max_length=DIGEST_LENGTH)
    account = models.ForeignKey("LinkedAccount", on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=2000)
    return_url = models.CharField(max_length=2000, blank=True)
    locale = models.CharField(max_length=35, blank=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token_digest"], name="kapasitas_lti_ticket_once")
        ]

    def __str__(self) -> str:
        return f"launch ticket {self.pk}"


class DeepLinkRequest(models.Model):
    """A platform's request to choose content (LTI Deep Linking 2.0): answered once, by who was launched.

    ``data`` is the platform's opaque text, echoed as it came.

    .. no_pii:
    """

    token_digest = models.CharField(max_length=DIGEST_LENGTH)
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="+")
    return_url = models.CharField(max_length=2000)
    data = models.TextField(blank=True)
    accepts_several = models.BooleanField(default=False)
    accepts_line_items = models.BooleanField(default=True)
    title = models.CharField(max_length=255, blank=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token_digest"], name="kapasitas_lti_deeplink_once")
        ]

    def __str__(self) -> str:
        return f"deep link request {self.pk}"


class LinkedAccount(models.Model):
    """The account that a platform's user has here. Never linked to an account made otherwise.

    .. pii: the platform's identifier of the person, needed to report results to it
    .. pii_types: id
    .. pii_retirement: local_api
    """

    platform = models.ForeignKey(
        Platform, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("platform")
    )
    sub = models.CharField(_("id there (sub)"), max_length=255)
    sub_digest = models.CharField(max_length=DIGEST_LENGTH, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="kapasitas_lti_accounts",
        verbose_name=_("account"),
    )
    linked_at = models.DateTimeField(_("linked at"), auto_now_add=True)

    class Meta:
        verbose_name = _("linked account")
        verbose_name_plural = _("linked accounts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["platform", "sub_digest"], name="kapasitas_lti_account_once")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Save with the digest that keeps "a" and "A" two people."""
        self.sub_digest = digest(self.sub)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class ReportTarget(models.Model):
    """A resource link of a platform through which a course is launched: results go back there.

    .. no_pii:
    """

    deployment = models.ForeignKey(
        Deployment, on_delete=models.PROTECT, related_name="targets", verbose_name=_("deployment")
    )
    resource_link_id = models.CharField(_("resource link id"), max_length=255)
    course_key = models.CharField(_("course key"), max_length=255, db_index=True)
    key_digest = models.CharField(max_length=DIGEST_LENGTH, editable=False)
    context_id = models.CharField(_("context id"), max_length=255, blank=True)
    lineitems_url = models.CharField(_("URL of the line items"), max_length=2000, blank=True)
    lineitem_url = models.CharField(_("URL of the line item"), max_length=2000, blank=True)
    scopes = models.JSONField(_("granted scopes"), default=list)
    # NRPS 2.0, and where its next differences are asked for; empty where the launch granted none.
    memberships_url = models.CharField(_("URL of the roster"), max_length=2000, blank=True)
    differences_url = models.CharField(_("URL of the roster's next differences"), max_length=2000, blank=True)
    # LTI 1.1 Basic Outcomes.
    outcome_url = models.CharField(_("URL of the outcome service"), max_length=2000, blank=True)
    # Nothing is sent before the platform's results were read: set after a restore.
    reconcile_first = models.BooleanField(_("results are read before anything is sent"), default=False)
    # Why nothing can be sent to this target until somebody changes something; empty = not blocked.
    blocked_reason = models.CharField(_("blocked because"), max_length=500, blank=True)
    # Held by the worker that is creating a line item here, until that time.
    line_item_lock_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("report target")
        verbose_name_plural = _("report targets")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deployment", "key_digest"], name="kapasitas_lti_target_once")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk} ({self.course_key})"

    def save(self, *args: object, **kwargs: object) -> None:
        """Save with the digest of (resource link, course)."""
        self.key_digest = digest(self.resource_link_id, self.course_key)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Enrolment(models.Model):
    """That a linked account was launched into a target, and whether its results are reported there.

    Its row is the lock under which deliveries for (target, account) are numbered.

    .. pii: the platform's name of the person's result (LTI 1.1), needed to report it there
    .. pii_types: id
    .. pii_retirement: local_api
    """

    target = models.ForeignKey(
        ReportTarget, on_delete=models.PROTECT, related_name="enrolments", verbose_name=_("report target")
    )
    account = models.ForeignKey(
        LinkedAccount, on_delete=models.PROTECT, related_name="enrolments", verbose_name=_("linked account")
    )
    # Someone launched as instructor only is no learner there; platforms refuse scores for them.
    reports = models.BooleanField(_("results are reported"), default=True)
    # LTI 1.1: names this person's result at this target (lis_result_sourcedid), as launched last.
    result_sourcedid = models.CharField(max_length=2000, blank=True, editable=False)
    launched_at = models.DateTimeField(_("last launched at"))

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target", "account"], name="kapasitas_lti_enrolment_once")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

"""Rosters: who a platform says belongs to a course there (LTI Names and Role Provisioning Services 2.0)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .digests import DIGEST_LENGTH, digest
from .launches import ReportTarget

__all__ = ["RosterMember", "RosterReading"]


class RosterReading(models.Model):
    """One reading of a target's roster, with what it changed; ``problem`` is empty where it went well.

    .. no_pii:
    """

    target = models.ForeignKey(
        ReportTarget,
        on_delete=models.CASCADE,
        related_name="roster_readings",
        verbose_name=_("report target"),
    )
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    # Whether only the differences since the former reading were asked for.
    differences = models.BooleanField(_("differences only"), default=False)
    members = models.PositiveIntegerField(_("members"), default=0)
    joined = models.PositiveIntegerField(_("joined"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    left = models.PositiveIntegerField(_("left"), default=0)
    problem = models.CharField(_("problem"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("reading of a roster")
        verbose_name_plural = _("readings of rosters")
        indexes: ClassVar = [
            models.Index(fields=["target", "started_at"], name="kapasitas_lti_roster_reading")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class RosterMember(models.Model):
    """A person on a target's roster. ``left_at`` is set when the platform no longer names them.

    .. pii: the platform's identifier and name of the person, so that HR sees who has not begun
    .. pii_types: id, name
    .. pii_retirement: local_api
    """

    target = models.ForeignKey(
        ReportTarget, on_delete=models.CASCADE, related_name="members", verbose_name=_("report target")
    )
    sub = models.CharField(_("id there (sub)"), max_length=255)
    sub_digest = models.CharField(max_length=DIGEST_LENGTH, editable=False)
    full_name = models.CharField(_("name"), max_length=255, blank=True)
    is_learner = models.BooleanField(_("learner"), default=True)
    is_instructor = models.BooleanField(_("instructor"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined at"))
    changed_at = models.DateTimeField(_("changed at"))
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)

    class Meta:
        verbose_name = _("member of a roster")
        verbose_name_plural = _("members of rosters")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target", "sub_digest"], name="kapasitas_lti_member_once")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Save with the digest that keeps "a" and "A" two people."""
        self.sub_digest = digest(self.sub)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

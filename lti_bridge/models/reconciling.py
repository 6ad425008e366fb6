"""Reconciliations: what we hold, what we sent, what the platform holds, and where they part."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .launches import LinkedAccount, ReportTarget
from .outbox import ReportKind

__all__ = ["Discrepancy", "DiscrepancyKind", "Reconciliation"]


class Reconciliation(models.Model):
    """One reading of a target's results against ours; ``problem`` is empty where it went well.

    .. no_pii:
    """

    target = models.ForeignKey(
        ReportTarget,
        on_delete=models.CASCADE,
        related_name="reconciliations",
        verbose_name=_("report target"),
    )
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    compared = models.PositiveIntegerField(_("results compared"), default=0)
    found = models.PositiveIntegerField(_("discrepancies found"), default=0)
    resolved = models.PositiveIntegerField(_("discrepancies that are gone"), default=0)
    problem = models.CharField(_("problem"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        indexes: ClassVar = [
            models.Index(fields=["target", "started_at"], name="kapasitas_lti_reconciled_at")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class DiscrepancyKind(models.TextChoices):
    """How ours and theirs part."""

    MISSING = "missing", _("missing there")
    CHANGED = "changed", _("changed there")
    OUTDATED = "outdated", _("an earlier value there")
    UNKNOWN = "unknown", _("not ours")


class Discrepancy(models.Model):
    """That a platform's result is not what we sent; open until ``resolved_at``.

    ``ours`` is the newest value, ``sent`` the last one that was delivered, ``theirs`` what was read; points
    of ``maximum``; None where there is none. ``account`` is None for a person whom we do not know.

    .. no_pii:
    """

    target = models.ForeignKey(
        ReportTarget, on_delete=models.CASCADE, related_name="discrepancies", verbose_name=_("report target")
    )
    account = models.ForeignKey(
        LinkedAccount,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="discrepancies",
        verbose_name=_("linked account"),
    )
    report_kind = models.CharField(_("report"), max_length=16, choices=ReportKind.choices)
    kind = models.CharField(_("kind"), max_length=16, choices=DiscrepancyKind.choices)
    ours = models.DecimalField(_("ours"), max_digits=8, decimal_places=2, null=True, blank=True)
    sent = models.DecimalField(_("sent"), max_digits=8, decimal_places=2, null=True, blank=True)
    theirs = models.DecimalField(_("theirs"), max_digits=8, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField(_("maximum"), max_digits=8, decimal_places=2)
    found_at = models.DateTimeField(_("found at"))
    seen_at = models.DateTimeField(_("last seen at"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)

    class Meta:
        verbose_name = _("discrepancy")
        verbose_name_plural = _("discrepancies")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=DiscrepancyKind.values), name="kapasitas_lti_discrepancy_kind"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["target", "resolved_at"], name="kapasitas_lti_discrepancy_open"),
            models.Index(
                fields=["account", "report_kind", "resolved_at"], name="kapasitas_lti_discrepancy_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

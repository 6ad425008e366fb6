"""Which items were shown, what was worked out about them, and where levels begin. Facts that never change."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Calibration", "CutScore", "ItemParameters", "Presentation"]


class Calibration(models.Model):
    """The items' parameters as one run found them. A person activates it; nothing else of it ever changes.

    ``report`` and ``link`` are as ``competency.calibration_report`` says: aggregates, no person. In use is
    the bank's that was activated last; attempts keep the one they began with.

    .. pii: the accounts that made and activated it, to answer for it
    .. pii_types: id
    .. pii_retirement: retained
    """

    bank_id = models.CharField(_("bank"), max_length=100)
    number = models.PositiveIntegerField(_("number"))
    family = models.CharField(_("model"), max_length=10)
    persons = models.PositiveIntegerField(_("people"))
    log_likelihood = models.FloatField(_("log-likelihood"))
    report = models.JSONField(_("report"))
    link = models.JSONField(_("link"))
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    activated_at = models.DateTimeField(_("activated at"), null=True)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("calibration")
        verbose_name_plural = _("calibrations")
        constraints = [
            models.UniqueConstraint(
                fields=["bank_id", "number"],
                name="kapasitas_calibration_number",
                violation_error_message="A bank has one calibration of a number.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.bank_id}#{self.number}"


class ItemParameters(models.Model):
    """One item's parameters in one calibration, known by the item's fingerprint whatever the bank's version.

    .. no_pii:
    """

    calibration = models.ForeignKey(
        Calibration, on_delete=models.CASCADE, related_name="parameters", verbose_name=_("calibration")
    )
    item_id = models.CharField(_("item"), max_length=100)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    model = models.CharField(_("model"), max_length=10)
    a = models.FloatField("a")
    c = models.FloatField("c", default=0.0)
    steps = models.JSONField("b")
    errors = models.JSONField(_("standard errors"))
    answers = models.PositiveIntegerField(_("answers"))
    standing = models.CharField(_("standing"), max_length=20)

    class Meta:
        verbose_name = _("item parameters")
        verbose_name_plural = _("item parameters")
        constraints = [
            models.UniqueConstraint(
                fields=["calibration", "item_id"],
                name="kapasitas_item_in_calibration",
                violation_error_message="A calibration holds an item once.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id} #{self.calibration_id}"


class CutScore(models.Model):
    """Where a level begins on a bank's scale. Append-only: the newest of a bank and level is in force.

    .. pii: the account that adopted it, to answer for it
    .. pii_types: id
    .. pii_retirement: retained
    """

    bank_id = models.CharField(_("bank"), max_length=100)
    level = models.PositiveSmallIntegerField(_("level"))
    theta = models.FloatField(_("cut (logits)"))
    se = models.FloatField(_("standard error"))
    source = models.JSONField(_("source"))
    adopted_at = models.DateTimeField(_("adopted at"))
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("cut score")
        verbose_name_plural = _("cut scores")
        indexes = [models.Index(fields=["bank_id", "level"], name="kapasitas_cut_of_level")]

    def __str__(self) -> str:
        return f"{self.bank_id}: {self.level}"


class Presentation(models.Model):
    """An item of a bank that an attempt showed to a learner. Append-only.

    ``pilot``: it was on trial and counted for nothing.

    .. pii: which items a learner was asked, linked to the account
    .. pii_types: other
    .. pii_retirement: local_api
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="kapasitas_presentations",
        verbose_name=_("account"),
    )
    usage_key = models.CharField(_("block"), max_length=255)
    attempt = models.PositiveIntegerField(_("attempt"))
    bank_id = models.CharField(_("bank"), max_length=100)
    bank_version = models.CharField(_("version"), max_length=50)
    item_id = models.CharField(_("item"), max_length=100)
    pilot = models.BooleanField(_("on trial"), default=False)
    shown_at = models.DateTimeField(_("shown at"))

    class Meta:
        verbose_name = _("presented item")
        verbose_name_plural = _("presented items")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "usage_key", "attempt", "item_id"],
                name="kapasitas_presented_once",
                violation_error_message="An attempt shows an item once.",
            )
        ]
        indexes = [models.Index(fields=["bank_id", "item_id"], name="kapasitas_presented_item")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

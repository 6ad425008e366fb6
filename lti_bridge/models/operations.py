"""The audit trail: what operators did to the bridge, and why."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .launches import ReportTarget
from .outbox import Delivery
from .platforms import Platform

__all__ = ["OperatorAction", "OperatorActionKind"]


class OperatorActionKind(models.TextChoices):
    """What was done."""

    REPLAYED = "replayed", _("tried again")
    WAIVED = "waived", _("waived")
    UNBLOCKED = "unblocked", _("unblocked")
    RECONCILED = "reconciled", _("reconciled")
    SENT_OURS = "sent_ours", _("our value sent")
    KEPT_THEIRS = "kept_theirs", _("their value kept")
    CIRCUIT_CLOSED = "circuit_closed", _("sent again at once")


class OperatorAction(models.Model):
    """One thing that an operator did; written in its transaction, never changed or deleted.

    ``by`` is None for a command of the shell. Several deliveries at once
    have a row each, with the same ``group``.

    .. pii: the account that acted, to answer for it
    .. pii_types: id
    .. pii_retirement: retained
    """

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    kind = models.CharField(_("what was done"), max_length=16, choices=OperatorActionKind.choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    group = models.UUIDField(_("group"), editable=False)
    platform = models.ForeignKey(
        Platform,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("platform"),
    )
    target = models.ForeignKey(
        ReportTarget,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("report target"),
    )
    delivery = models.ForeignKey(
        Delivery,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="operator_actions",
        verbose_name=_("delivery"),
    )

    class Meta:
        verbose_name = _("operator's action")
        verbose_name_plural = _("operators' actions")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=OperatorActionKind.values), name="kapasitas_lti_action_kind"
            ),
            models.CheckConstraint(
                condition=~Q(kind="waived") | ~Q(reason=""), name="kapasitas_lti_action_reason"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="kapasitas_lti_action_at")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk} ({self.get_kind_display()})"

"""The outbox: the states that platforms must come to know, and every attempt to tell them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .launches import LinkedAccount, ReportTarget
from .platforms import Platform

__all__ = ["Delivery", "DeliveryAttempt", "DeliveryState", "LineItem", "ReportKind"]


class ReportKind(models.TextChoices):
    """What is reported; each kind has a line item of its own."""

    COMPLETION = "completion", _("completion")
    GRADE = "grade", _("grade")


class DeliveryState(models.TextChoices):
    """Where a delivery stands."""

    PENDING = "pending", _("waiting")
    IN_FLIGHT = "in_flight", _("being sent")
    DELIVERED = "delivered", _("delivered")
    SUPERSEDED = "superseded", _("superseded")
    DEAD = "dead", _("given up")
    BLOCKED = "blocked", _("blocked")
    # The platform holds a value that we did not send: somebody decides which one stands.
    HELD = "held", _("held")
    WAIVED = "waived", _("waived")


class LineItem(models.Model):
    """The URL of our line item in a target, once it was found or created there.

    .. no_pii:
    """

    target = models.ForeignKey(ReportTarget, on_delete=models.CASCADE, related_name="line_items")
    tag = models.CharField(max_length=64)
    url = models.CharField(max_length=2000)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target", "tag"], name="kapasitas_lti_lineitem_once")
        ]

    def __str__(self) -> str:
        return f"line item {self.pk}"


class Delivery(models.Model):
    """One state of one learner that one target must know: a row of the outbox.

    The newest sequence of (target, account, kind) is the one to send; older ones are superseded.
    ``wire_timestamp`` is chosen at the first send and repeated byte for byte on each retry.

    .. no_pii:
    """

    # The target's platform once more, so that what is due there is found by one index.
    platform = models.ForeignKey(
        Platform,
        on_delete=models.PROTECT,
        related_name="deliveries",
        editable=False,
        verbose_name=_("platform"),
    )
    target = models.ForeignKey(
        ReportTarget, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("report target")
    )
    account = models.ForeignKey(
        LinkedAccount, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("linked account")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=ReportKind.choices)
    sequence = models.PositiveIntegerField(_("sequence"))
    value = models.DecimalField(_("value"), max_digits=6, decimal_places=2)
    maximum = models.DecimalField(_("maximum"), max_digits=6, decimal_places=2)
    # Whether the course was complete when the state arose (AGS activityProgress).
    completed = models.BooleanField(_("course complete"))
    event_time = models.DateTimeField(_("arose at"))
    state = models.CharField(
        _("state"), max_length=16, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    wire_timestamp = models.DateTimeField(_("timestamp sent"), null=True, blank=True)
    not_before = models.DateTimeField(_("not before"))
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    # Counts claims; a worker settles a row only while the count is the one it claimed with.
    attempt_count = models.PositiveIntegerField(_("attempts"), default=0)
    # The last attempt may have arrived: read the result back before sending again.
    ambiguous = models.BooleanField(_("may have arrived"), default=False)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["target", "account", "kind", "sequence"], name="kapasitas_lti_delivery_sequence"
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0, value__lte=F("maximum"), maximum__gt=0),
                name="kapasitas_lti_delivery_value",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="kapasitas_lti_delivery_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="in_flight") | Q(lease_until__isnull=False),
                name="kapasitas_lti_delivery_lease",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["platform", "state", "not_before"], name="kapasitas_lti_delivery_due")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk} ({self.get_kind_display()} {self.sequence})"

    def save(self, *args: object, **kwargs: object) -> None:
        """Save with the target's platform."""
        if not self.platform_id:
            self.platform_id = self.target.deployment.platform_id
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class DeliveryAttempt(models.Model):
    """One attempt, written before it starts and finished when its outcome is known; never changed after.

    An attempt without an outcome is one whose worker died: nobody knows whether it arrived.
    The message names statuses and fields, never a person.

    .. no_pii:
    """

    delivery = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("delivery")
    )
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, blank=True)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    error_class = models.CharField(_("error"), max_length=64, blank=True)
    message = models.CharField(_("message"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, outcome="")
                | Q(finished_at__isnull=False) & ~Q(outcome=""),
                name="kapasitas_lti_attempt_finished",
            )
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

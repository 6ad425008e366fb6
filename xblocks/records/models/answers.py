"""What learners answered. Append-only."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Response"]


class Response(models.Model):
    """A learner's answer to one item, given up for scoring. Append-only.

    ``answered_at`` is the learner's own clock, for information; ``received_at`` is ours.

    .. pii: what a learner answered, linked to the account
    .. pii_types: other
    .. pii_retirement: local_api
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="kapasitas_responses",
        verbose_name=_("account"),
    )
    usage_key = models.CharField(_("block"), max_length=255)
    attempt = models.PositiveIntegerField(_("attempt"))
    item_id = models.CharField(_("item"), max_length=100)
    client_uuid = models.UUIDField(_("number by the browser (UUID)"))
    response = models.JSONField(_("answer"))
    fraction = models.DecimalField(_("share of the points"), max_digits=7, decimal_places=6)
    points = models.DecimalField(_("points"), max_digits=10, decimal_places=6)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(
                # Within an attempt only: the client chooses the uuid, and one that it uses again elsewhere
                # must not hide an answer.
                fields=["user", "usage_key", "attempt", "client_uuid"],
                name="kapasitas_response_once",
                violation_error_message="This answer was recorded already.",
            )
        ]
        indexes = [models.Index(fields=["usage_key", "item_id"], name="kapasitas_response_item")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

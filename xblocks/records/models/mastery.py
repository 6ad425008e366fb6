"""Evidence of competencies, and people's decisions about them. Append-only."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xblocks.competency.evidence import EvidenceKind
from xblocks.competency.levels import HIGHEST
from xblocks.competency.mastery import MasteryStatus

__all__ = ["KIND_NAMES", "STATUS_NAMES", "Evidence", "MasteryOverride"]

KIND_NAMES = {
    EvidenceKind.ITEM: _("items"),
    EvidenceKind.RUBRIC: _("rubric"),
    EvidenceKind.MENTOR: _("mentor"),
    EvidenceKind.PORTFOLIO: _("portfolio"),
    EvidenceKind.SELF: _("self-assessment"),
}
STATUS_NAMES = {
    MasteryStatus.DEMONSTRATED: _("Demonstrated"),
    MasteryStatus.PARTIALLY_ATTEMPTED: _("Not certain yet"),
    MasteryStatus.NOT_DEMONSTRATED: _("Not demonstrated"),
}


class Evidence(models.Model):
    """What one attempt at one block says of one competency of a learner. Append-only.

    A rescore that comes to something else adds the next revision; one without items takes the evidence back.
    ``theta`` and ``se`` are those of ``xblocks.competency.evidence``. ``occurred_at`` is when the learner did
    it, ``recorded_at`` when this revision was made.

    .. pii: an estimate of what a person can do, linked to the account
    .. pii_types: other
    .. pii_retirement: local_api
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="kapasitas_evidence",
        verbose_name=_("account"),
    )
    usage_key = models.CharField(_("block"), max_length=255)
    attempt = models.PositiveIntegerField(_("attempt"))
    competency_id = models.CharField(_("competency id"), max_length=100)
    kind = models.CharField(
        _("kind"), max_length=20, choices=[(one.value, name) for one, name in KIND_NAMES.items()]
    )
    revision = models.PositiveIntegerField(_("revision"))
    observable = models.TextField(_("what was observed"), blank=True)
    theta = models.FloatField(_("ability"))
    se = models.FloatField(_("standard error"))
    items = models.PositiveIntegerField(_("number of items"))
    share = models.DecimalField(_("share of the points"), max_digits=7, decimal_places=6)
    scale = models.CharField(_("scale"), max_length=100, blank=True)
    model_version = models.CharField(_("calibration"), max_length=120)
    occurred_at = models.DateTimeField(_("observed at"))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "usage_key", "attempt", "competency_id", "kind", "revision"],
                name="kapasitas_evidence_revision",
                violation_error_message="This revision of the evidence is recorded already.",
            )
        ]
        indexes = [models.Index(fields=["user", "competency_id"], name="kapasitas_evidence_of_person")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class MasteryOverride(models.Model):
    """A person's decision about a competency of another, which stands above what is found. Append-only.

    The newest of a competency holds. Without level and status it withdraws the one before: the finding
    holds again.

    .. pii: a decision about what a person can do, with its reason, linked to the account
    .. pii_types: other
    .. pii_retirement: local_api
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="kapasitas_overrides",
        verbose_name=_("account"),
    )
    competency_id = models.CharField(_("competency id"), max_length=100)
    level = models.PositiveSmallIntegerField(_("level"), null=True)
    status = models.CharField(
        _("status"),
        max_length=30,
        blank=True,
        choices=[(one.value, name) for one, name in STATUS_NAMES.items()],
    )
    reason = models.TextField(_("reason"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("decision about a competency")
        verbose_name_plural = _("decisions about competencies")
        constraints = [
            models.CheckConstraint(
                # A comparison with NULL is no refusal: that there is a level is said too.
                condition=Q(level__isnull=True, status="")
                | Q(
                    level__isnull=False,
                    level__range=(0, HIGHEST),
                    status__in=[status.value for status in MasteryStatus],
                ),
                name="kapasitas_override_whole",
                violation_error_message="A decision has a level and a status, or neither.",
            )
        ]
        indexes = [models.Index(fields=["user", "competency_id"], name="kapasitas_override_of_person")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

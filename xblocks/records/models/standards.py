"""Where the line is drawn, and who asked for a calibration."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["CalibrationFamily", "CalibrationRequest", "PartialFamily", "StandardMethod", "StandardSetting"]


class StandardMethod(models.TextChoices):
    """How a standard is set (``competency.panels.Method``)."""

    ANGOFF = "angoff", _("Modified Angoff: a panel judges every item")
    BOOKMARK = "bookmark", _("Bookmark: a panel marks a booklet ordered by difficulty")
    CONTRASTING = "contrasting", _("Contrasting groups: people known to be competent, and not yet")


class CalibrationFamily(models.TextChoices):
    """The models of items that are right or wrong that a person may choose among."""

    ONE_PL = "1PL", _("1PL (Rasch): difficulty only; for few answers")
    TWO_PL = "2PL", _("2PL: difficulty and discrimination; the usual choice")
    THREE_PL = "3PL", _("3PL: guessing too; for 500 answers or more")


class PartialFamily(models.TextChoices):
    """The models of items with partial points that a person may choose among."""

    GPCM = "GPCM", _("GPCM: generalised partial credit; the usual choice")
    GRM = "GRM", _("GRM: graded response; where more points always mean more competence")


class StandardSetting(models.Model):
    """A standard as a panel or two groups set it, for one level of one bank version.

    ``data`` holds the sheets: judges are numbers, and of the people of contrasting groups only figures of
    each group are kept. ``result`` is the cut that was worked out last. Adopting writes a CutScore; it may
    be done again when another calibration is active.

    .. pii: the account that set it up, to answer for it
    .. pii_types: id
    .. pii_retirement: retained
    """

    bank_id = models.CharField(_("bank"), max_length=100)
    bank_version = models.CharField(_("version"), max_length=50)
    level = models.PositiveSmallIntegerField(_("level"))
    method = models.CharField(_("method"), max_length=20, choices=StandardMethod.choices)
    data = models.JSONField(_("sheets"))
    result = models.JSONField(_("result"), null=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    made_at = models.DateTimeField(_("begun at"), auto_now_add=True)
    adopted_at = models.DateTimeField(_("adopted at"), null=True)

    class Meta:
        verbose_name = _("standard setting")
        verbose_name_plural = _("standard settings")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level__gte=1, level__lte=5),
                name="kapasitas_standard_setting_level",
                violation_error_message="A level is 1 to 5.",
            )
        ]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.bank_id}@{self.bank_version}: {self.level}"

    @property
    def reference(self) -> str:
        """The bank version, as assessments name it."""
        return f"{self.bank_id}@{self.bank_version}"


class CalibrationRequest(models.Model):
    """Somebody asked for a calibration; the task works it off once and says how it ended.

    ``number`` is that of the calibration made. ``problem`` is why there is none, as text and values of a
    message, so that each reader has it in their language.

    .. pii: the account that asked, to answer for it
    .. pii_types: id
    .. pii_retirement: retained
    """

    bank_id = models.CharField(_("bank"), max_length=100)
    family = models.CharField(_("model"), max_length=10, choices=CalibrationFamily.choices)
    partial = models.CharField(
        _("model of partial points"),
        max_length=10,
        choices=PartialFamily.choices,
        default=PartialFamily.GPCM.value,
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    number = models.PositiveIntegerField(_("calibration"), null=True)
    problem = models.JSONField(_("problem"), null=True)

    class Meta:
        verbose_name = _("calibration request")
        verbose_name_plural = _("calibration requests")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.bank_id}: {self.family}, {self.partial}"

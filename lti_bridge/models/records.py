"""The completion record: what HR imports into an official's file."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .digests import DIGEST_LENGTH

__all__ = ["CompletionRecord"]


class CompletionRecord(models.Model):
    """That a person completed a course: written once, with the facts as they were then.

    The score is the one at completion; later improvements reach the platform as grades, and do not
    rewrite what HR may have imported. Only a missing identity may be filled in afterwards.
    docs/reference/completion-record.md describes each field.

    .. pii: NIP, name, office and post at completion, which HR imports
    .. pii_types: name, id, other
    .. pii_retirement: retained
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="kapasitas_completion_records",
        verbose_name=_("account"),
    )
    course_key = models.CharField(_("course key"), max_length=255)
    record_number = models.CharField(_("record number"), max_length=20)
    nip = models.CharField("NIP", max_length=18, blank=True)
    full_name = models.CharField(_("name"), max_length=255, blank=True)
    office_code = models.CharField(_("office code"), max_length=13, blank=True)
    office_name = models.CharField(_("office"), max_length=255, blank=True)
    post = models.CharField(_("post"), max_length=255, blank=True)
    course_title = models.CharField(_("course"), max_length=255)
    organiser = models.CharField(_("organiser"), max_length=255)
    lesson_hours = models.PositiveIntegerField(_("JP"))
    started_at = models.DateTimeField(_("started at"))
    completed_at = models.DateTimeField(_("completed at"), db_index=True)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2)
    content_hash = models.CharField(_("content hash"), max_length=DIGEST_LENGTH)

    class Meta:
        verbose_name = _("completion record")
        verbose_name_plural = _("completion records")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "course_key"], name="kapasitas_lti_record_once"),
            models.UniqueConstraint(fields=["record_number"], name="kapasitas_lti_record_number"),
            models.CheckConstraint(
                condition=Q(score__gte=Decimal(0), score__lte=Decimal(100)),
                name="kapasitas_lti_record_score_range",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__gte=models.F("started_at")), name="kapasitas_lti_record_dates"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["course_key", "completed_at"], name="kapasitas_lti_record_course")
        ]

    def __str__(self) -> str:
        return self.record_number
